//! Whether a request may be believed to come from where it seems to: host names and cross-site requests.

use base::Result;
use http::{HeaderMap, Method, Request, Version, header};

use crate::{public::PublicUrl, refusals};

/// The cookie that carries a session.
pub const SESSION_COOKIE: &str = "__Host-bastide";
/// The header that a page of ours sends with every unsafe request; a foreign page cannot without being asked first.
pub const CSRF_HEADER: &str = "x-bastide-csrf";

/// The host a request names, when it is ours. A page of a foreign name that was made to resolve to this machine
/// (DNS rebinding) is told that it is in the wrong place.
///
/// # Errors
/// `gate.host_unknown`.
pub(crate) fn own_authority<'a, B>(public: &PublicUrl, request: &'a Request<B>) -> Result<&'a str> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let header = hosts.next().and_then(|value| value.to_str().ok());
    if hosts.next().is_some() {
        return Err(refusals::HOST_UNKNOWN.into());
    }
    let target = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let named = if request.version() == Version::HTTP_2 {
        target.or(header)
    } else {
        header
    };
    match named {
        Some(authority) if public.is_own_authority(authority) => Ok(authority),
        _ => Err(refusals::HOST_UNKNOWN.into()),
    }
}

/// Whether the method may change something (RFC 9110 §9.2.1).
pub(crate) fn is_unsafe(method: &Method) -> bool {
    !matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// The value of the session cookie, if the request has one.
pub(crate) fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(SESSION_COOKIE)?.strip_prefix('='))
}

/// The bearer token, if the request has one. A foreign page cannot make a browser send it.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses an unsafe request that carries the session cookie and does not come from a page of ours. It takes both
/// the header and the browser's word on the origin: `Sec-Fetch-Site` where it is sent, else `Origin`. Without the cookie
/// nothing speaks for the person, but a foreign page could still sign its visitors in as somebody else: what says that it
/// comes from elsewhere is refused, unless a token of its own speaks.
///
/// # Errors
/// `gate.csrf`.
pub(crate) fn check_unsafe(public: &PublicUrl, authority: &str, headers: &HeaderMap) -> Result<()> {
    let is_own = match headers.get("sec-fetch-site") {
        Some(site) => Some(site == "same-origin" || site == "none"),
        None => has_own_origin(public, authority, headers),
    };
    let is_safe = match session_cookie(headers) {
        Some(_) => {
            is_own == Some(true) && headers.get(CSRF_HEADER).is_some_and(|value| value == "1")
        }
        None => is_own != Some(false) || bearer_token(headers).is_some(),
    };
    if is_safe {
        Ok(())
    } else {
        Err(refusals::CSRF.into())
    }
}

/// Refuses a socket that a foreign page opened (RFC 6455 §10.2). Browsers always send `Origin` here; a program of
/// no origin must bring a token of its own instead of the cookie.
///
/// # Errors
/// `gate.csrf`.
pub(crate) fn check_socket(public: &PublicUrl, authority: &str, headers: &HeaderMap) -> Result<()> {
    let is_own = has_own_origin(public, authority, headers)
        .unwrap_or_else(|| session_cookie(headers).is_none());
    if is_own {
        Ok(())
    } else {
        Err(refusals::CSRF.into())
    }
}

fn has_own_origin(public: &PublicUrl, authority: &str, headers: &HeaderMap) -> Option<bool> {
    let origin = headers.get(header::ORIGIN)?;
    Some(
        origin
            .to_str()
            .is_ok_and(|origin| public.is_own_origin(origin, authority)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(pairs: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::new(());
        for (name, value) in pairs {
            request.headers_mut().append(
                name.parse::<http::HeaderName>().unwrap(),
                value.parse().unwrap(),
            );
        }
        request
    }

    #[test]
    fn cookies_need_the_header_and_an_own_origin_and_without_one_no_foreign_page_speaks() {
        let public = PublicUrl::parse("https://office.example").unwrap();
        let cookie = ("cookie", "a=b; __Host-bastide=secret");
        let csrf = (CSRF_HEADER, "1");
        for (pairs, allowed) in [
            (&[][..], true),
            (&[cookie], false),
            (&[cookie, csrf], false),
            (&[cookie, csrf, ("origin", "https://office.example")], true),
            (&[cookie, csrf, ("origin", "https://evil.example")], false),
            (&[cookie, csrf, ("origin", "null")], false),
            (&[cookie, csrf, ("sec-fetch-site", "same-origin")], true),
            (&[cookie, csrf, ("sec-fetch-site", "none")], true),
            (
                &[
                    cookie,
                    csrf,
                    ("sec-fetch-site", "same-site"),
                    ("origin", "https://office.example"),
                ],
                false,
            ),
            (&[cookie, ("origin", "https://office.example")], false),
            (&[("cookie", "x__Host-bastide=1")], true),
            (&[("origin", "https://office.example")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("origin", "https://evil.example"),
                    ("authorization", "Basic YTpi"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "https://evil.example"),
                    ("authorization", "Bearer token"),
                ],
                true,
            ),
        ] {
            let request = request(pairs);
            let answer = check_unsafe(&public, "office.example", request.headers());
            assert_eq!(answer.is_ok(), allowed, "{pairs:?}");
        }
    }

    #[test]
    fn sockets_of_foreign_pages_are_refused() {
        let public = PublicUrl::parse("https://office.example").unwrap();
        let cookie = ("cookie", "__Host-bastide=secret");
        for (pairs, allowed) in [
            (&[][..], true),
            (&[cookie], false),
            (&[cookie, ("origin", "https://office.example")], true),
            (&[("origin", "https://evil.example")], false),
        ] {
            let request = request(pairs);
            let answer = check_socket(&public, "office.example", request.headers());
            assert_eq!(answer.is_ok(), allowed, "{pairs:?}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let public = PublicUrl::parse("https://office.example").unwrap();
        assert!(own_authority(&public, &request(&[("host", "office.example")])).is_ok());
        assert!(
            own_authority(
                &public,
                &request(&[("host", "office.example"), ("host", "localhost")])
            )
            .is_err()
        );
        assert!(own_authority(&public, &request(&[("host", "evil.example")])).is_err());
        assert!(own_authority(&public, &request(&[])).is_err());
    }
}
