//! One listener to a stream of WebSocket frames (RFC 6455), reading no more of them than it must.

use std::io;

use serde_json::Value;
use system_tests::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use crate::wire::find;

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;
const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;

pub(crate) struct Ear {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
    filled: usize,
}

/// A frame as it lies in the buffer: where its payload begins and where it ends.
struct Frame {
    kind: u8,
    begin: usize,
    end: usize,
}

impl Ear {
    /// Upgrades a connection at `path`. The buffer takes `buffer_bytes` and grows when a frame needs more.
    ///
    /// # Errors
    /// What the connection says, or that the answer is not 101.
    pub(crate) async fn open(
        client: &Client,
        path: &str,
        token: &str,
        buffer_bytes: usize,
    ) -> io::Result<Self> {
        let mut stream = client.tls().await?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            client.host()
        );
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut ear = Self {
            stream,
            buffer: vec![0; buffer_bytes],
            filled: 0,
        };
        loop {
            ear.fill().await?;
            if let Some(end) = find(&ear.buffer[..ear.filled], b"\r\n\r\n") {
                if !ear.buffer.starts_with(b"HTTP/1.1 101") {
                    let answer = String::from_utf8_lossy(&ear.buffer[..ear.filled]);
                    return Err(io::Error::other(answer.into_owned()));
                }
                ear.drop_front(end + 4);
                return Ok(ear);
            }
        }
    }

    /// Opens the product's stream at the present and waits until it is level with the log.
    pub(crate) async fn resume(
        client: &Client,
        token: &str,
        buffer_bytes: usize,
    ) -> io::Result<Self> {
        let mut ear = Self::open(client, "/api/v1/stream", token, buffer_bytes).await?;
        ear.say(TEXT, br#"{"type":"resume","cursor":{}}"#).await?;
        let mut is_level = false;
        while !is_level {
            ear.hear(|text| {
                let frame: Value = serde_json::from_slice(text).unwrap_or_default();
                is_level |= frame["type"] == "caught_up";
            })
            .await?;
        }
        Ok(ear)
    }

    /// Reads once and hands over every whole text frame there is. Pings are answered.
    ///
    /// # Errors
    /// What the connection says, or the code of the close frame.
    pub(crate) async fn hear(&mut self, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        if self.first_frame(0).is_none() {
            self.fill().await?;
        }
        let mut done = 0;
        let mut is_asked = false;
        while let Some(frame) = self.first_frame(done) {
            let payload = &self.buffer[frame.begin..frame.end];
            match frame.kind {
                TEXT => each(payload),
                PING => is_asked = true,
                CLOSE => {
                    let code = payload
                        .first_chunk()
                        .map_or(1005, |code| u16::from_be_bytes(*code));
                    return Err(io::Error::other(format!("closed with {code}")));
                }
                _ => {}
            }
            done = frame.end;
        }
        self.drop_front(done);
        if is_asked {
            self.say(PONG, b"").await?;
        }
        Ok(())
    }

    /// Sends a short frame; its mask is zero, which is as good as any for loopback.
    async fn say(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        let length = u8::try_from(payload.len()).expect("what is said here is short");
        assert!(length < 126, "a longer frame has another header");
        let head = [FINAL | kind, MASKED | length, 0, 0, 0, 0];
        self.stream
            .write_all(&[&head[..], payload].concat())
            .await?;
        self.stream.flush().await
    }

    fn first_frame(&self, from: usize) -> Option<Frame> {
        let bytes = &self.buffer[from..self.filled];
        let kind = bytes.first()? & 0x0f;
        let (begin, length) = match *bytes.get(1)? {
            126 => (
                4,
                usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
            ),
            127 => {
                let length = u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
                (10, usize::try_from(length).unwrap())
            }
            length => (2, usize::from(length)),
        };
        (bytes.len() >= begin + length).then_some(Frame {
            kind,
            begin: from + begin,
            end: from + begin + length,
        })
    }

    async fn fill(&mut self) -> io::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.filled += count;
                Ok(())
            }
        }
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}
