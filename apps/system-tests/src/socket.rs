//! The live stream as a client sees it.

use std::{io, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use crate::client::Client;

/// One socket of the stream.
pub struct Socket {
    stream: WebSocketStream<TlsStream<TcpStream>>,
}

impl Socket {
    /// Opens the stream with a session's token.
    ///
    /// # Errors
    /// What the connection or the handshake says.
    pub async fn open(client: &Client, token: &str) -> io::Result<Self> {
        let tls = client.tls().await?;
        let url = format!("wss://{}/api/v1/stream", client.host());
        let mut request = url.into_client_request().map_err(io::Error::other)?;
        let value = format!("Bearer {token}")
            .parse()
            .map_err(io::Error::other)?;
        request.headers_mut().insert("authorization", value);
        let config = WebSocketConfig::default()
            .read_buffer_size(4_096)
            .write_buffer_size(0);
        let (stream, _) = client_async_with_config(request, tls, Some(config))
            .await
            .map_err(io::Error::other)?;
        Ok(Self { stream })
    }

    /// Opens the stream and goes on from `cursor`.
    ///
    /// # Errors
    /// As [`Socket::open`].
    pub async fn resume(client: &Client, token: &str, cursor: &Value) -> io::Result<Self> {
        let mut socket = Self::open(client, token).await?;
        socket
            .say(&json!({ "type": "resume", "cursor": cursor }))
            .await?;
        Ok(socket)
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// What the connection says when it is broken.
    pub async fn say(&mut self, frame: &Value) -> io::Result<()> {
        self.stream
            .send(Message::text(frame.to_string()))
            .await
            .map_err(io::Error::other)
    }

    /// The next frame, or the close code as a number. `None` when the connection ended without one.
    pub async fn hear(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(frame) => return frame.map(|frame| json!(u16::from(frame.code))),
                _ => {}
            }
        }
    }

    /// The next text frame as it came, for those who count more than they read.
    pub async fn hear_raw(&mut self) -> Option<usize> {
        loop {
            match self.stream.next().await?.ok()? {
                Message::Text(text) => return Some(text.len()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The first frame that `wanted` accepts; fails the test when none comes in time.
    pub async fn hear_until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let hearing = async {
            loop {
                let frame = self.hear().await.expect("the stream goes on");
                if wanted(&frame) {
                    return frame;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), hearing)
            .await
            .expect("the awaited frame comes")
    }

    /// Waits until the client is level with the log.
    pub async fn until_caught_up(&mut self) {
        self.hear_until(|frame| frame["type"] == "caught_up").await;
    }
}
