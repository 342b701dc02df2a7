#![doc = include_str!("../README.md")]

mod acl;
mod builtin;
mod capability;
mod error;
mod grant;
mod names;
mod parameters;
mod pattern;
mod policy;
mod read;
#[cfg(test)]
mod tests;
mod text;

pub use acl::{Acl, Decision, Operation, Request};
pub use builtin::{DEFAULT, DEFAULT_TEXT, ROOT};
pub use capability::Capability;
pub use error::ParseError;
pub use names::{
    NAME_BYTES_MAX, NAME_INVALID, POLICY_FIXED, POLICY_STAYS, may_delete, may_write, normal_name,
};
pub use parameters::{PARAMETER_MEMBERS_MAX, PARAMETER_VALUES_MAX, PARAMETERS_MAX};
pub use pattern::{PATTERN_BYTES_MAX, Pattern};
pub use policy::Policy;
pub use read::{PATHS_MAX, WRAPPING_TTL_MAX};
pub use text::{DEPTH_MAX, TEXT_BYTES_MAX};
