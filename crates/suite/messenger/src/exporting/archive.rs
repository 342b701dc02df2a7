//! An archive that is written from its beginning to its end and is cut into parts on the way; it can be left and taken up
//! again between any two parts.
//!
//! The header of a member tells the size and the checksum of what follows it. So it is written last: when a member is longer
//! than what is in memory, its header gets the number of a part of its own, which is filled once the member is complete.

use std::ops::Range;

use base::{Context, Fault, Result, Timestamp};
use bytes::Bytes;

use super::zip::{Crc, directory_end, directory_entry, local_header};
use crate::{
    content::{Entry, OpenMember, Written},
    rules::PART_BYTES,
};

/// A part that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) number: u32,
    pub(crate) bytes: Bytes,
}

/// An archive under way. Whoever writes takes the parts that are filled, again and again.
#[derive(Debug)]
pub(crate) struct Archive {
    written: Written,
    /// What no part has yet.
    buffer: Vec<u8>,
    /// Where in it the header of the open member is to stand.
    gap: Option<usize>,
    filled: Vec<Filled>,
    /// Members that were completed since it was taken up.
    entries: Vec<Entry>,
}

impl Archive {
    pub(crate) const fn resume(written: Written) -> Self {
        Self {
            written,
            buffer: Vec::new(),
            gap: None,
            filled: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// How long it is so far.
    pub(crate) const fn size(&self) -> u64 {
        self.written.size
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.written.open.is_some()
    }

    /// Begins a member.
    ///
    /// # Errors
    /// A fault while another one is open.
    pub(crate) fn begin(&mut self, name: String, at: Timestamp) -> Result<()> {
        if self.is_open() {
            return Err(Fault::new("a member begins inside another one").into());
        }
        self.gap = Some(self.buffer.len());
        self.written.open = Some(OpenMember {
            name,
            at,
            crc: 0,
            size: 0,
            offset: self.written.size,
            header: None,
        });
        Ok(())
    }

    /// Adds to the open member.
    ///
    /// # Errors
    /// A fault when there is none.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let open = self.written.open.as_mut();
        let open = open.context("bytes of no member")?;
        let mut crc = Crc::from(open.crc);
        crc.add(bytes);
        open.crc = crc.sum();
        open.size += len(bytes);
        self.append(bytes)
    }

    /// Completes the open member.
    ///
    /// # Errors
    /// A fault when there is none.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let open = self.written.open.take().context("no member is open")?;
        let entry = Entry {
            name: open.name,
            at: open.at,
            crc: open.crc,
            size: open.size,
            offset: open.offset,
        };
        let header = local_header(&entry);
        self.written.size += len(&header);
        self.written.members += 1;
        self.entries.push(entry);
        match (open.header, self.gap.take()) {
            (Some(number), _) => self.filled.push(Filled {
                number,
                bytes: header.into(),
            }),
            (None, Some(gap)) => drop(self.buffer.splice(gap..gap, header)),
            (None, None) => {
                return Err(Fault::new("a member without a place for its header").into());
            }
        }
        Ok(())
    }

    /// Takes the open member back, as if it had never begun. Answers which of the parts that were taken are not valid any
    /// more; their numbers are not given again.
    pub(crate) fn abandon(&mut self) -> Range<u32> {
        let next = self.written.part;
        let Some(open) = self.written.open.take() else {
            return next..next;
        };
        self.written.size = open.offset;
        match (open.header, self.gap.take()) {
            (Some(header), _) => {
                self.buffer.clear();
                self.filled.retain(|part| part.number < header);
                header..next
            }
            (None, gap) => {
                self.buffer.truncate(gap.unwrap_or_default());
                next..next
            }
        }
    }

    /// Adds what the directory says of members.
    ///
    /// # Errors
    /// As [`Archive::write`].
    pub(crate) fn list(&mut self, entries: &[Entry]) -> Result<()> {
        entries
            .iter()
            .try_for_each(|entry| self.append(&directory_entry(entry)))
    }

    /// Ends the archive, whose directory began at `begin`.
    ///
    /// # Errors
    /// As [`Archive::write`].
    pub(crate) fn end(&mut self, begin: u64) -> Result<()> {
        let end = directory_end(self.written.members, begin, self.written.size);
        self.append(&end)
    }

    fn append(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.written.size += len(bytes);
        while !bytes.is_empty() {
            let room = PART_BYTES.saturating_sub(self.buffer.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() >= PART_BYTES {
                self.cut()?;
            }
        }
        Ok(())
    }

    /// Makes parts of what is in memory.
    fn cut(&mut self) -> Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        if let Some(gap) = self.gap.take() {
            let rest = buffer.split_off(gap);
            self.fill(buffer)?;
            let number = self.next_part()?;
            if let Some(open) = &mut self.written.open {
                open.header = Some(number);
            }
            buffer = rest;
        }
        self.fill(buffer)
    }

    fn fill(&mut self, bytes: Vec<u8>) -> Result<()> {
        if !bytes.is_empty() {
            let number = self.next_part()?;
            self.filled.push(Filled {
                number,
                bytes: bytes.into(),
            });
        }
        Ok(())
    }

    fn next_part(&mut self) -> Result<u32> {
        let number = self.written.part;
        self.written.part = number.checked_add(1).context("numbering a part")?;
        Ok(number)
    }

    /// The parts that have been filled since the last time.
    pub(crate) fn take_filled(&mut self) -> Vec<Filled> {
        std::mem::take(&mut self.filled)
    }

    /// Makes parts of all that is in memory, before it is left.
    ///
    /// # Errors
    /// A fault when there are more parts than can be counted.
    pub(crate) fn rest(&mut self) -> Result<()> {
        self.cut()
    }

    /// Where it stands once it rests, and the members that were completed.
    pub(crate) fn leave(self) -> (Written, Vec<Entry>) {
        (self.written, self.entries)
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
