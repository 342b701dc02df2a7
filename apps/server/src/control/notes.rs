//! Entries that wait for the log: what is done to a sealed store is written down as soon as that is open.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use act::{Call, Operation, Runtime};
use base::Result;
use serde_json::Value;

/// Entries that wait at most. Each needs a share that was taken, or the operator.
const NOTES_MAX: usize = 1_024;
/// How often it is looked whether they can be written.
const EVERY: Duration = Duration::from_secs(1);

/// An operation that leaves the entry, and in whose name.
pub(crate) struct Note {
    pub(crate) operation: &'static Operation,
    pub(crate) call: Call,
}

/// What this node has to write down.
#[derive(Default)]
pub(crate) struct Notes {
    waiting: Mutex<VecDeque<Note>>,
    /// Held while they are written, so that each is once.
    writing: tokio::sync::Mutex<()>,
}

impl Notes {
    pub(crate) fn keep(&self, note: Note) {
        let mut waiting = self.waiting();
        match waiting.len() < NOTES_MAX {
            true => waiting.push_back(note),
            false => {
                tracing::error!(operation = note.operation.name, "no room for an entry");
            }
        }
    }

    /// Writes what waits, in order.
    ///
    /// # Errors
    /// [`act::SEALED`], or a fault when the log takes nothing: what is not written stays.
    pub(crate) async fn write(&self, runtime: &Runtime) -> Result<()> {
        let _turn = self.writing.lock().await;
        loop {
            let next = self
                .waiting()
                .front()
                .map(|note| (note.operation.name, note.call.clone()));
            let Some((operation, call)) = next else {
                return Ok(());
            };
            runtime.execute(operation, call, Value::Null).await?;
            self.waiting().pop_front();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Note>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what waits as soon as the store is open, until the process ends.
pub(crate) async fn keep_writing(notes: Arc<Notes>, runtime: Arc<Runtime>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if !runtime.ports().vault.is_open() {
            continue;
        }
        if let Err(error) = notes.write(&runtime).await {
            tracing::warn!(%error, "what was done while sealed could not be written down");
        }
    }
}
