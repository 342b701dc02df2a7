//! How entries are chained. Pure: numbers and hashes.

use base::{EntryId, TenantId, Timestamp};
use cipher::Sha256;

const LABEL: &[u8] = b"bastide audit chain v1";

/// What a head is made to: 32 bytes that name everything before them.
pub(crate) type Head = [u8; 32];

/// The head before the first entry.
pub(crate) const GENESIS: Head = [0; 32];

/// What the chain binds of an entry. Erasing its body changes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) tenant: TenantId,
    pub(crate) entry: EntryId,
    pub(crate) at: Timestamp,
    pub(crate) commitment: [u8; 32],
}

/// The last link of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) number: i64,
    pub(crate) head: Head,
}

impl Last {
    /// Of a chain without entries.
    pub(crate) const NONE: Self = Self {
        number: 0,
        head: GENESIS,
    };

    /// The link that follows with this entry. Every part has a fixed length, so no two entries encode alike.
    pub(crate) fn next(self, leaf: &Leaf) -> Self {
        let number = self.number.saturating_add(1);
        let mut hash = Sha256::default();
        hash.update(LABEL);
        hash.update(&self.head);
        hash.update(&number.to_be_bytes());
        hash.update(&leaf.tenant.to_bytes());
        hash.update(&leaf.entry.to_bytes());
        hash.update(&leaf.at.micros().to_be_bytes());
        hash.update(&leaf.commitment);
        Self {
            number,
            head: hash.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_entry_and_its_place_changes_the_head() {
        let leaf = Leaf {
            tenant: TenantId::from_bytes([1; 16]),
            entry: EntryId::from_bytes([2; 16]),
            at: Timestamp::from_micros(3),
            commitment: [4; 32],
        };
        let others = [
            Leaf {
                tenant: TenantId::from_bytes([9; 16]),
                ..leaf
            },
            Leaf {
                entry: EntryId::from_bytes([9; 16]),
                ..leaf
            },
            Leaf {
                at: Timestamp::from_micros(9),
                ..leaf
            },
            Leaf {
                commitment: [9; 32],
                ..leaf
            },
        ];
        let first = Last::NONE.next(&leaf);
        assert_eq!(first.number, 1);
        assert_eq!(first, Last::NONE.next(&leaf));
        assert!(
            others
                .iter()
                .all(|other| Last::NONE.next(other).head != first.head)
        );
        assert_ne!(first.next(&leaf).head, first.head);
        assert_ne!(
            Last {
                number: 7,
                ..Last::NONE
            }
            .next(&leaf)
            .head,
            first.head
        );
    }
}
