//! Files whose bytes come with an export: in the archive, or in a folder beside it.
//!
//! What Slack gives out names files and has no bytes. Tools that complete an export put them where they are looked for here.
//! Names of files come from messages, so nothing is opened by one that leads elsewhere.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use base::{Context, Fault, Result};

use crate::Archive;

/// Bytes of a file here.
const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// How many times its packed size a file may have.
const RATIO_MAX: u64 = 200;
/// Below this size no ratio does harm.
const RATIO_FREE_BYTES: u64 = 4 * 1024 * 1024;
/// Characters of a file's name here.
const NAME_CHARS_MAX: usize = 255;
/// Characters of Slack's id of a file.
const ID_CHARS_MAX: usize = 40;
/// Where the bytes are, of exports that were completed.
const UPLOADS: &str = "__uploads";
const ATTACHMENTS: &str = "attachments";
/// Bytes that are read at once, to see whether they read.
const PIECE_BYTES: usize = 64 * 1024;

/// The bytes of a file that comes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub bytes: u64,
    /// Tells them from others of the same length that were there before.
    pub mark: String,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The number of an entry of the archive.
    Entry(usize),
    /// A file of the folder beside it.
    Beside(PathBuf),
}

/// Why bytes that there are do not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    TooLarge,
    /// It inflates beyond measure.
    Bomb,
    /// It is damaged, or has another size than it says.
    Damaged,
}

/// Where bytes of files are looked for.
pub(crate) struct Shelves {
    archive: Archive,
    beside: Option<PathBuf>,
}

impl Shelves {
    pub(crate) const fn new(archive: Archive, beside: Option<PathBuf>) -> Self {
        Self { archive, beside }
    }

    pub(crate) const fn archive(&mut self) -> &mut Archive {
        &mut self.archive
    }

    /// The bytes of a file, if they are there and fit.
    pub(crate) fn find(&self, id: &str, name: &str) -> Option<Result<Carried, Unfit>> {
        let is_id = (1..=ID_CHARS_MAX).contains(&id.len());
        if !is_id || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let found = self.in_archive(id, name).or_else(|| self.beside(id, name));
        found.map(|found| match found {
            Ok(carried) if carried.bytes > FILE_BYTES_MAX => Err(Unfit::TooLarge),
            found => found,
        })
    }

    fn in_archive(&self, id: &str, name: &str) -> Option<Result<Carried, Unfit>> {
        let archive = &self.archive;
        let entry = archive
            .entry(&format!("{UPLOADS}/{id}/{name}"))
            .or_else(|| archive.only_entry(&format!("{UPLOADS}/{id}/")))
            .or_else(|| archive.entry(&format!("{ATTACHMENTS}/{id}-{name}")))?;
        let inflates = entry.bytes > RATIO_FREE_BYTES && entry.bytes / RATIO_MAX > entry.packed;
        Some(match inflates {
            true => Err(Unfit::Bomb),
            false => Ok(Carried {
                bytes: entry.bytes,
                mark: format!("{:08x}", entry.crc32),
                place: Place::Entry(entry.index),
            }),
        })
    }

    fn beside(&self, id: &str, name: &str) -> Option<Result<Carried, Unfit>> {
        let folder = self.beside.as_deref()?;
        let is_plain = !matches!(name, "" | "." | "..")
            && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | ':'));
        if !is_plain {
            return None;
        }
        let joined = format!("{id}-{name}");
        let places: [&[&str]; 4] = [
            &[id, name],
            &[UPLOADS, id, name],
            &[&joined],
            &[ATTACHMENTS, &joined],
        ];
        let mut found = places.iter().filter_map(|place| plain_file(folder, place));
        found.next().map(Ok)
    }

    /// Reads all bytes of a file, to see whether they are there.
    ///
    /// # Errors
    /// [`Unfit::Damaged`].
    pub(crate) fn check(&mut self, carried: &Carried) -> Result<(), Unfit> {
        let read = self.open(carried).and_then(|mut reader| {
            let mut piece = vec![0; PIECE_BYTES];
            let mut bytes = 0_u64;
            loop {
                match reader.read(&mut piece).context("reading a file")? {
                    0 => return Ok(bytes),
                    more => bytes += u64::try_from(more).context("counting bytes")?,
                }
            }
        });
        match read.is_ok_and(|bytes| bytes == carried.bytes) {
            true => Ok(()),
            false => Err(Unfit::Damaged),
        }
    }

    /// The bytes of a file, in order, and at most one more than there should be.
    ///
    /// # Errors
    /// A fault when it is no longer there, or damaged.
    pub(crate) fn open(&mut self, carried: &Carried) -> Result<Box<dyn Read + '_>> {
        let bytes_max = carried.bytes.saturating_add(1);
        Ok(match &carried.place {
            Place::Entry(index) => Box::new(self.archive.inflate(*index)?.take(bytes_max)),
            Place::Beside(path) => {
                let file = File::open(path).context("opening a file beside the archive")?;
                Box::new(file.take(bytes_max))
            }
        })
    }
}

/// A file below a folder, reached without following a link: whoever made the archive made what was unpacked from it.
fn plain_file(folder: &Path, place: &[&str]) -> Option<Carried> {
    let mut path = folder.to_owned();
    let mut known = None;
    for part in place {
        path.push(part);
        let here = fs::symlink_metadata(&path).ok()?;
        if here.is_symlink() {
            return None;
        }
        known = Some(here);
    }
    let known = known.filter(fs::Metadata::is_file)?;
    let changed = known.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Carried {
        bytes: known.len(),
        mark: changed.as_micros().to_string(),
        place: Place::Beside(path),
    })
}

/// A file's name as it is kept here: one line, without slashes and without marks that turn the writing direction.
pub(crate) fn kept_name(name: &str) -> String {
    let steers =
        |c: &char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = name
        .chars()
        .filter(|c| !steers(c))
        .map(|c| if matches!(c, '/' | '\\') { '_' } else { c })
        .take(NAME_CHARS_MAX)
        .collect();
    match name.trim() {
        "" | "." | ".." => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// Reads the next part of a file, which is full unless the file ends before.
///
/// # Errors
/// A fault when it does not read, or ends too early.
pub fn read_part(reader: &mut dyn Read, bytes: usize) -> Result<Vec<u8>> {
    let mut part = Vec::with_capacity(bytes);
    let wanted = u64::try_from(bytes).context("counting bytes")?;
    reader
        .take(wanted)
        .read_to_end(&mut part)
        .context("reading a file of the export")?;
    match part.len() == bytes {
        true => Ok(part),
        false => Err(Fault::new("a file of the export became shorter while it was read").into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::{NamedTempFile, TempDir};
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let mut zip = ZipWriter::new(file.reopen().unwrap());
        for (name, bytes) in [("users.json", &b"[]"[..])].iter().chain(entries) {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    fn shelves(entries: &[(&str, &[u8])], beside: Option<&Path>) -> Shelves {
        let file = archive(entries);
        let archive = Archive::open(file.path()).unwrap();
        Shelves::new(archive, beside.map(Path::to_owned))
    }

    fn read(shelves: &mut Shelves, id: &str, name: &str) -> Option<Vec<u8>> {
        let carried = shelves.find(id, name)?.unwrap();
        shelves.check(&carried).unwrap();
        let mut bytes = Vec::new();
        let mut reader = shelves.open(&carried).unwrap();
        reader.read_to_end(&mut bytes).unwrap();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), carried.bytes);
        Some(bytes)
    }

    #[test]
    fn bytes_are_found_in_the_archive_and_beside_it() {
        let folder = TempDir::new().unwrap();
        for (place, text) in [("F4", "four"), ("__uploads/F5", "five"), ("F1", "other")] {
            fs::create_dir_all(folder.path().join(place)).unwrap();
            fs::write(folder.path().join(place).join("plan.pdf"), text).unwrap();
        }
        fs::write(folder.path().join("F6-plan.pdf"), "six").unwrap();
        let entries: [(&str, &[u8]); 4] = [
            ("__uploads/F1/plan.pdf", b"one"),
            ("__uploads/F2/called otherwise.pdf", b"two"),
            ("attachments/F3-plan.pdf", b"three"),
            ("__uploads/F7/plan.pdf", b""),
        ];
        let mut shelves = shelves(&entries, Some(folder.path()));
        for (id, text) in [
            ("F1", Some("one")),
            ("F2", Some("two")),
            ("F3", Some("three")),
            ("F4", Some("four")),
            ("F5", Some("five")),
            ("F6", Some("six")),
            ("F7", Some("")),
            ("F8", None),
        ] {
            let found = read(&mut shelves, id, "plan.pdf");
            assert_eq!(found.as_deref(), text.map(str::as_bytes), "{id}");
        }
        let mark = |shelves: &Shelves, id| shelves.find(id, "plan.pdf").unwrap().unwrap().mark;
        assert_ne!(mark(&shelves, "F1"), mark(&shelves, "F2"));
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let outside = TempDir::new().unwrap();
        let folder = outside.path().join("files");
        fs::create_dir_all(folder.join("F1")).unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), folder.join("F1/link")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.join("F2")).unwrap();
        let shelves = shelves(&[], Some(&folder));
        for (id, name) in [
            ("F1", "../../secret"),
            ("F1", "link"),
            ("F1", ".."),
            ("F1", ""),
            ("F2", "secret"),
            ("..", "secret"),
            ("../F1", "x"),
            ("", "secret"),
            ("F1", "/etc/passwd"),
        ] {
            assert_eq!(shelves.find(id, name), None, "{id} {name}");
        }
    }

    #[test]
    fn bombs_and_lies_stay_behind() {
        let zeros = vec![0; 8 * 1024 * 1024];
        let text: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
        let bomb = shelves(&[("__uploads/F1/x", &zeros)], None);
        assert_eq!(bomb.find("F1", "x"), Some(Err(Unfit::Bomb)));

        let file = archive(&[("__uploads/F1/x", &text)]);
        let bytes = fs::read(file.path()).unwrap();
        let list = bytes
            .windows(4)
            .rposition(|four| four == b"PK\x01\x02")
            .unwrap();
        let length = u32::try_from(text.len()).unwrap();
        // It says that it is longer, shorter, or has other bytes than it has.
        for (at, lie) in [
            (list + 24, (length + 9).to_le_bytes()),
            (list + 24, (length - 9).to_le_bytes()),
            (list + 16, [1, 2, 3, 4]),
        ] {
            let mut lying = bytes.clone();
            lying[at..at + 4].copy_from_slice(&lie);
            fs::write(file.path(), &lying).unwrap();
            let Ok(archive) = Archive::open(file.path()) else {
                continue;
            };
            let mut shelves = Shelves::new(archive, None);
            let carried = shelves.find("F1", "x").unwrap().unwrap();
            assert_eq!(shelves.check(&carried), Err(Unfit::Damaged));
        }
        let mut huge = bytes;
        let most = u32::MAX - 1;
        huge[list + 20..list + 24].copy_from_slice(&20_000_u32.to_le_bytes());
        huge[list + 24..list + 28].copy_from_slice(&most.to_le_bytes());
        fs::write(file.path(), &huge).unwrap();
        if let Ok(archive) = Archive::open(file.path()) {
            let found = Shelves::new(archive, None).find("F1", "x");
            assert!(matches!(found, Some(Err(Unfit::Bomb | Unfit::TooLarge))));
        }
    }

    #[test]
    fn parts_are_whole_or_the_file_is_not() {
        let mut reader = &b"0123456789"[..];
        assert_eq!(read_part(&mut reader, 4).unwrap(), b"0123");
        assert_eq!(read_part(&mut reader, 6).unwrap(), b"456789");
        assert!(read_part(&mut reader, 1).is_err());
    }

    #[test]
    fn names_are_mended_and_stay_names() {
        for (name, kept) in [
            ("plan.pdf", "plan.pdf"),
            ("织 机.png", "织 机.png"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("a\\b\u{202e}gpj.exe\n", "a_bgpj.exe"),
            ("..", "file"),
            (" \u{7} ", "file"),
        ] {
            assert_eq!(kept_name(name), kept);
        }
        assert_eq!(kept_name(&"n".repeat(999)).len(), NAME_CHARS_MAX);
    }
}
