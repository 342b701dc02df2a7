//! One operation by one caller: reads on a snapshot, buffered writes, one reading of the clock.

use std::sync::Arc;

use base::{
    AccountId, BlobId, Context, Fault, Id, KeyId, Result, Secret, SessionId, TenantId, Timestamp,
    kinds,
};
use bytes::Bytes;
use cipher::{RecordContext, open_record, seal_record};
use db::{
    Batch, Late, NewResource, Params, Plain, Row, Series, Snapshot, Statement, params, plain,
};

use crate::{
    Action, Announcement, Call, Caller, Card, Content, Decision, Event, Kind, Member, Mode,
    NOT_PERMITTED, NOT_SIGNED_IN, Number, Operation, Permit, Place, Purpose, Question, Relation,
    Resource, ResourceRef, Sealed, StoredEvent, Throttle, heavy::Places, runtime::Ports, store,
};

/// What every operation is given, and its only way to the world.
pub struct Act {
    pub(crate) ports: Arc<Ports>,
    /// Places for heavy computation.
    pub(crate) heavy: Arc<Places>,
    /// Whether it has waited for one of them.
    pub(crate) has_computed: bool,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) operation: &'static Operation,
    pub(crate) call: Call,
    pub(crate) now: Timestamp,
    pub(crate) tenant: TenantId,
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) batch: Batch,
    pub(crate) announcements: Vec<Pending>,
    pub(crate) resources: Vec<ResourceRef>,
    pub(crate) reference: Option<[u8; 16]>,
    pub(crate) if_refused: Option<(&'static Operation, [u8; 16])>,
    pub(crate) session: Option<String>,
    pub(crate) bytes: Option<(&'static str, Bytes)>,
    pub(crate) content: Option<Content>,
}

/// A word to those who listen, complete once the numbers are known.
pub(crate) enum Pending {
    Changed {
        tenant: TenantId,
        topic: [u8; 16],
        change: Late,
    },
    Ready(Announcement),
}

/// The cell itself: what belongs to no tenant.
#[derive(Debug, Clone, Copy)]
pub struct Cell(ResourceRef);

impl Cell {
    pub const KIND: Kind = Kind("act.cell");
}

impl Resource for Cell {
    fn reference(&self) -> &ResourceRef {
        &self.0
    }
    fn relation(&self) -> Relation {
        Relation::None
    }
}

impl Act {
    /// The moment of this act.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    pub const fn caller(&self) -> &Caller {
        &self.call.caller
    }

    /// The client's address and what it calls itself: personal data, to be sealed where it is kept.
    pub fn client(&self) -> (&str, &str) {
        (&self.call.source, &self.call.client)
    }

    /// The tenant whose rows this act reads.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The signed-in caller.
    ///
    /// # Errors
    /// [`NOT_SIGNED_IN`] when the caller is nobody or the system.
    pub fn member(&self) -> Result<Member> {
        self.call
            .caller
            .member()
            .copied()
            .ok_or_else(|| NOT_SIGNED_IN.into())
    }

    /// A new identifier.
    pub fn new_id<K>(&self) -> Id<K> {
        Id::generate(self.now, self.ports.entropy.as_ref())
    }

    /// Random bytes fit for tokens.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.ports.entropy.fill(&mut bytes);
        bytes
    }

    /// Goes on in another tenant, or in the cell.
    ///
    /// # Errors
    /// A fault unless the operation declares that it crosses tenants.
    pub fn enter(&mut self, tenant: TenantId) -> Result<()> {
        if !self.operation.crosses_tenants && tenant != self.call.caller.tenant() {
            return Err(
                Fault::new("the operation does not declare that it crosses tenants").into(),
            );
        }
        self.tenant = tenant;
        Ok(())
    }

    /// All rows of a read.
    ///
    /// # Errors
    /// A fault after the act's first write: an act reads first and writes then.
    pub async fn rows(
        &mut self,
        statement: &'static Statement,
        params: Params,
    ) -> Result<Vec<Row>> {
        if !self.batch.is_empty() {
            return Err(Fault::new("an act reads before it writes").into());
        }
        self.may_span(statement)?;
        let tenant = self.tenant;
        self.snapshot().await?.rows(tenant, statement, params).await
    }

    /// What goes through the rows of all tenants is for operations that say that they do.
    fn may_span(&self, statement: &'static Statement) -> Result<()> {
        match statement.spans_tenants() && !self.operation.crosses_tenants {
            true => Err(Fault::new(
                "a statement over all tenants, in an operation that does not declare that it crosses them",
            )
            .into()),
            false => Ok(()),
        }
    }

    /// The only row of a read, if there is one.
    ///
    /// # Errors
    /// As [`Act::rows`].
    pub async fn row(
        &mut self,
        statement: &'static Statement,
        params: Params,
    ) -> Result<Option<Row>> {
        Ok(self.rows(statement, params).await?.into_iter().next())
    }

    async fn snapshot(&mut self) -> Result<&mut Snapshot> {
        if self.snapshot.is_none() {
            self.snapshot = Some(self.ports.database.snapshot().await?);
        }
        self.snapshot
            .as_mut()
            .context("the snapshot that was just taken")
    }

    /// The events of a topic after a change number, oldest first.
    ///
    /// # Errors
    /// As [`Act::rows`].
    pub async fn events<R: Resource>(
        &mut self,
        permit: &Permit<R>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>> {
        let topic: Id<kinds::Key> = Id::from_bytes(permit.resource.id);
        let rows = self
            .rows(
                &store::LIST_EVENTS,
                params! { topic: topic, after: after, limit: limit },
            )
            .await?;
        rows.into_iter().map(StoredEvent::take).collect()
    }

    /// Asks the policy whether the operation's action is allowed, unwraps the key, and guards the version.
    ///
    /// # Errors
    /// [`NOT_PERMITTED`], or what an absent resource is answered with; [`crate::SEALED`].
    pub async fn permit<R: Resource>(&mut self, resource: &R) -> Result<Permit<R>> {
        self.permit_for(resource, self.operation.action).await
    }

    /// As [`Act::permit`], for an action other than the operation's own: a second resource that it touches.
    ///
    /// # Errors
    /// As [`Act::permit`].
    pub async fn permit_for<R: Resource>(
        &mut self,
        resource: &R,
        action: Action,
    ) -> Result<Permit<R>> {
        let permits = self.permits(std::slice::from_ref(resource), action).await?;
        permits
            .into_iter()
            .next()
            .context("a permit that was just given")
    }

    /// Permits for a page of resources: all or a refusal; their keys are unwrapped in one round trip.
    ///
    /// # Errors
    /// As [`Act::permit`].
    pub async fn permits<R: Resource>(
        &mut self,
        resources: &[R],
        action: Action,
    ) -> Result<Vec<Permit<R>>> {
        let mut keys: Vec<KeyId> = Vec::with_capacity(resources.len());
        for resource in resources {
            let reference = resource.reference();
            self.decide::<R>(reference, resource.relation(), action)?;
            keys.push(reference.key);
        }
        let Some(tenant) = resources.first().map(|first| first.reference().tenant) else {
            return Ok(Vec::new());
        };
        if resources
            .iter()
            .any(|resource| resource.reference().tenant != tenant)
        {
            return Err(Fault::new("one page of permits spans two tenants").into());
        }
        let unwrapped = self.ports.vault.keys(self.purpose(), tenant, &keys).await?;
        let mut permits = Vec::with_capacity(resources.len());
        for (resource, key) in resources.iter().zip(unwrapped) {
            let reference = *resource.reference();
            if self.operation.mode == Mode::Write {
                self.batch.guard(reference.key(), reference.version);
            }
            if !self.resources.contains(&reference) {
                self.resources.push(reference);
            }
            permits.push(Permit::new(reference, key));
        }
        Ok(permits)
    }

    fn decide<R: Resource>(
        &self,
        reference: &ResourceRef,
        relation: Relation,
        action: Action,
    ) -> Result<()> {
        let question = Question {
            caller: &self.call.caller,
            operation: self.operation,
            action,
            kind: reference.kind,
            tenant: reference.tenant,
            relation,
        };
        match self.ports.access.decide(&question) {
            Decision::Allowed => Ok(()),
            Decision::Forbidden => Err(NOT_PERMITTED.into()),
            Decision::Hidden => Err(R::absent().into()),
        }
    }

    const fn purpose(&self) -> Purpose {
        Purpose {
            operation: self.operation.name,
            caller: self.call.caller,
            request: self.call.request,
        }
    }

    /// The cell, to get a permit for.
    ///
    /// # Errors
    /// A fault when the cell was never founded.
    pub async fn cell(&mut self) -> Result<Cell> {
        let id: Id<kinds::Cell> = Id::NIL;
        let back = std::mem::replace(&mut self.tenant, TenantId::NIL);
        let row = self.row(&store::RESOURCE, params! { id: id }).await;
        self.tenant = back;
        let mut row = row?.context("the cell is not founded")?;
        Ok(Cell(ResourceRef::take(
            Cell::KIND,
            TenantId::NIL,
            id,
            &mut row,
        )?))
    }

    /// Brings a resource into being under one that the act has a permit for, in the tenant that the act is in.
    ///
    /// # Errors
    /// [`crate::SEALED`]; a fault in a read.
    pub async fn found<R: Resource, P: Resource, K>(
        &mut self,
        _parent: &Permit<P>,
        kind: Kind,
        id: Id<K>,
    ) -> Result<Permit<R>> {
        self.must_write()?;
        let fresh = self.ports.vault.fresh(self.purpose(), self.tenant).await?;
        let reference = ResourceRef {
            kind,
            tenant: self.tenant,
            id: id.to_bytes(),
            version: 1,
            key: fresh.id,
        };
        self.batch.found(NewResource {
            key: reference.key(),
            kind: kind.0,
            data_key: fresh.id,
        });
        self.resources.push(reference);
        Ok(Permit::founding(reference, fresh.key))
    }

    /// Makes the key of a new tenant and goes on in it.
    ///
    /// # Errors
    /// [`crate::SEALED`]; a fault unless the operation crosses tenants.
    pub async fn found_tenant(&mut self, _cell: &Permit<Cell>, tenant: TenantId) -> Result<()> {
        self.enter(tenant)?;
        self.ports.vault.found_tenant(tenant).await
    }

    fn must_write(&self) -> Result<()> {
        match self.operation.mode {
            Mode::Write => Ok(()),
            Mode::Read => Err(Fault::new("an operation that reads tried to write").into()),
        }
    }

    /// Buffers a write to rows of the permitted resource.
    ///
    /// # Errors
    /// A fault when the parameters do not fit, and in a read.
    pub fn execute<R: Resource>(
        &mut self,
        permit: &Permit<R>,
        statement: &'static Statement,
        params: Params,
    ) -> Result<()> {
        self.must_write()?;
        self.may_span(statement)?;
        self.batch
            .execute(permit.resource.tenant, statement, params)
    }

    /// Raises the resource's version: acts that relied on the present one run again. For changes of members and settings.
    pub fn raise<R: Resource>(&mut self, permit: &Permit<R>) {
        if !permit.is_new {
            self.batch.raise(permit.resource.key());
        }
    }

    /// The next number of a series, given at commit.
    pub fn next_number<R: Resource>(&mut self, permit: &Permit<R>, series: Series) -> Number {
        Number::Late(self.batch.number(permit.resource.key(), series))
    }

    /// Seals content for its place.
    pub fn seal<R: Resource>(&self, permit: &Permit<R>, place: Place, content: &[u8]) -> Sealed {
        let context = context(&permit.resource, place);
        Sealed(seal_record(
            &permit.key,
            1,
            &context,
            content,
            self.ports.entropy.as_ref(),
        ))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// A fault when it was sealed elsewhere or was changed since.
    pub fn open<R: Resource>(
        &self,
        permit: &Permit<R>,
        place: Place,
        sealed: &Sealed,
    ) -> Result<Vec<u8>> {
        self.open_secret(permit, place, sealed)
            .map(|content| content.expose().clone())
    }

    /// As [`Act::open`], wiped when it is dropped.
    pub(crate) fn open_secret<R: Resource>(
        &self,
        permit: &Permit<R>,
        place: Place,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>> {
        open_record(&permit.key, &context(&permit.resource, place), &sealed.0)
            .context("opening a sealed column")
    }

    /// As [`Act::open`], for text.
    ///
    /// # Errors
    /// As [`Act::open`]; a fault when it is not UTF-8.
    pub fn open_text<R: Resource>(
        &self,
        permit: &Permit<R>,
        place: Place,
        sealed: &Sealed,
    ) -> Result<String> {
        String::from_utf8(self.open(permit, place, sealed)?).context("reading sealed text")
    }

    /// What may be known of accounts of the tenant that the act is in; those that do not exist are left out.
    ///
    /// # Errors
    /// As [`Act::rows`]; at most 1,000 accounts at once, a fault beyond.
    pub async fn people(&mut self, accounts: &[AccountId]) -> Result<Vec<Card>> {
        const ACCOUNTS_MAX: usize = 1_000;
        if accounts.len() > ACCOUNTS_MAX {
            return Err(Fault::new("more accounts at once than a page has").into());
        }
        let directory = Arc::clone(&self.ports.directory);
        directory.cards(self, accounts).await
    }

    /// The raw body that came with the call.
    pub fn body(&self) -> Bytes {
        self.call.body.clone()
    }

    /// Answers with raw bytes in place of the operation's output.
    pub fn answer_with(&mut self, media: &'static str, content: Bytes) {
        self.bytes = Some((media, content));
    }

    /// Keeps a blob, sealed under the key of the permitted resource. Comes before the first write.
    ///
    /// # Errors
    /// A fault when the store fails.
    pub async fn put_blob<R: Resource>(
        &self,
        permit: &Permit<R>,
        id: BlobId,
        content: Bytes,
    ) -> Result<()> {
        self.ports
            .blobs
            .put(permit.resource.tenant, id, &permit.key, content)
            .await
    }

    /// Reads a blob of the permitted resource.
    ///
    /// # Errors
    /// A fault when the store fails or the blob was changed.
    pub async fn get_blob<R: Resource>(
        &self,
        permit: &Permit<R>,
        id: BlobId,
    ) -> Result<Option<Bytes>> {
        self.ports
            .blobs
            .get(permit.resource.tenant, id, &permit.key)
            .await
    }

    /// A keyed hash by which something sealed is found or kept unique, under the key of the tenant that the act is in.
    ///
    /// # Errors
    /// [`crate::SEALED`].
    pub async fn keyed_hash(&self, label: &'static str, normalised: &[u8]) -> Result<Plain> {
        let index = self.ports.vault.index(self.tenant).await?;
        Ok(Plain::bytes(index.hash(label, normalised)))
    }

    /// Logs a change of the topic under its next change number, and wakes those who listen once it is committed.
    ///
    /// # Errors
    /// A fault in a read.
    pub fn emit<R: Resource>(&mut self, permit: &Permit<R>, event: Event) -> Result<Number> {
        self.must_write()?;
        let (tenant, topic) = (permit.resource.tenant, permit.resource.id);
        let change = self.batch.number(permit.resource.key(), Series::Changes);
        let accounts: Vec<u8> = event
            .accounts
            .iter()
            .flat_map(|account| account.to_bytes())
            .collect();
        let params = params! {
            topic: Plain::bytes(topic), change: change, name: plain(event.name.0), item: event.item,
            subject: event.subject.map(Plain::bytes),
            accounts: (!accounts.is_empty()).then_some(Plain::bytes(accounts)), at: self.now,
        };
        self.batch.execute(tenant, &store::INSERT_EVENT, params)?;
        self.announcements.push(Pending::Changed {
            tenant,
            topic,
            change,
        });
        Ok(Number::Late(change))
    }

    /// Tells one account's devices, once the act has committed. Not kept: a device that is away reads the state instead.
    /// A module declares the notices it gives; an act that gives another is a fault.
    pub fn notify(
        &mut self,
        account: AccountId,
        notice: &'static str,
        topic: Option<[u8; 16]>,
        number: Option<i64>,
    ) {
        let tenant = self.tenant;
        self.announcements
            .push(Pending::Ready(Announcement::Notice {
                tenant,
                account,
                notice,
                topic,
                number,
            }));
    }

    /// The notices given so far.
    pub(crate) fn notices(&self) -> impl Iterator<Item = &'static str> {
        self.announcements
            .iter()
            .filter_map(|pending| match pending {
                Pending::Ready(Announcement::Notice { notice, .. }) => Some(*notice),
                _ => None,
            })
    }

    /// Has every node ask anew how the session stands once the act has committed: its sockets are cut when it has ended.
    pub fn end_session(&mut self, session: SessionId) {
        self.announcements
            .push(Pending::Ready(Announcement::SessionEnded { session }));
    }

    /// Has an operation of the system run on `subject` at `due`, once the act has committed.
    ///
    /// # Errors
    /// A fault in a read.
    pub fn enqueue<R: Resource, K>(
        &mut self,
        permit: &Permit<R>,
        operation: &'static Operation,
        subject: Id<K>,
        due: Timestamp,
    ) -> Result<()> {
        let id: Id<kinds::Job> = self.new_id();
        let params =
            params! { id: id, operation: plain(operation.name), subject: subject, due_at: due };
        self.execute(permit, &store::INSERT_JOB, params)
    }

    /// Names what an idempotent operation made: a repetition of its key is answered with it.
    pub const fn refer<K>(&mut self, id: Id<K>) {
        self.reference = Some(id.to_bytes());
    }

    /// Gives the client this session token, as a cookie or in a header; an empty one takes the cookie back.
    pub fn give_session(&mut self, token: String) {
        self.session = Some(token);
    }
}

const fn context(resource: &ResourceRef, place: Place) -> RecordContext {
    RecordContext {
        tenant: resource.tenant,
        resource: resource.id,
        field: place.field,
        row: place.row,
        row_version: place.version,
    }
}
