//! What plain HTTP is told on the TLS port: where to go instead, and nothing else.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::PlainHttp;

/// Longer requests are nonsense.
const REQUEST_BYTES_MAX: usize = 8 * 1024;
const LINGER: Duration = Duration::from_secs(1);

/// Reads the head of one request, answers it and closes. The caller bounds the time.
pub(super) async fn answer(mut stream: TcpStream, plain: PlainHttp) -> std::io::Result<()> {
    let mut head = Vec::with_capacity(512);
    let mut chunk = [0u8; 512];
    while !is_complete(&head) && head.len() < REQUEST_BYTES_MAX {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
    let location = match plain {
        PlainHttp::RedirectTo(origin) if is_complete(&head) => {
            target(&head).map(|path| format!("{origin}{path}"))
        }
        _ => None,
    };
    let reply = match location {
        Some(location) => format!(
            "HTTP/1.1 308 Permanent Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        None => {
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()
        }
    };
    stream.write_all(reply.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing while bytes are unread would reset the connection, and the answer might be lost on the way.
    let _ = tokio::time::timeout(LINGER, async {
        while stream.read(&mut chunk).await.is_ok_and(|n| n > 0) {}
    })
    .await;
    Ok(())
}

fn is_complete(head: &[u8]) -> bool {
    head.windows(4).any(|end| end == b"\r\n\r\n")
}

/// The path and query of a request line in origin form (RFC 9112 §3.2.1), if every byte may stand in a header.
fn target(head: &[u8]) -> Option<&str> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let fits = words.next().is_none()
        && !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_uppercase())
        && matches!(version, "HTTP/1.0" | "HTTP/1.1")
        && target.starts_with('/')
        && target.len() <= 2_048
        && target.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(target)
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn only_sane_request_lines_have_a_target() {
        assert_eq!(
            target(b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"),
            Some("/a?b=c")
        );
        for bad in [
            "GET http://evil/ HTTP/1.1\r\n",
            "GET /\x01 HTTP/1.1\r\n",
            "get / HTTP/1.1\r\n",
            "GET / HTTP/9\r\n",
            "",
        ] {
            assert_eq!(target(bad.as_bytes()), None, "{bad}");
        }
    }
}
