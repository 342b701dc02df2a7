#![doc = include_str!("../README.md")]

mod approle;
mod cidr;
mod entries;
#[cfg(test)]
mod tests;
mod token;
mod userpass;

pub use approle::{AppRole, METADATA_BYTES_MAX, ROLE_ID_BYTES_MAX, SECRET_ID_BYTES_MAX, TIDY_MAX};
pub use cidr::{is_cidr, lets};
pub use userpass::{
    LOCKOUT, LOCKOUT_KNOWN_MAX, LOCKOUT_TRIES, LOCKOUT_UNKNOWN_MAX, PASSWORD_BYTES_MAX, UserPass,
};

/// Bytes of the name of a role or user.
pub const NAME_BYTES_MAX: usize = 512;
