//! Work that acts left behind for later: each job runs one operation of the system, at least once.

use std::time::Duration;

use base::{Error, Id, Result, TenantId, kinds};
use db::{Batch, Row, params};

use crate::{Act, Call, Caller, Operation, Runtime, runtime::printed, store};

/// How many jobs one round takes.
const JOBS_PER_ROUND: u32 = 50;
/// The first wait after a failure; each further one is twice as long, up to an hour.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

struct Job {
    tenant: TenantId,
    id: Id<kinds::Job>,
    operation: String,
    subject: [u8; 16],
    attempts: i64,
}

impl Job {
    fn take(mut row: Row) -> Result<Self> {
        Ok(Self {
            tenant: row.take("tenant")?,
            id: row.take("id")?,
            operation: row.take("operation")?,
            subject: row.take("subject")?,
            attempts: row.take("attempts")?,
        })
    }
}

impl Act {
    /// Has an operation of the system run on `subject` if this act ends in a refusal: an act of its own, since a refused one
    /// writes nothing. For what has to be counted in the database although it failed.
    pub fn if_refused<K>(&mut self, operation: &'static Operation, subject: Id<K>) {
        self.if_refused = Some((operation, subject.to_bytes()));
    }
}

impl Runtime {
    /// Runs the jobs that are due, oldest first, and answers how many went well. One node of the cell at a time calls it; two
    /// would only do work twice. A job that fails waits, longer each time, and is never given up silently: it is logged.
    ///
    /// # Errors
    /// A fault when the database cannot be read or written.
    pub async fn run_due_jobs(&self) -> Result<usize> {
        let now = self.ports().clock.now();
        let mut snapshot = self.ports().database.snapshot().await?;
        let params = params! { now: now, limit: JOBS_PER_ROUND };
        let rows = snapshot
            .rows(TenantId::NIL, &store::LIST_DUE_JOBS, params)
            .await?;
        drop(snapshot);
        let mut done = 0;
        for row in rows {
            let job = Job::take(row)?;
            let mut batch = Batch::new();
            match self.run_job(&job).await {
                Ok(()) => {
                    done += 1;
                    batch.execute(job.tenant, &store::DELETE_JOB, params! { id: job.id })?;
                }
                Err(error) => {
                    tracing::warn!(operation = job.operation, attempts = job.attempts, %error, "a job did not succeed");
                    let doublings = u32::try_from(job.attempts.clamp(0, 20)).unwrap_or(20);
                    let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
                    let params = params! { id: job.id, due_at: now.after(wait) };
                    batch.execute(job.tenant, &store::POSTPONE_JOB, params)?;
                }
            }
            self.ports().database.commit(batch).await?;
        }
        Ok(done)
    }

    async fn run_job(&self, job: &Job) -> Result<()> {
        let caller = Caller::System {
            name: "job",
            tenant: job.tenant,
        };
        self.run_on(&job.operation, caller, job.subject).await
    }

    /// What an act wanted to have written if it ends in a refusal is written before the refusal is answered; what cannot be
    /// written is answered in its place.
    pub(crate) async fn follow_refusal(&self, act: Act, error: &Error) -> Result<()> {
        let (Some(_), Some((operation, subject))) = (error.refusal(), act.if_refused) else {
            return Ok(());
        };
        let caller = Caller::System {
            name: "refusal",
            tenant: act.call.caller.tenant(),
        };
        drop(act);
        self.run_on(operation.name, caller, subject).await
    }

    async fn run_on(&self, operation: &str, caller: Caller, subject: [u8; 16]) -> Result<()> {
        let subject = match self.binding(operation) {
            Some(binding) => printed(binding, "subject", subject),
            None => String::new(),
        };
        let call = Call::internal(caller, self.new_id());
        let input = serde_json::json!({ "subject": subject });
        Box::pin(self.execute(operation, call, input))
            .await
            .map(|_| ())
    }
}
