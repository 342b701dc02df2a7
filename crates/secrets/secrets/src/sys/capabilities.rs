//! `sys/capabilities…`

use logical::Failure;
use policies::Acl;
use serde_json::{Map, Value, json};

use super::only_writes;
use crate::{
    doing::{Doing, Said, Told},
    tokens,
};

/// Paths that are asked for at once.
const PATHS_MAX: usize = 256;

/// What a token may do at paths: the one in the request, the one that an accessor names, or the caller's own.
pub(super) async fn handle(doing: &mut Doing<'_>, whose: &str) -> Told {
    only_writes(doing)?;
    let fields = doing.fields();
    let paths = match fields.list("paths")? {
        Some(paths) => paths,
        None => fields.list("path")?.unwrap_or_default(),
    };
    if paths.is_empty() {
        return Err(Failure::invalid("paths must be supplied"));
    }
    if paths.len() > PATHS_MAX {
        return Err(Failure::invalid("too many paths"));
    }
    let policies = match whose {
        "capabilities" => {
            let id = fields.required("token")?;
            let found = tokens::present(doing.changes, &id).await?;
            found.map(|found| found.token.policies)
        }
        "capabilities-accessor" => {
            let accessor = fields.required("accessor")?;
            let hash = tokens::find_by_accessor(doing.changes, &accessor).await?;
            let token = match hash {
                Some(hash) => tokens::find(doing.changes, &hash).await?,
                None => None,
            };
            token.map(|token| token.policies)
        }
        _ => Some(doing.presented()?.token.policies.clone()),
    };
    let policies = policies.ok_or_else(|| Failure::Status(403, "invalid token".to_owned()))?;
    let acl = doing.open.guard.acl(doing.changes, &policies).await?;
    let all = paths.iter().map(|path| (path.clone(), words(&acl, path)));
    let mut answer: Map<String, Value> = all.collect();
    if let [path] = paths.as_slice() {
        answer.insert("capabilities".to_owned(), words(&acl, path));
    }
    Said::at_top(Value::Object(answer))
}

fn words(acl: &Acl, path: &str) -> Value {
    let capabilities = acl.capabilities(path);
    capabilities.iter().map(|one| one.as_str()).collect()
}

/// What the caller may do, for a page that shows it: only whether it is everything.
pub(super) fn resultant(doing: &Doing<'_>) -> Told {
    let presented = doing.presented()?;
    Said::object(json!({
        "root": presented.token.is_root(), "exact_paths": {}, "glob_paths": {},
    }))
}
