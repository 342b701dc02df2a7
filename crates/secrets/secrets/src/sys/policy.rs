//! `sys/policy` and `sys/policies/acl`.

use logical::{Failure, Operation};
use policies::Policy;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
    doing::{Doing, Said, Told},
    guard,
};

/// Policies of one store.
const POLICIES_MAX: usize = 10_000;

/// In which words an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// `rules`
    Former,
    /// `policy`
    Present,
}

pub(super) async fn list(doing: &mut Doing<'_>) -> Told {
    if !matches!(doing.request.operation, Operation::Read | Operation::List) {
        return Err(Failure::Unsupported);
    }
    let mut names = doing.changes.below(guard::ROOT).list("").await?;
    names.push("root".to_owned());
    names.sort_unstable();
    Said::at_top(json!({ "keys": names, "policies": names }))
}

pub(super) async fn one(doing: &mut Doing<'_>, name: &str, words: Words) -> Told {
    let name = match policies::normal_name(name) {
        Ok(name) => name,
        // There is none of such a name: nothing has to be removed.
        Err(_) if doing.request.operation == Operation::Delete => return Ok(Said::nothing()),
        Err(refusal) => return Err(said(&refusal)),
    };
    match doing.request.operation {
        Operation::Read => {
            let text = match name.as_str() {
                "root" => String::new(),
                name => guard::text(doing.changes, name)
                    .await?
                    .ok_or_else(|| Failure::AbsentBecause(format!("No policy named: {name}")))?,
            };
            match words {
                Words::Former => Said::at_top(json!({ "name": name, "rules": text })),
                Words::Present => Said::object(json!({ "name": name, "policy": text })),
            }
        }
        Operation::Create | Operation::Update => write(doing, &name).await,
        Operation::Delete => {
            policies::may_delete(&name).map_err(|refusal| said(&refusal))?;
            doing.changes.below(guard::ROOT).delete(&name).await?;
            doing.effects.policies = true;
            Ok(Said::nothing())
        }
        Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

async fn write(doing: &mut Doing<'_>, name: &str) -> Told {
    policies::may_write(name).map_err(|refusal| said(&refusal))?;
    let fields = doing.fields();
    let text = match fields.str("policy")? {
        Some(text) => Some(text),
        None => fields.str("rules")?,
    };
    let text = text
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Failure::invalid("'policy' parameter not supplied or empty"))?;
    let text = decoded(text);
    Policy::parse(name, &text)
        .map_err(|error| Failure::invalid(format!("failed to parse policy: {error}")))?;
    let mut txn = doing.changes.below(guard::ROOT);
    if txn.get(name).await?.is_none() && txn.list("").await?.len() >= POLICIES_MAX {
        return Err(Failure::invalid("there are too many policies"));
    }
    txn.put(name, Zeroizing::new(text.into_bytes())).await?;
    doing.effects.policies = true;
    Ok(Said::nothing())
}

/// A policy may come in base64.
fn decoded(text: &str) -> String {
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| text.to_owned())
}

fn said(refusal: &base::Refusal) -> Failure {
    Failure::invalid(refusal.title)
}
