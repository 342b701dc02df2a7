#![doc = include_str!("../README.md")]

mod seal;
mod services;
#[cfg(test)]
mod tests;
mod vapid;

use std::{sync::Arc, time::Duration};

use act::{Brought, Push, PushKeys, PushMessage, Vault};
use base::{Clock, Context, Entropy, Fault, Result, TenantId};
use base64ct::{Base64UrlUnpadded, Encoding};
use futures_util::future::BoxFuture;
use reqwest::{Client, StatusCode, redirect};

pub use seal::CONTENT_BYTES_MAX;
pub use services::{ENDPOINT_CHARS_MAX, Services};

use crate::{
    seal::{Receiver, Sender},
    vapid::Vapid,
};

/// Keeps the use of the cell's key apart from others.
const KEY_LABEL: &str = "push.vapid";
const TOPIC_LABEL: &str = "push.topic";
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Brings messages to browsers over the push services that the operator named.
pub struct WebPush {
    services: Services,
    client: Client,
    /// Whom a service may ask about what it is sent (RFC 8292 §2.1): the address of this installation.
    contact: String,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl WebPush {
    /// `authorities_pem` are certificate authorities beside those of the machine.
    ///
    /// # Errors
    /// A fault when the certificates do not read.
    pub fn new(
        (services, authorities_pem): (Services, &[u8]),
        contact: String,
        vault: Arc<dyn Vault>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let authorities = reqwest::Certificate::from_pem_bundle(authorities_pem)
            .context("reading the authorities of push services")?;
        let client = Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .tls_certs_merge(authorities)
            .build()
            .context("making the client of push services")?;
        Ok(Self {
            services,
            client,
            contact,
            vault,
            clock,
            entropy,
        })
    }

    async fn vapid(&self) -> Result<Vapid> {
        let index = self.vault.index(TenantId::NIL).await?;
        (0..=u8::MAX)
            .find_map(|turn| Vapid::of(&index.hash(KEY_LABEL, &[turn])))
            .ok_or_else(|| Fault::new("deriving the key of this installation").into())
    }

    /// What stands for the topic at the service: other for each browser, so that nobody sees who talks in one place (RFC 8030 §5.4:
    /// 32 characters of base64url).
    async fn topic(&self, to: &PushKeys, message: &PushMessage) -> Result<String> {
        let index = self.vault.index(TenantId::NIL).await?;
        let named = [message.topic.as_slice(), to.endpoint.as_bytes()].concat();
        let hash = index.hash(TOPIC_LABEL, &named);
        let shown = hash.first_chunk::<24>().context("a hash of 32 bytes")?;
        Ok(Base64UrlUnpadded::encode_string(shown))
    }

    async fn bring_to(&self, to: &PushKeys, message: &PushMessage) -> Result<Brought> {
        // The operator may have named others since the endpoint was taken.
        let (Some(endpoint), Some(receiver)) =
            (self.services.endpoint(&to.endpoint), Receiver::of(to))
        else {
            return Ok(Brought::Gone);
        };
        let vapid = self.vapid().await?;
        let authorization = vapid.authorization(&endpoint, &self.contact, self.clock.now())?;
        let sender = Sender::new(self.entropy.as_ref())?;
        let body = seal::seal(&sender, &receiver, &message.content)?;
        let urgency = if message.is_urgent { "high" } else { "normal" };
        let answer = self
            .client
            .post(endpoint)
            .header("authorization", authorization)
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("ttl", message.keep.as_secs())
            .header("topic", self.topic(to, message).await?)
            .header("urgency", urgency)
            .body(body)
            .send()
            .await
            // The endpoint is a secret: whoever knows it may write to it.
            .map_err(reqwest::Error::without_url)
            .context("asking a push service")?;
        judge(answer.status())
    }
}

/// What the service's answer means (RFC 8030 §5 and §7.3, RFC 8292 §4.2).
///
/// # Errors
/// A fault when the service took nothing and may later.
fn judge(status: StatusCode) -> Result<Brought> {
    match status {
        status if status.is_success() => Ok(Brought::Taken),
        // The subscription has ended, or was made for another key than ours.
        StatusCode::NOT_FOUND
        | StatusCode::GONE
        | StatusCode::FORBIDDEN
        | StatusCode::UNAUTHORIZED => Ok(Brought::Gone),
        // The same message will never do.
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Ok(Brought::Refused),
        other => Err(Fault::new(format!("a push service answered {}", other.as_u16())).into()),
    }
}

impl Push for WebPush {
    fn public_key(&self) -> BoxFuture<'_, Result<String>> {
        Box::pin(async { Ok(self.vapid().await?.public) })
    }

    fn takes(&self, to: &PushKeys) -> bool {
        self.services.endpoint(&to.endpoint).is_some() && Receiver::of(to).is_some()
    }

    fn bring<'a>(
        &'a self,
        to: &'a PushKeys,
        message: &'a PushMessage,
    ) -> BoxFuture<'a, Result<Brought>> {
        Box::pin(self.bring_to(to, message))
    }
}
