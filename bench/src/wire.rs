//! HTTP/1.1 as lean as it gets: requests are bytes that were laid out before, answers are a status and a body.

use std::{io, ops::Range};

use system_tests::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

const BUFFER_BYTES: usize = 16 * 1024;

/// One connection that is kept alive.
pub(crate) struct Wire {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
}

/// What came back; the body lies in the connection's buffer until the next request.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    body: Range<usize>,
}

impl Wire {
    pub(crate) async fn open(client: &Client) -> io::Result<Self> {
        Ok(Self {
            stream: client.tls().await?,
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    /// Sends a request and reads its answer, which has a length.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        let mut filled = 0;
        let head_end = loop {
            filled = self.fill(filled).await?;
            if let Some(end) = find(&self.buffer[..filled], b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = &self.buffer[..head_end];
        let status = number(&head[9..12]);
        let length =
            content_length(head).ok_or_else(|| io::Error::other("an answer without length"))?;
        let end = head_end + length;
        while filled < end {
            filled = self.fill(filled).await?;
        }
        Ok(Answer {
            status: u16::try_from(status).unwrap(),
            body: head_end..end,
        })
    }

    pub(crate) fn body(&self, answer: &Answer) -> &[u8] {
        &self.buffer[answer.body.clone()]
    }

    async fn fill(&mut self, filled: usize) -> io::Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[filled..]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(filled + count),
        }
    }
}

/// A request as it goes over the wire. `path` is the whole one.
pub(crate) fn request(
    client: &Client,
    method: &str,
    path: &str,
    token: &str,
    body: &[u8],
) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", client.host());
    if !token.is_empty() {
        head.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        ));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

pub(crate) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = wanted[0];
    let mut from = 0;
    while let Some(offset) = text[from..].iter().position(|byte| *byte == first) {
        from += offset;
        if text[from..].starts_with(wanted) {
            return Some(from);
        }
        from += 1;
    }
    None
}

fn content_length(head: &[u8]) -> Option<usize> {
    let name = b"content-length:";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name))?;
    Some(number(line[name.len()..].trim_ascii()))
}

fn number(digits: &[u8]) -> usize {
    digits.iter().fold(0, |number, digit| {
        number * 10 + usize::from(digit.wrapping_sub(b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_found_in_any_case() {
        let head = b"HTTP/1.1 201 Created\r\nDate: x\r\nCONTENT-length: 312\r\n\r\n";
        assert_eq!(
            (content_length(head), number(&head[9..12])),
            (Some(312), 201)
        );
        assert_eq!(find(b"aab", b"ab"), Some(1));
        assert_eq!(content_length(b"HTTP/1.1 204 No Content\r\n\r\n"), None);
    }
}
