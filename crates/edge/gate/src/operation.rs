//! Operations over HTTP: who asks, what with, and the answer with its session.

use std::sync::Arc;

use act::{Answer, Audience, Binding, Call, Caller, Carrier, NOT_SIGNED_IN, Operation, Repetition};
use base::{Context, Error, Refusal, Result, Secret};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::{
    body::{self, Body, BodyLimit},
    content,
    input::{self, Shapes},
    inquiry::{Endpoint, Inquiry},
    origin::{SESSION_COOKIE, bearer_token, session_cookie},
    refusals,
    uploads::{Upload, Uploads},
};

/// Runs operations: the runtime, or what stands in for it in tests.
pub trait Execute: Send + Sync {
    fn execute<'a>(
        &'a self,
        name: &'static str,
        call: Call,
        input: Value,
    ) -> BoxFuture<'a, Result<Answer>>;

    /// Notes a call that the gate refused before the operation was asked. Must not wait.
    fn refused(&self, operation: &'static Operation, call: &Call, refusal: &Refusal);
}

impl Execute for act::Runtime {
    fn execute<'a>(
        &'a self,
        name: &'static str,
        call: Call,
        input: Value,
    ) -> BoxFuture<'a, Result<Answer>> {
        Box::pin(self.execute(name, call, input))
    }

    fn refused(&self, operation: &'static Operation, call: &Call, refusal: &Refusal) {
        self.note_refused(operation, call, refusal);
    }
}

/// Finds the caller behind a session token.
pub trait Authenticate: Send + Sync {
    /// # Errors
    /// [`NOT_SIGNED_IN`] when the token is no live session's.
    fn authenticate<'a>(&'a self, token: &'a Secret<String>) -> BoxFuture<'a, Result<Caller>>;
}

/// The header by which a program asks for the token in the body in place of the cookie.
pub const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-bastide-token");
/// The header that makes a repeated write the same write.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest token, key or client name that is looked at.
const CREDENTIAL_BYTES_MAX: usize = 512;
const CLIENT_CHARS_MAX: usize = 200;

/// One operation as an endpoint.
pub(crate) struct OperationEndpoint {
    pub(crate) operation: &'static Operation,
    pub(crate) shapes: Shapes,
    pub(crate) body_ms_max: u64,
    pub(crate) session_cookie_s: u32,
    pub(crate) doors: Doors,
}

/// What endpoints reach the house through.
#[derive(Clone)]
pub(crate) struct Doors {
    pub(crate) execute: Arc<dyn Execute>,
    pub(crate) authenticate: Arc<dyn Authenticate>,
    pub(crate) uploads: Arc<Uploads>,
}

impl Doors {
    /// The call that a request makes; one that is not let in is noted.
    pub(crate) async fn call(
        &self,
        operation: &'static Operation,
        inquiry: &Inquiry,
    ) -> Result<Call> {
        let mut call = nobodys_call(inquiry);
        match self.let_in(operation, inquiry, &mut call).await {
            Ok(()) => Ok(call),
            Err(error) => Err(self.refused(operation, &call, error)),
        }
    }

    /// Finds the caller. A public operation may be asked with a token that has ended: the sign-in page is. Nobody gets to send
    /// megabytes to an operation that will not hear them.
    async fn let_in(
        &self,
        operation: &Operation,
        inquiry: &Inquiry,
        call: &mut Call,
    ) -> Result<()> {
        let headers = inquiry.request.headers();
        let is_public = operation.access == Audience::Public;
        if let Some(token) = credential(headers) {
            match self.authenticate.authenticate(&token).await {
                Err(error) if is_public && error.is(&NOT_SIGNED_IN) => {}
                known => call.caller = known?,
            }
        }
        if !is_public && call.caller.member().is_none() {
            return Err(NOT_SIGNED_IN.into());
        }
        call.idempotency_key = idempotency_key(headers)?;
        let takes_key = !matches!(operation.repetition, Repetition::NotTaken(_));
        match call.idempotency_key {
            Some(_) if !takes_key => Err(refusals::IDEMPOTENCY_NOT_TAKEN.into()),
            _ => Ok(()),
        }
    }

    /// Notes a refusal of the gate's own, and hands it on.
    pub(crate) fn refused(
        &self,
        operation: &'static Operation,
        call: &Call,
        error: Error,
    ) -> Error {
        if let Some(refusal) = error.refusal() {
            self.execute.refused(operation, call, refusal);
        }
        error
    }
}

/// What is known of a request before its caller is.
pub(crate) fn nobodys_call(inquiry: &Inquiry) -> Call {
    Call {
        caller: Caller::Nobody,
        request: inquiry.id,
        source: inquiry.source.to_string(),
        client: client_name(inquiry.request.headers()),
        idempotency_key: None,
        body: Bytes::new(),
    }
}

impl Endpoint for OperationEndpoint {
    fn answer(self: Arc<Self>, mut inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move {
            let mut call = match self.doors.call(self.operation, &inquiry).await {
                Ok(call) => call,
                Err(refused) => {
                    body::discard_unheard(inquiry.request.body_mut()).await;
                    return Err(refused);
                }
            };
            let wants_token = inquiry
                .request
                .headers()
                .get(&TOKEN_HEADER)
                .is_some_and(|value| value == "1");
            let noted = |error| self.doors.refused(self.operation, &call, error);
            let asked = content::Asked::of(inquiry.request.headers());
            let watch = self.watch(&inquiry);
            // Held until the operation has ended: it keeps the bytes as long.
            let mut upload = self.upload(&call).map_err(noted)?;
            let read = self.input(inquiry, upload.as_mut()).await;
            let (input, body) = read.map_err(noted)?;
            call.body = body;
            let asking = watch.map(|watch| watch(call.clone()));
            let answer = self
                .doors
                .execute
                .execute(self.operation.name, call, input)
                .await?;
            match asking {
                Some(watch) => content::respond(content::of(answer)?, &asked, watch),
                None => self.respond(answer, wants_token),
            }
        })
    }

    fn turned_away(&self, inquiry: &Inquiry, error: Error) -> Error {
        self.doors
            .refused(self.operation, &nobodys_call(inquiry), error)
    }
}

impl OperationEndpoint {
    /// Of an operation that streams: who is asked while its content leaves.
    fn watch(&self, inquiry: &Inquiry) -> Option<impl FnOnce(Call) -> content::Watch + use<>> {
        let token = credential(inquiry.request.headers());
        let (doors, reference) = (self.doors.clone(), inquiry.id.to_string());
        let watch = move |call| content::Watch {
            doors,
            call,
            token,
            reference,
        };
        (self.operation.carrier == Carrier::StreamOut).then_some(watch)
    }

    fn upload(&self, call: &Call) -> Result<Option<Upload>> {
        let account = call.caller.member().map(|member| member.account);
        match self.operation.carrier {
            Carrier::BytesIn { .. } => self.doors.uploads.begin(account).map(Some),
            Carrier::Json | Carrier::BytesOut | Carrier::StreamOut => Ok(None),
        }
    }

    /// The JSON input, and the raw body of an operation that takes one.
    async fn input(&self, inquiry: Inquiry, upload: Option<&mut Upload>) -> Result<(Value, Bytes)> {
        let (parts, mut incoming) = inquiry.request.into_parts();
        let path: Vec<(&str, &str)> = inquiry
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let takes_body = !matches!(parts.method, http::Method::GET | http::Method::DELETE);
        if !takes_body && !http_body::Body::is_end_stream(&incoming) {
            body::discard_unheard(&mut incoming).await;
            return Err(refusals::BODY_NOT_TAKEN.into());
        }
        // A form of a foreign page has an address and no JSON: what changes something says it in the body.
        let query = parts.uri.query().filter(|query| !query.is_empty());
        if query.is_some() && parts.method != http::Method::GET {
            return Err(refusals::PARAMETER_UNKNOWN.into());
        }
        let size_bytes_max = match self.operation.carrier {
            Carrier::BytesIn { bytes_max, media } => {
                if let Err(refused) = is_one_of(&parts.headers, media) {
                    body::discard_unheard(&mut incoming).await;
                    return Err(refused);
                }
                bytes_max
            }
            Carrier::Json | Carrier::BytesOut | Carrier::StreamOut => {
                self.operation.input_bytes_max
            }
        };
        let limit = BodyLimit {
            size_bytes_max,
            time_ms_max: self.body_ms_max,
        };
        let bytes = body::read(incoming, limit, upload).await?;
        let (members, raw) = match self.operation.carrier {
            Carrier::BytesIn { .. } => (serde_json::Map::new(), bytes),
            Carrier::Json | Carrier::BytesOut | Carrier::StreamOut => {
                (input::json_object(&parts.headers, &bytes)?, Bytes::new())
            }
        };
        Ok((input::merge(&self.shapes, &path, query, members)?, raw))
    }

    fn respond(&self, answer: Answer, wants_token: bool) -> Result<Response<Body>> {
        let status =
            StatusCode::from_u16(answer.status).context("reading an operation's status")?;
        let mut body = answer.body;
        let mut cookie = None;
        if let Some(token) = answer.session {
            if wants_token && !token.is_empty() {
                body = with_token(&body, token)?;
            } else {
                cookie = Some(cookie_for(&token, self.session_cookie_s)?);
            }
        }
        let mut response = Response::new(Body::Full(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.media));
        if let Some(cookie) = cookie {
            headers.insert(header::SET_COOKIE, cookie);
        }
        if self.operation.carrier == Carrier::BytesOut {
            // The address holds an id that changes with the content; only the person's own browser keeps it.
            let kept = HeaderValue::from_static("private, max-age=86400, immutable");
            headers.insert(header::CACHE_CONTROL, kept);
        }
        Ok(response)
    }
}

/// The session token: a bearer token where there is one, else the cookie.
fn credential(headers: &HeaderMap) -> Option<Secret<String>> {
    let token = match headers.contains_key(header::AUTHORIZATION) {
        true => bearer_token(headers),
        false => session_cookie(headers),
    }?;
    (1..=CREDENTIAL_BYTES_MAX)
        .contains(&token.len())
        .then(|| Secret::new(token.to_owned()))
}

fn client_name(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().take(CLIENT_CHARS_MAX).collect()
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(&IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(refusals::IDEMPOTENCY_KEY.into()),
    }
}

fn is_one_of(headers: &HeaderMap, media: &[&str]) -> Result<()> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    let is_taken = media
        .iter()
        .any(|taken| taken.eq_ignore_ascii_case(essence));
    if is_taken {
        Ok(())
    } else {
        Err(Error::from(refusals::MEDIA_TYPE))
    }
}

/// Puts the token where the answer leaves room for it.
fn with_token(body: &[u8], token: String) -> Result<Bytes> {
    let mut value: Value =
        serde_json::from_slice(body).context("reading an answer with a session")?;
    if let Some(slot) = value.get_mut("token") {
        *slot = Value::String(token);
    }
    serde_json::to_vec(&value)
        .map(Bytes::from)
        .context("writing an answer with a session")
}

/// The `__Host-` prefix has browsers insist on Secure, no domain and the root path (RFC 6265bis §4.1.3.2).
fn cookie_for(token: &str, lifetime_s: u32) -> Result<HeaderValue> {
    let lifetime_s = if token.is_empty() { 0 } else { lifetime_s };
    let text = format!(
        "{SESSION_COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={lifetime_s}"
    );
    let mut value = HeaderValue::try_from(text).context("writing a session cookie")?;
    value.set_sensitive(true);
    Ok(value)
}

/// The shape of an operation's input, for reading its parameters.
pub(crate) fn shapes(binding: &Binding) -> Shapes {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    Shapes::of((binding.input)(&mut generator).as_value())
}
