//! Errors as `application/problem+json` (RFC 9457).

use base::{Error, RefusalAnswer};
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::{body::Body, refusals};

/// The media type of every error.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// The wire form of an error.
#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    code: &'a str,
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u32>,
}

/// Renders an error. A refusal is told as it is; of a fault the caller learns the reference only,
/// and this is the one place where it is logged: with the route's pattern, never the address or content.
pub(crate) fn render(error: &Error, reference: &str, route: &str) -> Response<Body> {
    match error {
        Error::Refusal(answer) => refused(answer, reference),
        Error::Fault(fault) => {
            tracing::error!(target: "gate::fault", reference, route, fault = %fault, "a request failed");
            answer(&Problem {
                kind: "about:blank",
                title: "Something went wrong on our side.",
                status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
                code: "gate.fault",
                reference,
                field: None,
                retry_after_s: None,
            })
        }
    }
}

fn refused(refused: &RefusalAnswer, reference: &str) -> Response<Body> {
    let mut response = answer(&Problem {
        kind: "about:blank",
        title: refused.refusal.title,
        status: refusals::status(&refused.refusal).as_u16(),
        code: refused.refusal.code,
        reference,
        field: refused.field.as_deref(),
        retry_after_s: refused.retry_after_s,
    });
    if let Some(seconds) = refused.retry_after_s {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn answer(problem: &Problem<'_>) -> Response<Body> {
    let bytes = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}
