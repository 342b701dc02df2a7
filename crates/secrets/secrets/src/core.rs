//! The way of a request: who asks, whether they may, the record of it, the engine, the commit, and the record of the answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use base::{Entropy, Result};
use db::Database;
use kms::NodeId;
use logical::{Access, Backend, Caller, Changes, Failure, Login, Mount, Operation, Request, Store};
use policies::Acl;
use serde_json::Map;

use crate::{
    audit::{About, Phase},
    call::{Answer, Call, Method},
    doing::{Doing, Effects, Said, Told},
    leading::Leading,
    open::Open,
    revoking,
    sealing::Keeper,
    shape, sys,
    tokens::{self, FromLogin, Presented, Wish},
    wrapping,
};

/// How often a request runs when others change what it changes.
const RUNS_MAX: usize = 16;

/// The key service: every engine and login method behind one door.
pub struct Core {
    pub(crate) store: Arc<Store>,
    pub(crate) keeper: Arc<dyn Keeper>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) clock: Arc<dyn base::Clock>,
    engines: BTreeMap<&'static str, Arc<dyn Backend>>,
    methods: BTreeMap<&'static str, Arc<dyn Backend>>,
    /// Absent while sealed.
    open: RwLock<Option<Arc<Open>>>,
    pub(crate) attempts: sys::Attempts,
    pub(crate) leading: Leading,
}

/// What is known of a request before it runs.
struct Prepared<'c> {
    call: &'c Call,
    id: String,
    mount: Arc<Mount>,
    rest: &'c str,
    operation: Operation,
    presented: Option<Presented>,
    acl: Option<Arc<Acl>>,
    access: Access,
}

impl Core {
    /// A service over a store that may still be sealed. `database` is the store's; clients reach this node at `address`, such as
    /// `https://kms.example.org:8200`.
    pub fn new(
        store: Arc<Store>,
        database: Arc<Database>,
        keeper: Arc<dyn Keeper>,
        node: NodeId,
        address: String,
        clock: Arc<dyn base::Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let kv: Arc<dyn Backend> = Arc::new(kv::Engine);
        let engines: [(&str, Arc<dyn Backend>); 5] = [
            // As the key/value engine was called at first.
            ("generic", Arc::clone(&kv)),
            ("kv", Arc::clone(&kv)),
            ("kv-v2", kv),
            ("cubbyhole", Arc::new(kv::Cubbyhole)),
            ("transit", Arc::new(transit::Engine::default())),
        ];
        let methods: [(&str, Arc<dyn Backend>); 2] = [
            ("approle", Arc::new(logins::AppRole)),
            ("userpass", Arc::new(logins::UserPass::default())),
        ];
        Self {
            store,
            keeper,
            entropy,
            clock,
            engines: engines.into(),
            methods: methods.into(),
            open: RwLock::default(),
            attempts: sys::Attempts::default(),
            leading: Leading::new(database, node, address),
        }
    }

    /// Answers a request.
    pub async fn answer(&self, call: Call) -> Answer {
        if !shape::is_clean(&call.path) {
            return Answer::errors(404, &["the path is not acceptable"]);
        }
        if sys::is_ceremony(&call) {
            return self.hold_ceremony(&call).await;
        }
        if let Some(answer) = sys::without_token(self, &call).await {
            return answer;
        }
        let open = match self.active(&call.target).await {
            Ok(open) => open,
            Err(answer) => return answer,
        };
        let id = self.new_id();
        let outcome = self.handle(&open, &call, &id).await;
        match outcome {
            Ok(answer) => answer,
            Err(failure) => shape::failure(failure, &id),
        }
    }

    /// What custodians do with an open service: it needs no token, and stands in the audit devices all the same, without the
    /// shares.
    async fn hold_ceremony(&self, call: &Call) -> Answer {
        let id = self.new_id();
        let record = async |phase: Phase<'_>| match self.open() {
            Some(open) => {
                let about = About {
                    phase,
                    id: &id,
                    now: self.clock.now(),
                    operation: shape::operation(call.method),
                    path: &call.path,
                    mount_kind: "system",
                    data: &Map::new(),
                    token: None,
                    source: call.source,
                    wrap_ttl: None,
                };
                open.audit.record(&about).await
            }
            None => Ok(()),
        };
        if let Err(failure) = record(Phase::Request).await {
            return shape::failure(failure, &id);
        }
        let answer = sys::without_token(self, call).await;
        let answer = answer.unwrap_or_else(|| Answer::errors(404, &[]));
        let error = (answer.status >= 400).then_some("refused");
        match record(Phase::Response { body: None, error }).await {
            Ok(()) => answer,
            Err(failure) => shape::failure(failure, &id),
        }
    }

    /// Whether an engine of the kind can be mounted.
    pub(crate) fn has_engine(&self, kind: &str) -> bool {
        kind != "cubbyhole" && self.engines.contains_key(kind)
    }

    pub(crate) fn has_method(&self, kind: &str) -> bool {
        self.methods.contains_key(kind)
    }

    pub(crate) fn open(&self) -> Option<Arc<Open>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone()
    }

    pub(crate) fn hold(&self, open: Option<Arc<Open>>) {
        if open.is_none() {
            let backends = self.engines.values().chain(self.methods.values());
            backends.for_each(|backend| backend.forget());
        }
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = open;
    }

    /// A request's id.
    fn new_id(&self) -> String {
        let mut bytes = [0u8; 16];
        self.entropy.fill(&mut bytes);
        logical::uuid(bytes)
    }

    async fn handle(&self, open: &Open, call: &Call, id: &str) -> Result<Answer, Failure> {
        let mut changes = self.store.begin()?;
        let prepared = self.prepare(open, &mut changes, call, id).await;
        drop(changes);
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err((prepared, failure)) => {
                // Whoever is refused is recorded too.
                self.record(open, &prepared, Phase::Request).await?;
                let error = shape::word(&failure);
                let phase = Phase::Response {
                    body: None,
                    error: Some(&error),
                };
                self.record(open, &prepared, phase).await?;
                return Err(failure);
            }
        };
        self.record(open, &prepared, Phase::Request).await?;
        self.use_up(open, &prepared).await?;
        let outcome = self.run(open, &prepared).await;
        let (body, error) = match &outcome {
            Ok(answer) => (answer.body.as_ref(), None),
            Err(failure) => (None, Some(shape::word(failure))),
        };
        let phase = Phase::Response {
            body,
            error: error.as_deref(),
        };
        self.record(open, &prepared, phase).await?;
        outcome
    }

    /// Finds out who asks, for what, and whether they may.
    async fn prepare<'c>(
        &self,
        open: &Open,
        changes: &mut Changes,
        call: &'c Call,
        id: &str,
    ) -> Result<Prepared<'c>, (Prepared<'c>, Failure)> {
        let nowhere = || {
            Arc::new(Mount {
                path: String::new(),
                uuid: String::new(),
                accessor: String::new(),
                kind: String::new(),
                options: BTreeMap::new(),
                default_lease: crate::mounts::LEASE,
                max_lease: crate::mounts::LEASE,
            })
        };
        let mounts = open.mounts();
        let found = mounts.find(&call.path);
        let is_found = found.is_some();
        let (mount, rest) = match found {
            Some((mount, rest)) => (Arc::clone(mount), rest),
            None => (nowhere(), call.path.as_str()),
        };
        let mut prepared = Prepared {
            call,
            id: id.to_owned(),
            mount,
            rest,
            operation: shape::operation(call.method),
            presented: None,
            acl: None,
            access: Access::Policy,
        };
        let allowed = self.allow(open, changes, &mut prepared).await;
        let allowed = allowed.and_then(|()| match is_found {
            true => Ok(()),
            false => Err(Failure::AbsentBecause(format!(
                "no handler for route \"{}\". route entry not found.",
                call.path
            ))),
        });
        match allowed {
            Ok(()) => Ok(prepared),
            Err(failure) => Err((prepared, failure)),
        }
    }

    async fn allow(
        &self,
        open: &Open,
        changes: &mut Changes,
        prepared: &mut Prepared<'_>,
    ) -> Result<(), Failure> {
        if let Some(id) = &prepared.call.token {
            prepared.presented = tokens::present(changes, id).await?;
        }
        if let Some(presented) = &prepared.presented
            && !logins::lets(&presented.token.bound_cidrs, prepared.call.source)
        {
            prepared.presented = None;
        }
        prepared.access = self.access(&prepared.mount, prepared.rest);
        if prepared.operation == Operation::Update
            && self.exists(changes, prepared).await? == Some(false)
        {
            prepared.operation = Operation::Create;
        }
        let is_public = prepared.access == Access::Public;
        let presented = match &prepared.presented {
            None if is_public => return Ok(()),
            presented => presented.as_ref().ok_or(Failure::Denied)?,
        };
        let acl = open.guard.acl(changes, &presented.token.policies).await?;
        let decision = acl.decide(&policies::Request {
            operation: shape::capability(prepared.operation),
            path: &prepared.call.path,
            data: &prepared.call.data,
            wrap_ttl: prepared.call.wrap_ttl,
        });
        let is_sudo = prepared.access != Access::Sudo || decision.sudo;
        prepared.acl = Some(acl);
        match is_public || (decision.allowed && is_sudo) {
            true => Ok(()),
            false => Err(Failure::Denied),
        }
    }

    fn access(&self, mount: &Mount, rest: &str) -> Access {
        match mount.path.as_str() {
            "sys/" => sys::access(rest),
            "auth/token/" => tokens::access(rest),
            _ => self
                .backend(mount)
                .map_or(Access::Policy, |backend| backend.access(rest)),
        }
    }

    async fn exists(
        &self,
        changes: &mut Changes,
        prepared: &Prepared<'_>,
    ) -> Result<Option<bool>, Failure> {
        let Some(backend) = self.backend(&prepared.mount) else {
            return Ok(None);
        };
        let request = prepared.request(changes);
        let mut txn = changes.below(root_of(&prepared.mount));
        backend.exists(&mut txn, &request).await
    }

    pub(crate) fn backend(&self, mount: &Mount) -> Option<&Arc<dyn Backend>> {
        let kinds = match mount.path.starts_with("auth/") {
            true => &self.methods,
            false => &self.engines,
        };
        kinds.get(mount.kind.as_str())
    }

    /// Takes one use from a token that has a bound.
    async fn use_up(&self, open: &Open, prepared: &Prepared<'_>) -> Result<(), Failure> {
        let bounded = prepared.presented.as_ref();
        let bounded = bounded.filter(|_| prepared.access != Access::Public);
        let Some(presented) = bounded.filter(|one| one.token.uses.is_some()) else {
            return Ok(());
        };
        for _ in 0..RUNS_MAX {
            let mut changes = self.store.begin()?;
            let now = changes.now();
            let token = tokens::find(&mut changes, &presented.hash).await?;
            let token = token.filter(|token| !token.is_expired(now));
            let token = token.ok_or(Failure::Denied)?;
            let less = tokens::Token {
                uses: token.uses.map(|uses| uses.saturating_sub(1)),
                ..token.clone()
            };
            tokens::replace(&mut changes, &presented.hash, &token, &less).await?;
            match changes.commit(|batch| open.fence(batch)).await {
                Err(Failure::Conflict) => {}
                committed => return committed,
            }
        }
        Err(busy())
    }

    async fn run(&self, open: &Open, prepared: &Prepared<'_>) -> Result<Answer, Failure> {
        let mut outcome = Err(busy());
        for _ in 0..RUNS_MAX {
            let mut changes = self.store.begin()?;
            let mut effects = Effects::default();
            let told = self.run_once(open, prepared, &mut changes, &mut effects);
            let answer = match told.await {
                Err(Failure::Conflict) => continue,
                Err(failure) => {
                    outcome = Err(failure);
                    break;
                }
                Ok(answer) => answer,
            };
            match changes.commit(|batch| open.fence(batch)).await {
                Err(Failure::Conflict) => {}
                Err(failure) => {
                    outcome = Err(failure);
                    break;
                }
                Ok(()) => {
                    self.follow(open, effects).await?;
                    outcome = Ok(answer);
                    break;
                }
            }
        }
        // The last use of a token ends it, and what it made with it.
        if let Some(presented) = &prepared.presented
            && presented.token.uses == Some(1)
            && prepared.access != Access::Public
        {
            revoking::revoke_tree(self, open, &presented.hash).await?;
        }
        outcome
    }

    async fn run_once(
        &self,
        open: &Open,
        prepared: &Prepared<'_>,
        changes: &mut Changes,
        effects: &mut Effects,
    ) -> Result<Answer, Failure> {
        let request = prepared.request(changes);
        let mut said = self
            .dispatch(open, prepared, changes, &request, effects)
            .await?;
        if let Some(login) = said.reply.login.take() {
            let made = self.log_in(changes, prepared, &login).await?;
            said.auth = Some(made.auth(request.now));
            said.reply.warnings.extend(made.warnings);
        }
        let ttl = prepared.call.wrap_ttl.map(|ttl| ttl.as_secs());
        let answer = shape::answer(said, &prepared.id, &prepared.mount.kind);
        match ttl.filter(|ttl| *ttl > 0 && wrapping::is_wrapped(&prepared.call.path)) {
            Some(ttl) if answer.status < 300 && answer.body.is_some() => {
                wrapping::wrap(
                    open,
                    changes,
                    answer,
                    ttl,
                    &prepared.call.path,
                    &prepared.id,
                )
                .await
            }
            _ => Ok(answer),
        }
    }

    async fn dispatch(
        &self,
        open: &Open,
        prepared: &Prepared<'_>,
        changes: &mut Changes,
        request: &Request,
        effects: &mut Effects,
    ) -> Told {
        let path = prepared.mount.path.as_str();
        let is_batch = prepared
            .presented
            .as_ref()
            .is_some_and(|one| one.token.is_batch);
        if is_batch && path == "cubbyhole/" {
            return Err(Failure::invalid(
                "cubbyhole operations are only supported by \"service\" type tokens",
            ));
        }
        if !matches!(path, "sys/" | "auth/token/") {
            let backend = self.backend(&prepared.mount).ok_or_else(shape::no_path)?;
            let mut txn = changes.below(root_of(&prepared.mount));
            return backend.handle(&mut txn, request).await.map(Said::from);
        }
        let doing = Doing {
            core: self,
            open,
            changes,
            request,
            segments: request.segments(),
            presented: prepared.presented.as_ref(),
            acl: prepared.acl.as_ref(),
            effects,
        };
        match path {
            "sys/" => sys::handle(doing).await,
            _ => tokens::handle(doing).await,
        }
    }

    /// Makes the token of a login.
    async fn log_in(
        &self,
        changes: &mut Changes,
        prepared: &Prepared<'_>,
        login: &Login,
    ) -> Result<tokens::Made, Failure> {
        let mount = &prepared.mount;
        let name = mount.path.trim_start_matches("auth/").trim_end_matches('/');
        let display_name = match login.display_name.is_empty() {
            true => name.to_owned(),
            false => format!("{name}-{}", login.display_name),
        };
        let login = Login {
            display_name,
            ..login.clone()
        };
        let wish = Wish {
            path: prepared.call.path.clone(),
            renewable: true,
            from: Some(FromLogin {
                mount: mount.path.clone(),
                internal: login.internal.clone(),
            }),
            ..Wish::default()
        };
        tokens::make(changes, &login, wish, tokens::spans(mount)).await
    }

    /// Does what follows a commit.
    async fn follow(&self, open: &Open, effects: Effects) -> Result<(), Failure> {
        if effects.mounts {
            open.read_mounts(&self.store).await?;
        }
        if effects.policies {
            open.guard.forget();
        }
        if effects.audit {
            open.read_audit(&self.store).await?;
        }
        for hash in &effects.revoke {
            revoking::revoke_tree(self, open, hash).await?;
        }
        for hash in &effects.revoke_alone {
            revoking::revoke_alone(self, open, hash).await?;
        }
        for prefix in &effects.revoke_below {
            revoking::revoke_prefix(self, open, prefix).await?;
        }
        if effects.left {
            revoking::clear_left(self, open).await?;
        }
        Ok(())
    }

    async fn record(
        &self,
        open: &Open,
        prepared: &Prepared<'_>,
        phase: Phase<'_>,
    ) -> Result<(), Failure> {
        let token = prepared.presented.as_ref();
        let about = About {
            phase,
            id: &prepared.id,
            now: self.clock.now(),
            operation: prepared.operation,
            path: &prepared.call.path,
            mount_kind: &prepared.mount.kind,
            data: &prepared.call.data,
            token: token.map(|token| (token.id.as_str(), &token.token)),
            source: prepared.call.source,
            wrap_ttl: prepared.call.wrap_ttl.map(|ttl| ttl.as_secs()),
        };
        open.audit.record(&about).await
    }
}

impl Prepared<'_> {
    fn request(&self, changes: &Changes) -> Request {
        let caller = self.presented.as_ref().map(|presented| {
            Arc::new(Caller {
                storage_name: presented.hash.clone(),
                accessor: presented.token.accessor.clone(),
                display_name: presented.token.display_name.clone(),
                policies: presented.token.policies.clone(),
            })
        });
        let rest = match self.call.method {
            Method::List => self.rest.trim_end_matches('/'),
            _ => self.rest,
        };
        Request {
            operation: self.operation,
            path: rest.to_owned(),
            data: Arc::clone(&self.call.data),
            caller,
            mount: Arc::clone(&self.mount),
            now: changes.now(),
            source: self.call.source,
        }
    }
}

/// Where the entries of a mount are.
pub(crate) fn root_of(mount: &Mount) -> String {
    format!("logical/{}/", mount.uuid)
}

/// Others changed the same things at every run.
fn busy() -> Failure {
    Failure::Status(
        503,
        "others change the same entries at this moment; try again".to_owned(),
    )
}
