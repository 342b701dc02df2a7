//! Letters leave by the mail server that the operator names.

use std::time::Duration;

use serde_json::json;
use system_tests::{Organisation, Server};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, UnboundedSender},
};

use crate::ground::Ground;

/// A mail server that takes everything and tells for whom it was (RFC 5321).
async fn mail_server() -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (taken, recipients) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(take_letters(socket, taken.clone()));
        }
    });
    (port, recipients)
}

/// One connection, until it ends.
async fn take_letters(socket: TcpStream, taken: UnboundedSender<String>) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    socket.write_all(b"220 mail.example.org\r\n").await?;
    let (mut recipient, mut is_letter, mut line) = (String::new(), false, String::new());
    while socket.read_line(&mut line).await? > 0 {
        let said = line.trim_end().to_owned();
        line.clear();
        let answer = match said.split([' ', ':']).next() {
            _ if is_letter && said != "." => continue,
            _ if is_letter => {
                is_letter = false;
                drop(taken.send(std::mem::take(&mut recipient)));
                "250 taken\r\n"
            }
            Some("RCPT") => {
                let (_, rest) = said.split_once('<').unwrap();
                recipient = rest.split('>').next().unwrap().to_owned();
                "250 go on\r\n"
            }
            Some("DATA") => {
                is_letter = true;
                "354 the letter\r\n"
            }
            Some("QUIT") => "221 bye\r\n",
            _ => "250 go on\r\n",
        };
        socket.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_and_resets_go_to_their_addresses_and_nowhere_else() {
    let (port, mut recipients) = mail_server().await;
    let mut ground = Ground::embedded();
    ground.set("BASTIDE_SMTP_HOST", "127.0.0.1");
    ground.set("BASTIDE_SMTP_PORT", &port.to_string());
    ground.set("BASTIDE_SMTP_SECURITY", "loopback");
    ground.set("BASTIDE_SMTP_FROM", "Office <office@example.org>");
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut org = Organisation::new(&server.shared_client(), "letters", &["ana"]).await;
    let (registered, ana) = (org.people[0].mail.clone(), &mut org.people[0].connection);

    let input = json!({ "role": "member", "expires_in_h": 24, "mail": "bo@shore.example" });
    ana.call("POST", "/invitations", &input).await.ok();
    let mut of = async || {
        let awaited = tokio::time::timeout(Duration::from_secs(30), recipients.recv()).await;
        awaited.expect("a letter goes in time").unwrap()
    };
    assert_eq!(of().await, "bo@shore.example");

    // Whoever asks for somebody unknown hears the same, and no letter goes.
    for mail in ["nobody@shore.example", registered.as_str()] {
        let input = json!({ "mail": mail });
        ana.call("POST", "/password-reset", &input).await.ok();
    }
    assert_eq!(of().await, registered);
    server.stop().await;
}
