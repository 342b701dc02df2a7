//! What a rule gives to those who come by its path.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Capability, capability::Capabilities, parameters::Constraints};

/// What is granted at one path, by one rule or by all rules for that path together.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Grant {
    pub(crate) capabilities: Capabilities,
    pub(crate) min_wrapping_ttl: Option<Duration>,
    pub(crate) max_wrapping_ttl: Option<Duration>,
    /// Nothing when there are none, so that a look-up has nothing to look at.
    pub(crate) constraints: Option<Box<Constraints>>,
}

impl Grant {
    /// Nothing, whatever else there is.
    pub(crate) fn deny() -> Self {
        Self {
            capabilities: Capabilities::of(&[Capability::Deny]),
            ..Self::default()
        }
    }

    pub(crate) fn is_deny(&self) -> bool {
        self.capabilities.has(Capability::Deny)
    }

    /// Takes the grant of another rule for the same path in.
    pub(crate) fn absorb(&mut self, other: &Self) {
        if self.is_deny() {
            return;
        }
        if other.is_deny() {
            *self = Self::deny();
            return;
        }
        self.capabilities = self.capabilities.with(other.capabilities);
        self.min_wrapping_ttl = shorter(self.min_wrapping_ttl, other.min_wrapping_ttl);
        self.max_wrapping_ttl = shorter(self.max_wrapping_ttl, other.max_wrapping_ttl);
        match (&mut self.constraints, &other.constraints) {
            (Some(own), Some(others)) => own.absorb(others),
            (own @ None, others) => own.clone_from(others),
            (Some(_), None) => {}
        }
    }

    /// Whether fields of a request pass. Only what changes something has its fields looked at.
    pub(crate) fn admits(&self, data: &Map<String, Value>) -> bool {
        let constraints = self.constraints.as_deref();
        constraints.is_none_or(|constraints| constraints.admit(data))
    }

    /// Whether an answer may be wrapped for so long, or, without a time, given bare.
    pub(crate) fn admits_wrapping(&self, ttl: Option<Duration>) -> bool {
        let is_long_enough = |min| ttl.is_some_and(|ttl| min <= ttl);
        let is_short_enough = |max| ttl.is_some_and(|ttl| ttl <= max);
        self.min_wrapping_ttl.is_none_or(is_long_enough)
            && self.max_wrapping_ttl.is_none_or(is_short_enough)
    }
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.into_iter().chain(other).min()
}
