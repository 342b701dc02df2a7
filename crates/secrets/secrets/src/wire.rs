//! HTTP: a request becomes a [`Call`], and an [`Answer`] goes back.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use gate::{Body, Peer, Serve};
use http::{HeaderMap, HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use logical::{Fields, parse_duration};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    call::{Answer, Call, Method},
    core::Core,
};

/// Bytes of the body of a request.
pub const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes of the body of a request that shows no token.
const STRANGERS_BYTES_MAX: usize = 64 * 1024;
/// Fields of a query.
const QUERY_MAX: usize = 64;

/// The service on a listener.
pub struct Face(pub Arc<Core>);

impl Serve for Face {
    fn serve(
        &self,
        request: Request<Incoming>,
        peer: Arc<Peer>,
    ) -> BoxFuture<'static, Response<Body>> {
        let core = Arc::clone(&self.0);
        Box::pin(async move {
            let is_head = request.method() == HttpMethod::HEAD;
            let answer = match read(request, &peer).await {
                // A client that goes away does not end what follows a commit.
                Ok(call) => tokio::spawn(async move { core.answer(call).await })
                    .await
                    .unwrap_or_else(|_| Answer::errors(500, &["internal error"])),
                Err(answer) => answer,
            };
            response(answer, is_head)
        })
    }
}

async fn read(request: Request<Incoming>, peer: &Peer) -> Result<Call, Answer> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let path = path
        .strip_prefix("/v1/")
        .and_then(decoded)
        .ok_or_else(|| Answer::errors(404, &[]))?;
    let mut query = query(parts.uri.query().unwrap_or_default())?;
    let is_list = parts.method == HttpMethod::GET
        && Fields(&query)
            .truth("list")
            .is_ok_and(|list| list == Some(true));
    if is_list {
        query.remove("list");
    }
    let method = match parts.method {
        _ if parts.method.as_str() == "LIST" => Method::List,
        HttpMethod::GET if is_list => Method::List,
        HttpMethod::GET => Method::Get,
        HttpMethod::HEAD => Method::Head,
        HttpMethod::POST | HttpMethod::PUT => Method::Put,
        HttpMethod::PATCH => Method::Patch,
        HttpMethod::DELETE => Method::Delete,
        _ => return Err(Answer::errors(405, &[])),
    };
    if parts
        .headers
        .get("x-vault-namespace")
        .is_some_and(|namespace| !namespace.is_empty())
    {
        return Err(Answer::errors(404, &["there are no namespaces"]));
    }
    let token = token(&parts.headers);
    let room = match token {
        Some(_) => BODY_BYTES_MAX,
        None => STRANGERS_BYTES_MAX,
    };
    let target = parts
        .uri
        .path_and_query()
        .map_or("", |target| target.as_str());
    let data = match method {
        Method::Put | Method::Patch => fields(body, room).await?,
        Method::Get | Method::Head | Method::Delete | Method::List => query,
    };
    Ok(Call {
        method,
        path,
        target: target.to_owned(),
        data: Arc::new(data),
        token,
        wrap_ttl: wrap_ttl(&parts.headers)?,
        source: Some(peer.address()),
    })
}

/// A path with its `%xx` decoded; `None` when that is no text.
fn decoded(path: &str) -> Option<String> {
    if !path.contains('%') {
        return Some(path.to_owned());
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

fn query(text: &str) -> Result<Map<String, Value>, Answer> {
    let mut fields = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (key.replace('+', " "), value.replace('+', " "));
        let both = decoded(&key).zip(decoded(&value));
        let (key, value) =
            both.ok_or_else(|| Answer::errors(400, &["the query is not readable"]))?;
        if fields.len() >= QUERY_MAX {
            return Err(Answer::errors(400, &["the query has too many fields"]));
        }
        fields.insert(key, Value::String(value));
    }
    Ok(fields)
}

async fn fields(body: Incoming, room: usize) -> Result<Map<String, Value>, Answer> {
    let body = Limited::new(body, room).collect().await;
    let body = body.map_err(|_| Answer::errors(413, &["the body is too large or broke off"]))?;
    let body = body.to_bytes();
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Null) => Ok(Map::new()),
        _ => Err(Answer::errors(400, &["error parsing JSON"])),
    }
}

fn token(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let own = headers.get("x-vault-token");
    let own = own.and_then(|token| token.to_str().ok());
    let bearer = || {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    };
    let token = own.or_else(bearer)?.trim();
    (!token.is_empty()).then(|| Zeroizing::new(token.to_owned()))
}

fn wrap_ttl(headers: &HeaderMap) -> Result<Option<Duration>, Answer> {
    let Some(given) = headers.get("x-vault-wrap-ttl") else {
        return Ok(None);
    };
    let text = given.to_str().unwrap_or("-");
    let ttl = parse_duration(&Value::String(text.to_owned()));
    let ttl = ttl.ok_or_else(|| Answer::errors(400, &["X-Vault-Wrap-TTL is no duration"]))?;
    // A part of a second is one: what has to be wrapped is.
    let seconds = ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0);
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}

fn response(answer: Answer, is_head: bool) -> Response<Body> {
    let text = match (&answer.body, is_head) {
        (Some(body), false) => serde_json::to_vec(body).unwrap_or_default(),
        _ => Vec::new(),
    };
    let has_text = !text.is_empty();
    let mut response = Response::new(Body::from(Bytes::from(text)));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000; includeSubDomains"),
    );
    if has_text {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
    }
    if let Some(location) = answer.location
        && let Ok(location) = HeaderValue::from_str(&location)
    {
        headers.insert(header::LOCATION, location);
    }
    response
}
