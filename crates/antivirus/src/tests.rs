use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::net::UnixListener;

use super::*;

fn content(pieces: &[&'static [u8]]) -> ByteStream {
    let pieces: Vec<Result<Bytes>> = pieces
        .iter()
        .map(|piece| Ok(Bytes::from_static(piece)))
        .collect();
    stream::iter(pieces).boxed()
}

/// A daemon that takes what comes and says this; the path of its socket, and what it heard.
async fn daemon(says: &'static [u8]) -> (PathBuf, tokio::task::JoinHandle<Vec<u8>>) {
    let path = std::env::temp_dir().join(format!(
        "antivirus-{}",
        base::RequestId::generate(base::Clock::now(&base::SystemClock), &base::SystemEntropy)
    ));
    let listener = UnixListener::bind(&path).unwrap();
    let hearing = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0; 1024];
        while !heard.ends_with(&[0; 4]) {
            let read = stream.read(&mut buffer).await.unwrap();
            heard.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(says).await.unwrap();
        heard
    });
    (path, hearing)
}

#[tokio::test]
async fn content_is_sent_in_chunks_and_judged() {
    for (says, verdict) in [
        (&b"stream: OK\0"[..], Some(Verdict::Clean)),
        (b"stream: Test.Signature FOUND\0", Some(Verdict::Harmful)),
        (b"INSTREAM size limit exceeded. ERROR\0", None),
        (b"", None),
    ] {
        let (path, hearing) = daemon(says).await;
        let clamd = Clamd::new(Address::Unix(path.clone()));
        let found = clamd.scan(content(&[b"one", b"", b"three"])).await;
        assert_eq!(found.ok(), verdict);
        let heard = hearing.await.unwrap();
        assert_eq!(heard, b"zINSTREAM\0\0\0\0\x03one\0\0\0\x05three\0\0\0\0");
        std::fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn a_daemon_that_is_away_is_no_verdict() {
    let clamd = Clamd::new(Address::Unix("/nowhere/clamd.sock".into()));
    assert!(clamd.scan(content(&[b"one"])).await.is_err());
}

#[test]
fn addresses_are_read_from_urls() {
    for (url, expected) in [
        (
            "tcp://127.0.0.1:3310",
            Some(Address::Tcp("127.0.0.1:3310".into())),
        ),
        ("tcp://[::1]:3310", Some(Address::Tcp("[::1]:3310".into()))),
        (
            "unix:///run/clamd.ctl",
            Some(Address::Unix("/run/clamd.ctl".into())),
        ),
        ("tcp://clamd", None),
        ("unix://relative", None),
        ("http://clamd:80", None),
        ("", None),
    ] {
        assert_eq!(url.parse::<Address>().ok(), expected, "{url}");
    }
}
