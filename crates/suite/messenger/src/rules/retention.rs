//! How long what is said is kept.

use std::time::Duration;

use base::{Refusal, Result};

use super::PageSize;
use crate::model::Retention;

/// The longest time that can be set, in days: a hundred years.
pub(crate) const RETENTION_DAYS_MAX: u32 = 36_500;
/// For how long a chat that was disbanded is kept before all of it is purged.
pub(crate) const DISBANDED_KEPT: Duration = Duration::from_secs(30 * 86_400);
/// How often outdated messages are looked for.
pub(crate) const PURGE_EVERY: Duration = Duration::from_secs(60);
/// From how many chats one round purges, and how many messages of each.
pub(crate) const PURGED_CHATS: u32 = 20;
pub(crate) const PURGED_MESSAGES: u32 = 200;
/// Characters of the reason for a hold.
pub(crate) const REASON_CHARS_MAX: usize = 500;
/// Holds that stand in one organisation.
pub(crate) const HOLDS_MAX: i64 = 1_000;

pub(crate) const HOLDS_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const RETENTION_INVALID: Refusal = Refusal::invalid(
    "messenger.retention_invalid",
    "Messages are kept for 1 to 36,500 days, the least of the bounds not above the greatest.",
);
pub(crate) const RETENTION_BOUNDS: Refusal = Refusal::conflict(
    "messenger.retention_bounds",
    "The organisation sets other bounds for how long messages are kept.",
);
pub(crate) const HOLD_ABSENT: Refusal = Refusal::absent(
    "messenger.hold_absent",
    "This hold does not exist, or was released already.",
);
pub(crate) const HOLD_REASON: Refusal = Refusal::invalid(
    "messenger.hold_reason",
    "A hold needs a reason of at most 500 characters.",
);
pub(crate) const HOLDS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.holds_too_many",
    "An organisation can have at most 1,000 holds at once.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    RETENTION_INVALID,
    RETENTION_BOUNDS,
    HOLD_ABSENT,
    HOLD_REASON,
    HOLDS_TOO_MANY,
];

impl Retention {
    /// For how many days a chat keeps what is said that asks for `own`; nothing is for ever.
    pub(crate) fn of_chat(self, own: Option<u32>) -> Option<u32> {
        let days = own.or(self.usual);
        let days = match (days, self.greatest) {
            (Some(days), Some(greatest)) => Some(days.min(greatest)),
            (days, greatest) => days.or(greatest),
        };
        days.map(|days| days.max(self.least.unwrap_or(0)))
    }
}

/// Whether an organisation can say so.
pub(crate) fn may_set_retention(asked: Retention) -> Result<()> {
    let all = [asked.least, asked.usual, asked.greatest];
    let are_days = all
        .iter()
        .flatten()
        .all(|days| (1..=RETENTION_DAYS_MAX).contains(days));
    let in_order = all
        .iter()
        .flatten()
        .zip(all.iter().flatten().skip(1))
        .all(|(lower, upper)| lower <= upper);
    match are_days && in_order {
        true => Ok(()),
        false => Err(RETENTION_INVALID.at("retention_days")),
    }
}

/// What a chat asks for: days within the organisation's bounds, or what the organisation says, which is asked for by 0.
pub(crate) fn own_retention(asked: u32, bounds: Retention) -> Result<Option<u32>> {
    let is_within = asked >= bounds.least.unwrap_or(1)
        && asked <= bounds.greatest.unwrap_or(RETENTION_DAYS_MAX);
    match asked {
        0 => Ok(None),
        days if is_within => Ok(Some(days)),
        days if days > RETENTION_DAYS_MAX => Err(RETENTION_INVALID.at("retention_days")),
        _ => Err(RETENTION_BOUNDS.at("retention_days")),
    }
}

/// The reason for a hold as it is kept.
pub(crate) fn hold_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    let fits = (1..=REASON_CHARS_MAX).contains(&reason.chars().count());
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    match fits && !reason.contains(is_control) {
        true => Ok(reason.to_owned()),
        false => Err(HOLD_REASON.at("reason")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn retention(least: u32, usual: u32, greatest: u32) -> Retention {
        const fn days(days: u32) -> Option<u32> {
            if days == 0 { None } else { Some(days) }
        }
        Retention {
            least: days(least),
            usual: days(usual),
            greatest: days(greatest),
        }
    }

    #[test]
    fn a_chat_keeps_within_the_bounds_of_its_organisation() {
        for (bounds, own, days) in [
            (retention(0, 0, 0), None, None),
            (retention(0, 0, 0), Some(7), Some(7)),
            (retention(0, 90, 0), None, Some(90)),
            (retention(0, 90, 0), Some(365), Some(365)),
            (retention(0, 0, 365), None, Some(365)),
            (retention(30, 90, 365), Some(7), Some(30)),
            (retention(30, 90, 365), Some(9_999), Some(365)),
            (retention(30, 0, 0), None, None),
        ] {
            assert_eq!(bounds.of_chat(own), days, "{bounds:?} {own:?}");
        }
    }

    #[test]
    fn bounds_are_in_order() {
        for good in [
            retention(0, 0, 0),
            retention(30, 90, 365),
            retention(7, 7, 7),
            retention(0, 0, 36_500),
            retention(30, 0, 365),
        ] {
            assert!(may_set_retention(good).is_ok(), "{good:?}");
        }
        for bad in [
            retention(90, 30, 0),
            retention(0, 366, 365),
            retention(366, 0, 365),
            retention(0, 36_501, 0),
        ] {
            assert!(may_set_retention(bad).is_err(), "{bad:?}");
        }
        let bounds = retention(30, 90, 365);
        assert_eq!(own_retention(0, bounds).unwrap(), None);
        assert_eq!(own_retention(30, bounds).unwrap(), Some(30));
        assert!(own_retention(29, bounds).unwrap_err().is(&RETENTION_BOUNDS));
        assert!(
            own_retention(366, bounds)
                .unwrap_err()
                .is(&RETENTION_BOUNDS)
        );
        let far = own_retention(40_000, retention(0, 0, 0));
        assert!(far.unwrap_err().is(&RETENTION_INVALID));
    }
}
