//! From text to a tree of names and values. Two grammars, one tree: a block `path "x" { … }` of HCL is what `"path": {"x": {…}}`
//! is in JSON.

mod cursor;
mod hcl;
mod json;

use serde_json::Number;

use crate::error::Mistake;
use cursor::Cursor;

/// Bytes of a policy's text.
pub const TEXT_BYTES_MAX: usize = 256 * 1_024;

/// How deep lists and blocks may stand in each other.
pub const DEPTH_MAX: usize = 16;

/// A name with its value.
#[derive(Debug)]
pub(crate) struct Item {
    /// The byte of the text at which the name begins.
    pub(crate) at: usize,
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// A value with the byte of the text at which it begins.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) at: usize,
    pub(crate) node: Node,
}

#[derive(Debug)]
pub(crate) enum Node {
    Null,
    Truth(bool),
    Number(Number),
    Text(String),
    List(Vec<Value>),
    /// In the order of the text; a name may come more than once.
    Block(Vec<Item>),
}

/// Reads a text: JSON when its first character is a brace, else HCL.
pub(crate) fn parse(text: &str) -> Result<Vec<Item>, Mistake> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Mistake::new(0, "a policy has at most 262144 bytes"));
    }
    let cursor = Cursor::new(text);
    if text.trim_start_matches(is_blank).starts_with('{') {
        json::parse(cursor)
    } else {
        hcl::parse(cursor)
    }
}

/// White space, and the mark that some editors put at the beginning of a file.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}
