//! A file that entries are written to, a line each.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::mpsc::{self, Receiver, SyncSender},
};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use logical::Failure;
use tokio::sync::oneshot;

use super::Stored;

/// Entries that wait to be written.
const WAITING_MAX: usize = 16_384;
/// Entries that are written at once.
const GROUP_MAX: usize = 1_024;

/// An open device. A thread of its own writes what has gathered in one go.
pub(crate) struct Device {
    stored: Stored,
    key: hmac::Key,
    lines: SyncSender<Line>,
}

struct Line {
    text: String,
    written: oneshot::Sender<bool>,
}

impl Device {
    /// Starts to write. Whether it can is told with each entry.
    pub(crate) fn start(stored: Stored) -> Self {
        let (lines, waiting) = mpsc::sync_channel(WAITING_MAX);
        let path = path_of(&stored).to_owned();
        let mode = mode_of(&stored).unwrap_or(0o600);
        std::thread::spawn(move || write_lines(&path, mode, &waiting));
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, stored.salt.as_bytes()),
            stored,
            lines,
        }
    }

    pub(crate) fn is(&self, stored: &Stored) -> bool {
        self.stored == *stored
    }

    /// Whether values are written as they are.
    pub(crate) fn is_raw(&self) -> bool {
        let raw = self.stored.options.get("log_raw");
        raw.is_some_and(|raw| raw == "true" || raw == "1")
    }

    /// Whether accessors are hashed like everything else; they are unless somebody says otherwise.
    pub(crate) fn hashes_accessors(&self) -> bool {
        let hashes = self.stored.options.get("hmac_accessor");
        hashes.is_none_or(|hashes| hashes != "false" && hashes != "0")
    }

    /// Before every line.
    pub(crate) fn prefix(&self) -> &str {
        self.stored.options.get("prefix").map_or("", String::as_str)
    }

    /// A value as entries have it: `hmac-sha256:` and the keyed hash in hex.
    pub(crate) fn hash(&self, value: &str) -> String {
        let tag = hmac::sign(&self.key, value.as_bytes());
        format!("hmac-sha256:{}", HEXLOWER.encode(tag.as_ref()))
    }

    /// Writes a line; whether it was.
    pub(crate) fn record(&self, text: String) -> impl Future<Output = bool> + use<> {
        let (written, outcome) = oneshot::channel();
        let sent = self.lines.try_send(Line { text, written }).is_ok();
        async move { sent && outcome.await.unwrap_or(false) }
    }
}

/// The file of a device.
pub(crate) fn path_of(stored: &Stored) -> &Path {
    let options = &stored.options;
    let path = options.get("file_path").or_else(|| options.get("path"));
    Path::new(path.map_or("", String::as_str))
}

fn mode_of(stored: &Stored) -> Option<u32> {
    let mode = stored.options.get("mode")?;
    u32::from_str_radix(mode, 8)
        .ok()
        .filter(|mode| *mode != 0 && *mode <= 0o777)
}

/// Looks whether a device can be written to before it is taken.
///
/// # Errors
/// [`Failure::Invalid`] when it cannot.
pub(crate) fn try_device(stored: &Stored) -> Result<(), Failure> {
    let path = path_of(stored);
    if path.as_os_str().is_empty() {
        return Err(Failure::invalid("file_path is required"));
    }
    if is_stream(path) {
        return Ok(());
    }
    let opened = open(path, mode_of(stored).unwrap_or(0o600));
    opened.map(drop).map_err(|error| {
        Failure::invalid(format!(
            "sanity check failed; unable to open the file: {error}"
        ))
    })
}

fn is_stream(path: &Path) -> bool {
    path == Path::new("stdout") || path == Path::new("discard")
}

fn open(path: &Path, mode: u32) -> std::io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(mode)
        .open(path)
}

fn is_cut_off(path: &Path) -> bool {
    let mut last = [b'\n'];
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)
    });
    read.is_ok() && last != [b'\n']
}

fn write_lines(path: &Path, mode: u32, waiting: &Receiver<Line>) {
    let mut file: Option<File> = None;
    let mut group = Vec::new();
    let mut text = Vec::new();
    while let Ok(line) = waiting.recv() {
        group.push(line);
        group.extend(waiting.try_iter().take(GROUP_MAX));
        text.clear();
        for line in &group {
            text.extend_from_slice(line.text.as_bytes());
        }
        // A file that was moved away by whoever turns logs over is made anew.
        if !is_stream(path) && !path.exists() {
            file = None;
        }
        let is_written = write(path, mode, &mut file, &text);
        for line in group.drain(..) {
            // Whoever gave up waiting does not want to know.
            let _ = line.written.send(is_written);
        }
    }
}

fn write(path: &Path, mode: u32, file: &mut Option<File>, text: &[u8]) -> bool {
    if path == Path::new("discard") {
        return true;
    }
    if path == Path::new("stdout") {
        return std::io::stdout().write_all(text).is_ok();
    }
    if file.is_none() {
        *file = open(path, mode).ok();
        // A line that was cut off, since the disk was full perhaps, is ended first.
        if is_cut_off(path)
            && let Some(open) = file
            && open.write_all(b"\n").is_err()
        {
            *file = None;
        }
    }
    let Some(open) = file else {
        return false;
    };
    let written = open.write_all(text);
    if written.is_err() {
        *file = None;
    }
    written.is_ok()
}
