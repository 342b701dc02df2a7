//! The web application's files, held in memory and found by exact path only.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use crate::body::Body;

/// Whether a file may be kept without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// The name holds a hash of the content: the file never changes.
    Immutable,
    /// Ask each time; the tag answers.
    Revalidate,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Asset {
    /// With the leading slash: `/assets/app-3f2a.js`.
    pub path: String,
    pub bytes: Bytes,
    /// The media type, with the character set for text.
    pub mime: &'static str,
    /// What identifies the content, without quotes; letters, digits, `-` and `_`.
    pub tag: String,
    pub caching: Caching,
    pub gzip: Option<Bytes>,
    pub brotli: Option<Bytes>,
}

/// The files of a web application. Look-up is by the exact path: nothing is joined, so nothing can be traversed.
#[derive(Debug, Default)]
pub struct Assets {
    files: HashMap<String, Asset>,
}

/// The page that is served for every address of the web application itself.
const INDEX: &str = "/index.html";

impl Assets {
    pub fn new(files: impl IntoIterator<Item = Asset>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|asset| (asset.path.clone(), asset))
                .collect(),
        }
    }

    /// Whether this file is a page: it gets the policy of pages.
    pub(crate) fn find(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<&Asset> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let exact = if path == "/" { INDEX } else { path };
        self.files.get(exact).or_else(|| {
            accepts_html(headers)
                .then(|| self.files.get(INDEX))
                .flatten()
        })
    }
}

impl Asset {
    /// Answers with the smallest form the client takes, or 304 when it has it already (RFC 9110 §13.1.2).
    pub(crate) fn answer(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let (encoding, bytes) = self.best(headers);
        let tag = match encoding {
            None => format!("\"{}\"", self.tag),
            Some(encoding) => format!("\"{}-{encoding}\"", self.tag),
        };
        let caching = match self.caching {
            Caching::Immutable => "public, max-age=31536000, immutable",
            Caching::Revalidate => "no-cache",
        };
        let mut response = Response::new(Body::empty());
        let own = response.headers_mut();
        own.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        own.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(value) = HeaderValue::from_str(&tag) {
            own.insert(header::ETAG, value);
        }
        if has_tag(headers, &tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        own.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.mime));
        own.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        if let Some(encoding) = encoding {
            own.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if *method != Method::HEAD {
            *response.body_mut() = Body::Full(bytes.clone());
        }
        response
    }

    fn best(&self, headers: &HeaderMap) -> (Option<&'static str>, &Bytes) {
        [("br", &self.brotli), ("gzip", &self.gzip)]
            .into_iter()
            .find_map(|(encoding, bytes)| {
                let bytes = bytes.as_ref()?;
                accepts(headers, header::ACCEPT_ENCODING, encoding)
                    .then_some((Some(encoding), bytes))
            })
            .unwrap_or((None, &self.bytes))
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    accepts(headers, header::ACCEPT, "text/html")
}

/// Whether a list header names `wanted` with a weight above zero. Wildcards do not count: programs send them too.
fn accepts(headers: &HeaderMap, name: header::HeaderName, wanted: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|element| {
            let mut parts = element.split(';').map(str::trim);
            parts
                .next()
                .is_some_and(|token| token.eq_ignore_ascii_case(wanted))
                && !parts.any(|part| {
                    part.strip_prefix("q=")
                        .and_then(|weight| weight.parse::<f32>().ok())
                        .is_some_and(|q| q <= 0.0)
                })
        })
}

fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|one| one.trim())
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(path: &str, caching: Caching) -> Asset {
        Asset {
            path: path.into(),
            bytes: Bytes::from_static(b"plain"),
            mime: "text/html; charset=utf-8",
            tag: "t1".into(),
            caching,
            gzip: Some(Bytes::from_static(b"gz")),
            brotli: None,
        }
    }

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_exact_paths_are_found() {
        let assets = Assets::new([
            asset("/index.html", Caching::Revalidate),
            asset("/a.js", Caching::Immutable),
        ]);
        let html = headers(&[(
            header::ACCEPT,
            "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
        )]);
        let any = headers(&[(header::ACCEPT, "*/*")]);
        let path = |method, path, headers| {
            assets
                .find(&method, path, headers)
                .map(|asset| asset.path.as_str())
        };
        assert_eq!(path(Method::GET, "/", &any), Some("/index.html"));
        assert_eq!(path(Method::HEAD, "/a.js", &any), Some("/a.js"));
        assert_eq!(path(Method::GET, "/chats/oc_1", &html), Some("/index.html"));
        assert_eq!(path(Method::GET, "/chats/oc_1", &any), None);
        assert_eq!(path(Method::GET, "/../a.js", &any), None);
        assert_eq!(path(Method::GET, "/%61.js", &any), None);
        assert_eq!(path(Method::POST, "/", &html), None);
    }

    #[test]
    fn answers_are_small_and_revalidated() {
        let file = asset("/a.js", Caching::Immutable);
        let gzip = headers(&[(header::ACCEPT_ENCODING, "gzip, deflate, br")]);
        let answer = file.answer(&Method::GET, &gzip);
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        assert_eq!(answer.headers()["etag"], "\"t1-gzip\"");
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        let none = headers(&[(header::ACCEPT_ENCODING, "gzip;q=0")]);
        assert!(
            !file
                .answer(&Method::GET, &none)
                .headers()
                .contains_key("content-encoding")
        );
        let known = headers(&[(header::IF_NONE_MATCH, "\"x\", W/\"t1\"")]);
        assert_eq!(
            file.answer(&Method::GET, &known).status(),
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(
            file.answer(&Method::HEAD, &gzip).body().length_bytes(),
            Some(0)
        );
    }
}
