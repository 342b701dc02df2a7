//! How long versions live.

use std::{fmt, time::Duration};

use logical::{Failure, Fields, spell_duration};
use serde::{Deserialize, Serialize};

/// After which time new versions are deleted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Lifetime {
    /// Nothing said.
    #[default]
    Unset,
    /// They stay, whatever else is said.
    Unlimited,
    Seconds(u64),
}

impl Lifetime {
    /// The field `delete_version_after`: a time; zero takes it back, and what is negative has versions stay.
    pub(super) fn of(fields: Fields<'_>) -> Result<Option<Self>, Failure> {
        let name = "delete_version_after";
        let text = fields.text(name)?;
        if let Some(positive) = text.and_then(|text| Some(text.trim().strip_prefix('-')?.into())) {
            let wrong = || Failure::invalid(format!("{name} has to be a duration"));
            logical::parse_duration(&serde_json::Value::String(positive)).ok_or_else(wrong)?;
            return Ok(Some(Self::Unlimited));
        }
        let span = fields.duration(name)?.map(|span| span.as_secs());
        Ok(span.map(|seconds| match seconds {
            0 => Self::Unset,
            seconds => Self::Seconds(seconds),
        }))
    }

    /// How long a new version lives by what its secret says and what the mount says: the shorter time.
    pub(super) fn span(own: Self, mounts: Self) -> Option<Duration> {
        let seconds = match (own, mounts) {
            (Self::Unlimited, _) | (_, Self::Unlimited) | (Self::Unset, Self::Unset) => {
                return None;
            }
            (Self::Seconds(own), Self::Seconds(mounts)) => own.min(mounts),
            (Self::Seconds(one), Self::Unset) | (Self::Unset, Self::Seconds(one)) => one,
        };
        Some(Duration::from_secs(seconds))
    }
}

/// As clients know it: `1h0m30s`, `0s` for nothing said, `-1s` for no limit.
impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = match self {
            Self::Unset => 0,
            Self::Unlimited => return f.write_str("-1s"),
            Self::Seconds(seconds) => *seconds,
        };
        f.write_str(&spell_duration(seconds))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: Value) -> Result<Option<Lifetime>, Failure> {
        let data = json!({ "delete_version_after": value });
        Lifetime::of(Fields(data.as_object().unwrap()))
    }

    #[test]
    fn lifetimes_are_read_and_told_as_clients_write_them() {
        for (given, told) in [
            (json!("0s"), "0s"),
            (json!(""), "0s"),
            (json!(45), "45s"),
            (json!("90s"), "1m30s"),
            (json!("30m0s"), "30m0s"),
            (json!("3h25m19s"), "3h25m19s"),
            (json!("36h"), "36h0m0s"),
            (json!("900ms"), "0s"),
            (json!("-1s"), "-1s"),
            (json!(" -5h"), "-1s"),
            (json!(-3), "-1s"),
        ] {
            let lifetime = read(given.clone()).unwrap().unwrap();
            assert_eq!(lifetime.to_string(), told, "{given}");
        }
        assert_eq!(read(Value::Null).unwrap(), None);
        for wrong in [json!("soon"), json!("--1s"), json!("-x"), json!([1])] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_shorter_time_counts_and_nothing_beats_no_limit() {
        use Lifetime::{Seconds, Unlimited, Unset};
        for (own, mounts, seconds) in [
            (Unset, Unset, None),
            (Seconds(5), Unset, Some(5)),
            (Unset, Seconds(7), Some(7)),
            (Seconds(5), Seconds(7), Some(5)),
            (Seconds(9), Seconds(7), Some(7)),
            (Unlimited, Seconds(7), None),
            (Seconds(5), Unlimited, None),
        ] {
            let span = Lifetime::span(own, mounts).map(|span| span.as_secs());
            assert_eq!(span, seconds, "{own:?} {mounts:?}");
        }
    }
}
