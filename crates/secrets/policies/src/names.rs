//! What a policy may be called, and which policies are not for changing.

use base::{Kind, Refusal};

use crate::{DEFAULT, ROOT};

/// Bytes of a policy's name.
pub const NAME_BYTES_MAX: usize = 128;

pub const NAME_INVALID: Refusal = Refusal::new(
    Kind::Malformed,
    "policies.name_invalid",
    "The name of a policy has 1 to 128 letters, digits or signs, without spaces, commas, quotes, backslashes, braces, wildcards and empty segments.",
);
pub const POLICY_FIXED: Refusal = Refusal::new(
    Kind::Malformed,
    "policies.fixed",
    "The policy root cannot be changed or deleted.",
);
pub const POLICY_STAYS: Refusal = Refusal::new(
    Kind::Malformed,
    "policies.stays",
    "The policy default can be changed, but not deleted.",
);

/// The name as it is kept and compared: in small letters.
///
/// # Errors
/// [`NAME_INVALID`] for what is not of printable ASCII, has one of `, " ' ` \ { } * + ?` in it, has a segment between slashes that is empty,
/// `.` or `..`, or is longer than [`NAME_BYTES_MAX`].
pub fn normal_name(name: &str) -> Result<String, Refusal> {
    let is_sign = |byte: u8| byte.is_ascii_graphic() && !b",\"'`\\{}*+?".contains(&byte);
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..");
    let is_name = name.len() <= NAME_BYTES_MAX
        && name.bytes().all(is_sign)
        && name.split('/').all(is_segment);
    if is_name {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(NAME_INVALID)
    }
}

/// Whether the policy of this normal name may be written.
///
/// # Errors
/// [`POLICY_FIXED`] for `root`.
pub fn may_write(name: &str) -> Result<(), Refusal> {
    if name == ROOT {
        return Err(POLICY_FIXED);
    }
    Ok(())
}

/// Whether the policy of this normal name may be deleted.
///
/// # Errors
/// [`POLICY_FIXED`] for `root`, [`POLICY_STAYS`] for `default`.
pub fn may_delete(name: &str) -> Result<(), Refusal> {
    match name {
        ROOT => Err(POLICY_FIXED),
        DEFAULT => Err(POLICY_STAYS),
        _ => Ok(()),
    }
}
