//! The headers that stand on every answer.

use base::{Context, Result};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::public::PublicUrl;

/// The name of the request's reference, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const PERMISSIONS: &str = "accelerometer=(), autoplay=(self), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const TWO_YEARS: &str = "max-age=63072000; includeSubDomains";

/// What kind of content an answer is: decides its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// The web application: may run its own scripts and speak to its own origin.
    Page,
    /// Everything else: data that a browser must never run or frame.
    Data,
}

/// The headers, prepared once.
pub(crate) struct StandingHeaders {
    common: Vec<(HeaderName, HeaderValue)>,
    page_policy: HeaderValue,
    data_policy: HeaderValue,
}

impl StandingHeaders {
    pub(crate) fn new(public: &PublicUrl) -> Result<Self> {
        let transport = if public.is_local_or_address() {
            "max-age=0"
        } else {
            TWO_YEARS
        };
        let common = [
            (header::STRICT_TRANSPORT_SECURITY, transport),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                "same-origin",
            ),
        ];
        let page_policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
             connect-src 'self' wss://{}; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
             form-action 'self'; manifest-src 'self'",
            public.authority()
        );
        Ok(Self {
            common: common
                .into_iter()
                .map(|(name, value)| (name, HeaderValue::from_static(value)))
                .collect(),
            page_policy: HeaderValue::try_from(page_policy)
                .context("writing the content policy")?,
            data_policy: HeaderValue::from_static(API_POLICY),
        })
    }

    /// Puts the standing headers on an answer. Data is not to be stored anywhere unless its handler said otherwise.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap, surface: Surface, request_id: &str) {
        headers.reserve(self.common.len() + 3);
        for (name, value) in &self.common {
            headers.insert(name.clone(), value.clone());
        }
        let policy = match surface {
            Surface::Page => &self.page_policy,
            Surface::Data => &self.data_policy,
        };
        // Content that people brought has a stricter one of its own.
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if let Ok(value) = HeaderValue::from_str(request_id) {
            headers.insert(REQUEST_ID, value);
        }
    }
}

/// The client's own request id, if it is one that may be echoed: 1 to 64 letters, digits, `-`, `_` or `.`.
pub(crate) fn wellformed_request_id(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let fits = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    fits.then_some(text)
}
