//! Bodies: what goes out, and what comes in within its limits.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use base::{Error, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream::BoxStream};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::{refusals, uploads::Upload};

/// The body of an answer: at hand, or a stream that is sent while it is read.
pub enum Body {
    Full(Bytes),
    Stream {
        chunks: BoxStream<'static, io::Result<Bytes>>,
        length_bytes: Option<u64>,
    },
}

impl Body {
    pub const fn empty() -> Self {
        Self::Full(Bytes::new())
    }

    /// A stream of chunks. An error cuts the connection, so that the client does not take a part for the whole.
    pub fn stream(
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length_bytes: Option<u64>,
    ) -> Self {
        Self::Stream {
            chunks: chunks.boxed(),
            length_bytes,
        }
    }

    /// How many bytes will be sent, if known.
    pub fn length_bytes(&self) -> Option<u64> {
        match self {
            Self::Full(bytes) => u64::try_from(bytes.len()).ok(),
            Self::Stream { length_bytes, .. } => *length_bytes,
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?} bytes)", self.length_bytes())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Full(bytes)
    }
}
impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Full(bytes.into())
    }
}
impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Full(text.into())
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream { chunks, .. } => chunks.poll_next_unpin(context).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        self.length_bytes()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// What a body may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyLimit {
    pub(crate) size_bytes_max: usize,
    pub(crate) time_ms_max: u64,
}

/// A body up to this size is taken and thrown away, in at most [`DISCARD_TIME`]: a client that still writes when the
/// connection closes would lose the answer that says why.
const DISCARD_BYTES_MAX: u64 = 8 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(2);

async fn discard<B>(body: &mut B)
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    // What is declared to be longer is not even begun.
    if body.size_hint().lower() > DISCARD_BYTES_MAX {
        return;
    }
    let drained = async {
        let mut room = DISCARD_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            let taken = frame.data_ref().map_or(0, Bytes::len);
            room = room.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
            if room == 0 {
                return;
            }
        }
    };
    drop(tokio::time::timeout(DISCARD_TIME, drained).await);
}

/// What is taken of the body of a request that is refused before anybody reads it: what JSON has at most, and no pictures.
const UNHEARD_BYTES_MAX: u64 = 256 * 1024;

/// Takes and throws away the body of a request that is refused unread, up to a bound, so that the answer arrives.
pub(crate) async fn discard_unheard<B>(body: &mut B)
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    if body.is_end_stream() || body.size_hint().lower() > UNHEARD_BYTES_MAX {
        return;
    }
    let drained = async {
        let mut left = UNHEARD_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            let taken = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(u64::try_from(taken).unwrap_or(u64::MAX)) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    drop(tokio::time::timeout(DISCARD_TIME, drained).await);
}

/// How fast a raw body has to come to have longer than others, in bytes a second: three of them share a thin line.
const RAW_BYTES_PER_S: u64 = 16 * 1024;

/// Reads a whole body within its limit. A declared length that is too large is refused without keeping a byte.
///
/// A raw one is counted among the uploads while it comes, and has more time for what has come.
///
/// # Errors
/// `gate.body_too_large`, `gate.body_too_slow`, `gate.body_broken`; `gate.overloaded` when uploads have no room.
pub(crate) async fn read<B>(
    mut body: B,
    limit: BodyLimit,
    upload: Option<&mut Upload>,
) -> Result<Bytes>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let declared = body.size_hint().lower();
    if declared > u64::try_from(limit.size_bytes_max).unwrap_or(u64::MAX) {
        discard(&mut body).await;
        return Err(refusals::BODY_TOO_LARGE.into());
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    collect(body, limit, upload).await
}

async fn collect<B>(mut body: B, limit: BodyLimit, mut upload: Option<&mut Upload>) -> Result<Bytes>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let mut first: Option<Bytes> = None;
    let mut whole = BytesMut::new();
    let mut deadline = Instant::now() + Duration::from_millis(limit.time_ms_max);
    loop {
        let frame = tokio::time::timeout_at(deadline, body.frame()).await;
        let Some(frame) = frame.map_err(|_| Error::from(refusals::BODY_TOO_SLOW))? else {
            break;
        };
        let Ok(frame) = frame else {
            return Err(refusals::BODY_BROKEN.into());
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let read = whole.len() + first.as_ref().map_or(0, Bytes::len) + data.len();
        if read > limit.size_bytes_max {
            drop((first, whole, data));
            discard(&mut body).await;
            return Err(refusals::BODY_TOO_LARGE.into());
        }
        if let Some(upload) = upload.as_deref_mut() {
            upload.hold(data.len())?;
            let come = u64::try_from(data.len()).unwrap_or(0);
            deadline += Duration::from_micros(come.saturating_mul(1_000_000) / RAW_BYTES_PER_S);
        }
        // Most bodies come in one frame: it is handed on as it is.
        if first.is_none() && whole.is_empty() {
            first = Some(data);
            continue;
        }
        if let Some(start) = first.take() {
            whole.extend_from_slice(&start);
        }
        whole.extend_from_slice(&data);
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}
