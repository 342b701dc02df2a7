//! Content that only a permit opens.

use base::Id;
use cipher::Field;
use db::{FromValue, IntoValue, Value};

/// Sealed bytes as they stand in a column ending in `_sealed`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub(crate) Vec<u8>);

impl Sealed {
    /// How many bytes are stored, overhead included.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl IntoValue for Sealed {
    fn into_value(self) -> Value {
        Value::Bytes(self.0)
    }
}
impl IntoValue for &Sealed {
    fn into_value(self) -> Value {
        Value::Bytes(self.0.clone())
    }
}
impl FromValue for Sealed {
    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value).map(Self)
    }
}

/// Where sealed content stands: which row, which field, and which state of a row that changes.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub(crate) row: [u8; 16],
    pub(crate) field: Field,
    pub(crate) version: u64,
}

impl Place {
    /// A field of a row that never changes.
    pub const fn new<K>(row: Id<K>, field: Field) -> Self {
        Self {
            row: row.to_bytes(),
            field,
            version: 0,
        }
    }

    /// A field of a row that changes: sealing and opening name the row's own version.
    #[must_use]
    pub const fn at(self, version: i64) -> Self {
        Self {
            version: version.unsigned_abs(),
            ..self
        }
    }
}
