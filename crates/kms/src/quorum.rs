//! Who keeps the root key: custodians, each with one share, more than half of whom open the store.

use std::num::NonZeroU8;

use base::{Kind, Refusal, Result, Timestamp};

/// How many shares a root key has at most.
pub const SHARES_MAX: usize = 64;
/// Characters of a custodian's name, and of their role.
pub const CUSTODIAN_CHARS_MAX: usize = 100;

/// No custodians, or too many.
pub const SHARES_COUNT: Refusal = Refusal::invalid(
    "kms.shares_count",
    "The root key has between 1 and 64 shares.",
);

/// Half of the custodians or fewer would open the store, or more than there are would have to.
pub const THRESHOLD_INVALID: Refusal = Refusal::invalid(
    "kms.threshold_invalid",
    "More than half of the shares have to be needed, and not more than there are.",
);

/// Two shares would be with one custodian, or two custodians have one role.
pub const CUSTODIAN_TWICE: Refusal = Refusal::invalid(
    "kms.custodian_twice",
    "Each custodian keeps one share, in a role of their own.",
);

/// A name or a role is missing or does not fit on a line.
pub const CUSTODIAN_INVALID: Refusal = Refusal::invalid(
    "kms.custodian_invalid",
    "A custodian has a name and a role of at most 100 characters each, on one line.",
);

/// The text is no share, or was not written down as it was shown.
pub const SHARE_UNREADABLE: Refusal = Refusal::invalid(
    "kms.share_unreadable",
    "This is no share: a character is missing, or another than it was.",
);

/// A share of another store, or of a root key that is held no more.
pub const SHARE_OTHER: Refusal = Refusal::invalid(
    "kms.share_other",
    "This share does not belong to the root key of this store.",
);

/// The same share again.
pub const SHARE_TWICE: Refusal =
    Refusal::invalid("kms.share_twice", "This share has been entered already.");

/// Not as many shares as have to come together.
pub const SHARES_FEW: Refusal = Refusal::invalid("kms.shares_few", "More shares are needed.");

/// The store has a development seal: no custodian keeps a share of its root key.
pub const QUORUM_NONE: Refusal = Refusal::conflict(
    "kms.quorum_none",
    "The root key of this store lies in a file: nobody keeps a share of it.",
);

/// The root key is not in a file: it is put together of shares.
pub const QUORUM_HELD: Refusal = Refusal::conflict(
    "kms.quorum_held",
    "The root key of this store is in shares with its custodians.",
);

/// No shares were given out that wait to be entered.
pub const SHARES_NOT_GIVEN: Refusal = Refusal::conflict(
    "kms.shares_not_given",
    "There are no new shares that wait to be entered.",
);

/// Nothing can be entered while the store is open.
pub const UNSEALED: Refusal = Refusal::new(Kind::Conflict, "kms.unsealed", "The store is open.");

/// The store has been set up already, and opened.
pub const INITIALISED: Refusal = Refusal::conflict(
    "kms.initialised",
    "The key store has been initialised already.",
);

/// Who keeps a share, and as what. Both are empty for a share that has no custodian yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custodian {
    pub name: String,
    pub role: String,
}

/// How a root key is to be shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharePlan {
    pub custodians: Vec<Custodian>,
    /// How many of them have to come together.
    pub threshold: NonZeroU8,
}

/// A share and its keeper, as far as the store tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub place: NonZeroU8,
    pub custodian: Custodian,
    /// When the custodian last showed that they hold it: at the latest when it was entered first.
    pub proved_at: Option<Timestamp>,
}

/// How a root key is held in shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    pub shares: usize,
    pub threshold: NonZeroU8,
    /// How many were entered at this node since it is sealed.
    pub entered: usize,
}

impl Custodian {
    /// Of a share that has no custodian yet.
    pub const fn nobody() -> Self {
        Self {
            name: String::new(),
            role: String::new(),
        }
    }

    pub const fn is_somebody(&self) -> bool {
        !self.name.is_empty()
    }

    /// Whether they can keep a share beside those who keep others.
    ///
    /// # Errors
    /// [`CUSTODIAN_INVALID`], [`CUSTODIAN_TWICE`].
    pub(crate) fn check_beside<'a>(&self, others: impl Iterator<Item = &'a Self>) -> Result<()> {
        if !is_line(&self.name) || !is_line(&self.role) {
            return Err(CUSTODIAN_INVALID.into());
        }
        let same =
            |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
        for other in others {
            if same(&self.name, &other.name) || same(&self.role, &other.role) {
                return Err(CUSTODIAN_TWICE.into());
            }
        }
        Ok(())
    }
}

impl SharePlan {
    /// Shares whose custodians are named later, as clients have it that know of no custodians.
    ///
    /// # Errors
    /// [`SHARES_COUNT`], [`THRESHOLD_INVALID`].
    pub fn unassigned(shares: usize, threshold: usize) -> Result<Self> {
        if shares == 0 || shares > SHARES_MAX {
            return Err(SHARES_COUNT.into());
        }
        let threshold = u8::try_from(threshold).ok().and_then(NonZeroU8::new);
        let plan = Self {
            custodians: vec![Custodian::nobody(); shares],
            threshold: threshold.ok_or(THRESHOLD_INVALID)?,
        };
        plan.check()?;
        Ok(plan)
    }

    /// How many shares there are to be.
    ///
    /// # Errors
    /// [`SHARES_COUNT`], [`THRESHOLD_INVALID`], [`CUSTODIAN_INVALID`], [`CUSTODIAN_TWICE`].
    pub(crate) fn check(&self) -> Result<NonZeroU8> {
        let count = self.custodians.len();
        let shares = u8::try_from(count)
            .ok()
            .and_then(NonZeroU8::new)
            .filter(|_| count <= SHARES_MAX)
            .ok_or(SHARES_COUNT)?;
        let threshold = usize::from(self.threshold.get());
        if 2 * threshold <= count || threshold > count {
            return Err(THRESHOLD_INVALID.into());
        }
        if !self.custodians.iter().any(Custodian::is_somebody) {
            return Ok(shares);
        }
        for (number, custodian) in self.custodians.iter().enumerate() {
            custodian.check_beside(self.custodians.iter().take(number))?;
        }
        Ok(shares)
    }
}

fn is_line(text: &str) -> bool {
    let fits = !text.trim().is_empty() && text.chars().count() <= CUSTODIAN_CHARS_MAX;
    fits && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(count: usize, threshold: u8) -> SharePlan {
        let custodians = (0..count).map(|number| Custodian {
            name: format!("custodian {number}"),
            role: format!("role {number}"),
        });
        SharePlan {
            custodians: custodians.collect(),
            threshold: NonZeroU8::new(threshold).unwrap(),
        }
    }

    #[test]
    fn more_than_half_of_the_custodians_have_to_come() {
        for count in 1..=10usize {
            for threshold in 1..=10u8 {
                let is_quorum =
                    2 * usize::from(threshold) > count && usize::from(threshold) <= count;
                let checked = plan(count, threshold).check();
                assert_eq!(checked.is_ok(), is_quorum, "{threshold} of {count}");
                if let Err(error) = checked {
                    assert!(error.is(&THRESHOLD_INVALID));
                }
            }
        }
        assert!(plan(0, 1).check().unwrap_err().is(&SHARES_COUNT));
        assert!(plan(SHARES_MAX, 33).check().is_ok());
        assert!(
            plan(SHARES_MAX + 1, 33)
                .check()
                .unwrap_err()
                .is(&SHARES_COUNT)
        );
    }

    #[test]
    fn custodians_and_roles_are_told_apart() {
        let with = |change: fn(&mut Vec<Custodian>)| {
            let mut plan = plan(3, 2);
            change(&mut plan.custodians);
            plan.check().unwrap_err()
        };
        assert!(with(|all| all[1].name = " CUSTODIAN 0".to_owned()).is(&CUSTODIAN_TWICE));
        assert!(with(|all| all[1].role = "Role 2".to_owned()).is(&CUSTODIAN_TWICE));
        assert!(with(|all| all[1].name = " ".to_owned()).is(&CUSTODIAN_INVALID));
        assert!(with(|all| all[1].role = "a\nb".to_owned()).is(&CUSTODIAN_INVALID));
        assert!(with(|all| all[1].name = "x".repeat(101)).is(&CUSTODIAN_INVALID));
    }
}
