//! The ZIP file: what is in it, within limits, before anything is inflated.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use base::{Context, Fault, Result};
use zip::ZipArchive;

/// Entries of an archive.
const ENTRIES_MAX: usize = 1_000_000;
/// Bytes of an entry's name.
const NAME_BYTES_MAX: usize = 1_024;
/// Folders above an entry.
const DEPTH_MAX: usize = 8;
/// Bytes of one JSON file, inflated: one day of one conversation, or the list of everybody.
const JSON_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How many times its packed size a JSON file may have. Text of messages has about ten; a bomb has a thousand.
const RATIO_MAX: u64 = 200;
/// Below this size no ratio does harm.
const RATIO_FREE_BYTES: u64 = 4 * 1024 * 1024;

/// An open export archive.
pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// By name, the folder in which everything lies taken off.
    entries: BTreeMap<String, Entry>,
    /// Entries among the files that are carried with names that none has.
    odd: u64,
}

/// A file of the archive, as its list of entries has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) index: usize,
    /// Inflated, if that is true.
    pub(crate) bytes: u64,
    pub(crate) packed: u64,
    pub(crate) crc32: u32,
}

impl Archive {
    /// Looks at the list of entries. Nothing is inflated.
    ///
    /// # Errors
    /// A fault that says what is wrong with the archive.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).context("opening the archive")?;
        let length = file.metadata().context("opening the archive")?.len();
        let mut zip = ZipArchive::new(BufReader::new(file)).context("reading the archive")?;
        if zip.len() > ENTRIES_MAX {
            return Err(Fault::new("the archive has more than a million entries").into());
        }
        let mut entries = BTreeMap::new();
        let (mut odd, mut packed_all) = (0, 0_u64);
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).context("reading the archive")?;
            if entry.is_dir() {
                continue;
            }
            let name = std::str::from_utf8(entry.name_raw()).unwrap_or_default();
            let found = Entry {
                index,
                bytes: entry.size(),
                packed: entry.compressed_size(),
                crc32: entry.crc32(),
            };
            packed_all = packed_all.saturating_add(found.packed);
            match may_be_entry(name, &found, entry.encrypted()) {
                Ok(()) => {}
                // One file that cannot be brought is no reason to bring nothing.
                Err(_) if is_carried(entry.name_raw()) => {
                    odd += 1;
                    continue;
                }
                Err(error) => return Err(error),
            }
            if entries.insert(name.to_owned(), found).is_some() {
                return Err(Fault::new(format!("the archive has two entries {name:?}")).into());
            }
        }
        // What is packed once and listed often inflates beyond measure too.
        if packed_all > length {
            return Err(Fault::new("entries of the archive lie upon one another").into());
        }
        let folder = folder_of(&entries)?;
        let entries = entries
            .into_iter()
            .filter_map(|(name, entry)| Some((name.strip_prefix(&folder)?.to_owned(), entry)))
            .collect();
        Ok(Self { zip, entries, odd })
    }

    /// The names of all files, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// How many files of messages have names that cannot be, and are left out.
    pub const fn odd(&self) -> u64 {
        self.odd
    }

    /// What the list says of a file.
    pub(crate) fn entry(&self, name: &str) -> Option<Entry> {
        self.entries.get(name).copied()
    }

    /// The one file of a folder that has no other.
    pub(crate) fn only_entry(&self, folder: &str) -> Option<Entry> {
        let from = self.entries.range(folder.to_owned()..);
        let mut inside = from.take_while(|(name, _)| name.starts_with(folder));
        match (inside.next(), inside.next()) {
            (Some((_, entry)), None) => Some(*entry),
            _ => None,
        }
    }

    /// The bytes of an entry, in order; reading ends with an error where they are not what the list says.
    pub(crate) fn inflate(&mut self, index: usize) -> Result<impl Read + '_> {
        self.zip.by_index(index).context("reading the archive")
    }

    /// The bytes of a JSON file; `None` when there is none of this name.
    ///
    /// # Errors
    /// A fault when it is larger than it says, or damaged.
    pub fn json(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(entry) = self.entries.get(name).copied() else {
            return Ok(None);
        };
        if entry.bytes > JSON_BYTES_MAX {
            return Err(Fault::new(format!("{name:?} in the archive is too large")).into());
        }
        let file = self
            .zip
            .by_index(entry.index)
            .context("reading the archive")?;
        let mut bytes = Vec::new();
        file.take(entry.bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .context("inflating a file of the archive")?;
        match u64::try_from(bytes.len()).is_ok_and(|read| read == entry.bytes) {
            true => Ok(Some(bytes)),
            false => Err(Fault::new(format!(
                "{name:?} in the archive has another size than it says"
            ))
            .into()),
        }
    }
}

/// Whether an entry is one that an export has.
fn may_be_entry(name: &str, entry: &Entry, is_encrypted: bool) -> Result<()> {
    let parts = name.split('/');
    let is_plain = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.contains(|c: char| c.is_control() || c == '\\')
        && parts.clone().count() <= DEPTH_MAX
        && parts.clone().all(|part| !matches!(part, "" | "." | ".."));
    if !is_plain {
        return Err(Fault::new("the archive has an entry with a name that no export has").into());
    }
    if is_encrypted {
        return Err(Fault::new("the archive is encrypted").into());
    }
    let is_json = name.ends_with(".json");
    let (bytes, packed) = (entry.bytes, entry.packed);
    if is_json
        && !is_carried(name.as_bytes())
        && bytes > RATIO_FREE_BYTES
        && bytes / RATIO_MAX > packed
    {
        return Err(Fault::new(format!("{name:?} in the archive inflates beyond measure")).into());
    }
    Ok(())
}

/// Whether an entry is a file of messages: those are looked at one by one, when they are brought.
fn is_carried(name: &[u8]) -> bool {
    name.split(|byte| *byte == b'/')
        .any(|part| part == b"__uploads")
}

/// Some tools put the whole export into a folder.
fn folder_of(entries: &BTreeMap<String, Entry>) -> Result<String> {
    let users = entries
        .keys()
        .filter_map(|name| name.strip_suffix("users.json"))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .min_by_key(|folder| folder.len());
    users
        .map(str::to_owned)
        .context("the archive has no users.json: it is no export of Slack")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::{NamedTempFile, TempDir};
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let mut zip = ZipWriter::new(file.reopen().unwrap());
        for (name, bytes) in entries {
            let options =
                SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    fn opened(entries: &[(&str, &[u8])]) -> Result<Archive> {
        Archive::open(archive(entries).path())
    }

    #[test]
    fn an_export_is_found_at_the_top_or_in_a_folder() {
        for folder in ["", "Weaver Mill export/"] {
            let (users, day) = (
                format!("{folder}users.json"),
                format!("{folder}a/2020-01-01.json"),
            );
            let mut archive =
                opened(&[(&users, b"[]"), (&day, b"[1]"), ("elsewhere/x.json", b"[]")]).unwrap();
            assert_eq!(archive.json("a/2020-01-01.json").unwrap().unwrap(), b"[1]");
            assert_eq!(archive.entry("users.json").unwrap().bytes, 2);
            assert!(archive.json("channels.json").unwrap().is_none());
        }
    }

    #[test]
    fn archives_that_no_export_is_are_refused() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("no.zip");
        assert!(Archive::open(&path).is_err());
        std::fs::write(&path, b"PK\x05\x06 and nothing that a ZIP file has").unwrap();
        assert!(Archive::open(&path).is_err());
        assert!(opened(&[("channels.json", b"[]")]).is_err());
        for name in [
            "../users.json",
            "/users.json",
            "a/../users.json",
            "a//b.json",
            "a\\b.json",
            "bell\u{7}.json",
            "a/b/c/d/e/f/g/h/i.json",
        ] {
            assert!(
                opened(&[("users.json", b"[]"), (name, b"[]")]).is_err(),
                "{name}"
            );
        }
        let long = format!("{}.json", "n".repeat(NAME_BYTES_MAX));
        assert!(opened(&[("users.json", b"[]"), (&long, b"[]")]).is_err());
    }

    #[test]
    fn files_with_odd_names_stay_behind_alone() {
        let odd = [
            ("users.json", &b"[]"[..]),
            ("__uploads/F1/../../x", b"out"),
            ("__uploads/F1/a\\b", b"odd"),
            ("__uploads/F1/bell\u{7}", b"odd"),
            ("__uploads/F1/fine", b"fine"),
        ];
        let archive = opened(&odd).unwrap();
        assert_eq!(archive.odd(), 3);
        let names: Vec<&str> = archive.names().collect();
        assert_eq!(names, ["__uploads/F1/fine", "users.json"]);
    }

    #[test]
    fn entries_that_lie_upon_one_another_are_refused() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let file = archive(&[("users.json", b"[]"), ("__uploads/F1/a", &text)]);
        let mut bytes = std::fs::read(file.path()).unwrap();
        // The list says twice as much is packed as the archive is long.
        let at = bytes
            .windows(4)
            .rposition(|four| four == b"PK\x01\x02")
            .unwrap();
        let long = u32::try_from(bytes.len() * 2).unwrap();
        bytes[at + 20..at + 24].copy_from_slice(&long.to_le_bytes());
        std::fs::write(file.path(), &bytes).unwrap();
        let error = Archive::open(file.path()).err().unwrap();
        assert!(error.to_string().contains("upon one another"), "{error}");
    }

    #[test]
    fn bombs_do_not_go_off() {
        let zeros = vec![b' '; 8 * 1024 * 1024];
        let error = opened(&[("users.json", b"[]"), ("a/2020-01-01.json", &zeros)])
            .err()
            .unwrap();
        assert!(error.to_string().contains("beyond measure"), "{error}");
        // Files of messages are looked at when they are brought: one that is not fit leaves the others alone.
        assert!(opened(&[("users.json", b"[]"), ("__uploads/F1/x.json", &zeros)]).is_ok());
    }

    #[test]
    fn damage_is_noticed_wherever_it_is() {
        let text: Vec<u8> = (0_u32..20_000)
            .flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        let file = archive(&[("users.json", &text)]);
        let bytes = std::fs::read(file.path()).unwrap();
        let damaged = NamedTempFile::new().unwrap();
        for at in (0..bytes.len()).step_by(bytes.len() / 97) {
            let mut other = bytes.clone();
            other[at] ^= 0x55;
            std::fs::write(damaged.path(), &other).unwrap();
            if let Ok(mut archive) = Archive::open(damaged.path())
                && let Ok(Some(read)) = archive.json("users.json")
            {
                assert_eq!(read, text, "damage at {at} goes unnoticed");
            }
        }
        for length in (0..bytes.len()).step_by(bytes.len() / 53) {
            std::fs::write(damaged.path(), &bytes[..length]).unwrap();
            let read =
                Archive::open(damaged.path()).and_then(|mut archive| archive.json("users.json"));
            assert!(read.is_err());
        }
    }
}
