//! A house in a directory of its own, and the people in it.

use std::{sync::Arc, time::Duration};

use act::{
    Act, Action, Announcer, Answer, Blobs, Call, Caller, Card, Cell, Directory, Kind, Member,
    Migration,
};
use act::{
    MigrationSet, Module, Operation, Ports, Recorder, Relation, Resource, ResourceRef, Role,
    Runtime, Vault,
};
use base::{AccountId, Error, Refusal, Result, TenantId};
use db::{
    Database, Options,
    conformance::{Fresh, fresh_postgres, fresh_sqlite},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::ports::{
    Heard, MemoryBlobs, MemoryDirectory, MemoryVault, Notes, SeededEntropy, StillClock,
};

/// Founds a tenant for people made by [`House::people`], through the runtime like everything else.
static FOUND: Operation = Operation::write("testkit.tenant.found", Action::Create)
    .system()
    .across_tenants();

#[derive(Deserialize, schemars::JsonSchema)]
struct FoundTenant {
    tenant: TenantId,
}

struct Tenant(ResourceRef);

impl Resource for Tenant {
    fn reference(&self) -> &ResourceRef {
        &self.0
    }
    fn relation(&self) -> Relation {
        Relation::Own
    }
}

async fn found(act: &mut Act, input: FoundTenant) -> Result<Value> {
    let cell: Cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    act.found_tenant(&permit, input.tenant).await?;
    act.found::<Tenant, _, _>(&permit, Kind("identity.directory"), input.tenant)
        .await?;
    Ok(json!({}))
}

/// What a house is made of; every port can be the real one.
pub struct HouseBuilder {
    modules: Vec<Module>,
    vault: Arc<dyn Vault>,
    blobs: Arc<dyn Blobs>,
    directory: Option<Arc<dyn Directory>>,
    recorder: Option<Arc<dyn Recorder>>,
    announcer: Option<Arc<dyn Announcer>>,
}

/// A running house.
pub struct House {
    runtime: Arc<Runtime>,
    clock: Arc<StillClock>,
    people: Arc<MemoryDirectory>,
    heard: Arc<Heard>,
    notes: Arc<Notes>,
    ground: Fresh,
}

/// Somebody who calls operations.
#[derive(Clone)]
pub struct Actor {
    runtime: Arc<Runtime>,
    caller: Caller,
    name: String,
}

impl HouseBuilder {
    pub fn new(modules: Vec<Module>) -> Self {
        Self {
            modules,
            vault: Arc::new(MemoryVault::default()),
            blobs: Arc::new(MemoryBlobs::default()),
            directory: None,
            recorder: None,
            announcer: None,
        }
    }

    #[must_use]
    pub fn vault(mut self, vault: Arc<dyn Vault>) -> Self {
        self.vault = vault;
        self
    }

    #[must_use]
    pub fn blobs(mut self, blobs: Arc<dyn Blobs>) -> Self {
        self.blobs = blobs;
        self
    }

    #[must_use]
    pub fn directory(mut self, directory: Arc<dyn Directory>) -> Self {
        self.directory = Some(directory);
        self
    }

    #[must_use]
    pub fn recorder(mut self, recorder: Arc<dyn Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    #[must_use]
    pub fn announcer(mut self, announcer: Arc<dyn Announcer>) -> Self {
        self.announcer = Some(announcer);
        self
    }

    pub async fn build(mut self) -> House {
        let ground = ground().await;
        let database = Database::open(ground.url(), Options::default())
            .await
            .unwrap();
        let (clock, people) = (
            Arc::new(StillClock::default()),
            Arc::new(MemoryDirectory::default()),
        );
        let (heard, notes) = (Arc::new(Heard::default()), Arc::new(Notes::default()));
        let migrations = MigrationSet {
            domain: "testkit",
            migrations: &[] as &[Migration],
        };
        self.modules
            .push(Module::new("testkit", migrations).with(&FOUND, found));
        let ports = Ports {
            database: Arc::new(database),
            vault: self.vault,
            access: Arc::new(access::Policy),
            recorder: self.recorder.unwrap_or_else(|| notes.clone()),
            announcer: self.announcer.unwrap_or_else(|| heard.clone()),
            blobs: self.blobs,
            directory: self.directory.unwrap_or_else(|| people.clone()),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::default()),
        };
        let runtime = Arc::new(Runtime::start(ports, self.modules).await.unwrap());
        House {
            runtime,
            clock,
            people,
            heard,
            notes,
            ground,
        }
    }
}

/// PostgreSQL when the tests are told of one, SQLite otherwise.
async fn ground() -> Fresh {
    match fresh_postgres().await.unwrap() {
        Some(schema) => schema,
        None => fresh_sqlite().unwrap(),
    }
}

impl House {
    /// A house with these modules, ports in memory.
    pub async fn with(modules: Vec<Module>) -> Self {
        HouseBuilder::new(modules).build().await
    }

    /// The house after a restart with these modules, over the same database and ports: what a node holds in memory is gone.
    pub async fn restarts(mut self, mut modules: Vec<Module>) -> Self {
        let migrations = MigrationSet {
            domain: "testkit",
            migrations: &[] as &[Migration],
        };
        modules.push(Module::new("testkit", migrations).with(&FOUND, found));
        let ports = self.runtime.ports();
        let ports = Ports {
            database: Arc::clone(&ports.database),
            vault: Arc::clone(&ports.vault),
            access: Arc::clone(&ports.access),
            recorder: Arc::clone(&ports.recorder),
            announcer: Arc::clone(&ports.announcer),
            blobs: Arc::clone(&ports.blobs),
            directory: Arc::clone(&ports.directory),
            clock: Arc::clone(&ports.clock),
            entropy: Arc::clone(&ports.entropy),
        };
        self.runtime = Arc::new(Runtime::start(ports, modules).await.unwrap());
        self
    }

    pub const fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// The URL of the house's database.
    pub fn database_url(&self) -> &str {
        self.ground.url()
    }

    /// Lets time pass.
    pub fn passes(&self, span: Duration) {
        self.clock.passes(span);
    }

    /// What the log would have.
    pub fn audit(&self) -> &Notes {
        &self.notes
    }

    /// What was announced to the sockets' side.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Actor {
        self.actor(Caller::Nobody, "nobody")
    }

    /// A part of the system.
    pub fn system(&self, name: &'static str, tenant: TenantId) -> Actor {
        self.actor(Caller::System { name, tenant }, name)
    }

    /// The operator at the command line.
    pub fn operator(&self) -> Actor {
        self.actor(
            Caller::Operator {
                tenant: TenantId::NIL,
            },
            "operator",
        )
    }

    /// Somebody who signed in by the house's own operations.
    pub fn member(&self, member: Member) -> Actor {
        self.actor(Caller::Member(member), "member")
    }

    fn actor(&self, caller: Caller, name: &str) -> Actor {
        Actor {
            runtime: Arc::clone(&self.runtime),
            caller,
            name: name.to_owned(),
        }
    }

    /// People of one new tenant, the first its owner. They exist for the directory port of the house only.
    pub async fn people<const N: usize>(&self, names: [&str; N]) -> [Actor; N] {
        let tenant = self.runtime.new_id();
        let system = self.system("testkit", TenantId::NIL);
        system.does(&FOUND, json!({ "tenant": tenant })).await;
        let mut roles = std::iter::once(Role::Owner).chain(std::iter::repeat(Role::Member));
        names.map(|name| self.person(tenant, name, roles.next().unwrap()))
    }

    /// One more person of the actor's tenant.
    pub fn colleague_of(&self, actor: &Actor, name: &str) -> Actor {
        self.person(actor.caller.tenant(), name, Role::Member)
    }

    fn person(&self, tenant: TenantId, name: &str, role: Role) -> Actor {
        let new = || self.runtime.new_id::<base::kinds::Key>();
        let member = Member {
            tenant,
            account: new().cast(),
            person: new().cast(),
            session: new().cast(),
            role,
        };
        let card = Card {
            account: member.account,
            name: name.to_owned(),
            avatar: None,
            is_active: true,
        };
        self.people.add(tenant, card);
        self.actor(Caller::Member(member), name)
    }
}

impl Actor {
    /// Who a signed-in actor is.
    pub fn member(&self) -> Member {
        *self.caller.member().unwrap()
    }

    pub fn account(&self) -> AccountId {
        self.caller.member().unwrap().account
    }

    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Calls an operation as the gate would.
    pub async fn calls(&self, operation: &Operation, input: Value) -> Result<Answer> {
        self.calls_with(operation, input, |call| call).await
    }

    /// As [`Actor::calls`], with a hand on the call: idempotency key, raw body, source.
    pub async fn calls_with(
        &self,
        operation: &Operation,
        input: Value,
        change: impl FnOnce(Call) -> Call,
    ) -> Result<Answer> {
        let call = change(Call::internal(self.caller, self.runtime.new_id()));
        self.runtime.execute(operation.name, call, input).await
    }

    /// The operation's answer; fails the test when it is refused.
    pub async fn does(&self, operation: &Operation, input: Value) -> Value {
        match self.calls(operation, input).await {
            Ok(answer) => serde_json::from_slice(&answer.body).unwrap(),
            Err(error) => panic!("{} is not done by {}: {error}", operation.name, self.name),
        }
    }

    /// As [`Actor::does`], read as a type.
    pub async fn gets<T: DeserializeOwned>(&self, operation: &Operation, input: Value) -> T {
        serde_json::from_value(self.does(operation, input).await).unwrap()
    }

    /// The operation's refusal; fails the test when it is done or ends in a fault.
    pub async fn is_refused(&self, operation: &Operation, input: Value) -> Refusal {
        match self.calls(operation, input).await {
            Ok(_) => panic!("{} is done by {}", operation.name, self.name),
            Err(Error::Refusal(answer)) => answer.refusal,
            Err(fault) => panic!("{} ends in a fault: {fault}", operation.name),
        }
    }
}
