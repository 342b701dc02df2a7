//! A policy, read.

use std::collections::BTreeMap;

use crate::{Capability, ParseError, Pattern, ROOT, grant::Grant, read, text};

/// A named set of rules. Two policies are equal when they have the same name and say the same, however it is written.
///
/// The text is not kept: who stores policies stores their texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    name: String,
    is_root: bool,
    rules: BTreeMap<Pattern, Grant>,
}

impl Policy {
    /// Reads a text of HCL or JSON. The name is the one under which the policy is kept; a `name` in the text says nothing. A policy
    /// that is called `root` and was read is one like any other.
    ///
    /// Takes time in proportion to the text, whatever is in it.
    ///
    /// # Errors
    /// [`ParseError`] for what is not well formed, is not known, contradicts itself, or is over a limit ([`TEXT_BYTES_MAX`],
    /// [`DEPTH_MAX`], [`PATHS_MAX`], [`PATTERN_BYTES_MAX`], [`PARAMETERS_MAX`], [`PARAMETER_VALUES_MAX`], [`WRAPPING_TTL_MAX`]).
    ///
    /// [`TEXT_BYTES_MAX`]: crate::TEXT_BYTES_MAX
    /// [`DEPTH_MAX`]: crate::DEPTH_MAX
    /// [`PATHS_MAX`]: crate::PATHS_MAX
    /// [`PATTERN_BYTES_MAX`]: crate::PATTERN_BYTES_MAX
    /// [`PARAMETERS_MAX`]: crate::PARAMETERS_MAX
    /// [`PARAMETER_VALUES_MAX`]: crate::PARAMETER_VALUES_MAX
    /// [`WRAPPING_TTL_MAX`]: crate::WRAPPING_TTL_MAX
    pub fn parse(name: &str, text: &str) -> Result<Self, ParseError> {
        let rules = text::parse(text).and_then(|items| read::rules(&items));
        Ok(Self {
            name: name.to_owned(),
            is_root: false,
            rules: rules.map_err(|mistake| mistake.in_text(text))?,
        })
    }

    /// The policy under which everything may be done.
    pub fn root() -> Self {
        Self {
            name: ROOT.to_owned(),
            is_root: true,
            rules: BTreeMap::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether everything may be done under it. Only [`Policy::root`] makes such a one.
    pub fn is_root(&self) -> bool {
        self.is_root
    }

    /// Every path of the policy with its capabilities, in the order of their texts.
    pub fn paths(&self) -> impl Iterator<Item = (&Pattern, Vec<Capability>)> {
        let rules = self.rules.iter();
        rules.map(|(pattern, grant)| (pattern, grant.capabilities.answer()))
    }

    pub(crate) fn rules(&self) -> &BTreeMap<Pattern, Grant> {
        &self.rules
    }
}
