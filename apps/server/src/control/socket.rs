//! The server's side of the control socket: `control.sock` in the data directory, for the server's own account and root.

use std::{
    fs, io,
    os::unix::{fs::PermissionsExt, net::UnixStream as Blocking},
    path::{Path, PathBuf},
    sync::Arc,
};

use base::{Context, Error, Fault, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::timeout,
};
use zeroize::Zeroizing;

use super::{Answer, CROSSED_WITHIN, DONE_WITHIN, Desk, REQUEST_BYTES_MAX, Request};

/// Commands at once.
const COMMANDS_MAX: usize = 16;
/// The longest path of a socket (unix(7)), less the zero behind it.
const PATH_BYTES_MAX: usize = 107;

/// The socket that commands find. It is removed when the server ends in order; one that is left is replaced by the next.
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

/// Where the socket of a data directory is.
pub(super) fn path_in(directory: &Path) -> PathBuf {
    directory.join("control.sock")
}

impl Socket {
    /// Listens in a data directory. The socket appears there with its rights on it: it is made under another name.
    ///
    /// # Errors
    /// A fault when another server runs over the directory, or its path is too long for a socket.
    pub(crate) fn bind(directory: &Path) -> Result<Self> {
        let path = path_in(directory);
        let new = directory.join(format!("control.{}.new", std::process::id()));
        if new.as_os_str().len() > PATH_BYTES_MAX {
            let what = format!(
                "the path of the data directory is too long for a socket in it: {}",
                directory.display()
            );
            return Err(Fault::new(what).into());
        }
        if Blocking::connect(&path).is_ok() {
            let what = "another server runs over this data directory: each node has one of its own";
            return Err(Fault::new(what).into());
        }
        // Of a server that had the same number and did not come to its end.
        let _ = fs::remove_file(&new);
        let listener = UnixListener::bind(&new).context("making the control socket")?;
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600))
            .context("closing the control socket to others")?;
        fs::rename(&new, &path).context("putting the control socket in its place")?;
        Ok(Self { listener, path })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // The next server replaces what stays.
        let _ = fs::remove_file(&self.path);
    }
}

/// Carries out what commands ask, until `stopped`. Whoever goes away has what was begun ended with them, as when a command
/// that opened the house itself is ended.
pub(crate) async fn serve(socket: Socket, desk: Desk, stopped: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(COMMANDS_MAX));
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            () = &mut stopped => return,
            accepted = socket.listener.accept() => accepted,
        };
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match accepted {
            Ok((stream, _)) => {
                let desk = desk.clone();
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, &desk).await {
                        tracing::warn!(%error, "a command was not answered");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a command was not heard");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn converse(mut stream: UnixStream, desk: &Desk) -> Result<()> {
    let peer = stream.peer_cred().context("asking who is at the socket")?;
    let own = rustix::process::geteuid().as_raw();
    if peer.uid() != own && peer.uid() != 0 {
        return Err(Fault::new("somebody else than the server's account or root").into());
    }
    let line = timeout(CROSSED_WITHIN, read_line(&mut stream, REQUEST_BYTES_MAX))
        .await
        .context("reading a request in time")??;
    let answer = match serde_json::from_slice::<Request>(&line) {
        Ok(request) => tokio::select! {
            done = timeout(DONE_WITHIN, desk.carry_out(request)) => match done {
                Ok(Ok(done)) => Answer::Done(done),
                Ok(Err(error)) => Answer::of(&error),
                Err(_) => Answer::Failed { what: "it took too long".to_owned() },
            },
            () = gone(&mut stream) => return Ok(()),
        },
        // What serde says may hold what was asked.
        Err(_) => Answer::Failed {
            what: "the server does not know what is asked: is the command of another version?"
                .to_owned(),
        },
    };
    // What was read or refused stands in the log before anybody hears of it. A sealed log takes nothing: that waits.
    let answer = match desk.log.flush().await {
        Err(error) if desk.kms.is_open() => {
            Answer::of(&error.while_doing("the log took no entry of it"))
        }
        _ => answer,
    };
    let mut line = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES_MAX));
    serde_json::to_writer(&mut *line, &answer).context("writing an answer")?;
    line.push(b'\n');
    timeout(CROSSED_WITHIN, stream.write_all(&line))
        .await
        .context("answering in time")?
        .context("answering")
}

impl Answer {
    fn of(error: &Error) -> Self {
        match error {
            Error::Refusal(refused) => Self::Refused {
                code: refused.refusal.code.to_owned(),
                title: refused.refusal.title.to_owned(),
            },
            Error::Fault(fault) => Self::Failed {
                what: fault.to_string(),
            },
        }
    }
}

/// Ends when the other side has gone. It says nothing after its request.
async fn gone(stream: &mut UnixStream) {
    let mut byte = [0];
    while matches!(stream.read(&mut byte).await, Ok(1)) {}
}

/// Reads up to the end of a line. The room for it is made at once, so that no part of a share stays behind.
pub(super) async fn read_line(
    stream: &mut UnixStream,
    bytes_max: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(bytes_max.min(REQUEST_BYTES_MAX)));
    let mut part = Zeroizing::new([0; 4_096]);
    loop {
        let count = match stream.read(&mut *part).await {
            Ok(0) => return Err(Fault::new("the other side has gone").into()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fault::from_source(error).into()),
        };
        let read = part.get(..count).unwrap_or_default();
        let end = read.iter().position(|byte| *byte == b'\n');
        line.extend_from_slice(read.get(..end.unwrap_or(count)).unwrap_or_default());
        if line.len() > bytes_max {
            return Err(Fault::new("a line is too long").into());
        }
        if end.is_some() {
            return Ok(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[tokio::test]
    async fn a_socket_is_its_owners_alone_and_one_that_was_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_in(folder.path());
        let first = Socket::bind(folder.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let second = Socket::bind(folder.path());
        assert!(second.is_err(), "a server that runs keeps its place");
        drop(second);
        assert!(path.exists());

        // As a server leaves it that is killed.
        std::mem::forget(first);
        fs::remove_file(&path).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let next = Socket::bind(folder.path()).unwrap();
        drop(next);
        assert!(!path.exists(), "an orderly end leaves nothing");
    }

    #[test]
    fn a_path_that_is_too_long_for_a_socket_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("x".repeat(120));
        fs::create_dir(&deep).unwrap();
        let error = Socket::bind(&deep).err().unwrap();
        assert!(error.to_string().contains("too long"), "{error}");
    }

    #[tokio::test]
    async fn a_line_ends_at_its_end_or_at_its_limit() {
        for (sent, bytes_max, expected) in [
            (&b"asked\nmore"[..], 10, Some(&b"asked"[..])),
            (b"\n", 10, Some(b"")),
            (b"far too long\n", 5, None),
            (b"no end", 10, None),
        ] {
            let (mut one, mut other) = UnixStream::pair().unwrap();
            one.write_all(sent).await.unwrap();
            drop(one);
            let line = read_line(&mut other, bytes_max).await.ok();
            assert_eq!(line.as_deref().map(Vec::as_slice), expected);
        }
    }
}
