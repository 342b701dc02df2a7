//! Fields of a request, as loosely typed as clients send them.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use crate::Failure;

/// Values of one list or map.
const MEMBERS_MAX: usize = 1_024;

/// Reads the fields of a request. Numbers may come as text, lists as text with commas, times as seconds or as `1h30m`.
#[derive(Clone, Copy)]
pub struct Fields<'a>(pub &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is no text, number or truth.
    pub fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let read = |value: &Value| match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            _ => Err(wrong(name, "a string")),
        };
        self.get(name).map(read).transpose()
    }

    /// The text, borrowed: for what is long.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is no text.
    pub fn str(&self, name: &str) -> Result<Option<&'a str>, Failure> {
        let read = |value: &'a Value| value.as_str().ok_or_else(|| wrong(name, "a string"));
        self.get(name).map(read).transpose()
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is missing, empty or no text.
    pub fn required(&self, name: &str) -> Result<String, Failure> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(Failure::Invalid(format!("missing {name}"))),
        }
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is no whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let read = |value: &Value| {
            let number = match value {
                Value::Number(number) => number.as_i64(),
                Value::String(text) if text.is_empty() => Some(0),
                Value::String(text) => text.trim().parse().ok(),
                _ => None,
            };
            number.ok_or_else(|| wrong(name, "a whole number"))
        };
        self.get(name).map(read).transpose()
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is none.
    pub fn count(&self, name: &str) -> Result<Option<u64>, Failure> {
        let read = |number: i64| u64::try_from(number).map_err(|_| wrong(name, "zero or more"));
        self.integer(name)?.map(read).transpose()
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is neither true nor false.
    pub fn truth(&self, name: &str) -> Result<Option<bool>, Failure> {
        let read = |value: &Value| {
            let truth = match value {
                Value::Bool(truth) => Some(*truth),
                Value::Number(number) => number.as_i64().map(|number| number != 0),
                Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                    "1" | "t" | "true" => Some(true),
                    "" | "0" | "f" | "false" => Some(false),
                    _ => None,
                },
                _ => None,
            };
            truth.ok_or_else(|| wrong(name, "true or false"))
        };
        self.get(name).map(read).transpose()
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is no time, or a negative one.
    pub fn duration(&self, name: &str) -> Result<Option<Duration>, Failure> {
        let read = |value: &Value| parse_duration(value).ok_or_else(|| wrong(name, "a duration"));
        self.get(name).map(read).transpose()
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is neither a list of texts nor a text, or too long.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let read = |value: &Value| {
            let list: Option<Vec<String>> = match value {
                Value::String(text) => Some(text.split(',').map(str::to_owned).collect()),
                Value::Array(members) => members
                    .iter()
                    .map(|member| match member {
                        Value::String(text) => Some(text.clone()),
                        Value::Number(number) => Some(number.to_string()),
                        _ => None,
                    })
                    .collect(),
                _ => None,
            };
            let trimmed = |list: Vec<String>| {
                let members = list.iter().map(|member| member.trim());
                let full = members.filter(|member| !member.is_empty());
                full.map(str::to_owned).collect::<Vec<_>>()
            };
            list.map(trimmed)
                .filter(|list| list.len() <= MEMBERS_MAX)
                .ok_or_else(|| wrong(name, "a list of strings"))
        };
        self.get(name).map(read).transpose()
    }

    /// A map of texts, also when it comes as JSON in a text.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is none, or too large.
    pub fn map(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let pairs = |map: &Map<String, Value>| {
            let pairs = map.iter().map(|(key, value)| match value {
                Value::String(text) => Some((key.clone(), text.clone())),
                Value::Number(_) | Value::Bool(_) => Some((key.clone(), value.to_string())),
                _ => None,
            });
            pairs.collect::<Option<BTreeMap<_, _>>>()
        };
        let read = |value: &Value| {
            let map = match value {
                Value::Object(map) => pairs(map),
                Value::String(text) if text.trim().is_empty() => Some(BTreeMap::new()),
                Value::String(text) => {
                    let parsed = serde_json::from_str::<Map<String, Value>>(text);
                    parsed.ok().and_then(|map| pairs(&map))
                }
                _ => None,
            };
            map.filter(|map| map.len() <= MEMBERS_MAX)
                .ok_or_else(|| wrong(name, "a map of strings"))
        };
        self.get(name).map(read).transpose()
    }

    /// # Errors
    /// [`Failure::Invalid`] when it is no object.
    pub fn object(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, Failure> {
        let read = |value: &'a Value| value.as_object().ok_or_else(|| wrong(name, "an object"));
        self.get(name).map(read).transpose()
    }
}

fn wrong(name: &str, what: &str) -> Failure {
    Failure::Invalid(format!("{name} has to be {what}"))
}

/// Seconds as a number or as text, or units as in `1h30m`, `250ms`, `7d`. `None` for anything else, negative times, and what
/// is longer than a thousand years.
pub fn parse_duration(value: &Value) -> Option<Duration> {
    const LONGEST: f64 = 1_000.0 * 366.0 * 86_400.0;
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => parse_units(text.trim())?,
        _ => return None,
    };
    let is_sane = seconds.is_finite() && (0.0..=LONGEST).contains(&seconds);
    is_sane.then(|| Duration::from_secs_f64(seconds))
}

/// Seconds as `1h30m0s`: how clients are told of spans.
pub fn spell_duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn parse_units(text: &str) -> Option<f64> {
    if text.is_empty() {
        return Some(0.0);
    }
    if text.len() > 64 {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(digits);
        let letters = behind
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(letters);
        let unit = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * unit;
        rest = behind;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_clients_write_them() {
        for (given, seconds) in [
            (json!(60), Some(60.0)),
            (json!("60"), Some(60.0)),
            (json!("60s"), Some(60.0)),
            (json!("1h30m"), Some(5_400.0)),
            (json!("7d"), Some(604_800.0)),
            (json!("1.5h"), Some(5_400.0)),
            (json!("250ms"), Some(0.25)),
            (json!(""), Some(0.0)),
            (json!(-1), None),
            (json!("-1h"), None),
            (json!("1x"), None),
            (json!("h"), None),
            (json!("1h30"), None),
            (json!("1e99"), None),
            (json!(1e18), None),
            (json!([]), None),
        ] {
            let read = parse_duration(&given).map(|read| read.as_secs_f64());
            assert_eq!(read, seconds, "{given}");
        }
    }

    #[test]
    fn loosely_typed_fields_are_read() {
        let data = json!({
            "n": "12", "m": 3, "yes": "true", "no": 0, "list": "a, b,,c", "array": ["x", 1],
            "map": {"a": "b", "n": 1}, "text": "{\"k\":\"v\"}", "odd": [], "null": null,
        });
        let data = data.as_object().unwrap();
        let fields = Fields(data);
        assert_eq!(fields.integer("n").unwrap(), Some(12));
        assert_eq!(fields.count("m").unwrap(), Some(3));
        assert_eq!(fields.truth("yes").unwrap(), Some(true));
        assert_eq!(fields.truth("no").unwrap(), Some(false));
        assert_eq!(fields.list("list").unwrap().unwrap(), ["a", "b", "c"]);
        assert_eq!(fields.list("array").unwrap().unwrap(), ["x", "1"]);
        assert_eq!(fields.map("map").unwrap().unwrap()["n"], "1");
        assert_eq!(fields.map("text").unwrap().unwrap()["k"], "v");
        assert!(fields.text("odd").is_err() && fields.integer("odd").is_err());
        assert!(!fields.has("null") && fields.required("null").is_err());
    }
}
