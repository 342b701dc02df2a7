//! Policies: kept as they were written, and merged for those who have the same ones.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base::{Fault, Result};
use logical::Changes;
use policies::{Acl, Policy};

/// Where policies are kept.
pub(crate) const ROOT: &str = "policy/";
/// Merged policies that are held.
const HELD_MAX: usize = 4_096;
/// What a token that opens a wrapped answer may do, and nothing else.
const RESPONSE_WRAPPING: &str = r#"
path "cubbyhole/response" { capabilities = ["create", "read"] }
path "sys/wrapping/unwrap" { capabilities = ["update"] }
"#;
/// The policy of tokens that open wrapped answers.
pub(crate) const WRAPPING_POLICY: &str = "response-wrapping";

/// Merged policies, until one changes.
#[derive(Default)]
pub(crate) struct Guard {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    acls: HashMap<Vec<String>, Arc<Acl>>,
    /// Grows with every change, so that what was read before one is not kept after it.
    changes: u64,
}

impl Guard {
    /// What the policies come to together. Those that are gone give nothing.
    pub(crate) async fn acl(&self, changes: &mut Changes, names: &[String]) -> Result<Arc<Acl>> {
        let mark = {
            let held = self.held();
            if let Some(acl) = held.acls.get(names) {
                return Ok(Arc::clone(acl));
            }
            held.changes
        };
        let mut policies = Vec::with_capacity(names.len());
        for name in names {
            if let Some(policy) = read(changes, name).await? {
                policies.push(policy);
            }
        }
        let acl = Arc::new(Acl::new(policies.iter()));
        let mut held = self.held();
        if held.changes == mark {
            if held.acls.len() >= HELD_MAX {
                held.acls.clear();
            }
            held.acls.insert(names.to_vec(), Arc::clone(&acl));
        }
        Ok(acl)
    }

    /// A policy has changed.
    pub(crate) fn forget(&self) {
        let mut held = self.held();
        held.changes += 1;
        held.acls.clear();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text of a policy.
pub(crate) async fn text(changes: &mut Changes, name: &str) -> Result<Option<String>> {
    if name == WRAPPING_POLICY {
        return Ok(Some(RESPONSE_WRAPPING.to_owned()));
    }
    let entry = changes.below(ROOT).get(name).await?;
    let text = entry.map(|entry| String::from_utf8(entry.value.to_vec()));
    text.transpose()
        .map_err(|_| Fault::new("a stored policy is no text").into())
}

async fn read(changes: &mut Changes, name: &str) -> Result<Option<Policy>> {
    if name == "root" {
        return Ok(Some(Policy::root()));
    }
    let Some(text) = text(changes, name).await? else {
        return Ok(None);
    };
    let policy = Policy::parse(name, &text);
    let policy = policy.map_err(|error| {
        Fault::new(format!("the stored policy «{name}» does not read: {error}"))
    })?;
    Ok(Some(policy))
}
