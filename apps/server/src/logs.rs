//! Structured logs on standard error.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use base::{Context, Result};
use tracing::Metadata;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, reload};

/// How long lines that only tell something are gathered.
const GATHERED_FOR: Duration = Duration::from_millis(50);
/// How many bytes of them.
const GATHERED_BYTES_MAX: usize = 64 * 1024;

/// Changes what is logged while the process runs. When it is dropped, what was gathered is written.
pub(crate) struct Level {
    reload: Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>,
    lines: Lines,
}

impl Level {
    /// Logs at this level from here on.
    ///
    /// # Errors
    /// A fault when the level cannot be read; the old one stays.
    pub(crate) fn set(&self, level: &str) -> Result<()> {
        let filter = EnvFilter::try_new(level).context("reading the log level")?;
        (self.reload)(filter).context("changing the log level")
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.lines.write_out(self.lines.lock());
    }
}

/// Lines on their way to standard error. A write for each was 3 % of a small request, so they are gathered for a
/// moment; a warning leaves at once, with all that came before it. A process that is killed loses the moment.
#[derive(Clone, Default)]
struct Lines(Arc<Gathered>);

#[derive(Default)]
struct Gathered {
    bytes: Mutex<Vec<u8>>,
    is_begun: Condvar,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        let bytes = self.0.bytes.lock();
        bytes.unwrap_or_else(PoisonError::into_inner)
    }

    /// Under the lock, so that lines stay in order.
    fn write_out(&self, mut bytes: MutexGuard<'_, Vec<u8>>) {
        // Whoever listens to standard error may have gone: there is nobody left to tell.
        let _ = io::stderr().write_all(&bytes);
        bytes.clear();
    }

    /// Writes what is gathered, whenever something is, until the process ends.
    fn keep_writing(&self) {
        loop {
            let bytes = self.lock();
            let waited = self.0.is_begun.wait_while(bytes, |bytes| bytes.is_empty());
            drop(waited);
            thread::sleep(GATHERED_FOR);
            self.write_out(self.lock());
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line {
            lines: self.clone(),
            is_urgent: true,
        }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line {
        Line {
            lines: self.clone(),
            is_urgent: *metadata.level() <= tracing::Level::WARN,
        }
    }
}

/// One line, written whole.
struct Line {
    lines: Lines,
    is_urgent: bool,
}

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut bytes = self.lines.lock();
        if bytes.is_empty() {
            self.lines.0.is_begun.notify_one();
        }
        bytes.extend_from_slice(line);
        if self.is_urgent || bytes.len() >= GATHERED_BYTES_MAX {
            self.lines.write_out(bytes);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts logging at this level; a filter that cannot be read means `info`.
pub(crate) fn start(level: &str) -> Level {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = Lines::default();
    let logs = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(lines.clone())
        .with_target(true)
        .with_filter_reloading();
    let handle = logs.reload_handle();
    // A second start only happens inside tests that run several commands.
    drop(logs.try_init());
    let writer = lines.clone();
    thread::spawn(move || writer.keep_writing());
    Level {
        reload: Box::new(move |filter| handle.reload(filter)),
        lines,
    }
}
