//! Jobs run after their act has committed, again after a failure, and then never more.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use act::{Act, Action, Migration, MigrationSet, Module, Operation};
use base::{Fault, KeyId, Result, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::House;

static LEAVE: Operation = Operation::write("test.job.leave", Action::Serve).system();
static RUN: Operation = Operation::write("test.job.run", Action::Serve).system();

/// How often the job ran; it fails the first time.
static RUNS: AtomicU32 = AtomicU32::new(0);

#[derive(Deserialize, JsonSchema)]
struct Subject {
    subject: KeyId,
}

#[derive(Serialize, JsonSchema)]
struct Done {}

async fn leave(act: &mut Act, input: Subject) -> Result<Done> {
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    act.enqueue(&permit, &RUN, input.subject, act.now())?;
    Ok(Done {})
}

async fn run(act: &mut Act, input: Subject) -> Result<Done> {
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    assert_eq!(input.subject, KeyId::from_bytes([7; 16]));
    match RUNS.fetch_add(1, Ordering::Relaxed) {
        0 => Err(Fault::new("the first time fails").into()),
        _ => Ok(Done {}),
    }
}

#[tokio::test]
async fn a_job_runs_until_it_goes_well_and_then_no_more() {
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let house = House::with(vec![
        Module::new("test", migrations)
            .with(&LEAVE, leave)
            .with(&RUN, run),
    ])
    .await;
    let system = house.system("test", TenantId::NIL);
    system
        .does(&LEAVE, json!({ "subject": KeyId::from_bytes([7; 16]) }))
        .await;

    assert_eq!(house.runtime().run_due_jobs().await.unwrap(), 0, "it fails");
    assert_eq!(house.runtime().run_due_jobs().await.unwrap(), 0, "it waits");
    house.passes(Duration::from_secs(3));
    assert_eq!(house.runtime().run_due_jobs().await.unwrap(), 1);
    house.passes(Duration::from_secs(7_200));
    assert_eq!(
        house.runtime().run_due_jobs().await.unwrap(),
        0,
        "it is gone"
    );
    assert_eq!(RUNS.load(Ordering::Relaxed), 2);
}
