//! Values that go into statements and come out of rows.

use std::{fmt, sync::Arc};

use base::{Fault, Id, Result, Timestamp};

/// A number that is given at commit. It stands in parameters, answers and events until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Late(pub(crate) u16);

impl Late {
    /// Which of the batch's numbers it is.
    pub const fn slot(self) -> usize {
        self.0 as usize
    }
}

/// What a column can hold. The three types that both databases share, and numbers not yet known.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    Late(Late),
}

/// Says what it is and not what it holds: drivers print parameters into their logs.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(_) => f.write_str("Int"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Text(text) => write!(f, "Text({})", text.len()),
            Self::Late(late) => late.fmt(f),
        }
    }
}

/// Parameters by name, as [`params!`](crate::params) makes them.
pub type Params = Vec<(&'static str, Value)>;

/// Writes parameters by name. Bare text does not convert: a value is sealed, an id, a number, a time, or [`plain`].
#[macro_export]
macro_rules! params {
    ($($name:ident : $value:expr),* $(,)?) => {
        ::std::vec![$((::core::stringify!($name), $crate::IntoValue::into_value($value))),*]
    };
}

/// Text or bytes that stay readable in the database: the column stands in `plain.toml` with its reason.
pub struct Plain(Value);

/// Marks a value as meant to stay readable in the database.
pub fn plain(text: impl Into<String>) -> Plain {
    Plain(Value::Text(text.into()))
}

impl Plain {
    /// Readable bytes: keyed hashes, commitments and the like.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Value::Bytes(bytes.into()))
    }
}

/// What can be a parameter.
pub trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}
impl IntoValue for Plain {
    fn into_value(self) -> Value {
        self.0
    }
}
impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value::Int(self)
    }
}
impl IntoValue for u32 {
    fn into_value(self) -> Value {
        Value::Int(i64::from(self))
    }
}
impl IntoValue for Timestamp {
    fn into_value(self) -> Value {
        Value::Int(self.micros())
    }
}
impl IntoValue for Late {
    fn into_value(self) -> Value {
        Value::Late(self)
    }
}
impl<K> IntoValue for Id<K> {
    fn into_value(self) -> Value {
        Value::Bytes(self.to_bytes().to_vec())
    }
}
impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, IntoValue::into_value)
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// `None` when the column holds another type.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(int) => Some(int),
            _ => None,
        }
    }
}
impl FromValue for Timestamp {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(Self::from_micros)
    }
}
impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}
impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value)?.try_into().ok()
    }
}
impl<K> FromValue for Id<K> {
    fn from_value(value: Value) -> Option<Self> {
        <[u8; 16]>::from_value(value).map(Self::from_bytes)
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// One row of an answer.
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) columns: Arc<[String]>,
    pub(crate) values: Vec<Value>,
}

impl Row {
    /// Takes a column out of the row.
    ///
    /// # Errors
    /// A fault when there is no such column or it holds another type: the statement and its reader disagree.
    pub fn take<T: FromValue>(&mut self, column: &'static str) -> Result<T> {
        let value = self
            .columns
            .iter()
            .position(|name| name == column)
            .and_then(|index| self.values.get_mut(index))
            .map(|slot| std::mem::replace(slot, Value::Null));
        value.and_then(T::from_value).ok_or_else(|| {
            Fault::new(format!("column {column} is missing or of another type")).into()
        })
    }
}
