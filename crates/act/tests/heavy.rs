//! Heavy computation keeps no reader of the database, and pictures keep no password waiting.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use act::{Act, Action, Heavy, Migration, MigrationSet, Module, Operation};
use base::{Result, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::House;

static HASH: Operation = Operation::read("test.password.hash", Action::Serve).system();
static PAINT: Operation = Operation::read("test.picture.paint", Action::Serve).system();
static LOOK: Operation = Operation::read("test.cell.look", Action::Serve).system();

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Serialize, JsonSchema)]
struct Done {}

/// How many acts have read and are about to compute.
static ARRIVED: AtomicUsize = AtomicUsize::new(0);
static IS_OPEN: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

async fn compute(act: &mut Act, heavy: Heavy) -> Result<Done> {
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    ARRIVED.fetch_add(1, Ordering::Relaxed);
    act.compute(heavy, || {
        let (is_open, opened) = &IS_OPEN;
        let held = is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(opened.wait_while(held, |is_open| !*is_open));
    })
    .await?;
    // The act goes on reading.
    act.cell().await?;
    Ok(Done {})
}

async fn hash(act: &mut Act, _: Nothing) -> Result<Done> {
    compute(act, Heavy::Passwords).await
}

async fn paint(act: &mut Act, _: Nothing) -> Result<Done> {
    compute(act, Heavy::Pictures).await
}

async fn look(act: &mut Act, _: Nothing) -> Result<Done> {
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    act.compute(Heavy::Passwords, || {}).await?;
    Ok(Done {})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_wait_to_compute_keep_nobody_from_reading() {
    const WAITING: usize = 20;
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let module = Module::new("test", migrations)
        .with(&HASH, hash)
        .with(&PAINT, paint)
        .with(&LOOK, look);
    let house = Arc::new(House::with(vec![module]).await);
    let painting = |house: Arc<House>, operation: &'static Operation| {
        tokio::spawn(async move {
            let system = house.system("test", TenantId::NIL);
            system.does(operation, json!({})).await
        })
    };
    let all_arrive = async |count: usize| {
        let arriving = async {
            while ARRIVED.load(Ordering::Relaxed) < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(8), arriving)
            .await
            .expect("all have read");
    };
    // More pictures than there are readers of the database: passwords and reads go on.
    let mut waiting: Vec<_> = (0..WAITING)
        .map(|_| painting(Arc::clone(&house), &PAINT))
        .collect();
    all_arrive(WAITING).await;
    let system = house.system("test", TenantId::NIL);
    system.does(&LOOK, json!({})).await;
    // The same with passwords.
    waiting.extend((0..WAITING).map(|_| painting(Arc::clone(&house), &HASH)));
    all_arrive(2 * WAITING).await;

    *IS_OPEN.0.lock().unwrap() = true;
    IS_OPEN.1.notify_all();
    for done in waiting {
        done.await.unwrap();
    }
}
