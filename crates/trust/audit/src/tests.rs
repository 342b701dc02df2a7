//! The log in a house: what is recorded, numbered, counted and found.

mod chaining;
mod recording;
mod tampering;
mod windows;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use act::{
    Act, Action, Cell, FreshKey, Migration, MigrationSet, Module, Operation, Purpose, Vault,
};
use base::{Fault, KeyId, Refusal, Result, TenantId, Timestamp};
use cipher::{BlindIndex, DataKey};
use db::{Database, Statement, params};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::{Actor, House, HouseBuilder, MemoryVault};

use crate::{
    Log,
    conformance::Later,
    sequencer::{Sequencer, Step},
    store,
};

pub(super) static WRITE: Operation = Operation::write("test.thing.write", Action::Serve).system();
pub(super) static READ: Operation = Operation::read("test.thing.read", Action::Serve).system();
pub(super) static READ_OTHERWISE: Operation =
    Operation::read("test.thing.skim", Action::Serve).system();
pub(super) static REFUSED: Operation =
    Operation::write("test.thing.refuse", Action::Serve).system();

#[derive(Deserialize, schemars::JsonSchema)]
struct Nothing {}

async fn serve(act: &mut Act, _: Nothing) -> Result<Value> {
    let cell: Cell = act.cell().await?;
    act.permit(&cell).await?;
    Ok(json!({}))
}

async fn refuse(act: &mut Act, input: Nothing) -> Result<Value> {
    serve(act, input).await?;
    Err(act::NOT_PERMITTED.into())
}

/// Keys in memory that can be sealed, and lost.
#[derive(Default)]
pub(super) struct Closable {
    keys: MemoryVault,
    is_sealed: AtomicBool,
    lost: Mutex<Option<(TenantId, Option<Refusal>)>>,
}

impl Closable {
    pub(super) fn seal(&self) {
        self.is_sealed.store(true, Ordering::Relaxed);
    }

    pub(super) fn unseal(&self) {
        self.is_sealed.store(false, Ordering::Relaxed);
    }

    pub(super) fn lose(&self, tenant: TenantId) {
        *self.lost.lock().unwrap() = Some((tenant, None));
    }

    /// Has the keys of a tenant refused as those of one that never was.
    pub(super) fn refuse(&self, tenant: TenantId, refusal: Refusal) {
        *self.lost.lock().unwrap() = Some((tenant, Some(refusal)));
    }

    fn check(&self, tenant: TenantId) -> Result<()> {
        if self.is_sealed.load(Ordering::Relaxed) {
            return Err(act::SEALED.into());
        }
        match *self.lost.lock().unwrap() {
            Some((lost, None)) if lost == tenant => {
                Err(Fault::new("the tenant's key is destroyed").into())
            }
            Some((lost, Some(refusal))) if lost == tenant => Err(refusal.into()),
            _ => Ok(()),
        }
    }
}

impl Vault for Closable {
    fn keys<'a>(
        &'a self,
        purpose: Purpose,
        tenant: TenantId,
        ids: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Arc<DataKey>>>> {
        Box::pin(async move {
            self.check(tenant)?;
            self.keys.keys(purpose, tenant, ids).await
        })
    }
    fn fresh(&self, purpose: Purpose, tenant: TenantId) -> BoxFuture<'_, Result<FreshKey>> {
        Box::pin(async move {
            self.check(tenant)?;
            self.keys.fresh(purpose, tenant).await
        })
    }
    fn found_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        self.keys.found_tenant(tenant)
    }
    fn index(&self, tenant: TenantId) -> BoxFuture<'_, Result<Arc<BlindIndex>>> {
        self.keys.index(tenant)
    }
}

/// A house that records.
pub(super) struct Recorded {
    pub(super) vault: Arc<Closable>,
    pub(super) house: House,
    pub(super) log: Arc<Log>,
}

impl Recorded {
    pub(super) async fn new() -> Self {
        let none = MigrationSet {
            domain: "test",
            migrations: &[] as &[Migration],
        };
        let module = Module::new("test", none)
            .with(&WRITE, serve)
            .with(&READ, serve)
            .with(&REFUSED, refuse);
        let later = Arc::new(Later::default());
        let vault = Arc::new(Closable::default());
        let house = HouseBuilder::new(vec![crate::module(), module])
            .recorder(Arc::clone(&later) as _)
            .vault(Arc::clone(&vault) as _)
            .build()
            .await;
        let ports = house.runtime().ports();
        let log = Log::new(
            Arc::clone(&ports.database),
            Arc::clone(&ports.vault),
            Arc::clone(&ports.clock),
            Arc::clone(&ports.entropy),
        );
        later.set(Arc::clone(&log)).unwrap();
        Self { vault, house, log }
    }

    pub(super) fn database(&self) -> &Arc<Database> {
        &self.log.database
    }

    pub(super) fn system(&self, name: &'static str) -> Actor {
        self.house.system(name, TenantId::NIL)
    }

    pub(super) async fn writes(&self, times: usize) {
        for _ in 0..times {
            self.system("tester").does(&WRITE, json!({})).await;
        }
    }

    pub(super) fn sequencer(&self) -> Sequencer {
        let node = self.house.runtime().new_id::<base::kinds::Request>();
        Sequencer::new(Arc::clone(self.database()), node)
    }

    /// Numbers everything that waits.
    pub(super) async fn number(&self, sequencer: &mut Sequencer) {
        while sequencer.step(self.now()).await.unwrap() == Step::Numbered {}
    }

    pub(super) fn now(&self) -> Timestamp {
        self.log.clock.now()
    }

    /// The bodies of all entries of a tenant, in the order of their making.
    pub(super) async fn bodies(&self, tenant: TenantId) -> Vec<Value> {
        let only = Some(tenant);
        crate::conformance::bodies(&self.log, only).await.unwrap()
    }

    /// The bodies whose operation begins with `test.`.
    pub(super) async fn test_bodies(&self) -> Vec<Value> {
        let mut bodies = self.bodies(TenantId::NIL).await;
        bodies.retain(|body| body["operation"].as_str().unwrap().starts_with("test."));
        bodies
    }

    pub(super) async fn count(&self, statement: &'static Statement) -> i64 {
        let mut snapshot = self.database().snapshot().await.unwrap();
        let row = snapshot
            .row(TenantId::NIL, statement, params! {})
            .await
            .unwrap();
        row.unwrap().take("count").unwrap()
    }

    pub(super) fn passes(&self, seconds: u64) {
        self.house.passes(Duration::from_secs(seconds));
    }
}

pub(super) static PENDING: Statement =
    Statement::read("SELECT count(*) AS count FROM audit_pending WHERE tenant = :cell");
pub(super) static LINKS: Statement =
    Statement::read("SELECT count(*) AS count FROM audit_link WHERE tenant = :cell");

#[tokio::test]
async fn both_databases_understand_the_statements() {
    let recorded = Recorded::new().await;
    recorded
        .database()
        .prepare_all(store::STATEMENTS)
        .await
        .unwrap();
}
