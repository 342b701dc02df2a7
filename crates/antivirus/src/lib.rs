#![doc = include_str!("../README.md")]

#[cfg(test)]
mod tests;

use std::{path::PathBuf, str::FromStr, time::Duration};

use act::{ByteStream, Scanner, Verdict};
use base::{Context, Error, Fault, Result};
use futures_util::{TryStreamExt, future::BoxFuture};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long a chunk may wait to be taken.
const STALL_MAX: Duration = Duration::from_secs(60);
/// How long the verdict may take once everything has been sent: packed files unpack then.
const ANSWER_WITHIN: Duration = Duration::from_secs(300);
/// An answer is one line.
const ANSWER_BYTES_MAX: u64 = 4 * 1024;

/// Where the daemon is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Tcp(String),
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self> {
        let place = url.strip_prefix("tcp://").filter(|place| {
            let port = place.rsplit_once(':').map(|(_, port)| port);
            port.is_some_and(|port| port.parse::<u16>().is_ok())
        });
        let path = url
            .strip_prefix("unix://")
            .filter(|path| path.starts_with('/'));
        match (place, path) {
            (Some(place), _) => Ok(Self::Tcp(place.to_owned())),
            (_, Some(path)) => Ok(Self::Unix(PathBuf::from(path))),
            _ => {
                Err(Fault::new("the antivirus daemon is at tcp://host:port or unix:///path").into())
            }
        }
    }
}

/// A ClamAV daemon.
#[derive(Debug, Clone)]
pub struct Clamd(Address);

impl Clamd {
    pub const fn new(address: Address) -> Self {
        Self(address)
    }

    async fn ask(&self, bytes: ByteStream) -> Result<Verdict> {
        match &self.0 {
            Address::Tcp(place) => {
                let stream = within(CONNECT_WITHIN, TcpStream::connect(place)).await?;
                converse(stream, bytes).await
            }
            Address::Unix(path) => {
                let stream = within(CONNECT_WITHIN, UnixStream::connect(path)).await?;
                converse(stream, bytes).await
            }
        }
    }
}

impl Scanner for Clamd {
    fn scan(&self, bytes: ByteStream) -> BoxFuture<'_, Result<Verdict>> {
        Box::pin(self.ask(bytes))
    }
}

/// Sends everything, and reads what is said of it. A daemon that has heard enough answers before the end and takes no more.
async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    mut bytes: ByteStream,
) -> Result<Verdict> {
    within(STALL_MAX, stream.write_all(b"zINSTREAM\0")).await?;
    let mut sent = Ok(());
    while let Some(chunk) = bytes.try_next().await? {
        sent = send(&mut stream, &chunk).await;
        if sent.is_err() {
            break;
        }
    }
    if sent.is_ok() {
        sent = within(STALL_MAX, stream.write_all(&[0; 4])).await;
    }
    let mut answer = Vec::new();
    let mut line = stream.take(ANSWER_BYTES_MAX);
    let read = within(ANSWER_WITHIN, line.read_to_end(&mut answer)).await;
    match judge(&answer) {
        Some(verdict) => Ok(verdict),
        None => {
            sent.and(read)?;
            Err(Fault::new(
                "the antivirus daemon gave no verdict: the file may be larger than it takes",
            )
            .into())
        }
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), chunk: &[u8]) -> Result<()> {
    let length = u32::try_from(chunk.len()).context("the length of a chunk")?;
    if length == 0 {
        return Ok(());
    }
    let sending = async {
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(chunk).await
    };
    within(STALL_MAX, sending).await
}

/// What the daemon's line says: `stream: OK` or `stream: <name> FOUND`. Nothing for anything else.
fn judge(answer: &[u8]) -> Option<Verdict> {
    let line = std::str::from_utf8(answer).ok()?;
    let said = line
        .trim_end_matches(['\0', '\n'])
        .strip_prefix("stream: ")?;
    match said {
        "OK" => Some(Verdict::Clean),
        found if found.ends_with(" FOUND") => Some(Verdict::Harmful),
        _ => None,
    }
}

async fn within<T>(limit: Duration, doing: impl Future<Output = std::io::Result<T>>) -> Result<T> {
    match tokio::time::timeout(limit, doing).await {
        Ok(done) => done.context("speaking to the antivirus daemon"),
        Err(_) => Err(Fault::new("the antivirus daemon took too long").into()),
    }
}
