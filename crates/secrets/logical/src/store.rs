//! Sealed entries in the key store's database, under hashed names: whoever has the database learns how many there are and how
//! long, and nothing else.

use std::sync::{Arc, PoisonError, RwLock};

use base::{Clock, Context, Entropy, Fault, KeyId, Kind, Refusal, Result, TenantId};
use cipher::{BlindIndex, DataKey, Field, RecordContext};
use db::{Batch, CommitError, Database, Migration, MigrationSet, Statement, params};
use kms::{Behalf, Kms, NodeId, Purpose};
use zeroize::Zeroizing;

use crate::{
    cache::Cache,
    txn::{Changes, Entry},
};

/// Bytes of one value.
pub const ENTRY_BYTES_MAX: usize = 1024 * 1024;
/// Names in one folder that a list shows.
pub(crate) const FOLDER_MAX: u32 = 100_000;

const NAME: Field = Field {
    label: 201,
    name: "secrets.entry.name",
};
const VALUE: Field = Field {
    label: 202,
    name: "secrets.entry.value",
};
const CARRIED: Field = Field {
    label: 203,
    name: "secrets.carried",
};
const NAMES_LABEL: &str = "secrets.names";
const KEY_VERSION: u32 = 1;

/// Two made the same entry at once; the later one runs again.
const TAKEN: Refusal = Refusal::new(
    Kind::Conflict,
    "secrets.entry_taken",
    "Somebody made the same entry at this moment.",
);

/// The tables of the entries. They stand beside those of the key store.
pub const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "secrets",
    migrations: &[Migration {
        name: "0001_entries",
        sql: include_str!("../migrations/0001_entries.sql"),
    }],
};

/// Every statement, for the sweep that has both databases parse them.
pub static STATEMENTS: &[&Statement] = &[
    &STORE,
    &INSERT_STORE,
    &ENTRY,
    &FOLDER,
    &INSERT,
    &UPDATE,
    &RELY,
    &DELETE,
    &RAISE,
    &LOWER,
    &TIDY,
];

static STORE: Statement =
    Statement::read("SELECT data_key FROM secrets_store WHERE tenant = :cell");
static INSERT_STORE: Statement = Statement::write(
    "INSERT INTO secrets_store (tenant, data_key, made_at) VALUES (:cell, :data_key, :now)",
)
.or_duplicate(TAKEN);
static FIRST: Statement =
    Statement::read("SELECT token_hash FROM secrets_first_token WHERE tenant = :cell");
static KEEP_FIRST: Statement = Statement::write(
    "INSERT INTO secrets_first_token (tenant, token_hash, made_at) VALUES (:cell, :token_hash, :now)
     ON CONFLICT (tenant) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at",
);
static DROP_FIRST: Statement =
    Statement::write("DELETE FROM secrets_first_token WHERE tenant = :cell");
static ENTRY: Statement = Statement::read(
    "SELECT version, value_sealed FROM secrets_entry
     WHERE tenant = :cell AND folder = :folder AND name = :name AND members IS NULL",
);
static FOLDER: Statement = Statement::read(
    "SELECT name, name_sealed FROM secrets_entry
     WHERE tenant = :cell AND folder = :folder AND name > :after AND (members IS NULL OR members > 0)
     ORDER BY name LIMIT :limit",
);
static INSERT: Statement = Statement::write(
    "INSERT INTO secrets_entry (tenant, folder, name, version, name_sealed, value_sealed)
     VALUES (:cell, :folder, :name, :version, :name_sealed, :value_sealed)",
)
.or_duplicate(TAKEN);
static UPDATE: Statement = Statement::write(
    "UPDATE secrets_entry SET version = :version, value_sealed = :value_sealed
     WHERE tenant = :cell AND folder = :folder AND name = :name AND version = :seen AND members IS NULL",
)
.exactly_one();
static RELY: Statement = Statement::write(
    "UPDATE secrets_entry SET version = version
     WHERE tenant = :cell AND folder = :folder AND name = :name AND version = :seen AND members IS NULL",
)
.exactly_one();
static DELETE: Statement = Statement::write(
    "DELETE FROM secrets_entry
     WHERE tenant = :cell AND folder = :folder AND name = :name AND version = :seen AND members IS NULL",
)
.exactly_one();
static RAISE: Statement = Statement::write(
    "INSERT INTO secrets_entry (tenant, folder, name, version, members, name_sealed)
     VALUES (:cell, :folder, :name, 0, 1, :name_sealed)
     ON CONFLICT (tenant, folder, name) DO UPDATE SET members = secrets_entry.members + 1",
);
static LOWER: Statement = Statement::write(
    "UPDATE secrets_entry SET members = members - 1
     WHERE tenant = :cell AND folder = :folder AND name = :name AND members IS NOT NULL",
);
static TIDY: Statement = Statement::write(
    "DELETE FROM secrets_entry WHERE tenant = :cell AND folder = :folder AND name = :name AND members <= 0",
);

/// The entries of one key store. Everything is the cell's.
pub struct Store {
    database: Arc<Database>,
    kms: Arc<dyn Kms>,
    node: NodeId,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Absent while sealed.
    opened: RwLock<Option<Arc<Opened>>>,
}

/// What an open store holds in memory.
pub(crate) struct Opened {
    key: Arc<DataKey>,
    key_id: KeyId,
    names: Arc<BlindIndex>,
    pub(crate) cache: Cache,
}

/// Where an entry lies.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    folder: [u8; 32],
    name: [u8; 32],
}

impl Store {
    /// Brings the tables up to date; opens nothing. `database` is the key store's own.
    ///
    /// # Errors
    /// As [`Database::migrate`].
    pub async fn new(
        database: Arc<Database>,
        kms: Arc<dyn Kms>,
        node: NodeId,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Arc<Self>> {
        database.migrate(&[db::OWN_MIGRATIONS, MIGRATIONS]).await?;
        Ok(Arc::new(Self {
            database,
            kms,
            node,
            clock,
            entropy,
            opened: RwLock::default(),
        }))
    }

    /// Fetches the key of the entries from the key store, which has to be open; the first time, makes it.
    ///
    /// # Errors
    /// [`kms::SEALED`], [`kms::UNINITIALISED`]; a fault when the databases fail.
    pub async fn unlock(&self) -> Result<()> {
        let key_id = match self.find_key().await? {
            Some(key_id) => key_id,
            None => self.found().await?,
        };
        let purpose = Purpose {
            node: self.node,
            tenant: TenantId::NIL,
            operation: "secrets.entries.open".into(),
            behalf: Behalf::System("secrets".into()),
        };
        let keys = self.kms.unwrap(&purpose, &[key_id]).await?;
        let key = keys.into_iter().next().flatten();
        let key = key.context("the key of the entries is gone from the key store")?;
        let names = self.kms.index_key(TenantId::NIL, NAMES_LABEL).await?;
        let opened = Opened {
            key,
            key_id,
            names: names.newest,
            cache: Cache::default(),
        };
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(opened));
        Ok(())
    }

    /// Forgets the key and everything that was opened with it.
    pub fn lock(&self) {
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn is_locked(&self) -> bool {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        opened.is_none()
    }

    /// Forgets what was opened, and keeps the key: somebody else may have changed it.
    pub fn forget(&self) {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &*opened {
            opened.cache.clear();
        }
    }

    /// Keeps the hash of the first token until the store is open for the first time. A store that is not initialised yet takes
    /// another one in its place.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn keep_first_token(&self, hash: &str) -> Result<()> {
        let mut batch = Batch::new();
        let hash = db::Plain::bytes(hash.as_bytes());
        let row = params! { token_hash: hash, now: self.clock.now() };
        batch.execute(TenantId::NIL, &KEEP_FIRST, row)?;
        self.database.commit(batch).await?;
        Ok(())
    }

    /// The hash of the first token, if it was not taken over yet.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn first_token(&self) -> Result<Option<String>> {
        let mut snapshot = self.database.snapshot().await?;
        let row = snapshot.row(TenantId::NIL, &FIRST, params! {}).await?;
        let hash: Option<Vec<u8>> = row.map(|mut row| row.take("token_hash")).transpose()?;
        let hash = hash.map(String::from_utf8).transpose();
        hash.context("reading the hash of the first token")
    }

    /// Has a commit take the hash of the first token away.
    ///
    /// # Errors
    /// A fault when the batch is full.
    pub fn drop_first_token(batch: &mut Batch) -> Result<()> {
        batch.execute(TenantId::NIL, &DROP_FIRST, params! {})
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`kms::SEALED`].
    pub fn begin(self: &Arc<Self>) -> Result<Changes> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        let opened = opened.clone().ok_or(kms::SEALED)?;
        Ok(Changes::new(Arc::clone(self), opened))
    }

    async fn find_key(&self) -> Result<Option<KeyId>> {
        let mut snapshot = self.database.snapshot().await?;
        let row = snapshot.row(TenantId::NIL, &STORE, params! {}).await?;
        row.map(|mut row| row.take("data_key")).transpose()
    }

    /// The key is durable in the key store before the row names it; one that loses a race is removed by the reconciler.
    async fn found(&self) -> Result<KeyId> {
        let reserved = self.kms.reserve(TenantId::NIL, 1).await?;
        let key = reserved.first().context("no key was reserved")?.id;
        let mut batch = Batch::new();
        let row = params! { data_key: key, now: self.clock.now() };
        batch.execute(TenantId::NIL, &INSERT_STORE, row)?;
        match self.database.commit(batch).await {
            Ok(_) => {
                self.kms.mark_used(TenantId::NIL, &[key]).await?;
                Ok(key)
            }
            Err(CommitError::Refused(_)) => {
                let found = self.find_key().await?;
                Ok(found.context("the row of the entries' key is gone")?)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn read(&self, opened: &Opened, spot: Spot) -> Result<Option<Entry>> {
        let mut snapshot = self.database.snapshot().await?;
        let Some(mut row) = snapshot.row(TenantId::NIL, &ENTRY, at(spot)).await? else {
            return Ok(None);
        };
        let (version, sealed): (i64, Vec<u8>) = (row.take("version")?, row.take("value_sealed")?);
        let context = opened.context(VALUE, spot.name, version);
        let value = cipher::open_record(&opened.key, &context, &sealed);
        let value = value.map_err(|error| {
            Fault::new(format!(
                "a stored entry does not open where it stands: {error}"
            ))
        })?;
        Ok(Some(Entry {
            version,
            value: Zeroizing::new(value.expose().clone()),
        }))
    }

    /// The names in a folder in their order; those of folders end with a slash. Nothing when there are more than a list shows.
    pub(crate) async fn list(&self, opened: &Opened, folder: &str) -> Result<Option<Vec<String>>> {
        let named = self.page(opened, folder, None, FOLDER_MAX + 1).await?;
        let mut names: Vec<String> = named.into_iter().map(|(_, name)| name).collect();
        names.sort_unstable();
        let fits = names.len() <= usize::try_from(FOLDER_MAX).unwrap_or(usize::MAX);
        Ok(fits.then_some(names))
    }

    /// Names in a folder in the order of their hashes, after one of these, at most `limit`.
    pub(crate) async fn page(
        &self,
        opened: &Opened,
        folder: &str,
        after: Option<[u8; 32]>,
        limit: u32,
    ) -> Result<Vec<([u8; 32], String)>> {
        let mut snapshot = self.database.snapshot().await?;
        let folder = opened.folder(folder);
        // Nothing is smaller than no bytes at all.
        let after = after.map_or_else(Vec::new, |after| after.to_vec());
        let wanted = params! {
            folder: db::Plain::bytes(folder), after: db::Plain::bytes(after), limit: limit,
        };
        let rows = snapshot.rows(TenantId::NIL, &FOLDER, wanted).await?;
        let open = |mut row: db::Row| {
            let hash: [u8; 32] = row.take("name")?;
            let sealed: Vec<u8> = row.take("name_sealed")?;
            let name = cipher::open_record(&opened.key, &opened.context(NAME, hash, 0), &sealed);
            let name = name.map_err(|error| {
                Fault::new(format!(
                    "a stored name does not open where it stands: {error}"
                ))
            })?;
            let name = String::from_utf8(name.expose().clone());
            Ok((hash, name.context("reading a stored name")?))
        };
        rows.into_iter().map(open).collect()
    }

    /// Buffers one write; the version that the entry has afterwards.
    pub(crate) fn write(
        &self,
        opened: &Opened,
        batch: &mut Batch,
        write: &Write<'_>,
    ) -> Result<Option<i64>> {
        match (write.seen, write.value) {
            (None, None) => Ok(None),
            (Some(seen), None) => delete(opened, batch, write, seen).map(|()| None),
            (Some(seen), Some(value)) => {
                let spot = opened.spot(write.path);
                let version = self.fresh_version();
                let value = self.seal(opened, VALUE, spot.name, version, value);
                let mut row = at(spot);
                row.extend(
                    params! { version: version, value_sealed: db::Plain::bytes(value), seen: seen },
                );
                batch.execute(TenantId::NIL, &UPDATE, row)?;
                Ok(Some(version))
            }
            (None, Some(value)) => self.insert(opened, batch, write, value).map(Some),
        }
    }

    fn insert(
        &self,
        opened: &Opened,
        batch: &mut Batch,
        write: &Write<'_>,
        value: &[u8],
    ) -> Result<i64> {
        let spot = opened.spot(write.path);
        let version = self.fresh_version();
        let value = self.seal(opened, VALUE, spot.name, version, value);
        let name = self.seal(opened, NAME, spot.name, 0, name_of(write.path).as_bytes());
        let mut row = at(spot);
        row.extend(params! {
            version: version, name_sealed: db::Plain::bytes(name), value_sealed: db::Plain::bytes(value),
        });
        batch.execute(TenantId::NIL, &INSERT, row)?;
        for (marker, name) in opened.markers(write.root, write.path) {
            let name = self.seal(opened, NAME, marker.name, 0, name.as_bytes());
            let mut row = at(marker);
            row.extend(params! { name_sealed: db::Plain::bytes(name) });
            batch.execute(TenantId::NIL, &RAISE, row)?;
        }
        Ok(version)
    }

    /// Makes the batch fail when the entry is another than it was.
    pub(crate) fn rely(opened: &Opened, batch: &mut Batch, path: &str, seen: i64) -> Result<()> {
        let mut row = at(opened.spot(path));
        row.extend(params! { seen: seen });
        batch.execute(TenantId::NIL, &RELY, row)
    }

    /// `false` when something that was relied on has changed.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<bool> {
        match self.database.commit(batch).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(CommitError::Refused(refusal)) if refusal.code == TAKEN.code => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn seal(
        &self,
        opened: &Opened,
        field: Field,
        hash: [u8; 32],
        version: i64,
        text: &[u8],
    ) -> Vec<u8> {
        let context = opened.context(field, hash, version);
        cipher::seal_record(&opened.key, KEY_VERSION, &context, text, &*self.entropy)
    }

    /// Seals what is given out instead of kept, under a name that says what it is.
    pub(crate) fn seal_carried(&self, opened: &Opened, what: &str, text: &[u8]) -> Vec<u8> {
        let what = opened.names.hash("carried", what.as_bytes());
        self.seal(opened, CARRIED, what, 0, text)
    }

    /// Never one that the entry had before, also when it was removed in between.
    fn fresh_version(&self) -> i64 {
        let mut bytes = [0u8; 8];
        self.entropy.fill(&mut bytes);
        i64::from_be_bytes(bytes) & i64::MAX
    }
}

/// One change of an entry.
pub(crate) struct Write<'a> {
    /// Folders are counted below it.
    pub(crate) root: &'a str,
    pub(crate) path: &'a str,
    /// The version that was read; nothing for an entry that was absent.
    pub(crate) seen: Option<i64>,
    /// Nothing removes it.
    pub(crate) value: Option<&'a [u8]>,
}

impl Opened {
    pub(crate) fn open_carried(&self, what: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let what = self.names.hash("carried", what.as_bytes());
        let opened = cipher::open_record(&self.key, &self.context(CARRIED, what, 0), sealed);
        opened
            .ok()
            .map(|text| Zeroizing::new(text.expose().clone()))
    }

    pub(crate) fn spot(&self, path: &str) -> Spot {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.spot_in(folder, name)
    }

    fn spot_in(&self, folder: &str, name: &str) -> Spot {
        let folder = self.folder(folder);
        let mut text = folder.to_vec();
        text.extend_from_slice(name.as_bytes());
        Spot {
            folder,
            name: self.names.hash("name", &text),
        }
    }

    fn folder(&self, folder: &str) -> [u8; 32] {
        self.names.hash("folder", folder.as_bytes())
    }

    /// The folders on the way from the root to the path, outermost first, each in its own folder and with its name.
    fn markers<'p>(&self, root: &str, path: &'p str) -> Vec<(Spot, &'p str)> {
        let slashes = path.match_indices('/').map(|(at, _)| at);
        let below = slashes.filter(|at| *at >= root.len());
        let marker = |at: usize| {
            let (folder, _) = path.split_at(at);
            let (parent, _) = folder.rsplit_once('/').unwrap_or(("", folder));
            let begins = if parent.is_empty() {
                0
            } else {
                parent.len() + 1
            };
            let name = path.get(begins..=at)?;
            Some((self.spot_in(parent, name), name))
        };
        below.filter_map(marker).collect()
    }

    fn context(&self, field: Field, hash: [u8; 32], version: i64) -> RecordContext {
        let mut row = [0u8; 16];
        row.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        RecordContext {
            tenant: TenantId::NIL,
            resource: self.key_id.to_bytes(),
            field,
            row,
            row_version: version.unsigned_abs(),
        }
    }
}

fn delete(opened: &Opened, batch: &mut Batch, write: &Write<'_>, seen: i64) -> Result<()> {
    let mut row = at(opened.spot(write.path));
    row.extend(params! { seen: seen });
    batch.execute(TenantId::NIL, &DELETE, row)?;
    for (marker, _) in opened.markers(write.root, write.path) {
        batch.execute(TenantId::NIL, &LOWER, at(marker))?;
        batch.execute(TenantId::NIL, &TIDY, at(marker))?;
    }
    Ok(())
}

fn at(spot: Spot) -> db::Params {
    params! { folder: db::Plain::bytes(spot.folder), name: db::Plain::bytes(spot.name) }
}

fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
