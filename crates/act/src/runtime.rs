//! Begins and ends acts: who may call, running again after a conflict, entry and data together, then the answer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use base::{Clock, Context, Entropy, EntryId, Error, Fault, Hex, Id, Result, TenantId, kinds};
use bytes::Bytes;
use db::{Batch, CommitError, Committed, Database, NewResource, Plain, ResourceKey, params};
use serde::de::DeserializeOwned;
use tokio::sync::RwLock;

use crate::{
    Access, Act, Announcement, Announcer, Answer, Audience, Audit, Binding, Blobs, CONTENDED, Call,
    Caller, Content, Directory, Facts, IDEMPOTENCY_REUSED, Mode, Module, NOT_SIGNED_IN, Operation,
    Outcome, Purpose, Recorder, Throttle, Vault,
    act::{Cell, Pending},
    answer::with_numbers,
    heavy::Places,
    module::WriteAnswer,
    store,
};

/// How often an act runs at most before [`CONTENDED`].
const RUNS_MAX: u32 = 8;
/// From which run on the act keeps the other acts of its node from committing until it has.
const RUNS_BEFORE_LOCKING: u32 = 3;

/// What the runtime stands on.
pub struct Ports {
    pub database: Arc<Database>,
    pub vault: Arc<dyn Vault>,
    pub access: Arc<dyn Access>,
    pub recorder: Arc<dyn Recorder>,
    pub announcer: Arc<dyn Announcer>,
    pub blobs: Arc<dyn Blobs>,
    pub directory: Arc<dyn Directory>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The running house: every operation, and the ports.
pub struct Runtime {
    ports: Arc<Ports>,
    heavy: Arc<Places>,
    modules: Vec<Module>,
    bindings: HashMap<&'static str, Binding>,
    throttle: Arc<Throttle>,
    /// Held for reading around each commit; an act that keeps losing holds it for writing while it runs.
    commits: Arc<RwLock<()>>,
}

impl Runtime {
    /// Applies the migrations, founds the cell if this is the first start, and is ready to run operations.
    ///
    /// # Errors
    /// A fault when two operations share a name, or the database is newer than the program.
    pub async fn start(ports: Ports, modules: Vec<Module>) -> Result<Self> {
        let mut sets = vec![db::OWN_MIGRATIONS, crate::MIGRATIONS];
        sets.extend(modules.iter().map(|module| module.migrations));
        ports.database.migrate(&sets).await?;
        let mut bindings = HashMap::new();
        for binding in modules.iter().flat_map(|module| &module.bindings) {
            if bindings
                .insert(binding.operation.name, binding.clone())
                .is_some()
            {
                return Err(Fault::new(format!(
                    "two operations are called {}",
                    binding.operation.name
                ))
                .into());
            }
        }
        let runtime = Self {
            ports: Arc::new(ports),
            heavy: Arc::default(),
            modules,
            bindings,
            throttle: Arc::default(),
            commits: Arc::default(),
        };
        runtime.found_cell().await?;
        Ok(runtime)
    }

    /// Two nodes that start first at once: one founds the cell, the other finds it.
    async fn found_cell(&self) -> Result<()> {
        let id: Id<kinds::Cell> = Id::NIL;
        let mut snapshot = self.ports.database.snapshot().await?;
        if snapshot
            .row(TenantId::NIL, &store::RESOURCE, params! { id: id })
            .await?
            .is_some()
        {
            return Ok(());
        }
        drop(snapshot);
        let caller = Caller::System {
            name: "start",
            tenant: TenantId::NIL,
        };
        let purpose = Purpose {
            operation: "act.cell.found",
            caller,
            request: self.new_id(),
        };
        self.ports.vault.found_tenant(TenantId::NIL).await?;
        let fresh = self.ports.vault.fresh(purpose, TenantId::NIL).await?;
        let mut batch = Batch::new();
        let key = ResourceKey::new(TenantId::NIL, id);
        batch.found(NewResource {
            key,
            kind: Cell::KIND.0,
            data_key: fresh.id,
        });
        match self.ports.database.commit(batch).await {
            Ok(_) | Err(CommitError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    pub fn ports(&self) -> &Arc<Ports> {
        &self.ports
    }

    /// All operations with their functions, in the order of their modules.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.modules.iter().flat_map(|module| &module.bindings)
    }

    /// The notices that the modules declare.
    pub fn notices(&self) -> impl Iterator<Item = &'static str> {
        let modules = self.modules.iter();
        modules.flat_map(|module| module.notices.iter().copied())
    }

    /// The operation of this name.
    pub fn binding(&self, name: &str) -> Option<&Binding> {
        self.bindings.get(name)
    }

    /// A new identifier, for callers that name their request.
    pub fn new_id<K>(&self) -> Id<K> {
        Id::generate(self.ports.clock.now(), self.ports.entropy.as_ref())
    }

    /// Runs an operation of the system in the name of one of its declared parts: within a tenant, or for the cell in the nil one.
    ///
    /// # Errors
    /// As [`Runtime::execute`].
    pub async fn run_as(
        &self,
        part: &'static str,
        tenant: TenantId,
        operation: &str,
        input: serde_json::Value,
    ) -> Result<Answer> {
        let caller = Caller::System { name: part, tenant };
        let call = Call::internal(caller, self.new_id());
        self.execute(operation, call, input).await
    }

    /// As [`Runtime::run_as`], and reads the answer.
    ///
    /// # Errors
    /// Its own, and a fault when the answer does not read.
    pub async fn ask_as<O: DeserializeOwned>(
        &self,
        part: &'static str,
        tenant: TenantId,
        operation: &str,
        input: serde_json::Value,
    ) -> Result<O> {
        let answer = self.run_as(part, tenant, operation, input).await?;
        serde_json::from_slice(&answer.body).context("reading the answer of a system operation")
    }

    /// Runs one operation to its end. What is answered well is durable.
    ///
    /// # Errors
    /// A refusal as the answer; a fault when it is ours.
    pub async fn execute(
        &self,
        name: &str,
        call: Call,
        input: serde_json::Value,
    ) -> Result<Answer> {
        let binding = self
            .bindings
            .get(name)
            .context("there is no operation of this name")?;
        if let Err(error) = may_call(binding.operation, &call.caller) {
            self.note_refusal(&self.begin(binding.operation, call), &error);
            return Err(error);
        }
        let (mut run, mut computes) = (0, false);
        loop {
            run += 1;
            // Nobody else's write waits for somebody's password or picture.
            let alone = match run > RUNS_BEFORE_LOCKING && !computes {
                true => Some(self.commits.write().await),
                false => None,
            };
            let mut act = self.begin(binding.operation, call.clone());
            let result = match self.attempt(binding, &mut act, &input).await {
                Ok(Attempt::Replayed(answer)) => return Ok(answer),
                Ok(Attempt::Ran(write)) => self
                    .end(&mut act, alone.is_none())
                    .await
                    .map(|ended| (ended, write)),
                Err(error) => {
                    self.note_refusal(&act, &error);
                    drop(alone);
                    self.follow_refusal(act, &error).await?;
                    return Err(error);
                }
            };
            computes = act.has_computed;
            match result {
                Ok((ended, write)) => return answer(binding.operation, ended, write),
                Err(CommitError::Conflict) if run < RUNS_MAX => tokio::task::yield_now().await,
                Err(error) => {
                    let error = match error {
                        CommitError::Conflict => CONTENDED.into(),
                        error => Error::from(error).while_doing(binding.operation.name),
                    };
                    self.note_refusal(&act, &error);
                    return Err(error);
                }
            }
        }
    }

    fn declares(&self, notice: &str) -> bool {
        self.notices().any(|declared| declared == notice)
    }

    fn begin(&self, operation: &'static Operation, call: Call) -> Act {
        Act {
            ports: Arc::clone(&self.ports),
            heavy: Arc::clone(&self.heavy),
            has_computed: false,
            throttle: Arc::clone(&self.throttle),
            operation,
            now: self.ports.clock.now(),
            tenant: call.caller.tenant(),
            call,
            snapshot: None,
            batch: Batch::new(),
            announcements: Vec::new(),
            resources: Vec::new(),
            reference: None,
            if_refused: None,
            session: None,
            bytes: None,
            content: None,
        }
    }

    async fn attempt(
        &self,
        binding: &Binding,
        act: &mut Act,
        input: &serde_json::Value,
    ) -> Result<Attempt> {
        let operation = binding.operation;
        let token = self.idempotency_token(act, input).await?;
        if let Some(token) = &token
            && let Some(reference) = self.replayed(act, token).await?
        {
            // The replaying read takes a snapshot of its own: two at once would let enough of them wait for each other.
            act.snapshot = None;
            return self.replay(act, reference).await.map(Attempt::Replayed);
        }
        let write = binding
            .run(act, input.clone())
            .await
            .map_err(|error| error.while_doing(operation.name))?;
        if let Some(notice) = act.notices().find(|given| !self.declares(given)) {
            return Err(Fault::new(format!("no module declares the notice {notice}")).into());
        }
        if act.resources.is_empty() && operation.needs_permit() {
            return Err(
                Fault::new(format!("{} ended well without any permit", operation.name)).into(),
            );
        }
        if let (Some(token), Some(reference)) = (token, act.reference) {
            let params = params! {
                account: token.account, token_hash: Plain::bytes(token.token_hash),
                input_hash: Plain::bytes(token.input_hash), reference: Plain::bytes(reference), at: act.now,
            };
            act.batch
                .execute(act.call.caller.tenant(), &store::INSERT_IDEMPOTENCY, params)?;
        } else if operation.replay().is_some() && act.reference.is_none() {
            return Err(Fault::new("an idempotent operation did not say what it made").into());
        }
        Ok(Attempt::Ran(write))
    }

    async fn idempotency_token(
        &self,
        act: &Act,
        input: &serde_json::Value,
    ) -> Result<Option<Token>> {
        let (Some(_), Some(given), Some(member)) = (
            act.operation.replay(),
            &act.call.idempotency_key,
            act.call.caller.member(),
        ) else {
            return Ok(None);
        };
        let index = self.ports.vault.index(member.tenant).await?;
        let bytes = serde_json::to_vec(input).context("hashing the input")?;
        Ok(Some(Token {
            account: member.account,
            token_hash: index.hash(act.operation.name, given.as_bytes()),
            input_hash: index.hash("act.idempotency", &bytes),
        }))
    }

    async fn replayed(&self, act: &mut Act, token: &Token) -> Result<Option<[u8; 16]>> {
        let params = params! { account: token.account, token_hash: Plain::bytes(token.token_hash) };
        let Some(mut row) = act.row(&store::IDEMPOTENCY, params).await? else {
            return Ok(None);
        };
        if row.take::<[u8; 32]>("input_hash")? != token.input_hash {
            return Err(IDEMPOTENCY_REUSED.into());
        }
        row.take("reference").map(Some)
    }

    /// Answers a repetition by the declared read of what the first call made.
    async fn replay(&self, act: &Act, reference: [u8; 16]) -> Result<Answer> {
        let replay = act
            .operation
            .replay()
            .context("an idempotent operation declares its replay")?;
        let read = self
            .bindings
            .get(replay.operation)
            .context("the replaying operation is not bound")?;
        let id = printed(read, replay.parameter, reference);
        let input = serde_json::json!({ replay.parameter: id });
        let call = Call {
            idempotency_key: None,
            ..act.call.clone()
        };
        Box::pin(self.execute(replay.operation, call, input)).await
    }

    /// Writes the entry, commits, and tells those who listen. Runs to its end even if the caller goes away.
    async fn end(&self, act: &mut Act, takes_turn: bool) -> Result<Ended, CommitError> {
        act.snapshot = None;
        if act.operation.mode == Mode::Read && act.operation.audit != Audit::Always {
            if act.operation.audit == Audit::Ordinary {
                self.ports
                    .recorder
                    .read(&facts(act, EntryId::NIL, Outcome::Done))?;
            }
            return Ok(Ended::of(act, Vec::new()));
        }
        let mut batch = std::mem::take(&mut act.batch);
        if !matches!(act.operation.audit, Audit::Covered(_)) {
            self.ports
                .recorder
                .written(facts(act, self.new_id(), Outcome::Done), &mut batch)
                .await?;
        }
        let pending = std::mem::take(&mut act.announcements);
        let ports = Arc::clone(&self.ports);
        let turn = match takes_turn {
            true => Some(Arc::clone(&self.commits).read_owned().await),
            false => None,
        };
        let ending = tokio::spawn(async move {
            let Committed { numbers } = match batch.is_empty() {
                true => Committed {
                    numbers: Vec::new(),
                },
                false => ports.database.commit(batch).await?,
            };
            drop(turn);
            let announcements: Vec<_> = pending
                .into_iter()
                .filter_map(|pending| pending.complete(&numbers))
                .collect();
            if !announcements.is_empty() {
                ports.announcer.announce(announcements);
            }
            Ok::<_, CommitError>(numbers)
        });
        let numbers = ending
            .await
            .map_err(|error| CommitError::Fault(Fault::from_source(error)))??;
        Ok(Ended::of(act, numbers))
    }

    /// Notes a call that was refused before its operation was asked, as the gate does.
    pub fn note_refused(
        &self,
        operation: &'static Operation,
        call: &Call,
        refusal: &base::Refusal,
    ) {
        self.ports.recorder.refused(&Facts {
            id: self.new_id(),
            at: self.ports.clock.now(),
            tenant: call.caller.tenant(),
            operation,
            caller: &call.caller,
            request: call.request,
            source: &call.source,
            client: &call.client,
            resources: &[],
            outcome: Outcome::Refused(refusal.code),
        });
    }

    fn note_refusal(&self, act: &Act, error: &Error) {
        if let Some(refusal) = error.refusal() {
            self.ports
                .recorder
                .refused(&facts(act, self.new_id(), Outcome::Refused(refusal.code)));
        }
    }

    /// Wakes listeners from outside an act, as the bus does for what other nodes committed.
    pub fn announce(&self, announcements: Vec<Announcement>) {
        self.ports.announcer.announce(announcements);
    }

    /// Counts no load of single accounts from now on: for measuring, and for operators who limit elsewhere.
    pub fn lift_load_limits(&self) {
        self.throttle.lift_load();
    }

    /// For shutting down: nothing heavy begins any more.
    pub async fn drain(&self, within: Duration) {
        self.heavy.drain(within).await;
    }
}

struct Ended {
    numbers: Vec<i64>,
    session: Option<String>,
    bytes: Option<(&'static str, Bytes)>,
    content: Option<Content>,
}

impl Ended {
    fn of(act: &mut Act, numbers: Vec<i64>) -> Self {
        Self {
            numbers,
            session: act.session.take(),
            bytes: act.bytes.take(),
            content: act.content.take(),
        }
    }
}

struct Token {
    account: base::AccountId,
    token_hash: [u8; 32],
    input_hash: [u8; 32],
}

enum Attempt {
    Replayed(Answer),
    Ran(WriteAnswer),
}

impl Pending {
    fn complete(self, numbers: &[i64]) -> Option<Announcement> {
        match self {
            Self::Ready(announcement) => Some(announcement),
            Self::Changed {
                tenant,
                topic,
                change,
            } => {
                let change = numbers.get(change.slot()).copied()?;
                Some(Announcement::Changed {
                    tenant,
                    topic,
                    change,
                })
            }
        }
    }
}

fn may_call(operation: &Operation, caller: &Caller) -> Result<()> {
    match (operation.access, caller) {
        (Audience::Public, _)
        | (Audience::Member, Caller::Member(_))
        | (Audience::System, Caller::System { .. })
        | (Audience::Operator, Caller::Operator { .. }) => Ok(()),
        (Audience::Member, Caller::Nobody) => Err(NOT_SIGNED_IN.into()),
        _ => Err(crate::NOT_PERMITTED.into()),
    }
}

fn facts(act: &Act, id: EntryId, outcome: Outcome) -> Facts<'_> {
    Facts {
        id,
        at: act.now,
        // Never the tenant that the act has entered: without a permit it is the caller's word, and may not exist.
        tenant: act
            .resources
            .first()
            .map_or(act.call.caller.tenant(), |resource| resource.tenant),
        operation: act.operation,
        caller: &act.call.caller,
        request: act.call.request,
        source: &act.call.source,
        client: &act.call.client,
        resources: &act.resources,
        outcome,
    }
}

fn answer(operation: &Operation, ended: Ended, write: WriteAnswer) -> Result<Answer> {
    let (media, body) = match ended.bytes {
        Some(bytes) => bytes,
        None => (
            "application/json",
            with_numbers(ended.numbers, write).context("writing the answer")?,
        ),
    };
    Ok(Answer {
        status: operation.status,
        media,
        body,
        session: ended.session,
        content: ended.content,
    })
}

/// An id as the replaying read expects it: with the prefix that its input's schema names.
pub(crate) fn printed(read: &Binding, parameter: &str, id: [u8; 16]) -> String {
    let mut generator = schemars::SchemaGenerator::default();
    (read.input)(&mut generator);
    let definitions = generator.take_definitions(true);
    let prefix = definitions
        .values()
        .find_map(|schema| {
            schema
                .pointer(&format!("/properties/{parameter}/pattern"))?
                .as_str()
        })
        .and_then(|pattern| pattern.trim_start_matches('^').split('[').next())
        .unwrap_or_default();
    format!("{prefix}{}", Hex(&id))
}
