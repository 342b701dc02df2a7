//! HTTP/2 by hand (RFC 9113): what no client library would send, and requests whose every byte is known.

use system_tests::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RESET: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const GOAWAY: u8 = 7;
pub const END_STREAM: u8 = 0x01;
pub const END_HEADERS: u8 = 0x04;

/// A frame as it is sent and read.
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub payload: Vec<u8>,
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The next frame, or nothing when the connection has ended.
pub async fn next(tls: &mut TlsStream<TcpStream>) -> Option<Frame> {
    let mut head = [0; 9];
    tls.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    tls.read_exact(&mut payload).await.ok()?;
    Some(Frame {
        kind: head[3],
        flags: head[4],
        payload,
    })
}

/// Asks with a JSON body, and answers the body of the answer.
pub async fn post(client: &Client, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut tls = client.tls_for_http2().await.unwrap();
    // POST and https stand in the static table; of path and authority, the names do (RFC 7541, appendix A).
    let mut block = vec![0x83, 0x87, 0x04];
    block.extend(text(path));
    block.push(0x01);
    block.extend(text(&client.host()));
    for (name, value) in headers {
        block.push(0x00);
        block.extend([text(name), text(value)].concat());
    }
    let request = [
        PREFACE.to_vec(),
        frame(SETTINGS, 0, 0, &[]),
        frame(HEADERS, END_HEADERS, 1, &block),
        frame(DATA, END_STREAM, 1, body),
    ];
    tls.write_all(&request.concat()).await.unwrap();
    let mut answer = Vec::new();
    while let Some(frame) = next(&mut tls).await {
        if frame.kind == DATA {
            answer.extend(frame.payload);
            if frame.flags & END_STREAM != 0 {
                break;
            }
        }
    }
    answer
}

/// A text as it stands in a block of headers, with nothing packed.
fn text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    match text.len() {
        length @ ..127 => bytes.push(u8::try_from(length).unwrap()),
        length @ 127..255 => bytes.extend([127, u8::try_from(length - 127).unwrap()]),
        _ => panic!("a short text"),
    }
    bytes.extend(text.as_bytes());
    bytes
}
