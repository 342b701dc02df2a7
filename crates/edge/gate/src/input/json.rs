//! A JSON reader stricter than the usual one: a key that comes twice is refused rather than settled by position,
//! since two readers that settle it differently can be played against each other; depth is bounded.

use std::{cell::Cell, fmt};

use base::{Refusal, Result};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::refusals;

/// How deeply objects and arrays may be nested.
const DEPTH_MAX: u32 = 32;

/// Reads one JSON value and nothing after it.
///
/// # Errors
/// `gate.not_utf8`, `gate.json_too_deep`, `gate.json_duplicate_key`, `gate.json_malformed`.
pub(super) fn parse(bytes: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(bytes).map_err(|_| refusals::NOT_UTF8)?;
    let trouble = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = Strict {
        depth_left: DEPTH_MAX,
        trouble: &trouble,
    };
    let value = seed.deserialize(&mut reader);
    match value.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(_) => Err(trouble.get().unwrap_or(refusals::JSON_MALFORMED).into()),
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth_left: u32,
    /// What to refuse with, when the reason is ours and not the grammar's.
    trouble: &'a Cell<Option<Refusal>>,
}

impl Strict<'_> {
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => Err(self.fail(refusals::JSON_TOO_DEEP)),
        }
    }

    fn fail<E: de::Error>(self, refusal: Refusal) -> E {
        self.trouble.set(Some(refusal));
        E::custom(refusal.code)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        whole(value)
            .or_else(|| Number::from_f64(value))
            .map(Value::Number)
            .ok_or_else(|| self.fail(refusals::JSON_MALFORMED))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inside()?;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(key, value).is_some() {
                return Err(self.fail(refusals::JSON_DUPLICATE_KEY));
            }
        }
        Ok(Value::Object(object))
    }
}

/// A whole number that was written with a point: JSON Schema, and so our document, calls `2.0` an integer. Beyond 2^53 a
/// float no longer says which integer is meant.
fn whole(value: f64) -> Option<Number> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if value.fract() != 0.0 || value.abs() > EXACT_MAX {
        return None;
    }
    format!("{value:.0}").parse::<i64>().map(Number::from).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Result<Value, &'static str> {
        parse(text.as_bytes()).map_err(|error| error.refusal().unwrap().code)
    }

    #[test]
    fn sound_json_is_read() {
        let text = r#"{"a": [1, -2, 3.5, true, null, "x\u00e4"], "b": {}}"#;
        assert_eq!(code(text), Ok(serde_json::from_str(text).unwrap()));
        assert!(
            code(
                &"[".repeat(31)
                    .chars()
                    .chain("]".repeat(31).chars())
                    .collect::<String>()
            )
            .is_ok()
        );
    }

    #[test]
    fn whole_numbers_with_a_point_are_integers() {
        for (text, value) in [
            ("2.0", Value::from(2)),
            ("-7.0e1", Value::from(-70)),
            ("-0.0", Value::from(0)),
            ("2.5", Value::from(2.5)),
            ("1e300", Value::from(1e300)),
        ] {
            assert_eq!(code(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn unsound_json_is_refused() {
        for (text, refusal) in [
            (r#"{"a": 1, "a": 1}"#, "gate.json_duplicate_key"),
            (
                r#"{"x": [{"\u0061": 1, "a": 2}]}"#,
                "gate.json_duplicate_key",
            ),
            ("{} {}", "gate.json_malformed"),
            ("{", "gate.json_malformed"),
            ("{\"a\": 1e999}", "gate.json_malformed"),
            ("{a: 1}", "gate.json_malformed"),
            (r#""\ud800""#, "gate.json_malformed"),
        ] {
            assert_eq!(code(text), Err(refusal), "{text}");
        }
        assert_eq!(code(&"[".repeat(100_000)), Err("gate.json_too_deep"));
        assert_eq!(
            parse(b"\"\xc3\x28\"").unwrap_err().refusal().unwrap().code,
            "gate.not_utf8"
        );
    }
}
