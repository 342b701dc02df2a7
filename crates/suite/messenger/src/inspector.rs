//! Files are looked through before they are given out, by whatever the operator has for it.

use std::sync::Arc;

use act::{Operation, Runtime, Scanner, Verdict};
use base::{Context, Result, TenantId};
use serde_json::Value;

use crate::{
    ops::{due_scans, read_scan, settle_scan},
    rules::FILE_ABSENT,
    wire,
};

/// Brings what waits to the scanner, one file after the other. One node of the cell at a time runs it; two would only do work
/// twice.
pub struct Inspector {
    runtime: Arc<Runtime>,
    scanner: Arc<dyn Scanner>,
}

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inspected {
    pub clean: u32,
    pub harmful: u32,
}

impl Inspector {
    pub fn new(runtime: Arc<Runtime>, scanner: Arc<dyn Scanner>) -> Self {
        Self { runtime, scanner }
    }

    /// Looks through what waits.
    ///
    /// # Errors
    /// The first one of the files that could not be judged; the others were, and those are looked at again in the next round.
    pub async fn round(&self) -> Result<Inspected> {
        let due = self.ask(&due_scans::OP, serde_json::json!({})).await?;
        let due: wire::ScansDue =
            serde_json::from_slice(&due.body).context("reading what waits to be looked through")?;
        let mut inspected = Inspected::default();
        let mut failed = Ok(());
        for of in due.contents {
            match self.inspect(of).await {
                Ok(Some(Verdict::Clean)) => inspected.clean += 1,
                Ok(Some(Verdict::Harmful)) => inspected.harmful += 1,
                Ok(None) => {}
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed.map(|()| inspected)
    }

    /// What was found in one content; nothing when its author gave it up meanwhile.
    async fn inspect(&self, of: wire::OfContent) -> Result<Option<Verdict>> {
        let input = serde_json::to_value(of).context("naming a content")?;
        let content = match self.ask(&read_scan::OP, input).await {
            Err(error) if error.is(&FILE_ABSENT) => return Ok(None),
            answer => answer?.content.context("a content to be looked through")?,
        };
        let bytes = content.source.open(0..content.source.size_bytes());
        let verdict = self.scanner.scan(bytes).await?;
        self.settle(of, verdict).await?;
        Ok(Some(verdict))
    }

    async fn settle(&self, of: wire::OfContent, verdict: Verdict) -> Result<()> {
        let settle = wire::SettleScan {
            tenant: of.tenant,
            content: of.content,
            is_harmful: verdict == Verdict::Harmful,
        };
        let input = serde_json::to_value(settle).context("naming a content")?;
        match self.ask(&settle_scan::OP, input).await {
            Err(error) if error.is(&FILE_ABSENT) => Ok(()),
            settled => settled.map(|_| ()),
        }
    }

    async fn ask(&self, operation: &Operation, input: Value) -> Result<act::Answer> {
        self.runtime
            .run_as("inspector", TenantId::NIL, operation.name, input)
            .await
    }
}
