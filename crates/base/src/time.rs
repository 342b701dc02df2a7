//! Time as it is stored: UTC microseconds since 1970, printed as RFC 3339.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This moment plus `span`, held at the largest moment there is.
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// This moment less `span`.
    pub fn before(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// The time from `earlier` to this moment; zero when it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Year, month (1 to 12) and day (1 to 31) in UTC.
    /// The conversion of days to a date follows H. Hinnant, "chrono-compatible low-level date algorithms".
    pub const fn date(self) -> (i64, u32, u32) {
        let days = self.0.div_euclid(86_400_000_000) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month.unsigned_abs() as u32, day.unsigned_abs() as u32)
    }

    /// Reads a time as RFC 3339 §5.6 has it: in UTC or with an offset from it, with 0 to 6 decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.split_once('T')?;
        let (clock, offset_s) = match clock.strip_suffix('Z') {
            Some(clock) => (clock, 0),
            None => split_offset(clock)?,
        };
        let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut parts = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        let in_range = (0..=9_999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && fraction.len() <= 6
            && fraction.bytes().all(|b| b.is_ascii_digit());
        if !in_range {
            return None;
        }
        let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
        let seconds =
            days_from_date(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        let local = Self(seconds * 1_000_000 + micros);
        let (_, read_month, read_day) = local.date();
        let is_date = i64::from(read_month) == month && i64::from(read_day) == day;
        let moment = Self(local.0 - offset_s * 1_000_000);
        (is_date && (0..=9_999).contains(&moment.date().0)).then_some(moment)
    }
}

/// A time of day and its distance from UTC in seconds.
fn split_offset(clock: &str) -> Option<(&str, i64)> {
    let at = clock.rfind(['+', '-'])?;
    let (clock, offset) = clock.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let number = |digits: &str, below: i64| {
        let is_pair = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = digits.parse().ok()?;
        (is_pair && number < below).then_some(number)
    };
    let seconds = number(hours, 24)? * 3_600 + number(minutes, 60)? * 60;
    Some((clock, sign * seconds))
}

fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let in_day = self.0.rem_euclid(86_400_000_000);
        let (seconds, micros) = (in_day / 1_000_000, in_day % 1_000_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_and_read_as_rfc_3339() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (1_795_448_945_123_456, "2026-11-23T15:49:05.123456Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(Timestamp::from_micros(micros).to_string(), text);
            assert_eq!(Timestamp::parse(text), Some(Timestamp::from_micros(micros)));
        }
        for (offset, utc) in [
            ("2026-11-23T15:49:05+08:00", "2026-11-23T07:49:05Z"),
            ("2026-11-23T15:49:05.5-03:30", "2026-11-23T19:19:05.5Z"),
            ("2026-01-01T00:00:00+00:01", "2025-12-31T23:59:00Z"),
            ("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::parse(offset), Timestamp::parse(utc), "{offset}");
        }
        for bad in [
            "2026-02-30T00:00:00Z",
            "2026-02-30T00:00:00+01:00",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+01:60",
            "2026-01-01T00:00:00++1:00",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "2026-13-01T00:00:00Z",
            "2026-01-01 00:00:00Z",
            "x",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }
}
