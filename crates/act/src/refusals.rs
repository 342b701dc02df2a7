//! The refusals of the spine itself.

use base::{Kind, Refusal};

pub const NOT_SIGNED_IN: Refusal = Refusal::new(
    Kind::Unauthenticated,
    "access.not_signed_in",
    "Sign in to go on.",
);
pub const NOT_PERMITTED: Refusal =
    Refusal::forbidden("access.not_permitted", "You are not allowed to do this.");
pub const ABSENT: Refusal = Refusal::absent(
    "access.absent",
    "This does not exist, or is not for you to see.",
);
pub const CONTENDED: Refusal = Refusal::conflict(
    "act.contended",
    "Others are changing the same thing right now. Try again.",
);
pub const INPUT_INVALID: Refusal = Refusal::new(
    Kind::Malformed,
    "act.input_invalid",
    "The input does not have the expected form.",
);
pub const CURSOR_INVALID: Refusal = Refusal::new(
    Kind::Malformed,
    "act.cursor_invalid",
    "This page cursor is not valid.",
);
pub const IDEMPOTENCY_REUSED: Refusal = Refusal::invalid(
    "act.idempotency_reused",
    "This idempotency key was used before with another input.",
);
pub const SEALED: Refusal = Refusal::new(
    Kind::Unavailable,
    "kms.sealed",
    "The server is sealed. Its custodians have to unseal it first.",
);
pub const TOO_MANY: Refusal = Refusal::new(
    Kind::TooMany,
    "act.too_many",
    "That was too often. Wait a little and try again.",
);

/// All of them, for the document and the sweep over translations.
pub fn all() -> Vec<Refusal> {
    vec![
        NOT_SIGNED_IN,
        NOT_PERMITTED,
        ABSENT,
        CONTENDED,
        INPUT_INVALID,
        CURSOR_INVALID,
        IDEMPOTENCY_REUSED,
        SEALED,
        TOO_MANY,
        db::DISK_FULL,
        db::UNAVAILABLE,
    ]
}
