//! Roles for tokens: what those who may use one can ask for.

use base::Fault;
use logical::{Failure, Fields, Operation, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::ROOT;
use crate::doing::{Doing, Said, Told};

/// A role as it is kept. Spans are in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    allowed_policies: Vec<String>,
    disallowed_policies: Vec<String>,
    allowed_policies_glob: Vec<String>,
    disallowed_policies_glob: Vec<String>,
    allowed_entity_aliases: Vec<String>,
    pub(crate) orphan: bool,
    pub(crate) renewable: bool,
    pub(crate) path_suffix: String,
    pub(crate) token_type: String,
    pub(crate) token_period: u64,
    pub(crate) token_explicit_max_ttl: u64,
    pub(crate) token_no_default_policy: bool,
    pub(crate) token_num_uses: u64,
    pub(crate) token_bound_cidrs: Vec<String>,
}

impl Default for Role {
    fn default() -> Self {
        Self {
            allowed_policies: Vec::new(),
            disallowed_policies: Vec::new(),
            allowed_policies_glob: Vec::new(),
            disallowed_policies_glob: Vec::new(),
            allowed_entity_aliases: Vec::new(),
            orphan: false,
            renewable: true,
            path_suffix: String::new(),
            token_type: "default-service".to_owned(),
            token_period: 0,
            token_explicit_max_ttl: 0,
            token_no_default_policy: false,
            token_num_uses: 0,
            token_bound_cidrs: Vec::new(),
        }
    }
}

impl Role {
    /// Whether the role says which policies its tokens may have.
    pub(crate) fn has_policies(&self) -> bool {
        !self.allowed_policies.is_empty() || !self.allowed_policies_glob.is_empty()
    }

    /// Whether its tokens never have the policy.
    pub(crate) fn disallows(&self, name: &str) -> bool {
        let globs = &self.disallowed_policies_glob;
        self.disallowed_policies.iter().any(|one| one == name)
            || globs.iter().any(|glob| fits(glob, name))
    }

    /// The policies of a token made by the role.
    pub(crate) fn policies(
        &self,
        given: &[String],
        parent: &[String],
    ) -> Result<Vec<String>, Failure> {
        let policies = match (given.is_empty(), self.allowed_policies.is_empty()) {
            (false, _) => given.to_vec(),
            (true, false) => self.allowed_policies.clone(),
            (true, true) => parent.to_vec(),
        };
        let is_allowed = |name: &String| {
            !self.has_policies()
                || name == "default"
                || self.allowed_policies.contains(name)
                || self
                    .allowed_policies_glob
                    .iter()
                    .any(|glob| fits(glob, name))
        };
        if !policies.iter().all(is_allowed) {
            return Err(Failure::invalid(
                "token policies must be subset of the role's allowed policies",
            ));
        }
        if policies.iter().any(|name| self.disallows(name)) {
            return Err(Failure::invalid("token policy is disallowed by this role"));
        }
        Ok(policies)
    }

    fn with(mut self, fields: Fields<'_>) -> Result<Self, Failure> {
        let lower = |list: Vec<String>| list.iter().map(|name| name.to_lowercase()).collect();
        for (name, list) in [
            ("allowed_policies", &mut self.allowed_policies),
            ("disallowed_policies", &mut self.disallowed_policies),
            ("allowed_policies_glob", &mut self.allowed_policies_glob),
            (
                "disallowed_policies_glob",
                &mut self.disallowed_policies_glob,
            ),
        ] {
            if let Some(given) = fields.list(name)? {
                *list = lower(given);
            }
        }
        if let Some(aliases) = fields.list("allowed_entity_aliases")? {
            self.allowed_entity_aliases = aliases;
        }
        if let Some(cidrs) = either(fields, Fields::list, "token_bound_cidrs", "bound_cidrs")? {
            if !cidrs.iter().all(|cidr| logins::is_cidr(cidr)) {
                return Err(Failure::invalid(
                    "token_bound_cidrs has to be a list of addresses or blocks",
                ));
            }
            self.token_bound_cidrs = cidrs;
        }
        self.orphan = fields.truth("orphan")?.unwrap_or(self.orphan);
        self.renewable = fields.truth("renewable")?.unwrap_or(self.renewable);
        self.path_suffix = fields.text("path_suffix")?.unwrap_or(self.path_suffix);
        if !self.path_suffix.is_empty() && !logical::is_path(&self.path_suffix) {
            return Err(Failure::invalid("path_suffix is not acceptable"));
        }
        self.token_no_default_policy = fields
            .truth("token_no_default_policy")?
            .unwrap_or(self.token_no_default_policy);
        self.token_num_uses = fields
            .count("token_num_uses")?
            .unwrap_or(self.token_num_uses);
        if let Some(period) = either(fields, Fields::duration, "token_period", "period")? {
            self.token_period = period.as_secs();
        }
        let explicit = either(
            fields,
            Fields::duration,
            "token_explicit_max_ttl",
            "explicit_max_ttl",
        )?;
        if let Some(explicit) = explicit {
            self.token_explicit_max_ttl = explicit.as_secs();
        }
        if let Some(kind) = fields.text("token_type")? {
            let is_kind = matches!(
                kind.as_str(),
                "service" | "batch" | "default" | "default-service" | "default-batch"
            );
            if !is_kind {
                return Err(Failure::invalid(format!(
                    "invalid 'token_type' value \"{kind}\""
                )));
            }
            self.token_type = kind;
        }
        Ok(self)
    }
}

/// The field under its present name, or under the one that it had before.
fn either<'f, T>(
    fields: Fields<'f>,
    read: impl Fn(&Fields<'f>, &str) -> Result<Option<T>, Failure>,
    name: &str,
    former: &str,
) -> Result<Option<T>, Failure> {
    match read(&fields, name)? {
        Some(value) => Ok(Some(value)),
        None => read(&fields, former),
    }
}

/// Whether a name fits a pattern with stars.
fn fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

pub(crate) async fn find(doing: &mut Doing<'_>, name: &str) -> Result<Option<Role>, Failure> {
    let entry = doing.changes.below(ROOT).get(&place(name)).await?;
    let role = entry.map(|entry| serde_json::from_slice(&entry.value));
    Ok(role.transpose().map_err(Fault::from_source)?)
}

pub(crate) async fn list(doing: &mut Doing<'_>) -> Told {
    let names = doing.changes.below(ROOT).list("role").await?;
    Reply::keys(names).map(Said::from)
}

pub(crate) async fn handle(doing: &mut Doing<'_>, name: &str) -> Told {
    match doing.request.operation {
        Operation::Read => {
            let role = find(doing, name).await?.ok_or(Failure::Absent)?;
            let mut view = serde_json::to_value(&role).map_err(Fault::from_source)?;
            if let Some(view) = view.as_object_mut() {
                view.insert("name".to_owned(), json!(name));
                view.insert("period".to_owned(), json!(role.token_period));
                view.insert(
                    "explicit_max_ttl".to_owned(),
                    json!(role.token_explicit_max_ttl),
                );
            }
            Said::object(view)
        }
        Operation::Create | Operation::Update => {
            let role = find(doing, name).await?.unwrap_or_default();
            let role = role.with(doing.fields())?;
            let text = serde_json::to_vec(&role).map_err(Fault::from_source)?;
            let mut txn = doing.changes.below(ROOT);
            txn.put(&place(name), Zeroizing::new(text)).await?;
            Ok(Said::nothing())
        }
        Operation::Delete => {
            doing.changes.below(ROOT).delete(&place(name)).await?;
            Ok(Said::nothing())
        }
        Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

fn place(name: &str) -> String {
    format!("role/{name}")
}
