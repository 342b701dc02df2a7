//! What a policy says about the fields of a request.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value};

/// Parameters that one rule names in each of its three lists.
pub const PARAMETERS_MAX: usize = 256;

/// Values that one rule names for one parameter.
pub const PARAMETER_VALUES_MAX: usize = 1_024;

/// Members of a list, or of a text with commas, that are compared one by one. A longer one is not allowed where values are named,
/// and denied where values are.
pub const PARAMETER_MEMBERS_MAX: usize = 1_024;

/// The name that stands for all parameters.
pub(crate) const EVERY: &str = "*";

/// Parameter, in small letters, → the values in question; none stands for any value.
pub(crate) type Named = BTreeMap<String, Vec<Value>>;

/// The constraints of one rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Constraints {
    pub(crate) allowed: Named,
    pub(crate) denied: Named,
    /// As the policy writes them.
    pub(crate) required: BTreeSet<String>,
}

impl Constraints {
    pub(crate) fn is_empty(&self) -> bool {
        self.allowed.is_empty() && self.denied.is_empty() && self.required.is_empty()
    }

    /// Takes those of another rule for the same path in. Values add up, and «any value» swallows them.
    pub(crate) fn absorb(&mut self, other: &Self) {
        unite(&mut self.allowed, &other.allowed);
        unite(&mut self.denied, &other.denied);
        self.required.extend(other.required.iter().cloned());
    }

    /// Whether a request with these fields may pass.
    pub(crate) fn admit(&self, data: &Map<String, Value>) -> bool {
        self.required.iter().all(|name| is_given(data, name))
            && data.iter().all(|(name, value)| {
                let name = small(name);
                !self.denies(&name, value) && self.allows(&name, value)
            })
    }

    fn denies(&self, name: &str, value: &Value) -> bool {
        if self.denied.contains_key(EVERY) {
            return true;
        }
        let values = self.denied.get(name);
        values.is_some_and(|values| values.is_empty() || touches(values, value))
    }

    fn allows(&self, name: &str, value: &Value) -> bool {
        if self.allowed.is_empty() {
            return true;
        }
        match self.allowed.get(name) {
            Some(values) => values.is_empty() || covers(values, value),
            None => self.allowed.contains_key(EVERY),
        }
    }
}

fn unite(into: &mut Named, from: &Named) {
    for (name, values) in from {
        match into.get_mut(name) {
            None => {
                into.insert(name.clone(), values.clone());
            }
            Some(known) if known.is_empty() || values.is_empty() => known.clear(),
            Some(known) => known.extend_from_slice(values),
        }
    }
}

/// Names of parameters do not depend on the case of their letters.
pub(crate) fn small(name: &str) -> Cow<'_, str> {
    if name.chars().any(char::is_uppercase) {
        Cow::Owned(name.to_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// A required parameter is there when it has the name that the policy writes, or that name in small letters, which is what is
/// asked for by those who read it. A field that they would overlook does not count.
fn is_given(data: &Map<String, Value>, name: &str) -> bool {
    data.contains_key(name) || data.contains_key(&*small(name))
}

/// Whether the value is one of these, or made of them alone.
fn covers(values: &[Value], value: &Value) -> bool {
    if names(values, value) {
        return true;
    }
    match value {
        Value::Array(members) => {
            let is_checked = (1..=PARAMETER_MEMBERS_MAX).contains(&members.len());
            is_checked && members.iter().all(|member| names(values, member))
        }
        Value::String(text) if text.contains(',') => {
            let parts = parts(text);
            parts.is_some_and(|mut parts| parts.all(|part| names_text(values, part)))
        }
        _ => false,
    }
}

/// Whether the value is one of these, or has one of them in it.
fn touches(values: &[Value], value: &Value) -> bool {
    if names(values, value) {
        return true;
    }
    match value {
        Value::Array(members) => {
            members.len() > PARAMETER_MEMBERS_MAX
                || members.iter().any(|member| match member {
                    Value::String(text) => text_touches(values, text),
                    other => names(values, other),
                })
        }
        Value::String(text) => text_touches(values, text),
        _ => false,
    }
}

fn text_touches(values: &[Value], text: &str) -> bool {
    let parts = parts(text);
    parts.is_none_or(|mut parts| parts.any(|part| names_text(values, part)))
        || names_text(values, text)
}

/// What stands between the commas of a text; nothing for a text of too many.
fn parts(text: &str) -> Option<impl Iterator<Item = &str>> {
    let is_checked = text.split(',').nth(PARAMETER_MEMBERS_MAX).is_none();
    is_checked.then(|| text.split(',').map(str::trim))
}

fn names(values: &[Value], value: &Value) -> bool {
    match value {
        Value::String(text) => names_text(values, text),
        other => values.iter().any(|named| is_same(named, other)),
    }
}

fn names_text(values: &[Value], text: &str) -> bool {
    let mut named = values.iter().filter_map(Value::as_str);
    named.any(|named| is_like(named, text))
}

/// Whether the text is the one named, where a `*` at the beginning or end stands for any characters.
fn is_like(named: &str, text: &str) -> bool {
    let open_end = named.strip_suffix('*');
    match (named.strip_prefix('*'), open_end) {
        (Some(end), None) => text.ends_with(end),
        (None, Some(beginning)) => text.starts_with(beginning),
        (Some(_), Some(beginning)) => {
            let middle = beginning.strip_prefix('*').unwrap_or(beginning);
            text.contains(middle)
        }
        (None, None) => named == text,
    }
}

/// Whether two values say the same in JSON. Numbers are compared by what they are worth. It goes as deep as what a policy holds.
fn is_same(named: &Value, value: &Value) -> bool {
    match (named, value) {
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            one.as_f64() == other.as_f64()
        }
        (Value::Array(ones), Value::Array(others)) => {
            let mut pairs = ones.iter().zip(others);
            ones.len() == others.len() && pairs.all(|(one, other)| is_same(one, other))
        }
        (Value::Object(ones), Value::Object(others)) => {
            let is_in = |(name, one): (&String, &Value)| {
                let other = others.get(name);
                other.is_some_and(|other| is_same(one, other))
            };
            ones.len() == others.len() && ones.iter().all(is_in)
        }
        _ => named == value,
    }
}
