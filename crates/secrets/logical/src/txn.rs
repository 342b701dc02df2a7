//! Transactions: what a request reads and wants to change.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use base::{Entropy, Fault, Result, Timestamp};
use db::Batch;
use zeroize::Zeroizing;

use crate::{
    Failure,
    path::is_path,
    store::{ENTRY_BYTES_MAX, Opened, Store, Write},
};

/// Entries that one transaction changes.
pub const WRITES_MAX: usize = 1_000;
/// Statements that one transaction comes to: an entry takes one, and up to two for each folder that it is in.
pub const STATEMENTS_MAX: usize = 8_000;
/// Names that [`Txn::list`] gives at most.
pub const LIST_MAX: usize = 100_000;

/// Names in one page.
const PAGE: u32 = 1_000;

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor([u8; 32]);

/// Some of the names in a folder; those of folders end with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub names: Vec<String>,
    /// Nothing at the end.
    pub next: Option<Cursor>,
}

/// A value and the version that it has: another one after every change, and none comes twice.
pub struct Entry {
    pub version: i64,
    pub value: Zeroizing<Vec<u8>>,
}

/// Everything that one request reads and changes, at whatever root. It is committed whole, and only if nothing that it changes
/// or relies on was changed by somebody else.
pub struct Changes {
    store: Arc<Store>,
    opened: Arc<Opened>,
    now: Timestamp,
    /// What was read, by path: it is read once, whatever others do meanwhile.
    seen: HashMap<String, Option<Arc<Entry>>>,
    /// With the length of the root under which they were written.
    writes: BTreeMap<String, Change>,
    relied: BTreeMap<String, i64>,
    /// What the writes come to at most.
    statements: usize,
}

/// What a change of the entry comes to at most.
fn statements(path: &str) -> usize {
    1 + 2 * path.matches('/').count()
}

struct Change {
    root: usize,
    value: Option<Zeroizing<Vec<u8>>>,
}

impl Changes {
    pub(crate) fn new(store: Arc<Store>, opened: Arc<Opened>) -> Self {
        let now = store.clock.now();
        Self {
            store,
            opened,
            now,
            seen: HashMap::new(),
            writes: BTreeMap::new(),
            relied: BTreeMap::new(),
            statements: 0,
        }
    }

    /// The transaction below a root, which ends with a slash or is empty. What is written below a root is changed and listed
    /// below the same one.
    pub fn below(&mut self, root: impl Into<String>) -> Txn<'_> {
        Txn {
            changes: self,
            root: root.into(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// The one reading of the clock.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Seals a text that is given out instead of kept; `what` says what it is, and it opens as nothing else.
    pub fn seal_carried(&self, what: &str, text: &[u8]) -> Vec<u8> {
        self.store.seal_carried(&self.opened, what, text)
    }

    /// What [`Changes::seal_carried`] sealed; `None` for anything else.
    pub fn open_carried(&self, what: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.opened.open_carried(what, sealed)
    }

    /// Commits. `fence` may add guards to the batch.
    ///
    /// # Errors
    /// [`Failure::Conflict`] when somebody changed what was relied on; a fault when the database fails. Nothing is changed then.
    pub async fn commit(self, fence: impl FnOnce(&mut Batch)) -> Result<(), Failure> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        fence(&mut batch);
        let mut written = Vec::with_capacity(self.writes.len());
        for (path, change) in &self.writes {
            let write = Write {
                root: path.get(..change.root).unwrap_or_default(),
                path,
                seen: self.version_seen(path),
                value: change.value.as_ref().map(|value| value.as_slice()),
            };
            written.push(self.store.write(&self.opened, &mut batch, &write)?);
        }
        for (path, seen) in &self.relied {
            if !self.writes.contains_key(path) {
                Store::rely(&self.opened, &mut batch, path, *seen)?;
            }
        }
        if !self.store.commit(batch).await? {
            self.forget_seen();
            return Err(Failure::Conflict);
        }
        let entries = self.writes.into_iter().zip(written);
        self.opened
            .cache
            .change(entries.map(|((path, change), version)| {
                let entry = version.zip(change.value);
                let entry = entry.map(|(version, value)| Arc::new(Entry { version, value }));
                (path, entry)
            }));
        Ok(())
    }

    /// What was read may be out of date: the next run reads the database.
    fn forget_seen(&self) {
        let paths = self.seen.keys().cloned();
        self.opened.cache.change(paths.map(|path| (path, None)));
    }

    fn version_seen(&self, path: &str) -> Option<i64> {
        let seen = self.seen.get(path)?.as_ref();
        seen.map(|entry| entry.version)
    }

    async fn get(&mut self, path: &str) -> Result<Option<Arc<Entry>>> {
        if let Some(seen) = self.seen.get(path) {
            return Ok(seen.clone());
        }
        if let Some(entry) = self.opened.cache.get(path) {
            self.seen.insert(path.to_owned(), Some(Arc::clone(&entry)));
            return Ok(Some(entry));
        }
        let mark = self.opened.cache.mark();
        let entry = self
            .store
            .read(&self.opened, self.opened.spot(path))
            .await?;
        let entry = entry.map(Arc::new);
        if let Some(entry) = &entry {
            self.opened.cache.fill(mark, path, entry);
        }
        self.seen.insert(path.to_owned(), entry.clone());
        Ok(entry)
    }
}

/// A transaction below a root. Paths are as [`crate::is_path`] has them.
pub struct Txn<'c> {
    changes: &'c mut Changes,
    root: String,
}

impl Txn<'_> {
    /// The one reading of the clock.
    pub fn now(&self) -> Timestamp {
        self.changes.now
    }

    /// Randomness.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.changes.store.entropy)
    }

    /// A random UUID, as [`uuid`] prints it.
    pub fn uuid(&self) -> String {
        let mut bytes = [0u8; 16];
        self.changes.store.entropy.fill(&mut bytes);
        uuid(bytes)
    }

    /// The value at the path, changes of this transaction included; then its version is 0.
    ///
    /// # Errors
    /// A fault when the database fails or the value does not open where it stands.
    pub async fn get(&mut self, path: &str) -> Result<Option<Arc<Entry>>> {
        if !is_path(path) {
            return Ok(None);
        }
        let full = self.full(path);
        if let Some(change) = self.changes.writes.get(&full) {
            let own = |value: &Zeroizing<Vec<u8>>| {
                Arc::new(Entry {
                    version: 0,
                    value: value.clone(),
                })
            };
            return Ok(change.value.as_ref().map(own));
        }
        self.changes.get(&full).await
    }

    /// Keeps a value.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a path or a value that cannot be kept; a fault when there are too many changes.
    pub async fn put(&mut self, path: &str, value: Zeroizing<Vec<u8>>) -> Result<(), Failure> {
        if value.len() > ENTRY_BYTES_MAX {
            return Err(Failure::Status(413, "the value is too large".to_owned()));
        }
        self.change(path, Some(value)).await
    }

    /// Removes a value; whether there was one.
    ///
    /// # Errors
    /// As [`Txn::put`].
    pub async fn delete(&mut self, path: &str) -> Result<bool, Failure> {
        let was = self.get(path).await?.is_some();
        if was {
            self.change(path, None).await?;
        }
        Ok(was)
    }

    /// Has the transaction stand only if this entry, which was read and is not changed, is still the same when it is committed.
    pub fn rely(&mut self, path: &str) {
        let full = self.full(path);
        if let Some(seen) = self.changes.version_seen(&full) {
            self.changes.relied.insert(full, seen);
        }
    }

    /// The names in a folder (`""` for the root, otherwise without a slash at its end) in their order. Folders in it end with a
    /// slash. Changes of this transaction are not among them.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when there are more than [`LIST_MAX`]; a fault when the database fails.
    pub async fn list(&mut self, folder: &str) -> Result<Vec<String>, Failure> {
        let full = self.full(folder);
        let full = full.trim_end_matches('/');
        let listed = self.changes.store.list(&self.changes.opened, full).await?;
        listed.ok_or_else(|| {
            Failure::invalid(format!(
                "there are more than {LIST_MAX} names: list deeper folders"
            ))
        })
    }

    /// Some of the names in a folder, in no order that means anything, after the last of those that were given before. However
    /// many there are, page after page gives them all.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn page(&mut self, folder: &str, after: Option<Cursor>) -> Result<Page> {
        let full = self.full(folder);
        let full = full.trim_end_matches('/');
        let changes = &mut self.changes;
        let after = after.map(|cursor| cursor.0);
        let named = changes
            .store
            .page(&changes.opened, full, after, PAGE)
            .await?;
        let is_whole = named.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        let last = named.last().map(|(hash, _)| Cursor(*hash));
        Ok(Page {
            names: named.into_iter().map(|(_, name)| name).collect(),
            next: last.filter(|_| !is_whole),
        })
    }

    /// Removes what is in a folder and below it, at most as much as one transaction may change; whether nothing is left.
    ///
    /// # Errors
    /// As [`Txn::put`].
    pub async fn clear(&mut self, folder: &str) -> Result<bool, Failure> {
        let mut folders = vec![folder.trim_end_matches('/').to_owned()];
        let mut is_whole = true;
        while let Some(folder) = folders.pop() {
            let page = self.page(&folder, None).await?;
            is_whole &= page.next.is_none();
            for name in page.names {
                let path = match folder.is_empty() {
                    true => name,
                    false => format!("{folder}/{name}"),
                };
                if let Some(inner) = path.strip_suffix('/') {
                    folders.push(inner.to_owned());
                    continue;
                }
                if !self.has_room_for(&path) {
                    return Ok(false);
                }
                self.delete(&path).await?;
            }
        }
        Ok(is_whole)
    }

    fn has_room_for(&self, path: &str) -> bool {
        self.changes.writes.len() < WRITES_MAX
            && self.changes.statements + statements(path) <= STATEMENTS_MAX
    }

    async fn change(
        &mut self,
        path: &str,
        value: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<(), Failure> {
        if !is_path(path) {
            return Err(Failure::invalid("the path is not acceptable"));
        }
        let full = self.full(path);
        self.changes.get(&full).await?;
        if !self.has_room_for(path) && !self.changes.writes.contains_key(&full) {
            return Err(Fault::new("a transaction changes more than it may").into());
        }
        let root = self.root.len();
        let change = Change { root, value };
        if self.changes.writes.insert(full, change).is_none() {
            self.changes.statements += statements(path);
        }
        Ok(())
    }

    fn full(&self, path: &str) -> String {
        let mut full = String::with_capacity(self.root.len() + path.len());
        full.push_str(&self.root);
        full.push_str(path);
        full
    }
}

/// Random bytes as a UUID (RFC 9562 §5.4) in its usual form.
pub fn uuid(random: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(random);
    let bits = bits & !(0xf000 << 64) & !(0xc000 << 48) | (0x4000 << 64) | (0x8000 << 48);
    let text = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts = parts.map(|part| text.get(part).unwrap_or_default());
    parts.join("-")
}
