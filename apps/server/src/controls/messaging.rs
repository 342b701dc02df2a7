//! Control 0.1: a message travels from its sender to the store, where there is ciphertext only, by push to the reader, who reads it.

use std::time::Duration;

use act::{Runtime, Statement, params};
use base::{Context, Fault, Hex, Result, Secret, TenantId};
use controls::wire::Link;
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::{MESSAGING, Target, ask, trail::Trail};
use crate::api::Api;

/// A message is with who listens within it.
const PUSHED_WITHIN: Duration = Duration::from_secs(5);

/// The row as it lies there, past every operation.
static STORED: Statement = Statement::read(
    "SELECT body_sealed FROM messenger_message WHERE tenant = :tenant AND id = :message",
);

/// Whom the probe acts as: two people of an organisation of its own, and their chat.
#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    sender: Account,
    reader: Account,
    chat: String,
}

#[derive(Serialize, Deserialize)]
struct Account {
    mail: String,
    password: String,
}

type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Where the probe acts, if it is enrolled.
pub(super) async fn place(runtime: &Runtime) -> Result<Option<Place>> {
    let kept: Value = ask(
        runtime,
        "controls.place.read",
        json!({ "control": MESSAGING }),
    )
    .await?;
    let place = kept.get("place").and_then(Value::as_str);
    place
        .map(|place| serde_json::from_str(place).context("reading a probe's place"))
        .transpose()
}

/// Founds the probe's organisation, as anybody would who was given a code.
pub(super) async fn enrol(target: &Target, sign_up_code: &str) -> Result<Place> {
    let account = |name: &str| Account {
        mail: format!("{name}-{}@probe.invalid", random::<6>()),
        password: random::<24>(),
    };
    let (sender, reader) = (account("sender"), account("reader"));
    let mut one = target.client()?;
    let founding = json!({
        "kind": "organisation", "organisation": "Probe 0.1", "name": "Sender", "mail": sender.mail,
        "password": sender.password, "code": sign_up_code, "locale": "en", "zone": "UTC",
    });
    enter(&mut one, "/sign-up", &founding).await?;
    let inviting = json!({ "mail": null, "role": "member", "expires_in_h": 1 });
    let invitation = one.post("/invitations", &inviting).await?;
    let (_, token) = text(&invitation, "/link")?
        .split_once('#')
        .context("an invitation's link")?;
    let mut other = target.client()?;
    let joining = json!({
        "token": token, "name": "Reader", "mail": reader.mail, "password": reader.password, "locale": "en", "zone": "UTC",
    });
    let joined = enter(&mut other, "/invitations/accept", &joining).await?;
    let creating = json!({ "name": "Probe", "members": [text(&joined, "/me/account/id")?] });
    let chat = one.post("/chats", &creating).await?;
    let chat = text(&chat, "/id")?.to_owned();
    for api in [&mut one, &mut other] {
        api.post("/sign-out", &json!({})).await?;
    }
    Ok(Place {
        sender,
        reader,
        chat,
    })
}

/// The links, in their order.
const LINKS: &[&str] = &["signed in", "listening", "sent", "stored", "pushed", "read"];

/// Sends one message on its way, and follows it. Its sessions end whatever happens.
pub(super) async fn probe(runtime: &Runtime, target: &Target, place: &Place) -> Vec<Link> {
    let mut trail = Trail::of(LINKS);
    if let Some((mut sender, mut reader, tenant)) = trail.link(sign_in(target, place)).await {
        let journey = Journey {
            runtime,
            place,
            tenant,
            marker: format!("probe {}", random::<16>()),
        };
        journey.follow(&mut trail, &mut sender, &mut reader).await;
        for api in [&mut sender, &mut reader] {
            // One that cannot be ended now ends by itself.
            drop(api.post("/sign-out", &json!({})).await);
        }
    }
    trail.end()
}

/// One message, from here to there.
struct Journey<'a> {
    runtime: &'a Runtime,
    place: &'a Place,
    tenant: TenantId,
    /// What it says: other than any message before.
    marker: String,
}

impl Journey<'_> {
    /// Tries one link after the other, up to the first that breaks.
    async fn follow(&self, trail: &mut Trail, sender: &mut Api, reader: &mut Api) -> Option<()> {
        let (place, marker) = (self.place, self.marker.as_str());
        let mut socket = trail.link(listen(reader)).await?;
        let message = trail.link(send(sender, place, marker)).await?;
        let stored = stored(self.runtime, self.tenant, &message, marker);
        trail.link(stored).await?;
        trail.link(pushed(&mut socket, &message, marker)).await?;
        trail.link(read(reader, place, &message, marker)).await
    }
}

async fn sign_in(target: &Target, place: &Place) -> Result<((Api, Api, TenantId), String)> {
    let (mut sender, mut reader) = (target.client()?, target.client()?);
    let mut tenant = TenantId::NIL;
    for (api, account) in [(&mut sender, &place.sender), (&mut reader, &place.reader)] {
        let input = json!({ "mail": account.mail, "password": account.password });
        let session = enter(api, "/sign-in", &input).await?;
        tenant = text(&session, "/me/tenant/id")?
            .parse()
            .context("reading a tenant")?;
    }
    Ok(((sender, reader, tenant), "two people".to_owned()))
}

/// Opens the reader's stream, and waits until it is level with the log.
async fn listen(reader: &Api) -> Result<(Socket, String)> {
    let url = format!("wss://{}/api/v1/stream", reader.authority());
    let mut request = url.into_client_request().context("asking for the stream")?;
    let token = reader
        .token()
        .context("a reader who is signed in")?
        .expose();
    let bearer = format!("Bearer {token}")
        .parse()
        .context("writing a token")?;
    request.headers_mut().insert("authorization", bearer);
    let (mut socket, _) = client_async(request, reader.tls().await?)
        .await
        .context("opening the stream")?;
    let resume = json!({ "type": "resume", "cursor": {} }).to_string();
    let resumed = socket.send(Message::text(resume)).await;
    resumed.context("resuming the stream")?;
    hear(&mut socket, |frame| {
        frame.get("type").and_then(Value::as_str) == Some("caught_up")
    })
    .await?;
    Ok((socket, "level with the log".to_owned()))
}

async fn send(sender: &mut Api, place: &Place, marker: &str) -> Result<(String, String)> {
    let input = json!({ "client_id": random::<8>(), "body": { "text": marker } });
    let path = format!("/chats/{}/messages", place.chat);
    let sent = sender.post(&path, &input).await?;
    let id = text(&sent, "/id")?.to_owned();
    let words = format!("acknowledged as {id}");
    Ok((id, words))
}

/// Reads what lies in the database: one of our records, in which the text does not stand.
async fn stored(
    runtime: &Runtime,
    tenant: TenantId,
    message: &str,
    marker: &str,
) -> Result<((), String)> {
    let message: base::MessageId = message.parse().context("reading a message's id")?;
    let mut snapshot = runtime.ports().database.snapshot().await?;
    let row = snapshot
        .row(tenant, &STORED, params! { message: message })
        .await?;
    let bytes: Vec<u8> = row
        .context("the message is not in the database")?
        .take("body_sealed")?;
    let version = cipher::record_key_version(&bytes)
        .filter(|_| bytes.len() > marker.len())
        .context("what is stored is no sealed record")?;
    let is_readable = bytes
        .windows(marker.len())
        .any(|some| some == marker.as_bytes());
    match is_readable {
        true => Err(Fault::new("the text is stored as it was written").into()),
        false => Ok((
            (),
            format!("{} bytes, sealed under version {version}", bytes.len()),
        )),
    }
}

async fn pushed(socket: &mut Socket, message: &str, marker: &str) -> Result<((), String)> {
    let frame = hear(socket, |frame| {
        frame.pointer("/message/id").and_then(Value::as_str) == Some(message)
    })
    .await?;
    same(&frame, "/message/body/text", marker)
}

async fn read(
    reader: &mut Api,
    place: &Place,
    message: &str,
    marker: &str,
) -> Result<((), String)> {
    let path = format!("/chats/{}/messages/{message}", place.chat);
    same(&reader.get(&path).await?, "/body/text", marker)
}

fn same(value: &Value, pointer: &str, marker: &str) -> Result<((), String)> {
    match text(value, pointer)? == marker {
        true => Ok(((), "the same text".to_owned())),
        false => Err(Fault::new("another text than was sent").into()),
    }
}

/// The first frame that is wanted, in time.
async fn hear(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
    let hearing = async {
        while let Some(frame) = socket.next().await {
            let frame = frame.context("listening to the stream")?;
            let Message::Text(frame) = frame else {
                continue;
            };
            let frame = serde_json::from_str(&frame).context("reading a frame")?;
            if wanted(&frame) {
                return Ok(frame);
            }
        }
        Err(Fault::new("the stream ended").into())
    };
    match tokio::time::timeout(PUSHED_WITHIN, hearing).await {
        Ok(heard) => heard,
        Err(_) => Err(Fault::new("nothing was pushed within 5 s").into()),
    }
}

/// Takes the session that a request answers into use.
async fn enter(api: &mut Api, path: &str, input: &Value) -> Result<Value> {
    let session = api.post(path, input).await?;
    api.speaks_as(Secret::new(text(&session, "/token")?.to_owned()));
    Ok(session)
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Fault::new(format!("an answer without {pointer}")).into())
}

/// Random bytes in hex.
fn random<const N: usize>() -> String {
    let mut bytes = [0; N];
    base::Entropy::fill(&base::SystemEntropy, &mut bytes);
    Hex(&bytes).to_string()
}
