//! Answers, and the numbers in them that are known only after the commit.

use std::cell::RefCell;

use bytes::Bytes;
use db::{FromValue, IntoValue, Late, Value};
use serde::{Serialize, Serializer};

/// A number of a series: read from a row, or to be given at commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    Known(i64),
    Late(Late),
}

thread_local! {
    /// The numbers of the act whose answer is being written on this thread; writing an answer never waits.
    static GIVEN: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

/// Writes an answer while the numbers that its act was given are known.
pub(crate) fn with_numbers<T>(numbers: Vec<i64>, write: impl FnOnce() -> T) -> T {
    GIVEN.set(numbers);
    let written = write();
    GIVEN.set(Vec::new());
    written
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = match self {
            Self::Known(number) => Some(*number),
            Self::Late(late) => GIVEN.with_borrow(|given| given.get(late.slot()).copied()),
        };
        known
            .ok_or_else(|| serde::ser::Error::custom("a late number outside the answer of its act"))
            .and_then(|number| serializer.serialize_i64(number))
    }
}

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::Known)
    }
}

impl schemars::JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "format": "int64", "minimum": 0 })
    }
}

impl IntoValue for Number {
    fn into_value(self) -> Value {
        match self {
            Self::Known(number) => Value::Int(number),
            Self::Late(late) => Value::Late(late),
        }
    }
}

impl FromValue for Number {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(Self::Known)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self::Known(number)
    }
}

/// What a call ends with when it ends well.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `application/json`, or what a [`Carrier::BytesOut`](crate::Carrier::BytesOut) operation says.
    pub media: &'static str,
    pub body: Bytes,
    /// A session token to be set as a cookie, or cleared when empty; never part of the body.
    pub session: Option<String>,
    /// What a [`Carrier::StreamOut`](crate::Carrier::StreamOut) operation answers with in place of the body.
    pub content: Option<crate::Content>,
}
