//! Every refusal of the gate's own.

use base::{Kind, Refusal};

pub const NOT_FOUND: Refusal =
    Refusal::absent("gate.not_found", "There is nothing at this address.");
pub const METHOD_NOT_ALLOWED: Refusal = Refusal::new(
    Kind::Method,
    "gate.method_not_allowed",
    "This address does not take this method.",
);
pub const HOST_UNKNOWN: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.host_unknown",
    "This server is not known under that host name.",
);
pub const PATH_MALFORMED: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.path_malformed",
    "The address is not correctly encoded.",
);
pub const QUERY_MALFORMED: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.query_malformed",
    "The query is not correctly encoded.",
);
pub const PARAMETER_MALFORMED: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.parameter_malformed",
    "A parameter of the address has the wrong type.",
);
pub const PARAMETER_UNKNOWN: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.parameter_unknown",
    "A parameter of the address is not known here.",
);
pub const PARAMETER_REPEATED: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.parameter_repeated",
    "A value is given more than once.",
);
pub const BODY_NOT_TAKEN: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.body_not_taken",
    "This request takes no body.",
);
pub const BODY_TOO_LARGE: Refusal = Refusal::new(
    Kind::TooLarge,
    "gate.body_too_large",
    "The request is larger than allowed here.",
);
pub const BODY_TOO_SLOW: Refusal = Refusal::new(
    Kind::Unavailable,
    "gate.body_too_slow",
    "The request did not arrive in time.",
);
pub const BODY_BROKEN: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.body_broken",
    "The request ended before it was complete.",
);
pub const MEDIA_TYPE: Refusal = Refusal::new(
    Kind::MediaType,
    "gate.media_type",
    "This media type is not taken here.",
);
pub const JSON_MALFORMED: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.json_malformed",
    "The body is not correct JSON.",
);
pub const JSON_NOT_OBJECT: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.json_not_object",
    "The body must be a JSON object.",
);
pub const JSON_TOO_DEEP: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.json_too_deep",
    "The body is nested too deeply.",
);
pub const JSON_DUPLICATE_KEY: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.json_duplicate_key",
    "The body names the same key twice.",
);
pub const NOT_UTF8: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.not_utf8",
    "The text is not correct UTF-8.",
);
pub const CSRF: Refusal = Refusal::forbidden(
    "gate.csrf",
    "The request did not come from a page of this server.",
);
pub const TOO_MANY: Refusal = Refusal::new(
    Kind::TooMany,
    "gate.too_many",
    "Too many requests. Please wait a moment.",
);
pub const OVERLOADED: Refusal = Refusal::new(
    Kind::Unavailable,
    "gate.overloaded",
    "The server is busy. Please try again in a moment.",
);
pub const NOT_READY: Refusal = Refusal::new(
    Kind::Unavailable,
    "gate.not_ready",
    "The server is not ready.",
);
pub const UPGRADE_EXPECTED: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.upgrade_expected",
    "This address takes WebSocket connections only.",
);
pub const IDEMPOTENCY_KEY: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.idempotency_key",
    "The idempotency key must be 1 to 128 printable characters.",
);
pub const IDEMPOTENCY_NOT_TAKEN: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.idempotency_not_taken",
    "This request cannot be made repeatable by an idempotency key.",
);
pub const RANGE_UNSATISFIABLE: Refusal = Refusal::new(
    Kind::Malformed,
    "gate.range_unsatisfiable",
    "The part that was asked for lies behind the end.",
);

/// All of them: for the list of translations and for the API's document.
pub const ALL: &[Refusal] = &[
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    HOST_UNKNOWN,
    PATH_MALFORMED,
    QUERY_MALFORMED,
    PARAMETER_MALFORMED,
    PARAMETER_UNKNOWN,
    PARAMETER_REPEATED,
    BODY_NOT_TAKEN,
    BODY_TOO_LARGE,
    BODY_TOO_SLOW,
    BODY_BROKEN,
    MEDIA_TYPE,
    JSON_MALFORMED,
    JSON_NOT_OBJECT,
    JSON_TOO_DEEP,
    JSON_DUPLICATE_KEY,
    NOT_UTF8,
    CSRF,
    TOO_MANY,
    OVERLOADED,
    NOT_READY,
    UPGRADE_EXPECTED,
    IDEMPOTENCY_KEY,
    IDEMPOTENCY_NOT_TAKEN,
    RANGE_UNSATISFIABLE,
];

/// The status of a refusal. Three belong to the transport and to no operation: 421 (RFC 9110 §15.5.20)
/// for a foreign host name, 408 (§15.5.9) for a body that does not arrive, and 416 (§15.5.17) for a range behind the end.
pub fn status(refusal: &Refusal) -> http::StatusCode {
    let code = if refusal.code == HOST_UNKNOWN.code {
        421
    } else if refusal.code == BODY_TOO_SLOW.code {
        408
    } else if refusal.code == RANGE_UNSATISFIABLE.code {
        416
    } else {
        refusal.kind.status()
    };
    http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR)
}
