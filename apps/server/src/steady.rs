//! Steady work: the reconcilers of all modules, each on one node of the cell at a time.

use std::{sync::Arc, time::Duration};

use act::{Ports, Runtime};
use base::{Result, TenantId};
use db::{Lease, LeaseKeeper};
use identity::{Postman, Smtp, SmtpSettings};
use kms::{Embedded, NodeId};
use serde_json::json;

/// How long a node that went silent keeps a reconciler, beyond one round of it.
const SILENCE: Duration = Duration::from_secs(30);

/// How often letters that are due are brought to the mail server.
const LETTERS_EVERY: Duration = Duration::from_secs(3);

/// Brings letters to the mail server, from one node at a time.
///
/// # Errors
/// A fault when the mail server's settings cannot be used.
pub(crate) fn start_mail(
    runtime: &Arc<Runtime>,
    node: NodeId,
    settings: &SmtpSettings,
) -> Result<()> {
    let postman = Postman::new(Arc::clone(runtime), Arc::new(Smtp::new(settings)?));
    let keeper = LeaseKeeper::new(name("identity.letter"), node, LETTERS_EVERY + SILENCE);
    let ports = Arc::clone(runtime.ports());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LETTERS_EVERY).await;
            let round = async {
                match is_ours(&ports, &keeper).await? {
                    true => postman.round().await,
                    false => Ok(identity::Round::default()),
                }
            };
            match round.await {
                // The letter's id only: whom it is for is nobody's business here.
                Ok(round) => round.unreadable.iter().for_each(|(letter, fault)| {
                    tracing::warn!(%letter, %fault, "a letter could not be read");
                }),
                Err(error) => tracing::warn!(%error, "letters could not be sent"),
            }
        }
    });
    Ok(())
}

/// How often files that wait are brought to who looks through them.
const SCANS_EVERY: Duration = Duration::from_secs(2);
/// How long one round may take at most before another node takes over: files are large.
const SCANNING_MAX: Duration = Duration::from_secs(900);

/// Has files looked through, from one node at a time.
pub(crate) fn start_scanning(runtime: &Arc<Runtime>, node: NodeId, address: antivirus::Address) {
    let scanner = Arc::new(antivirus::Clamd::new(address));
    let inspector = messenger::Inspector::new(Arc::clone(runtime), scanner);
    let keeper = LeaseKeeper::new(name("messenger.scan"), node, SCANNING_MAX);
    let ports = Arc::clone(runtime.ports());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(SCANS_EVERY).await;
            let round = async {
                match is_ours(&ports, &keeper).await? {
                    true => inspector.round().await,
                    false => Ok(messenger::Inspected::default()),
                }
            };
            match round.await {
                Ok(found) if found.harmful > 0 => {
                    tracing::warn!(found.harmful, "files were found to be harmful");
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "files could not be looked through"),
            }
        }
    });
}

/// How often exports of which a step is due are looked for.
const EXPORTS_EVERY: Duration = Duration::from_secs(1);

/// Makes exports step by step, on one node at a time. A round is short, and each step is done once whoever does it: the lease
/// only saves work.
async fn make_exports(runtime: Arc<Runtime>, node: NodeId) {
    let exporter = messenger::Exporter::new(Arc::clone(&runtime));
    let keeper = LeaseKeeper::new(name("messenger.export"), node, SILENCE);
    let mut lease = None;
    loop {
        tokio::time::sleep(EXPORTS_EVERY).await;
        let round = async {
            match leads(&runtime, &keeper, &mut lease).await? {
                true => exporter.round().await.map(|_| ()),
                false => Ok(()),
            }
        };
        if let Err(error) = round.await {
            tracing::warn!(%error, "an export could not be gone on with");
        }
    }
}

/// How often jobs that are due are looked for.
const JOBS_EVERY: Duration = Duration::from_secs(1);

/// How often reserved keys are compared with the resources that took them.
const KEYS_EVERY: Duration = Duration::from_secs(3_600);

/// Compares the key store's reserved keys with the resources, on one node at a time.
pub(crate) fn start_keys(runtime: &Arc<Runtime>, kms: Arc<Embedded>, node: NodeId) {
    let keeper = LeaseKeeper::new(name("vault.key"), node, KEYS_EVERY + SILENCE);
    let ports = Arc::clone(runtime.ports());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(KEYS_EVERY).await;
            let round = async {
                match is_ours(&ports, &keeper).await? {
                    true => vault::reconcile_keys(kms.as_ref(), &ports.database)
                        .await
                        .map(|_| ()),
                    false => Ok(()),
                }
            };
            if let Err(error) = round.await {
                tracing::warn!(%error, "reserved keys could not be compared");
            }
        }
    });
}

/// How often what is kept for a time only is looked through, and blobs are compared with the rows that name them.
const TIDY_EVERY: Duration = Duration::from_secs(6 * 3_600);

/// Removes outdated events, idempotency keys and blobs that no row names, on one node at a time.
fn start_tidying(runtime: &Arc<Runtime>, node: NodeId) {
    let runtime = Arc::clone(runtime);
    let keeper = LeaseKeeper::new(name("act.tidy"), node, TIDY_EVERY + SILENCE);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            if let Err(error) = tidy_once(&runtime, &keeper).await {
                tracing::warn!(%error, "what is outdated could not be removed");
            }
        }
    });
}

async fn tidy_once(runtime: &Runtime, keeper: &LeaseKeeper) -> Result<()> {
    if !is_ours(runtime.ports(), keeper).await? {
        return Ok(());
    }
    runtime.purge_outdated().await?;
    let removed = runtime.remove_unnamed_blobs().await?;
    if removed != act::Removed::default() {
        tracing::info!(removed.unnamed, removed.abandoned, "blobs were removed");
    }
    Ok(())
}

/// Starts the jobs and every reconciler; each goes on until the process ends.
pub(crate) fn start(runtime: &Arc<Runtime>, node: NodeId) {
    tokio::spawn(run_jobs(Arc::clone(runtime), node));
    tokio::spawn(make_exports(Arc::clone(runtime), node));
    start_tidying(runtime, node);
    for module in runtime.modules() {
        for reconciler in &module.reconcilers {
            tokio::spawn(repeat(
                Arc::clone(runtime),
                node,
                reconciler.operation,
                reconciler.every,
            ));
        }
    }
}

async fn run_jobs(runtime: Arc<Runtime>, node: NodeId) {
    let keeper = LeaseKeeper::new(name("act.job"), node, SILENCE);
    let mut lease = None;
    loop {
        tokio::time::sleep(JOBS_EVERY).await;
        if let Err(error) = run_jobs_once(&runtime, &keeper, &mut lease).await {
            tracing::warn!(%error, "jobs could not be run");
        }
    }
}

async fn run_jobs_once(
    runtime: &Runtime,
    keeper: &LeaseKeeper,
    lease: &mut Option<Lease>,
) -> Result<()> {
    match leads(runtime, keeper, lease).await? {
        true => runtime.run_due_jobs().await.map(|_| ()),
        false => Ok(()),
    }
}

/// Whether this node leads; nobody does while it is sealed. Renews the lease only when it would soon end: an idle cell does not write every second.
async fn leads(runtime: &Runtime, keeper: &LeaseKeeper, lease: &mut Option<Lease>) -> Result<bool> {
    let ports = runtime.ports();
    if !ports.vault.is_open() {
        return Ok(false);
    }
    let now = ports.clock.now();
    if lease.is_none_or(|lease| !lease.is_held_at(now.after(SILENCE / 2))) {
        *lease = keeper.hold(&ports.database, now).await?;
    }
    Ok(lease.is_some())
}

async fn repeat(runtime: Arc<Runtime>, node: NodeId, operation: &'static str, every: Duration) {
    let keeper = LeaseKeeper::new(name(operation), node, every + SILENCE);
    loop {
        tokio::time::sleep(every).await;
        if let Err(error) = once(&runtime, &keeper, operation).await {
            tracing::warn!(operation, %error, "a reconciler did not succeed");
        }
    }
}

async fn once(runtime: &Runtime, keeper: &LeaseKeeper, operation: &'static str) -> Result<()> {
    if !is_ours(runtime.ports(), keeper).await? {
        return Ok(());
    }
    runtime
        .run_as("reconciler", TenantId::NIL, operation, json!({}))
        .await
        .map(|_| ())
}

/// Whether a round of this work is for this node: it is open, and takes the lease or holds it already.
pub(crate) async fn is_ours(ports: &Ports, keeper: &LeaseKeeper) -> Result<bool> {
    if !ports.vault.is_open() {
        return Ok(false);
    }
    let lease = keeper.hold(&ports.database, ports.clock.now()).await?;
    Ok(lease.is_some())
}

/// The lease of a reconciler is called after its operation.
pub(crate) fn name(operation: &str) -> [u8; 16] {
    let hash = cipher::hash_token(operation.as_bytes());
    hash.first_chunk::<16>().copied().unwrap_or_default()
}
