//! Exports are made step by step, by whoever has time for it.

use std::{collections::BTreeSet, sync::Arc};

use act::{Answer, Operation, Runtime};
use base::{Context, Error, Result, TenantId};
use serde_json::{Value, json};

use crate::{
    model::ExportId,
    ops::{continue_export, due_exports, stumble_export},
    rules::{EXPORT_ABSENT, ROUND_STEPS},
    wire,
};

/// Does what is due of all exports, one step of each in turn. One node of the cell at a time runs it: two would meet in the
/// database, where each step is done once, and only do work twice.
pub struct Exporter {
    runtime: Arc<Runtime>,
}

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps {
    pub done: u32,
}

impl Exporter {
    pub const fn new(runtime: Arc<Runtime>) -> Self {
        Self { runtime }
    }

    /// Does steps until none is due, or until it has done enough for once.
    ///
    /// # Errors
    /// The first one of the steps that failed. The others were done; the export waits, and is given up after a few of them.
    pub async fn round(&self) -> Result<Steps> {
        let mut steps = Steps::default();
        let mut failed: BTreeSet<ExportId> = BTreeSet::new();
        let mut error = Ok(());
        loop {
            let due = self.due().await?;
            let due = due.exports.into_iter();
            let due: Vec<_> = due.filter(|of| !failed.contains(&of.export)).collect();
            if due.is_empty() {
                return error.map(|()| steps);
            }
            for of in due {
                if steps.done >= ROUND_STEPS {
                    return error.map(|()| steps);
                }
                steps.done += 1;
                if let Err(trouble) = self.step(of).await {
                    failed.insert(of.export);
                    error = error.and(Err(trouble));
                }
            }
        }
    }

    async fn due(&self) -> Result<wire::ExportsDue> {
        let due = self.ask(&due_exports::OP, json!({})).await?;
        serde_json::from_slice(&due.body).context("reading which exports are due")
    }

    /// One step. What is refused, as by a server that is sealed, waits; a fault is counted against the export.
    async fn step(&self, of: wire::ExportWithin) -> Result<()> {
        let input = || serde_json::to_value(of).context("naming an export");
        match self.ask(&continue_export::OP, input()?).await {
            Ok(_) => Ok(()),
            Err(error) if error.is(&EXPORT_ABSENT) => Ok(()),
            Err(Error::Fault(fault)) => {
                self.ask(&stumble_export::OP, input()?).await?;
                Err(Error::Fault(fault))
            }
            Err(refused) => Err(refused),
        }
    }

    async fn ask(&self, operation: &Operation, input: Value) -> Result<Answer> {
        self.runtime
            .run_as("exporter", TenantId::NIL, operation.name, input)
            .await
    }
}
