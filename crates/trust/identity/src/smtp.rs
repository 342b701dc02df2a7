//! Sends letters by SMTP (RFC 5321) to the mail server that the operator names.

use std::time::Duration;

use base::{Context, Fault, Result, Secret};
use futures_util::future::BoxFuture;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};

use crate::{Mailer, wire::RenderedLetter};

/// A mail server that does not answer for so long is tried again later.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How the connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
    /// STARTTLS (RFC 3207), usually port 587; a server that does not offer it gets no letter.
    StartTls,
    /// None, for a relay on the server's own machine.
    LoopbackOnly,
}

/// The mail server, as the operator's configuration names it.
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    /// Name and password, when the mail server asks for them.
    pub credentials: Option<(String, Secret<String>)>,
    /// From whom letters come: `Office <office@example.org>`.
    pub from: String,
    /// The certificate of a private authority, in PEM, trusted beside the public ones.
    pub authority_pem: Option<Vec<u8>>,
}

/// The [`Mailer`] of a server with a mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// # Errors
    /// A fault when the sender is no address, the certificate cannot be read, or letters would go unprotected to another
    /// machine.
    pub fn new(settings: &SmtpSettings) -> Result<Self> {
        let from: Mailbox = settings
            .from
            .parse()
            .context("reading the sender of letters")?;
        let domain = from.email.domain().to_owned();
        let tls = match settings.security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters(settings)?),
            SmtpSecurity::StartTls => Tls::Required(parameters(settings)?),
            SmtpSecurity::LoopbackOnly if is_loopback(&settings.host) => Tls::None,
            SmtpSecurity::LoopbackOnly => {
                return Err(Fault::new("letters go unprotected to the own machine only").into());
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .hello_name(ClientId::Domain(domain))
            .timeout(Some(TIMEOUT));
        if let Some((name, password)) = &settings.credentials {
            builder =
                builder.credentials(Credentials::new(name.clone(), password.expose().clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    async fn hand_over(&self, letter: &RenderedLetter) -> Result<()> {
        let to: Mailbox = letter.to.parse().context("reading the reader's address")?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .context("writing a message")?;
        self.transport
            .send(message)
            .await
            .context("handing over a letter")?;
        Ok(())
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, letter: &'a RenderedLetter) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.hand_over(letter))
    }
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authority_pem {
        let authority =
            Certificate::from_pem(pem).context("reading the authority of the mail server")?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().context("preparing TLS for mail")
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::TcpListener,
    };

    use super::*;

    /// Takes one letter as a mail server would, and gives back everything that it heard.
    async fn listens(listener: TcpListener) -> String {
        let (socket, _) = listener.accept().await.unwrap();
        let (read, mut write) = socket.into_split();
        let mut lines = BufReader::new(read).lines();
        let (mut heard, mut is_in_data) = (String::new(), false);
        write
            .write_all(b"220 mail.example.org ESMTP\r\n")
            .await
            .unwrap();
        while let Some(line) = lines.next_line().await.unwrap() {
            heard.push_str(&line);
            heard.push('\n');
            let answer: &[u8] = match line.split(' ').next().unwrap() {
                "." => b"250 taken\r\n",
                _ if is_in_data => continue,
                "EHLO" => b"250-mail.example.org\r\n250 8BITMIME\r\n",
                "DATA" => b"354 go on\r\n",
                "QUIT" => b"221 bye\r\n",
                _ => b"250 fine\r\n",
            };
            is_in_data = line == "DATA";
            write.write_all(answer).await.unwrap();
            if line == "." || line == "QUIT" {
                break;
            }
        }
        heard
    }

    async fn settings(security: SmtpSecurity) -> (TcpListener, SmtpSettings) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
            security,
            credentials: None,
            from: "Office <office@example.org>".to_owned(),
            authority_pem: None,
        };
        (listener, settings)
    }

    fn letter() -> RenderedLetter {
        RenderedLetter {
            to: "ana@example.org".to_owned(),
            subject: "A new password".to_owned(),
            text: "Open https://office.example.org/recover/finish#token\n".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_letter_arrives_as_it_was_written() {
        let (listener, settings) = settings(SmtpSecurity::LoopbackOnly).await;
        let heard = tokio::spawn(listens(listener));
        Smtp::new(&settings).unwrap().send(&letter()).await.unwrap();
        let heard = heard.await.unwrap();
        for part in [
            "EHLO example.org",
            "MAIL FROM:<office@example.org>",
            "RCPT TO:<ana@example.org>",
            "From: Office <office@example.org>",
            "Subject: A new password",
            "Content-Type: text/plain; charset=utf-8",
            "Open https://office.example.org/recover/finish#token",
        ] {
            assert!(heard.contains(part), "{part} in {heard}");
        }
    }

    #[tokio::test]
    async fn nothing_is_said_to_a_server_without_protection() {
        let (listener, settings) = settings(SmtpSecurity::StartTls).await;
        let heard = tokio::spawn(listens(listener));
        assert!(Smtp::new(&settings).unwrap().send(&letter()).await.is_err());
        assert!(!heard.await.unwrap().contains("MAIL"));
        let elsewhere = SmtpSettings {
            host: "mail.example.org".to_owned(),
            security: SmtpSecurity::LoopbackOnly,
            ..settings
        };
        assert!(Smtp::new(&elsewhere).is_err());
    }
}
