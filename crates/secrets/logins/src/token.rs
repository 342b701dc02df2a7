//! The `token_*` fields, which every login method has: what tokens look like that are given for a login.

use std::{collections::BTreeSet, time::Duration};

use logical::{Failure, Fields, Login, Mount, TokenKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::cidr;

/// Bytes of the name of a policy.
const POLICY_BYTES_MAX: usize = 512;

/// The older name of a field, which clients still use: `(new, old)`.
pub(crate) type OldNames = &'static [(&'static str, &'static str)];

/// What tokens look like. Spans are in seconds, 0 for those of the mount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenRules {
    pub(crate) ttl: u64,
    pub(crate) max_ttl: u64,
    pub(crate) explicit_max_ttl: u64,
    pub(crate) period: u64,
    /// In order, once each.
    pub(crate) policies: Vec<String>,
    pub(crate) no_default_policy: bool,
    pub(crate) num_uses: u64,
    pub(crate) kind: Kind,
    pub(crate) bound_cidrs: Vec<String>,
    /// The older names by which fields were written last: they are shown under these too.
    pub(crate) written_by: BTreeSet<String>,
}

/// `token_type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    #[default]
    Default,
    Service,
    Batch,
    DefaultService,
    DefaultBatch,
}

impl Kind {
    fn read(text: &str) -> Result<Self, Failure> {
        match text {
            "" | "default" => Ok(Self::Default),
            "service" => Ok(Self::Service),
            "batch" => Ok(Self::Batch),
            "default-service" => Ok(Self::DefaultService),
            "default-batch" => Ok(Self::DefaultBatch),
            other => Err(Failure::Invalid(format!(
                "invalid 'token_type' value {other:?}"
            ))),
        }
    }

    const fn token(self) -> TokenKind {
        match self {
            Self::Default | Self::Service | Self::DefaultService => TokenKind::Service,
            Self::Batch | Self::DefaultBatch => TokenKind::Batch,
        }
    }
}

impl TokenRules {
    /// Takes over the fields that are given, by their new or old names, and nothing when one is wrong.
    pub(crate) fn apply(&mut self, fields: Fields<'_>, old: OldNames) -> Result<(), Failure> {
        let mut rules = self.clone();
        let mut given = |name: &'static str| rules.written_by_now(fields, name, old);
        let (ttl, max_ttl) = (given("token_ttl"), given("token_max_ttl"));
        let (period, policies) = (given("token_period"), given("token_policies"));
        let bound_cidrs = given("token_bound_cidrs");
        set(&mut rules.ttl, seconds(fields, ttl)?);
        set(&mut rules.max_ttl, seconds(fields, max_ttl)?);
        set(&mut rules.period, seconds(fields, period)?);
        set(
            &mut rules.explicit_max_ttl,
            seconds(fields, Some("token_explicit_max_ttl"))?,
        );
        set(&mut rules.num_uses, fields.count("token_num_uses")?);
        set(
            &mut rules.no_default_policy,
            fields.truth("token_no_default_policy")?,
        );
        if let Some(name) = policies {
            set(
                &mut rules.policies,
                fields.list(name)?.map(read_policies).transpose()?,
            );
        }
        if let Some(name) = bound_cidrs {
            let blocks = cidr::read(fields, name)?;
            set(
                &mut rules.bound_cidrs,
                blocks.map(|blocks| cidr::in_token_form(&blocks)),
            );
        }
        if let Some(text) = fields.text("token_type")? {
            rules.kind = Kind::read(&text)?;
        }
        rules.check()?;
        *self = rules;
        Ok(())
    }

    /// The name by which a field is given, if it is; the old one is kept in mind until the new one is used.
    fn written_by_now(
        &mut self,
        fields: Fields<'_>,
        name: &'static str,
        old: OldNames,
    ) -> Option<&'static str> {
        let older = old
            .iter()
            .find(|(new, _)| *new == name)
            .map(|(_, old)| *old);
        if fields.has(name) {
            self.written_by
                .retain(|written| Some(written.as_str()) != older);
            return Some(name);
        }
        let older = older.filter(|older| fields.has(older))?;
        self.written_by.insert(older.to_owned());
        Some(older)
    }

    fn check(&self) -> Result<(), Failure> {
        if self.max_ttl > 0 && self.ttl > self.max_ttl {
            return Err(Failure::invalid(
                "'token_ttl' cannot be greater than 'token_max_ttl'",
            ));
        }
        if self.kind.token() == TokenKind::Batch && self.period > 0 {
            return Err(Failure::invalid(
                "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
            ));
        }
        if self.kind.token() == TokenKind::Batch && self.num_uses > 0 {
            return Err(Failure::invalid(
                "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count",
            ));
        }
        Ok(())
    }

    /// What is cut down by the mount when tokens are given.
    pub(crate) fn warnings(&self, mount: &Mount) -> Vec<String> {
        let longest = mount.max_lease.as_secs();
        let spans = [("token_ttl", self.ttl), ("token_max_ttl", self.max_ttl)];
        let long = spans.into_iter().filter(|(_, span)| *span > longest);
        long.map(|(name, _)| {
            format!(
                "{name} is greater than the mount's maximum TTL, which tokens are given at most"
            )
        })
        .collect()
    }

    /// Adds the fields as they are shown.
    pub(crate) fn show(&self, old: OldNames, data: &mut Map<String, Value>) {
        let fields = [
            ("token_ttl", json!(self.ttl)),
            ("token_max_ttl", json!(self.max_ttl)),
            ("token_explicit_max_ttl", json!(self.explicit_max_ttl)),
            ("token_period", json!(self.period)),
            ("token_policies", json!(self.policies)),
            ("token_no_default_policy", json!(self.no_default_policy)),
            ("token_num_uses", json!(self.num_uses)),
            ("token_type", json!(self.kind)),
            ("token_bound_cidrs", json!(self.bound_cidrs)),
        ];
        for (name, value) in fields {
            let older = old
                .iter()
                .find(|(new, older)| *new == name && self.written_by.contains(*older));
            if let Some((_, older)) = older {
                data.insert((*older).to_owned(), value.clone());
            }
            data.insert(name.to_owned(), value);
        }
    }

    /// The login of somebody whose tokens look like this; the method adds who it is.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for the policy `root`, which no login gives.
    pub(crate) fn login(&self) -> Result<Login, Failure> {
        if self.policies.iter().any(|policy| policy == "root") {
            return Err(Failure::invalid("auth methods cannot create root tokens"));
        }
        Ok(Login {
            policies: self.policies.clone(),
            no_default_policy: self.no_default_policy,
            ttl: span(self.ttl),
            max_ttl: span(self.max_ttl),
            explicit_max_ttl: span(self.explicit_max_ttl),
            period: span(self.period),
            num_uses: self.num_uses,
            kind: self.kind.token(),
            bound_cidrs: self.bound_cidrs.clone(),
            ..Login::default()
        })
    }

    /// The login with the spans as they are now.
    pub(crate) fn renewed(&self, login: &Login) -> Login {
        Login {
            ttl: span(self.ttl),
            max_ttl: span(self.max_ttl),
            period: span(self.period),
            ..login.clone()
        }
    }
}

fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

/// Whole seconds of a field.
pub(crate) fn seconds(fields: Fields<'_>, name: Option<&str>) -> Result<Option<u64>, Failure> {
    let Some(name) = name else { return Ok(None) };
    Ok(fields.duration(name)?.map(|span| span.as_secs()))
}

fn span(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// In lower case, in order, once each; `root` stands alone.
fn read_policies(names: Vec<String>) -> Result<Vec<String>, Failure> {
    let is_name = |name: &String| {
        name.len() <= POLICY_BYTES_MAX && !name.contains(|c: char| c == ',' || c.is_control())
    };
    if !names.iter().all(is_name) {
        return Err(Failure::invalid(
            "token_policies has a name that no policy can have",
        ));
    }
    let lower = names.iter().map(|name| name.to_lowercase());
    let names: BTreeSet<String> = lower.collect();
    match names.contains("root") {
        true => Ok(vec!["root".to_owned()]),
        false => Ok(names.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: OldNames = &[("token_policies", "policies"), ("token_ttl", "ttl")];

    fn applied(rules: &mut TokenRules, data: Value) -> Result<Value, Failure> {
        let data = data.as_object().unwrap().clone();
        rules.apply(Fields(&data), OLD)?;
        let mut shown = Map::new();
        rules.show(OLD, &mut shown);
        Ok(Value::Object(shown))
    }

    #[test]
    fn fields_are_taken_over_as_clients_write_them() {
        for (given, field, shown) in [
            (json!({"token_ttl": "10m"}), "token_ttl", json!(600)),
            (json!({"ttl": 20}), "token_ttl", json!(20)),
            (json!({"ttl": 20}), "ttl", json!(20)),
            (json!({"ttl": 20, "token_ttl": 30}), "token_ttl", json!(30)),
            (json!({"ttl": 20, "token_ttl": 30}), "ttl", Value::Null),
            (
                json!({"token_max_ttl": "1.5h"}),
                "token_max_ttl",
                json!(5_400),
            ),
            (json!({"max_ttl": 7}), "token_max_ttl", json!(0)),
            (
                json!({"policies": "B, a,b"}),
                "token_policies",
                json!(["a", "b"]),
            ),
            (
                json!({"policies": ["a", "root"]}),
                "token_policies",
                json!(["root"]),
            ),
            (json!({"token_policies": []}), "token_policies", json!([])),
            (json!({"token_type": "batch"}), "token_type", json!("batch")),
            (json!({"token_type": ""}), "token_type", json!("default")),
            (
                json!({"token_type": "default-batch"}),
                "token_type",
                json!("default-batch"),
            ),
            (json!({"token_num_uses": "3"}), "token_num_uses", json!(3)),
            (
                json!({"token_no_default_policy": "true"}),
                "token_no_default_policy",
                json!(true),
            ),
            (
                json!({"token_bound_cidrs": "127.0.0.1/32,::/0"}),
                "token_bound_cidrs",
                json!(["127.0.0.1", "::/0"]),
            ),
            (json!({"token_period": null}), "token_period", json!(0)),
        ] {
            let shown_now = applied(&mut TokenRules::default(), given.clone()).unwrap();
            assert_eq!(shown_now[field], shown, "{given}");
        }
    }

    #[test]
    fn an_old_name_is_shown_until_the_new_one_is_used() {
        let mut rules = TokenRules::default();
        let shown = applied(&mut rules, json!({"policies": "a"})).unwrap();
        assert_eq!(shown["policies"], json!(["a"]));
        let shown = applied(&mut rules, json!({"token_ttl": 5})).unwrap();
        assert_eq!(shown["policies"], json!(["a"]));
        let shown = applied(&mut rules, json!({"token_policies": "b"})).unwrap();
        assert_eq!(
            (&shown["policies"], &shown["token_policies"]),
            (&Value::Null, &json!(["b"]))
        );
    }

    #[test]
    fn what_cannot_be_changes_nothing() {
        let mut rules = TokenRules::default();
        applied(
            &mut rules,
            json!({"token_max_ttl": 100, "token_policies": "a"}),
        )
        .unwrap();
        let before = rules.clone();
        for given in [
            json!({"token_ttl": 101}),
            json!({"token_ttl": -1}),
            json!({"token_ttl": "soon"}),
            json!({"token_num_uses": -1}),
            json!({"token_num_uses": 1.5}),
            json!({"token_type": "Batch"}),
            json!({"token_type": "batch", "token_period": 60}),
            json!({"token_type": "default-batch", "token_num_uses": 1}),
            json!({"token_bound_cidrs": "10.0.0.0/40"}),
            json!({"token_policies": {"a": 1}}),
            json!({"token_policies": ["a,b"]}),
            json!({"token_policies": ["a\u{0}b"]}),
            json!({"token_policies": ["x".repeat(513)]}),
            json!({"token_policies": vec!["x"; 1_025]}),
            json!({"token_no_default_policy": "perhaps", "token_policies": "b"}),
        ] {
            assert!(
                matches!(applied(&mut rules, given.clone()), Err(Failure::Invalid(_))),
                "{given}"
            );
            assert_eq!(rules, before, "{given}");
        }
    }

    #[test]
    fn no_login_gives_the_policy_root() {
        let mut rules = TokenRules::default();
        applied(&mut rules, json!({"token_policies": "Root"})).unwrap();
        assert!(matches!(rules.login(), Err(Failure::Invalid(_))));
    }
}
