//! Witnesses: what was seen of the store and is kept elsewhere, by which an older copy of it is told.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use base::{Context, Entropy, Fault, Kind, Refusal, Result};
use cipher::{BlindIndex, equal};
use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;

use crate::file::Draft;

/// The store is older than a witness saw it.
pub const ROLLED_BACK: Refusal = Refusal::new(
    Kind::Unavailable,
    "kms.rolled_back",
    "The key store is an older copy of what it was. Somebody who holds the root key has to accept that first.",
);

const MARK: &str = "bastide-head1";
const CHECK: &str = "bastide kms witness";
/// What a witness's file may hold at most, in bytes.
const FILE_BYTES_MAX: u64 = 256;

/// How far a store was when it was seen. Only who has the keys of the store can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub(crate) hierarchy: [u8; 16],
    pub(crate) number: i64,
    check: [u8; 32],
}

/// Keeps a head outside the store: in a file, with another node, in another place.
pub trait Witness: Send + Sync {
    /// What was written last; nothing if nothing was.
    ///
    /// # Errors
    /// A fault when the witness does not answer, or with what was not written here.
    fn read(&self) -> BoxFuture<'_, Result<Option<Head>>>;

    /// Keeps this head in place of the one before, durably: an interruption leaves either.
    ///
    /// # Errors
    /// A fault when it could not be kept.
    fn write(&self, head: Head) -> BoxFuture<'_, Result<()>>;
}

impl Head {
    pub(crate) fn new(hierarchy: [u8; 16], number: i64, key: &BlindIndex) -> Self {
        let check = check(hierarchy, number, key);
        Self {
            hierarchy,
            number,
            check,
        }
    }

    /// How many changes the store had seen that an older copy must not undo.
    pub const fn number(&self) -> i64 {
        self.number
    }

    /// Whether a store with this key made it.
    pub(crate) fn is_true(&self, key: &BlindIndex) -> bool {
        equal(&self.check, &check(self.hierarchy, self.number, key))
    }

    /// One line for wherever it is kept.
    pub fn text(&self) -> String {
        let hierarchy = HEXLOWER.encode(&self.hierarchy);
        let check = HEXLOWER.encode(&self.check);
        format!("{MARK} {hierarchy} {} {check}", self.number)
    }

    /// Reads what [`Head::text`] wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.trim().split(' ');
        let mut next = || words.next();
        let (mark, hierarchy, number, check) = (next()?, next()?, next()?, next()?);
        let head = Self {
            hierarchy: bytes(hierarchy)?,
            number: number.parse().ok()?,
            check: bytes(check)?,
        };
        (mark == MARK && next().is_none()).then_some(head)
    }
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

fn check(hierarchy: [u8; 16], number: i64, key: &BlindIndex) -> [u8; 32] {
    let mut said = hierarchy.to_vec();
    said.extend_from_slice(&number.to_be_bytes());
    key.hash(CHECK, &said)
}

/// A witness in a file. It belongs on another disk than the store, and in no backup of it.
pub struct FileWitness {
    path: PathBuf,
    entropy: Arc<dyn Entropy>,
}

impl FileWitness {
    pub fn new(path: impl Into<PathBuf>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            path: path.into(),
            entropy,
        }
    }
}

impl Witness for FileWitness {
    fn read(&self) -> BoxFuture<'_, Result<Option<Head>>> {
        let path = self.path.clone();
        aside(move || read(&path))
    }

    fn write(&self, head: Head) -> BoxFuture<'_, Result<()>> {
        let (path, entropy) = (self.path.clone(), Arc::clone(&self.entropy));
        aside(move || {
            let line = format!("{}\n", head.text());
            let draft = Draft::write(&path, line.as_bytes(), &*entropy)?;
            draft.replace(&path).context("writing a witness")
        })
    }
}

/// The disk is waited for where nobody else has to wait.
fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> BoxFuture<'static, Result<T>> {
    Box::pin(async {
        let done = tokio::task::spawn_blocking(work).await;
        done.context("asking a witness")?
    })
}

fn read(path: &Path) -> Result<Option<Head>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.context("reading a witness")?,
    };
    let mut text = String::new();
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .context("reading a witness")?;
    Head::parse(&text).map(Some).ok_or_else(|| {
        let what = format!("{} does not hold what a witness wrote", path.display());
        Fault::new(what).into()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use base::SystemEntropy;
    use cipher::DataKey;

    use super::*;

    fn key() -> BlindIndex {
        BlindIndex::new(1, Arc::new(DataKey::generate(&SystemEntropy)))
    }

    #[test]
    fn a_head_reads_back_and_only_its_store_can_make_it() {
        let key = key();
        let head = Head::new([7; 16], 42, &key);
        assert_eq!(Head::parse(&format!(" {}\n", head.text())), Some(head));
        assert!(head.is_true(&key) && !head.is_true(&self::key()));
        let higher = Head { number: 43, ..head };
        let other = Head {
            hierarchy: [8; 16],
            ..head
        };
        assert!(!higher.is_true(&key) && !other.is_true(&key));
        let text = head.text();
        for at in 0..text.len() {
            assert!(Head::parse(&text[..at]).is_none(), "{at}");
            assert!(Head::parse(&format!("{}x{}", &text[..at], &text[at..])).is_none());
        }
        assert!(Head::parse("").is_none() && Head::parse(&"a ".repeat(200)).is_none());
        assert!(Head::parse(&format!("{text} more")).is_none());
    }

    #[tokio::test]
    async fn a_file_keeps_the_last_head_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seen").join("head");
        let witness = FileWitness::new(&path, Arc::new(SystemEntropy));
        assert_eq!(witness.read().await.unwrap(), None);
        for number in [3, 9, 4] {
            let head = Head::new([7; 16], number, &key());
            witness.write(head).await.unwrap();
            assert_eq!(witness.read().await.unwrap(), Some(head));
        }
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
        for other in ["", "half a li", &"x".repeat(1_000)] {
            std::fs::write(&path, other).unwrap();
            assert!(witness.read().await.is_err(), "«{other}»");
        }
    }
}
