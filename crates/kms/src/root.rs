//! The root key in a file of the node: the development seal.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read, Write},
    os::unix::fs::MetadataExt,
    path::PathBuf,
};

use base::{Context, Entropy, Fault, Result, Secret};
use cipher::DataKey;
use data_encoding::{BASE64, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use crate::file::{Draft, directory, sync_directory};

const KEY_BYTES: usize = 32;
/// What a key file may hold at most, line ends included, in bytes.
const FILE_BYTES_MAX: u64 = 256;
/// Read or write for anybody but the owner.
const OTHERS: u32 = 0o077;

/// Where the root key lies: 32 bytes in hex or base64, readable by its owner only.
#[derive(Debug, Clone)]
pub struct RootKeyFile {
    path: PathBuf,
}

impl RootKeyFile {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Reads the key.
    ///
    /// # Errors
    /// A fault when the file is missing, is open to others than its owner, or does not hold a key.
    pub(crate) fn read(&self) -> Result<DataKey> {
        let file = File::open(&self.path).map_err(|error| self.fault("cannot be read", &error))?;
        let about = file
            .metadata()
            .map_err(|error| self.fault("cannot be read", &error))?;
        if !about.is_file() {
            return Err(self.wrong("is not a regular file"));
        }
        if about.mode() & OTHERS != 0 {
            return Err(self.wrong("is open to others than its owner: its mode must be 0600"));
        }
        // Room for all of it at once: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(512));
        file.take(FILE_BYTES_MAX)
            .read_to_end(&mut text)
            .map_err(|error| self.fault("cannot be read", &error))?;
        let key = decode(text.trim_ascii());
        key.ok_or_else(|| self.wrong("does not hold 32 bytes in hex or base64"))
    }

    /// Removes the file, and one that was to follow it: their keys open nothing any more. Their bytes are overwritten first, as
    /// far as the file system does so in place.
    ///
    /// # Errors
    /// A fault when a file is there and cannot be removed.
    pub(crate) fn remove(&self) -> Result<()> {
        for path in [&self.next_path(), &self.path] {
            let wiped = OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|file| overwrite(&file));
            let removed = wiped.and_then(|()| std::fs::remove_file(path));
            match removed {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.map_err(|error| self.fault("cannot be removed", &error))?,
            }
        }
        Ok(())
    }

    /// Makes the file with a new key, unless there is one: then that one stays. The file appears complete or not at all,
    /// so that a process that starts at the same moment never reads half a key.
    ///
    /// # Errors
    /// A fault when the directory cannot be written or does not know hard links.
    pub(crate) fn create_if_absent(&self, entropy: &dyn Entropy) -> Result<()> {
        let key = DataKey::generate(entropy);
        let mut text = Zeroizing::new([0u8; 2 * KEY_BYTES + 1]);
        let (digits, end) = text.split_at_mut(2 * KEY_BYTES);
        HEXLOWER.encode_mut(key.expose(), digits);
        end.fill(b'\n');
        let linked = Draft::write(&self.path, &*text, entropy)?.link(&self.path);
        linked.map_err(|error| self.fault("cannot be created", &error))
    }

    /// Lets one at a time change what lies here, on this machine; `None` while somebody does.
    ///
    /// # Errors
    /// A fault when the directory cannot be locked.
    pub(crate) fn lock(&self) -> Result<Option<RootLock>> {
        let lock = File::open(directory(&self.path)).context("opening the root key's directory")?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(RootLock(lock))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.fault("cannot be locked", &error)),
        }
    }

    /// The key that is to follow. One that is there already stays: a commit that makes it the root key may be under way.
    ///
    /// # Errors
    /// As [`RootKeyFile::create_if_absent`] and [`RootKeyFile::read`].
    pub(crate) fn make_next(&self, _lock: &RootLock, entropy: &dyn Entropy) -> Result<DataKey> {
        let next = Self::new(self.next_path());
        next.create_if_absent(entropy)?;
        next.read()
    }

    /// The key that is to follow, if somebody made one.
    ///
    /// # Errors
    /// As [`RootKeyFile::read`].
    pub(crate) fn find_next(&self) -> Result<Option<DataKey>> {
        let next = Self::new(self.next_path());
        next.exists().then(|| next.read()).transpose()
    }

    /// Has the file that was to follow take this one's place. The caller has seen that it holds the root key of the store.
    ///
    /// # Errors
    /// A fault when the directory cannot be written.
    pub(crate) fn take_next(&self, _lock: &RootLock) -> Result<()> {
        let before = OpenOptions::new().write(true).open(&self.path);
        std::fs::rename(self.next_path(), &self.path)
            .and_then(|()| sync_directory(&self.path))
            .map_err(|error| self.fault("cannot be replaced", &error))?;
        if let Err(error) = before.and_then(|before| overwrite(&before)) {
            tracing::warn!(%error, "the root key before could not be overwritten on the disk");
        }
        Ok(())
    }

    fn next_path(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(".next");
        path.into()
    }

    fn wrong(&self, what: &str) -> base::Error {
        Fault::new(format!("the root key file {} {what}", self.path.display())).into()
    }

    fn fault(&self, what: &str, error: &std::io::Error) -> base::Error {
        self.wrong(&format!("{what}: {error}"))
    }
}

/// Whoever holds this is the only one who changes what lies beside a root key file; dropped, it lets others.
pub(crate) struct RootLock(#[expect(dead_code, reason = "held, never read")] File);

/// Writes over what a file holds.
fn overwrite(mut file: &File) -> std::io::Result<()> {
    let length = file.metadata()?.len().min(FILE_BYTES_MAX);
    file.write_all(&vec![0; usize::try_from(length).unwrap_or(0)])?;
    file.sync_all()
}

fn decode(text: &[u8]) -> Option<DataKey> {
    let encoding: &Encoding = if text.len() == 2 * KEY_BYTES {
        &HEXLOWER_PERMISSIVE
    } else {
        &BASE64
    };
    let length = encoding.decode_len(text.len()).ok()?;
    let mut bytes = Zeroizing::new(vec![0u8; length]);
    let written = encoding.decode_mut(text, &mut bytes).ok()?;
    let key: Zeroizing<[u8; KEY_BYTES]> = Zeroizing::new(bytes.get(..written)?.try_into().ok()?);
    Some(DataKey::new(Secret::new(*key)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use base::SystemEntropy;

    use super::*;

    fn written(directory: &tempfile::TempDir, text: &str, mode: u32) -> RootKeyFile {
        let path = directory.path().join("root.key");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        RootKeyFile::new(path)
    }

    #[test]
    fn a_made_file_is_private_and_reads_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = RootKeyFile::new(directory.path().join("keys/root.key"));
        file.create_if_absent(&SystemEntropy).unwrap();
        let first = *file.read().unwrap().expose();
        file.create_if_absent(&SystemEntropy).unwrap();
        assert_eq!(file.read().unwrap().expose(), &first);
        let mode = std::fs::metadata(&file.path).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        let names = std::fs::read_dir(directory.path().join("keys")).unwrap();
        assert_eq!(names.count(), 1, "drafts are removed");
    }

    #[test]
    fn hex_and_base64_are_read() {
        let directory = tempfile::tempdir().unwrap();
        for text in [
            "0707070707070707070707070707070707070707070707070707070707070707",
            "0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\n",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        ] {
            let key = written(&directory, text, 0o600).read().unwrap();
            assert!([[7; 32], [10; 32]].contains(key.expose()), "{text}");
        }
        for text in [
            "",
            "07",
            "BwcHBwc=",
            "zz07070707070707070707070707070707070707070707070707070707070707",
        ] {
            assert!(
                written(&directory, text, 0o600).read().is_err(),
                "«{text}» is no key"
            );
        }
    }

    #[test]
    fn a_file_that_others_can_open_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644] {
            let file = written(&directory, &"07".repeat(32), mode);
            let error = file.read().err().unwrap().to_string();
            assert!(error.contains("0600"), "{error}");
        }
    }

    #[test]
    fn many_that_start_at_once_read_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let file = RootKeyFile::new(directory.path().join("root.key"));
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let starting: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        file.create_if_absent(&SystemEntropy).unwrap();
                        *file.read().unwrap().expose()
                    })
                })
                .collect();
            starting
                .into_iter()
                .map(|starting| starting.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
