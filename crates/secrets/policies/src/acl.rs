//! Several policies as one, and what they say about a request.

use std::{cmp::Ordering, collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use crate::{Capability, Pattern, Policy, capability::Capabilities, grant::Grant};

/// What is done at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    Create,
    Read,
    Update,
    Patch,
    Delete,
    List,
    /// Reading what a path is for, which everybody may.
    Help,
}

/// A request, as far as policies look at it. It has no `Debug`: fields may be secret.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub operation: Operation,
    /// Without a slash at its beginning. A list may have one at its end or not; it means the same.
    pub path: &'a str,
    pub data: &'a Map<String, Value>,
    /// For how long the answer is to be wrapped; nothing for an answer that comes bare.
    pub wrap_ttl: Option<Duration>,
}

/// What policies say about a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    /// Whether what only administrators may do may be done at the path, if the operation is allowed.
    pub sudo: bool,
    /// Whether it is allowed because everything is.
    pub root: bool,
    /// The shortest time for which the answer may be wrapped. `allowed` has regarded it.
    pub min_wrapping_ttl: Option<Duration>,
    /// The longest time for which the answer may be wrapped. `allowed` has regarded it.
    pub max_wrapping_ttl: Option<Duration>,
}

/// What a set of policies grants, made for being asked often: a look-up goes by two binary searches and takes no memory.
///
/// Make it when a token's policies are read, and share it in an [`Arc`](std::sync::Arc).
#[derive(Debug, Clone, PartialEq)]
pub struct Acl {
    is_root: bool,
    /// Rules for one path each, in the order of their texts.
    exact: Vec<Rule>,
    /// Beginnings of paths with the rules that begin so, in the order of their texts.
    heads: Vec<Head>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    pattern: Pattern,
    grant: Grant,
}

/// All rules with the same text before their first wildcard.
#[derive(Debug, Clone, PartialEq)]
struct Head {
    text: Box<str>,
    /// The longest other head that this one begins with.
    shorter: Option<usize>,
    /// Never empty; what wins comes first.
    rules: Vec<Rule>,
}

impl Acl {
    /// What these policies grant together. Rules for the same path become one: capabilities add up, `deny` beats all others, the
    /// shorter wrapping times hold, constraints on parameters add up. With [`Policy::root`] among them everything may be done.
    pub fn new<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let mut is_root = false;
        let mut rules: BTreeMap<&Pattern, Grant> = BTreeMap::new();
        for policy in policies {
            is_root |= policy.is_root();
            for (pattern, grant) in policy.rules() {
                let known = rules.entry(pattern);
                known
                    .and_modify(|known| known.absorb(grant))
                    .or_insert_with(|| grant.clone());
            }
        }
        let (mut exact, mut heads) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for (pattern, grant) in rules {
            let pattern = pattern.clone();
            if pattern.is_exact() {
                exact.push(Rule { pattern, grant });
            } else {
                let rules = heads.entry(Box::from(pattern.head())).or_default();
                rules.push(Rule { pattern, grant });
            }
        }
        Self {
            is_root,
            exact,
            heads: linked(heads),
        }
    }

    /// Whether everything may be done.
    pub fn is_root(&self) -> bool {
        self.is_root
    }

    /// What may be done at a path, in the order of the alphabet: `root` alone if everything, `deny` alone if nothing.
    ///
    /// A path with a slash at its end is asked for as a list would be.
    pub fn capabilities(&self, path: &str) -> Vec<Capability> {
        if self.is_root {
            return vec![Capability::Root];
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        let asked = if path.ends_with('/') {
            Asked::list(path)
        } else {
            Asked::plain(path)
        };
        let grant = self.grant(asked);
        grant
            .map_or(Capabilities::default(), |grant| grant.capabilities)
            .answer()
    }

    /// Decides about a request.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        if self.is_root {
            return Decision {
                allowed: true,
                sudo: true,
                root: true,
                ..Decision::default()
            };
        }
        let (wanted, asked) = match request.operation {
            Operation::Help => {
                return Decision {
                    allowed: true,
                    ..Decision::default()
                };
            }
            Operation::Create => (Capability::Create, Asked::plain(request.path)),
            Operation::Read => (Capability::Read, Asked::plain(request.path)),
            Operation::Update => (Capability::Update, Asked::plain(request.path)),
            Operation::Patch => (Capability::Patch, Asked::plain(request.path)),
            Operation::Delete => (Capability::Delete, Asked::plain(request.path)),
            Operation::List => (Capability::List, Asked::list(request.path)),
        };
        let Some(grant) = self.grant(asked) else {
            return Decision::default();
        };
        let has_fields = matches!(
            request.operation,
            Operation::Create | Operation::Read | Operation::Update | Operation::Patch
        );
        Decision {
            allowed: grant.capabilities.has(wanted)
                && grant.admits_wrapping(request.wrap_ttl)
                && (!has_fields || grant.admits(request.data)),
            sudo: grant.capabilities.has(Capability::Sudo),
            root: false,
            min_wrapping_ttl: grant.min_wrapping_ttl,
            max_wrapping_ttl: grant.max_wrapping_ttl,
        }
    }

    /// Every path that rules are for, with its capabilities: first those that mean one path only, in the order of their texts.
    pub fn paths(&self) -> impl Iterator<Item = (&Pattern, Vec<Capability>)> {
        let wild = self.heads.iter().flat_map(|head| &head.rules);
        let rules = self.exact.iter().chain(wild);
        rules.map(|rule| (&rule.pattern, rule.grant.capabilities.answer()))
    }

    /// The grant of the rule that wins, if there is a rule for the path.
    fn grant(&self, asked: Asked<'_>) -> Option<&Grant> {
        let mut rule = self.exact_rule(asked);
        if rule.is_none() && asked.is_list {
            rule = self.exact_rule(Asked::plain(asked.bare));
        }
        let rule = rule.or_else(|| self.wild_rule(asked))?;
        Some(&rule.grant)
    }

    fn exact_rule(&self, asked: Asked<'_>) -> Option<&Rule> {
        let order = |rule: &Rule| asked.compare(rule.pattern.as_str()).reverse();
        let found = self.exact.binary_search_by(order).ok()?;
        self.exact.get(found)
    }

    /// Heads that a path begins with are all among the last one that is not behind the path, and those which that one begins with.
    /// A longer head means a later first wildcard, so its rules come before those of a shorter one.
    fn wild_rule(&self, asked: Asked<'_>) -> Option<&Rule> {
        let is_before = |head: &Head| asked.compare(&head.text) != Ordering::Less;
        let mut next = self.heads.partition_point(is_before).checked_sub(1);
        let mut common = None;
        while let Some(head) = next.and_then(|next| self.heads.get(next)) {
            let common = *common.get_or_insert_with(|| asked.common(&head.text));
            if head.text.len() <= common {
                let rule = head.rules.iter().find(|rule| asked.fits(&rule.pattern));
                if rule.is_some() {
                    return rule;
                }
            }
            next = head.shorter;
        }
        None
    }
}

/// Heads in the order of their texts, each with the longest one that it begins with.
fn linked(heads: BTreeMap<Box<str>, Vec<Rule>>) -> Vec<Head> {
    let mut linked: Vec<Head> = Vec::with_capacity(heads.len());
    for (text, mut rules) in heads {
        rules.sort_by(|one, other| other.pattern.precedence(&one.pattern));
        let mut shorter = linked.len().checked_sub(1);
        while let Some(head) = shorter.and_then(|shorter| linked.get(shorter)) {
            if text.starts_with(&*head.text) {
                break;
            }
            shorter = head.shorter;
        }
        linked.push(Head {
            text,
            shorter,
            rules,
        });
    }
    linked
}

/// A path that is looked for. A list is looked for as the path with a slash at its end; rules for the path without it serve as well.
#[derive(Clone, Copy)]
struct Asked<'a> {
    bare: &'a str,
    /// Whether a slash follows, which is not in `bare`.
    is_list: bool,
}

impl<'a> Asked<'a> {
    fn plain(path: &'a str) -> Self {
        Self {
            bare: path,
            is_list: false,
        }
    }

    fn list(path: &'a str) -> Self {
        Self {
            bare: path.strip_suffix('/').unwrap_or(path),
            is_list: true,
        }
    }

    /// Bytes that the path and the text begin with.
    fn common(self, text: &str) -> usize {
        let pairs = self.bare.bytes().zip(text.bytes());
        let common = pairs.take_while(|(one, other)| one == other).count();
        let has_slash =
            self.is_list && common == self.bare.len() && text.as_bytes().get(common) == Some(&b'/');
        if has_slash { common + 1 } else { common }
    }

    /// How the path stands to the text, byte by byte.
    fn compare(self, text: &str) -> Ordering {
        if !self.is_list {
            return self.bare.cmp(text);
        }
        match text.strip_prefix(self.bare) {
            None => self.bare.cmp(text),
            Some(behind) => "/".cmp(behind),
        }
    }

    fn fits(self, pattern: &Pattern) -> bool {
        if pattern.is_prefix() {
            return true;
        }
        let segments = self.bare.split('/');
        pattern.fits(segments.clone()) || (self.is_list && pattern.fits(segments.chain([""])))
    }
}
