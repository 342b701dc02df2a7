//! Content on its way out: which part of it, under which headers, and whether it may still go.

use std::{io, ops::Range, time::Duration};

use act::{ByteStream, Call, Content, Shown};
use base::{Context, Error, Fault, Result, Secret};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use tokio::time::Instant;

use crate::{body::Body, operation::Doors, problem, refusals};

/// How long content goes on without asking whether it still may.
const ASKED_EVERY: Duration = Duration::from_secs(2);
/// How long one waits for that answer: whoever cannot be asked about is cut like who may not.
const ASKED_WITHIN: Duration = Duration::from_secs(2);
/// What browsers may do with it when it is opened by itself: nothing.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
/// The person's own browser keeps it, and asks each time whether it still may show it.
const CACHING: &str = "private, no-cache";

/// What a request says of the part that it wants (RFC 9110 §13.1.2, §13.1.5, §14.2).
#[derive(Debug, Default, Clone)]
pub(crate) struct Asked {
    range: Option<String>,
    if_range: Option<String>,
    if_none_match: Option<String>,
}

impl Asked {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        Self {
            range: text(header::RANGE),
            if_range: text(header::IF_RANGE),
            if_none_match: text(header::IF_NONE_MATCH),
        }
    }

    fn has(&self, tag: &str) -> bool {
        let given = self.if_none_match.as_deref().unwrap_or_default();
        let mut tags = given.split(',').map(str::trim);
        tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    }

    fn part(&self, tag: &str, size_bytes: u64) -> Part {
        let is_current = self.if_range.as_deref().is_none_or(|given| given == tag);
        match &self.range {
            Some(range) if is_current => part(range, size_bytes),
            _ => Part::Whole,
        }
    }
}

/// What is sent of content.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<u64>),
    /// The range lies behind the end.
    Outside,
}

/// Reads one range of bytes. Several at once, and what is none, are answered with the whole, as RFC 9110 §14.2 has it.
fn part(header: &str, size_bytes: u64) -> Part {
    let Some(range) = header.trim().strip_prefix("bytes=").map(str::trim) else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let bounds = match range.split_once('-') {
        Some(("", last)) => number(last).map(|last| (size_bytes.saturating_sub(last), size_bytes)),
        Some((first, "")) => number(first).map(|first| (first, size_bytes)),
        Some((first, last)) => number(first).zip(number(last)).and_then(|(first, last)| {
            (first <= last).then(|| (first, last.saturating_add(1).min(size_bytes)))
        }),
        None => None,
    };
    match bounds {
        None => Part::Whole,
        Some((first, end)) if first < end => Part::Range(first..end),
        Some(_) => Part::Outside,
    }
}

/// Who is asked whether content may still go: the session, and then the operation that the content names.
pub(crate) struct Watch {
    pub(crate) doors: Doors,
    pub(crate) call: Call,
    pub(crate) token: Option<Secret<String>>,
    /// The request's reference, for the log.
    pub(crate) reference: String,
}

impl Watch {
    async fn ask(&self, content: &Content) -> Result<()> {
        let asked = async {
            let mut call = Call {
                body: Bytes::new(),
                idempotency_key: None,
                ..self.call.clone()
            };
            if let Some(token) = &self.token {
                call.caller = self.doors.authenticate.authenticate(token).await?;
            }
            let live = &content.live;
            let answer = self
                .doors
                .execute
                .execute(live.operation.name, call, live.input.clone());
            answer.await.map(|_| ())
        };
        tokio::time::timeout(ASKED_WITHIN, asked)
            .await
            .unwrap_or_else(|_| Err(refusals::OVERLOADED.into()))
    }

    /// The one place where it is logged that content broke off: a refusal is no fault of ours.
    fn cut(&self, error: Error) -> io::Error {
        match &error {
            Error::Refusal(refused) => tracing::info!(
                target: "gate::content", reference = self.reference, code = refused.refusal.code,
                "content was cut off"
            ),
            Error::Fault(fault) => tracing::error!(
                target: "gate::fault", reference = self.reference, fault = %fault, "content broke off"
            ),
        }
        io::Error::other("the content breaks off")
    }
}

/// The answer with its headers; the body is read while it is sent.
///
/// # Errors
/// `gate.range_unsatisfiable`.
pub(crate) fn respond(content: Content, asked: &Asked, watch: Watch) -> Result<Response<Body>> {
    let size_bytes = content.source.size_bytes();
    let tag = format!("\"{}\"", content.tag);
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), &content, &tag)?;
    if asked.has(&tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let range = match asked.part(&tag, size_bytes) {
        Part::Whole => 0..size_bytes,
        Part::Range(range) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text = format!("bytes {}-{}/{size_bytes}", range.start, range.end - 1);
            put(response.headers_mut(), header::CONTENT_RANGE, text)?;
            range
        }
        Part::Outside => {
            let refused = refusals::RANGE_UNSATISFIABLE.into();
            let mut response = problem::render(&refused, &watch.reference, "(content)");
            let text = format!("bytes */{size_bytes}");
            put(response.headers_mut(), header::CONTENT_RANGE, text)?;
            return Ok(response);
        }
    };
    let length_bytes = range.end - range.start;
    let bytes = content.source.open(range);
    *response.body_mut() = Body::stream(watched(bytes, content, watch), Some(length_bytes));
    Ok(response)
}

fn describe(headers: &mut HeaderMap, content: &Content, tag: &str) -> Result<()> {
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content.media),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    put(headers, header::ETAG, tag.to_owned())?;
    let disposition = disposition(content.shown, &content.name);
    put(headers, header::CONTENT_DISPOSITION, disposition)
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, text: String) -> Result<()> {
    let value = HeaderValue::try_from(text).context("writing a header of content")?;
    headers.insert(name, value);
    Ok(())
}

/// `Content-Disposition` (RFC 6266) with the name in both forms: for those who read RFC 8187, and for those who do not.
fn disposition(shown: Shown, name: &str) -> String {
    let kind = match shown {
        Shown::Inline => "inline",
        Shown::Attachment => "attachment",
    };
    let plain: String = name
        .chars()
        .map(|c| match c {
            ' ' | '!' | '#'..='$' | '&'..='[' | ']'..='~' => c,
            _ => '_',
        })
        .collect();
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => escaped.push(char::from(byte)),
            b'!' | b'#' | b'$' | b'&' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{escaped}")
}

struct Transfer {
    bytes: ByteStream,
    content: Content,
    watch: Watch,
    asked_at: Instant,
}

/// The bytes as long as the caller may have them. What was read while that was not known is not given out.
fn watched(
    bytes: ByteStream,
    content: Content,
    watch: Watch,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let transfer = Transfer {
        bytes,
        content,
        watch,
        asked_at: Instant::now(),
    };
    stream::try_unfold(transfer, |mut transfer| async move {
        let read = transfer.bytes.try_next().await;
        let piece = match read {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok(None),
            Err(error) => return Err(transfer.watch.cut(error)),
        };
        if transfer.asked_at.elapsed() >= ASKED_EVERY {
            if let Err(error) = transfer.watch.ask(&transfer.content).await {
                return Err(transfer.watch.cut(error));
            }
            transfer.asked_at = Instant::now();
        }
        Ok(Some((piece, transfer)))
    })
}

/// What an operation that streams must have answered with.
///
/// # Errors
/// A fault when it did not.
pub(crate) fn of(answer: act::Answer) -> Result<Content> {
    let content = answer.content;
    content.ok_or_else(|| Fault::new("an operation that streams gave no content").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_nonsense_is_the_whole() {
        for (header, expected) in [
            ("bytes=0-0", Part::Range(0..1)),
            ("bytes=0-99", Part::Range(0..100)),
            ("bytes=10-", Part::Range(10..100)),
            ("bytes=-10", Part::Range(90..100)),
            ("bytes=-500", Part::Range(0..100)),
            ("bytes=90-500", Part::Range(90..100)),
            ("bytes=90-99999999999999999999999", Part::Range(90..100)),
            ("bytes=100-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=99999999999999999999999-", Part::Outside),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("items=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part(header, 100), expected, "{header}");
        }
        assert_eq!(part("bytes=0-", 0), Part::Outside);
    }

    #[test]
    fn names_are_written_for_every_reader() {
        for (name, plain, escaped) in [
            ("plan.pdf", "plan.pdf", "plan.pdf"),
            ("报告 1.pdf", "__ 1.pdf", "%E6%8A%A5%E5%91%8A%201.pdf"),
            ("a\"b\\c%.txt", "a_b_c_.txt", "a%22b%5Cc%25.txt"),
            (
                "x\r\nSet-Cookie: y",
                "x__Set-Cookie: y",
                "x%0D%0ASet-Cookie%3A%20y",
            ),
        ] {
            let expected = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{escaped}");
            assert_eq!(disposition(Shown::Attachment, name), expected);
        }
    }

    #[test]
    fn a_range_of_another_content_is_the_whole() {
        let asked = |if_range: &str| Asked {
            range: Some("bytes=1-2".to_owned()),
            if_range: Some(if_range.to_owned()),
            if_none_match: None,
        };
        assert_eq!(asked("\"f\"").part("\"f\"", 10), Part::Range(1..3));
        assert_eq!(asked("\"g\"").part("\"f\"", 10), Part::Whole);
        assert_eq!(asked("W/\"f\"").part("\"f\"", 10), Part::Whole);
        let known = Asked {
            if_none_match: Some("\"e\", W/\"f\"".to_owned()),
            ..Asked::default()
        };
        assert!(known.has("\"f\"") && !known.has("\"g\""));
    }
}
