//! What the text of a parameter becomes, as the operation's input schema says.

use std::collections::HashMap;

use base::Result;
use serde_json::{Number, Value};

use crate::refusals;

/// The members of an input that may stand in an address, with what their text means.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes {
    members: HashMap<String, Shape>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
    /// An object: cannot be written in an address.
    None,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    One(Scalar),
    List(Scalar),
}

impl Shapes {
    /// Reads the members of an object's JSON Schema; `$ref` into `$defs` is followed.
    pub(crate) fn of(schema: &Value) -> Self {
        let members = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        Self {
            members: members
                .map(|(name, member)| (name.clone(), shape(schema, member, 8)))
                .collect(),
        }
    }

    pub(super) fn is_list(&self, name: &str) -> bool {
        matches!(self.members.get(name), Some(Shape::List(_)))
    }

    /// The value of one parameter; of a list, one item of it.
    pub(super) fn convert(&self, name: &str, text: &str) -> Result<Value> {
        let (Shape::One(scalar) | Shape::List(scalar)) = self
            .members
            .get(name)
            .copied()
            .ok_or(refusals::PARAMETER_UNKNOWN)?;
        let value = match scalar {
            Scalar::Text => Some(Value::String(text.to_owned())),
            Scalar::Boolean => text.parse().ok().map(Value::Bool),
            Scalar::Integer => integer(text),
            Scalar::Number => text
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map(Value::Number),
            Scalar::None => None,
        };
        value.ok_or_else(|| refusals::PARAMETER_MALFORMED.at(name.to_owned()))
    }
}

/// Digits with an optional minus, as JSON writes them.
fn integer(text: &str) -> Option<Value> {
    if text.starts_with('+') {
        return None;
    }
    text.parse::<i64>()
        .map(Value::from)
        .or_else(|_| text.parse::<u64>().map(Value::from))
        .ok()
}

fn shape(root: &Value, schema: &Value, depth: u32) -> Shape {
    let Some(depth) = depth.checked_sub(1) else {
        return Shape::One(Scalar::None);
    };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let resolved = target
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer));
        return resolved.map_or(Shape::One(Scalar::None), |schema| {
            shape(root, schema, depth)
        });
    }
    let alternatives = ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .filter_map(|word| schema.get(word)?.as_array());
    if let Some(first) = alternatives
        .flatten()
        .find(|schema| types(schema) != ["null"])
    {
        return shape(root, first, depth);
    }
    let types = types(schema);
    let has = |name| types.contains(&name);
    if has("array") {
        let items = schema
            .get("items")
            .map_or(Shape::One(Scalar::None), |items| shape(root, items, depth));
        return match items {
            Shape::One(scalar) => Shape::List(scalar),
            Shape::List(_) => Shape::One(Scalar::None),
        };
    }
    Shape::One(match () {
        () if has("string") || schema.get("const").is_some_and(Value::is_string) => Scalar::Text,
        () if has("integer") => Scalar::Integer,
        () if has("number") => Scalar::Number,
        () if has("boolean") => Scalar::Boolean,
        () => Scalar::None,
    })
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
