//! Blobs as files: `<root>/<2 digits>/<2 digits>/<32 digits>`.

use std::{
    ffi::OsStr,
    fs, io,
    ops::Range,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use base::{Context, Entropy, Error, Fault, Result, Timestamp};
use bytes::BytesMut;
use futures_util::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::{
    ByteStream, DISK_FULL, Limits, Listing, Name, Object, Page, Prefix, Store, Stored,
    store::{length, limited, within},
};

/// How many bytes of a file are read at once.
const PIECE_BYTES: usize = 128 * 1024;
/// How files that are being written end. No name of a blob has a dot.
const DRAFT_SUFFIX: &str = ".part";

/// A directory of blobs. Several nodes may share it over a network file system.
pub struct Directory {
    root: PathBuf,
    entropy: Arc<dyn Entropy>,
}

impl Directory {
    /// Takes the directory at `root` into use, making it if its parent is there. `entropy` gives the names of temporary files.
    pub async fn open(root: PathBuf, entropy: Arc<dyn Entropy>) -> Result<Self> {
        let made = root.clone();
        blocking(move || make_directory(&made))
            .await
            .map_err(|e| failed(e, "making the directory of blobs"))?;
        Ok(Self { root, entropy })
    }

    fn place(&self, name: Name) -> Place {
        let file = name.to_string();
        let (outer, rest) = file.split_at(2);
        let (inner, _) = rest.split_at(2);
        let outer = self.root.join(outer);
        let directory = outer.join(inner);
        Place {
            file: directory.join(file),
            directory,
            outer,
        }
    }

    async fn write(&self, name: Name, bytes: ByteStream, limits: Limits) -> Result<u64> {
        let place = self.place(name);
        let mut draft = Draft::begin(&place, Name::random(&*self.entropy)).await?;
        let mut bytes = limited(bytes, limits);
        let mut written = 0;
        while let Some(piece) = bytes.try_next().await? {
            draft
                .file
                .write_all(&piece)
                .await
                .map_err(|e| failed(e, "writing a blob"))?;
            written += length(&piece);
        }
        draft.publish(place).await?;
        Ok(written)
    }

    async fn read(&self, name: Name, range: Option<Range<u64>>) -> Result<Option<Object>> {
        let mut file = match tokio::fs::File::open(self.place(name).file).await {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error, "opening a blob")),
        };
        let size_bytes = file.metadata().await.context("looking at a blob")?.len();
        let range = within(range, size_bytes)?;
        if range.start > 0 {
            file.seek(io::SeekFrom::Start(range.start))
                .await
                .context("seeking in a blob")?;
        }
        let rest = file.take(range.end - range.start);
        let bytes = stream::try_unfold(rest, |mut rest| async move {
            let mut piece = BytesMut::with_capacity(PIECE_BYTES);
            let read = rest.read_buf(&mut piece).await.context("reading a blob")?;
            Ok((read > 0).then(|| (piece.freeze(), rest)))
        });
        Ok(Some(Object {
            size_bytes,
            bytes: bytes.boxed(),
        }))
    }

    async fn remove(&self, name: Name) -> Result<()> {
        let place = self.place(name);
        let removed = blocking(move || match fs::remove_file(&place.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            // What was deleted must not be back after a power failure.
            removed => removed.and_then(|()| sync_directory(&place.directory)),
        });
        removed.await.map_err(|e| failed(e, "deleting a blob"))
    }
}

impl Store for Directory {
    fn put(&self, name: Name, bytes: ByteStream, limits: Limits) -> BoxFuture<'_, Result<u64>> {
        self.write(name, bytes, limits).boxed()
    }

    fn get(&self, name: Name, range: Option<Range<u64>>) -> BoxFuture<'_, Result<Option<Object>>> {
        self.read(name, range).boxed()
    }

    fn delete(&self, name: Name) -> BoxFuture<'_, Result<()>> {
        self.remove(name).boxed()
    }

    fn exists(&self, name: Name) -> BoxFuture<'_, Result<bool>> {
        let file = self.place(name).file;
        async move {
            tokio::fs::try_exists(file)
                .await
                .context("looking for a blob")
        }
        .boxed()
    }

    fn list<'a>(&'a self, prefix: &'a Prefix, page: Page) -> BoxFuture<'a, Result<Listing>> {
        let (root, prefix) = (self.root.clone(), prefix.clone());
        let listed = blocking(move || {
            Walk {
                prefix,
                page,
                items: Vec::new(),
            }
            .run(&root)
        });
        async move { listed.await.context("listing the blobs") }.boxed()
    }

    fn remove_abandoned(&self, before: Timestamp) -> BoxFuture<'_, Result<u64>> {
        let root = self.root.clone();
        let removed = blocking(move || remove_drafts(&root, before));
        async move { removed.await.context("removing broken-off uploads") }.boxed()
    }
}

/// Where a blob lies.
struct Place {
    outer: PathBuf,
    directory: PathBuf,
    file: PathBuf,
}

/// A file that is being written; gone when dropped.
struct Draft {
    file: tokio::fs::File,
    path: DraftPath,
}

/// Removes its file when dropped.
struct DraftPath(Option<PathBuf>);

impl DraftPath {
    fn rename(mut self, to: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, to)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for DraftPath {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // What cannot be removed now is removed with what killed processes leave.
            drop(fs::remove_file(path));
        }
    }
}

impl Draft {
    async fn begin(place: &Place, random: Name) -> Result<Self> {
        let file = place.directory.join(format!("{random}{DRAFT_SUFFIX}"));
        let path = DraftPath(Some(file.clone()));
        let (outer, inner) = (place.outer.clone(), place.directory.clone());
        let created = blocking(move || {
            make_directory(&outer)?;
            make_directory(&inner)?;
            fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)
        });
        let file = created.await.map_err(|e| failed(e, "beginning a blob"))?;
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            path,
        })
    }

    /// Makes the file durable, then visible, then its visibility durable. A failed `fsync` is not tried again, since the
    /// kernel may have dropped the pages: the upload as a whole has failed.
    async fn publish(mut self, place: Place) -> Result<()> {
        self.file
            .flush()
            .await
            .map_err(|e| failed(e, "writing a blob"))?;
        let file = self.file.into_std().await;
        let published = blocking(move || {
            file.sync_all()?;
            self.path.rename(&place.file)?;
            sync_directory(&place.directory)
        });
        published
            .await
            .map_err(|e| failed(e, "making a blob durable"))
    }
}

/// A listing under way: directories in order, and of them only those that can hold what is wanted.
struct Walk {
    prefix: Prefix,
    page: Page,
    items: Vec<Stored>,
}

impl Walk {
    fn run(mut self, root: &Path) -> io::Result<Listing> {
        let limit = usize::from(self.page.limit.clamp(1, 1000));
        'walk: for outer in self.worth_entering(root, "")? {
            for inner in self.worth_entering(&root.join(&outer), &outer)? {
                self.enter(&root.join(&outer).join(&inner))?;
                if self.items.len() > limit {
                    break 'walk;
                }
            }
        }
        let more = self.items.len() > limit;
        self.items.truncate(limit);
        let next = self.items.last().filter(|_| more).map(|stored| stored.name);
        Ok(Listing {
            items: self.items,
            next,
        })
    }

    /// The directories of `path` in which names can be that begin with the prefix and come after the last page.
    fn worth_entering(&self, path: &Path, above: &str) -> io::Result<Vec<String>> {
        let after = self
            .page
            .after
            .map(|name| name.to_string())
            .unwrap_or_default();
        let wanted = self.prefix.as_str();
        let mut found = Vec::new();
        for entry in read_if_directory(path)? {
            let Ok(digits) = entry?.file_name().into_string() else {
                continue;
            };
            let begins = format!("{above}{digits}");
            let shared = begins.len().min(wanted.len());
            let fits = digits.len() == 2 && begins.get(..shared) == wanted.get(..shared);
            if fits && begins.as_str() >= after.get(..begins.len()).unwrap_or("") {
                found.push(digits);
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn enter(&mut self, directory: &Path) -> io::Result<()> {
        let before = self.items.len();
        for entry in read_if_directory(directory)? {
            let entry = entry?;
            let Some(name) = blob_name(&entry.file_name()) else {
                continue;
            };
            let wanted = entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(self.prefix.as_str().as_bytes());
            if !wanted || self.page.after.is_some_and(|after| name <= after) {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => {
                    let stored_at = modified(&metadata)?;
                    self.items.push(Stored {
                        name,
                        size_bytes: metadata.len(),
                        stored_at,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {} // deleted meanwhile
                Err(error) => return Err(error),
            }
        }
        if let Some(new) = self.items.get_mut(before..) {
            new.sort_unstable_by_key(|stored| stored.name);
        }
        Ok(())
    }
}

fn blob_name(file: &OsStr) -> Option<Name> {
    file.to_str()?.parse().ok()
}

fn remove_drafts(root: &Path, before: Timestamp) -> io::Result<u64> {
    let mut removed = 0;
    for outer in fs::read_dir(root)? {
        for inner in read_if_directory(&outer?.path())? {
            for file in read_if_directory(&inner?.path())? {
                let file = file?;
                if !file
                    .file_name()
                    .as_encoded_bytes()
                    .ends_with(DRAFT_SUFFIX.as_bytes())
                {
                    continue;
                }
                let old = file
                    .metadata()
                    .and_then(|metadata| modified(&metadata))
                    .is_ok_and(|at| at < before);
                if old && fs::remove_file(file.path()).is_ok() {
                    removed += 1;
                }
            }
        }
    }
    Ok(removed)
}

fn read_if_directory(path: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(path) {
        Ok(entries) => Ok(Some(entries).into_iter().flatten()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Ok(None.into_iter().flatten())
        }
        Err(error) => Err(error),
    }
}

fn modified(metadata: &fs::Metadata) -> io::Result<Timestamp> {
    let since_epoch = metadata
        .modified()?
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Ok(Timestamp::from_micros(
        i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX),
    ))
}

/// Makes one directory, durably; its parent has to be there.
fn make_directory(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
            _ => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the entries of a directory durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

/// Runs file work where it may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn failed(error: io::Error, what: &'static str) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DISK_FULL.into(),
        _ => Error::from(Fault::from_source(error)).while_doing(what),
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, time::Duration};

    use base::SystemEntropy;

    use super::*;
    use crate::{conformance, once};

    const LIMITS: Limits = Limits {
        size_bytes_max: 1_000,
        stall_max: Duration::from_secs(10),
    };

    async fn directory() -> (tempfile::TempDir, Directory) {
        let around = tempfile::tempdir().unwrap();
        let directory = Directory::open(around.path().join("blobs"), Arc::new(SystemEntropy))
            .await
            .unwrap();
        (around, directory)
    }

    /// Every file below `path`.
    fn files(path: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .flat_map(|path| {
                if path.is_dir() {
                    files(&path)
                } else {
                    vec![path]
                }
            })
            .collect()
    }

    #[tokio::test]
    async fn a_directory_is_a_store() {
        let (around, directory) = directory().await;
        conformance::run(Arc::new(directory), Arc::new(SystemEntropy))
            .await
            .unwrap();
        assert_eq!(files(around.path()), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn files_lie_two_levels_deep_and_are_nobody_elses() {
        let (around, directory) = directory().await;
        let name: Name = "abcdef00000000000000000000000000".parse().unwrap();
        directory.put(name, once("sealed"), LIMITS).await.unwrap();
        let file = around.path().join("blobs/ab/cd").join(name.to_string());
        assert_eq!(files(around.path()), vec![file.clone()]);
        for (path, mode) in [(file.as_path(), 0o600), (file.parent().unwrap(), 0o700)] {
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                mode
            );
        }
    }

    #[tokio::test]
    async fn only_old_drafts_are_abandoned() {
        let (around, directory) = directory().await;
        let name: Name = "abcdef00000000000000000000000000".parse().unwrap();
        directory.put(name, once("sealed"), LIMITS).await.unwrap();
        let draft = around
            .path()
            .join("blobs/ab/cd")
            .join(format!("{name}{DRAFT_SUFFIX}"));
        fs::write(&draft, "broken off").unwrap();
        let written = modified(&fs::metadata(&draft).unwrap()).unwrap();

        assert_eq!(directory.remove_abandoned(written).await.unwrap(), 0);
        assert_eq!(
            directory
                .remove_abandoned(written.after(Duration::from_secs(1)))
                .await
                .unwrap(),
            1
        );
        assert!(!draft.exists());
        assert!(directory.exists(name).await.unwrap());
    }

    #[tokio::test]
    async fn files_that_are_none_of_ours_are_passed_over() {
        let (around, directory) = directory().await;
        let root = around.path().join("blobs");
        fs::create_dir_all(root.join("ab/cd/deeper")).unwrap();
        for path in ["lost+found", "ab/README", "ab/cd/README", "zz"] {
            fs::write(root.join(path), "").unwrap();
        }
        let page = Page {
            after: None,
            limit: 10,
        };
        assert_eq!(directory.list(&Prefix::ALL, page).await.unwrap().items, []);
        assert_eq!(
            directory
                .remove_abandoned(Timestamp::from_micros(i64::MAX))
                .await
                .unwrap(),
            0
        );
    }

    #[tokio::test]
    async fn a_full_disk_is_a_refusal() {
        let error = failed(io::ErrorKind::StorageFull.into(), "writing a blob");
        assert!(error.is(&DISK_FULL));
        let error = failed(io::ErrorKind::PermissionDenied.into(), "writing a blob");
        assert_eq!(error.refusal(), None);
    }
}
