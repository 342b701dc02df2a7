//! From a tree of names and values to rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Map, Value as Json};

use crate::{
    Capability, PARAMETER_VALUES_MAX, PARAMETERS_MAX, Pattern,
    capability::Capabilities,
    error::{Mistake, quoted},
    grant::Grant,
    parameters::{Constraints, EVERY, Named, small},
    text::{Item, Node, Value},
};

/// Rules of one policy.
pub const PATHS_MAX: usize = 4_096;

/// The longest wrapping time that a policy may name.
pub const WRAPPING_TTL_MAX: Duration = Duration::from_secs(100 * 366 * 86_400);

type Result<T> = std::result::Result<T, Mistake>;

/// The rules of a policy; those for the same path are one.
pub(crate) fn rules(items: &[Item]) -> Result<BTreeMap<Pattern, Grant>> {
    let (mut rules, mut count, mut is_named) = (BTreeMap::new(), 0, false);
    for item in items {
        match item.name.as_str() {
            "name" if is_named => return Err(given_twice(item)),
            "name" => {
                text(&item.value, "the name")?;
                is_named = true;
            }
            "path" => {
                for path in members(&item.value, "a path")? {
                    count += 1;
                    if count > PATHS_MAX {
                        return Err(Mistake::new(path.at, "a policy has at most 4096 paths"));
                    }
                    let pattern = Pattern::parse(&path.name);
                    let pattern = pattern.map_err(|reason| Mistake::new(path.at, reason))?;
                    let grant = grant(&path.value)?;
                    let known = rules.entry(pattern);
                    known
                        .and_modify(|known: &mut Grant| known.absorb(&grant))
                        .or_insert(grant);
                }
            }
            other => {
                let reason = format!(
                    "{} is unknown: a policy has \"path\" and \"name\"",
                    quoted(other)
                );
                return Err(Mistake::new(item.at, reason));
            }
        }
    }
    Ok(rules)
}

/// The body of a path: a block, or a list of blocks, which add up.
fn grant(value: &Value) -> Result<Grant> {
    match &value.node {
        Node::Block(items) => body(items),
        Node::List(values) => {
            let mut whole: Option<Grant> = None;
            for value in values {
                let Node::Block(items) = &value.node else {
                    return Err(not_a(value, "what is said about a path", "a block"));
                };
                let part = body(items)?;
                match &mut whole {
                    None => whole = Some(part),
                    Some(whole) => whole.absorb(&part),
                }
            }
            Ok(whole.unwrap_or_default())
        }
        _ => Err(not_a(value, "what is said about a path", "a block")),
    }
}

fn body(items: &[Item]) -> Result<Grant> {
    let (mut seen, mut grant) = (BTreeSet::new(), Grant::default());
    let mut constraints = Constraints::default();
    for item in items {
        let Item { at, name, value } = item;
        if !seen.insert(name.as_str()) {
            return Err(given_twice(item));
        }
        match name.as_str() {
            "capabilities" => {
                let words = texts(value, "capabilities")?;
                for (at, word) in words {
                    add(&mut grant, &[capability(at, word)?]);
                }
            }
            "policy" => add(&mut grant, old_word(value)?),
            "allowed_parameters" => constraints.allowed = named(value, "allowed_parameters")?,
            "denied_parameters" => constraints.denied = named(value, "denied_parameters")?,
            "required_parameters" => {
                let names = texts(value, "required_parameters")?;
                if names.len() > PARAMETERS_MAX {
                    return Err(Mistake::new(
                        value.at,
                        "a path has at most 256 required parameters",
                    ));
                }
                constraints.required = names.into_iter().map(|(_, name)| name.to_owned()).collect();
            }
            "min_wrapping_ttl" => grant.min_wrapping_ttl = ttl(value, "min_wrapping_ttl")?,
            "max_wrapping_ttl" => grant.max_wrapping_ttl = ttl(value, "max_wrapping_ttl")?,
            // What is said about a rule, and what a subscription is for: neither decides about a request.
            "comment" => drop(text(value, "a comment")?),
            "subscribe_event_types" => drop(texts(value, "subscribe_event_types")?),
            // Leaving these out of account would grant more than was written.
            "mfa_methods" | "control_group" => {
                return Err(Mistake::new(
                    *at,
                    format!("{} is not supported", quoted(name)),
                ));
            }
            other => {
                let reason = format!(
                    "{} is unknown: nothing of that name can be said about a path",
                    quoted(other)
                );
                return Err(Mistake::new(*at, reason));
            }
        }
    }
    if let (Some(min), Some(max)) = (grant.min_wrapping_ttl, grant.max_wrapping_ttl)
        && max < min
    {
        let wrong = items.iter().find(|item| item.name == "max_wrapping_ttl");
        let at = wrong.map(|item| item.at).unwrap_or_default();
        return Err(Mistake::new(
            at,
            "max_wrapping_ttl is shorter than min_wrapping_ttl",
        ));
    }
    if grant.is_deny() {
        return Ok(Grant::deny());
    }
    grant.constraints = (!constraints.is_empty()).then(|| Box::new(constraints));
    Ok(grant)
}

fn add(grant: &mut Grant, capabilities: &[Capability]) {
    grant.capabilities = grant.capabilities.with(Capabilities::of(capabilities));
}

fn capability(at: usize, word: &str) -> Result<Capability> {
    Capability::from_word(word).ok_or_else(|| {
        let reason = format!("{} is no capability", quoted(word));
        Mistake::new(at, reason)
    })
}

/// What `policy = "…"` granted before there were capabilities.
fn old_word(value: &Value) -> Result<&'static [Capability]> {
    use Capability::{Create, Delete, Deny, List, Read, Sudo, Update};
    match text(value, "policy")? {
        "deny" => Ok(&[Deny]),
        "read" => Ok(&[Read, List]),
        "write" => Ok(&[Create, Read, Update, Delete, List]),
        "sudo" => Ok(&[Create, Read, Update, Delete, List, Sudo]),
        other => {
            let reason = format!(
                "{} is none of \"deny\", \"read\", \"write\" and \"sudo\"",
                quoted(other)
            );
            Err(Mistake::new(value.at, reason))
        }
    }
}

/// Parameters with their values.
fn named(value: &Value, what: &str) -> Result<Named> {
    let mut named = Named::new();
    for item in members(value, what)? {
        let Node::List(values) = &item.value.node else {
            return Err(not_a(&item.value, "what a parameter may be", "a list"));
        };
        if item.name == EVERY && !values.is_empty() {
            let reason = "the parameter \"*\" stands for all others; its list has to be empty";
            return Err(Mistake::new(item.value.at, reason));
        }
        if values.len() > PARAMETER_VALUES_MAX {
            return Err(Mistake::new(
                item.value.at,
                "a parameter has at most 1024 values",
            ));
        }
        let values = values.iter().map(json).collect::<Result<_>>()?;
        if named
            .insert(small(&item.name).into_owned(), values)
            .is_some()
        {
            return Err(given_twice(item));
        }
        if named.len() > PARAMETERS_MAX {
            let reason = format!("{what} has at most 256 parameters");
            return Err(Mistake::new(item.at, reason));
        }
    }
    Ok(named)
}

fn json(value: &Value) -> Result<Json> {
    Ok(match &value.node {
        Node::Null => Json::Null,
        Node::Truth(truth) => Json::Bool(*truth),
        Node::Number(number) => Json::Number(number.clone()),
        Node::Text(text) => Json::String(text.clone()),
        Node::List(values) => Json::Array(values.iter().map(json).collect::<Result<_>>()?),
        Node::Block(items) => {
            let mut object = Map::new();
            for item in items {
                let value = json(&item.value)?;
                if object.insert(item.name.clone(), value).is_some() {
                    return Err(given_twice(item));
                }
            }
            Json::Object(object)
        }
    })
}

/// Seconds, or a time with its units: `90`, `"90"`, `"1h30m"`. Nothing stands for nothing.
fn ttl(value: &Value, what: &str) -> Result<Option<Duration>> {
    let seconds = match &value.node {
        Node::Number(number) => number.as_u64(),
        Node::Text(text) => seconds(text.trim()),
        _ => None,
    };
    let seconds = seconds.filter(|seconds| *seconds <= WRAPPING_TTL_MAX.as_secs());
    let seconds = seconds.ok_or_else(|| {
        let example = "seconds, or a time of at most 100 years such as \"5m\" or \"1h30m\"";
        not_a(value, what, example)
    })?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}

fn seconds(text: &str) -> Option<u64> {
    if text.is_empty() {
        return Some(0);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (mut rest, mut total) = (text, 0_u64);
    while !rest.is_empty() {
        let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let mut unit = behind.chars();
        let unit_s = match unit.next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        let part = number.parse::<u64>().ok()?.checked_mul(unit_s)?;
        total = total.checked_add(part)?;
        rest = unit.as_str();
    }
    Some(total)
}

fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str> {
    match &value.node {
        Node::Text(text) => Ok(text),
        _ => Err(not_a(value, what, "a text in quotes")),
    }
}

/// The texts of a list, with their places.
fn texts<'a>(value: &'a Value, what: &str) -> Result<Vec<(usize, &'a str)>> {
    let Node::List(values) = &value.node else {
        return Err(not_a(value, what, "a list of texts in quotes"));
    };
    let read = |value: &'a Value| Ok((value.at, text(value, "each of these")?));
    values.iter().map(read).collect()
}

/// The names and values of a block, or of a list of blocks.
fn members<'a>(value: &'a Value, what: &str) -> Result<Vec<&'a Item>> {
    match &value.node {
        Node::Block(items) => Ok(items.iter().collect()),
        Node::List(values) => {
            let mut all = Vec::new();
            for value in values {
                let Node::Block(items) = &value.node else {
                    return Err(not_a(value, what, "a block"));
                };
                all.extend(items);
            }
            Ok(all)
        }
        _ => Err(not_a(value, what, "a block")),
    }
}

fn given_twice(item: &Item) -> Mistake {
    Mistake::new(item.at, format!("{} is given twice", quoted(&item.name)))
}

fn not_a(value: &Value, what: &str, kind: &str) -> Mistake {
    Mistake::new(value.at, format!("{what} has to be {kind}"))
}
