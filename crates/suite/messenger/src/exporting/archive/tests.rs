//! What is written is read by a program that is not ours.

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
};

use zip::ZipArchive;

use super::*;

/// What is kept of an archive, as rows and blobs would be.
#[derive(Default)]
struct Kept {
    parts: BTreeMap<u32, Bytes>,
    entries: Vec<Entry>,
}

impl Kept {
    fn take(&mut self, filled: Vec<Filled>) {
        for part in filled {
            assert!(part.bytes.len() <= PART_BYTES);
            let before = self.parts.insert(part.number, part.bytes);
            assert!(before.is_none(), "a part is filled once");
        }
    }

    /// Leaves the archive, and takes it up again.
    fn rests(&mut self, mut archive: Archive) -> Archive {
        archive.rest().unwrap();
        self.take(archive.take_filled());
        let (written, entries) = archive.leave();
        self.entries.extend(entries);
        Archive::resume(written)
    }

    fn end(mut self, archive: Archive) -> Vec<u8> {
        let mut archive = self.rests(archive);
        let begin = archive.size();
        archive.list(&self.entries).unwrap();
        archive.end(begin).unwrap();
        self.rests(archive);
        self.parts.into_values().flatten().collect()
    }
}

fn pattern(bytes: usize, seed: usize) -> Vec<u8> {
    (0..bytes)
        .map(|at| ((at * 31 + seed) % 251) as u8)
        .collect()
}

fn at() -> Timestamp {
    Timestamp::parse("2026-11-25T09:10:58Z").unwrap()
}

fn members(bytes: impl Read + Seek) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(bytes).unwrap();
    let read = (0..zip.len()).map(|index| {
        let mut member = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        // Compares the checksum too.
        member.read_to_end(&mut bytes).unwrap();
        (member.name().unwrap().into_owned(), bytes)
    });
    read.collect()
}

#[test]
fn members_of_any_length_are_read_as_they_were_written_however_often_it_rests() {
    let lengths = [0, 1, 100, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 7, 3];
    for every in [1, 3, usize::MAX] {
        let (mut kept, mut archive) = (Kept::default(), Archive::resume(Written::default()));
        let (mut expected, mut written) = (BTreeMap::new(), 0);
        for (index, length) in lengths.into_iter().enumerate() {
            let name = format!("文件/{index}.bin");
            let bytes = pattern(length, index);
            archive.begin(name.clone(), at()).unwrap();
            for piece in bytes.chunks(70_000) {
                archive.write(piece).unwrap();
                kept.take(archive.take_filled());
                written += 1;
                if written % every == 0 {
                    archive = kept.rests(archive);
                }
            }
            archive.finish().unwrap();
            expected.insert(name, bytes);
        }
        let size = {
            let whole = kept.end(archive);
            assert_eq!(members(io::Cursor::new(&whole)), expected, "every {every}");
            whole.len()
        };
        assert!(size > lengths.iter().sum::<usize>());
    }
}

#[test]
fn a_member_that_is_taken_back_leaves_nothing() {
    // In memory, in parts of this step, and in parts of steps before it.
    for (length, rests) in [(10, false), (2 * PART_BYTES, false), (2 * PART_BYTES, true)] {
        let (mut kept, mut archive) = (Kept::default(), Archive::resume(Written::default()));
        archive.begin("stays".to_owned(), at()).unwrap();
        archive.write(b"one").unwrap();
        archive.finish().unwrap();
        archive.begin("goes".to_owned(), at()).unwrap();
        archive.write(&pattern(length, 0)).unwrap();
        kept.take(archive.take_filled());
        if rests {
            archive = kept.rests(archive);
        }
        let gone = archive.abandon();
        kept.parts.retain(|number, _| !gone.contains(number));
        archive.begin("follows".to_owned(), at()).unwrap();
        archive.write(b"two").unwrap();
        archive.finish().unwrap();

        let read = members(io::Cursor::new(kept.end(archive)));
        let expected = [("follows", b"two"), ("stays", b"one")];
        let expected = expected.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
        assert_eq!(read, BTreeMap::from(expected));
    }
}

#[test]
fn more_members_than_16_bits_count_are_read() {
    let (kept, mut archive) = (Kept::default(), Archive::resume(Written::default()));
    for index in 0..=u32::from(u16::MAX) {
        archive.begin(index.to_string(), at()).unwrap();
        archive.finish().unwrap();
    }
    let whole = kept.end(archive);
    assert_eq!(
        ZipArchive::new(io::Cursor::new(whole)).unwrap().len(),
        65_536
    );
}

/// Bytes that begin with nothing for a long time.
struct Far {
    before: u64,
    bytes: Vec<u8>,
    place: u64,
}

impl Read for Far {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.place < self.before {
            let zeros = (self.before - self.place).min(to.len() as u64) as usize;
            to[..zeros].fill(0);
            self.place += zeros as u64;
            return Ok(zeros);
        }
        let from = (self.place - self.before).min(self.bytes.len() as u64) as usize;
        let read = (&self.bytes[from..]).read(to)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Seek for Far {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.before + self.bytes.len() as u64;
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        self.place = place.ok_or_else(|| io::Error::other("before the beginning"))?;
        Ok(self.place)
    }
}

#[test]
fn members_beyond_4_gib_are_found() {
    let before = 5 << 30;
    let written = Written {
        size: before,
        ..Written::default()
    };
    let (kept, mut archive) = (Kept::default(), Archive::resume(written));
    archive.begin("far".to_owned(), at()).unwrap();
    archive.write(b"away").unwrap();
    archive.finish().unwrap();
    let far = Far {
        before,
        bytes: kept.end(archive),
        place: 0,
    };
    let expected = BTreeMap::from([("far".to_owned(), b"away".to_vec())]);
    assert_eq!(members(far), expected);
}
