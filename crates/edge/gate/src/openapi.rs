//! The API's own description: OpenAPI 3.1, written from the operations themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use act::{Audience, Binding, Carrier, Mode};
use base::{Context, Result};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Response, header};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::{
    body::Body,
    gate::API_PREFIX,
    inquiry::{Endpoint, Inquiry},
    origin::SESSION_COOKIE,
    problem,
    public::PublicUrl,
    refusals,
    router::Route,
    seal::{self, EnterShare, SealView},
};

/// The document, written once when the router is.
#[derive(Debug, Default)]
pub(crate) struct Document(OnceLock<Bytes>);

impl Document {
    /// Writes the document for these operations and the gate's own routes.
    pub(crate) fn fill(
        &self,
        public: &PublicUrl,
        bindings: &[Binding],
        routes: &[Route],
    ) -> Result<()> {
        let value = write(public, bindings, routes);
        let text = serde_json::to_vec(&value).context("writing the API's document")?;
        self.0.get_or_init(|| text.into());
        Ok(())
    }

    pub(crate) fn text(&self) -> &str {
        self.0
            .get()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}

impl Endpoint for Document {
    fn answer(self: Arc<Self>, _: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        let mut response = Response::new(Body::Full(self.0.get().cloned().unwrap_or_default()));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn write(public: &PublicUrl, bindings: &[Binding], routes: &[Route]) -> Value {
    // Answers share their types under components; inputs are written out, since each operation splits its own
    // between path, query and body.
    let mut outputs = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .for_serialize()
        .into_generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for binding in bindings {
        let Some((method, path)) = binding.operation.http else {
            continue;
        };
        let output = (binding.output)(&mut outputs).to_value();
        let entry = operation(binding, path, &output);
        paths
            .entry(format!("{API_PREFIX}{path}"))
            .or_default()
            .insert(method.name().to_lowercase(), entry);
    }
    let seal = outputs.subschema_for::<SealView>().to_value();
    for route in routes {
        if let Some(entry) = own_route(route, &seal) {
            paths
                .entry(route.path.clone())
                .or_default()
                .insert(route.method.to_lowercase(), entry);
        }
    }
    let mut schemas = outputs.take_definitions(true);
    schemas.insert("Problem".to_owned(), problem_schema());
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bastide",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Requests and answers are JSON. Errors are problem documents with a stable `code`. \
                Unknown fields are refused. Unsafe requests that carry the session cookie must also send \
                `X-Bastide-Csrf: 1` from a page of this server.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": public.origin()}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "Refused, or failed.",
                    "content": {problem::MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    });
    bound_integers(&mut document);
    document
}

/// Says of every integer how far its type reaches: `format` alone is a hint that readers may pass over.
fn bound_integers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound_integers),
        Value::Object(members) => {
            let range = match members.get("format").and_then(Value::as_str) {
                Some("uint8") => Some((json!(0), json!(u8::MAX))),
                Some("uint16") => Some((json!(0), json!(u16::MAX))),
                Some("uint32") => Some((json!(0), json!(u32::MAX))),
                Some("uint64") => Some((json!(0), json!(u64::MAX))),
                Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
                Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
                _ => None,
            };
            if let Some((minimum, maximum)) = range {
                members.entry("minimum").or_insert(minimum);
                members.entry("maximum").or_insert(maximum);
            }
            members.values_mut().for_each(bound_integers);
        }
        _ => {}
    }
}

fn operation(binding: &Binding, path: &str, output: &Value) -> Value {
    let operation = binding.operation;
    let mut inputs = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let input = (binding.input)(&mut inputs).to_value();
    let takes_body = operation
        .http
        .is_some_and(|(method, _)| takes_body(method.name()));
    let split = Split::of(
        &input,
        path,
        takes_body && !matches!(operation.carrier, Carrier::BytesIn { .. }),
    );
    let mut parameters = split.parameters;
    if operation.replay().is_some() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same key with the same input is the same write.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
        }));
    }
    let mut entry = json!({
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.name.split('.').next().unwrap_or_default()],
        "parameters": parameters,
        "responses": responses(binding, output),
        "security": match operation.access {
            Audience::Public => json!([]),
            _ => json!([{"session": []}, {"bearer": []}]),
        },
    });
    let body = match operation.carrier {
        Carrier::BytesIn { media, .. } => {
            let content: Map<String, Value> =
                media.iter().map(|media| ((*media).to_owned(), json!({"schema": {}}))).collect();
            Some(json!({"required": true, "content": content}))
        }
        _ => split.body.map(|(schema, required)| {
            json!({"required": required, "content": {"application/json": {"schema": schema}}})
        }),
    };
    if let (Some(body), Some(entry)) = (body, entry.as_object_mut()) {
        entry.insert("requestBody".to_owned(), body);
    }
    entry
}

fn takes_body(method: &str) -> bool {
    !matches!(method, "GET" | "DELETE")
}

/// An input's members, by where they travel.
struct Split {
    parameters: Vec<Value>,
    body: Option<(Value, bool)>,
}

impl Split {
    fn of(input: &Value, path: &str, has_body: bool) -> Self {
        let required: BTreeSet<&str> = input
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let in_path: Vec<&str> = path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let mut parameters = Vec::new();
        let mut members = Map::new();
        for (name, schema) in input
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let place = match (in_path.contains(&name.as_str()), has_body) {
                (true, _) => "path",
                (false, true) => {
                    members.insert(name.clone(), schema.clone());
                    continue;
                }
                (false, false) => "query",
            };
            parameters.push(json!({
                "name": name, "in": place, "schema": in_address(schema),
                "required": place == "path" || required.contains(name.as_str()),
            }));
        }
        let body = has_body.then(|| {
            let needed: Vec<&&str> = required
                .iter()
                .filter(|name| members.contains_key(**name))
                .collect();
            let is_needed = !needed.is_empty();
            let mut schema = input.clone();
            if let Some(schema) = schema.as_object_mut() {
                schema.retain(|word, _| {
                    !matches!(word.as_str(), "$schema" | "title" | "description")
                });
                if schema.contains_key("properties") || !schema.contains_key("oneOf") {
                    schema.insert("type".to_owned(), json!("object"));
                    schema.insert("required".to_owned(), json!(needed));
                    schema.insert("properties".to_owned(), Value::Object(members));
                    schema.insert("additionalProperties".to_owned(), json!(false));
                }
            }
            (schema, is_needed)
        });
        Self { parameters, body }
    }
}

/// A text in an address has no control characters; everywhere else it may.
fn in_address(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        let is_text = match members.get("type") {
            Some(Value::Array(types)) => types.iter().any(|one| one == "string"),
            Some(one) => one == "string",
            None => false,
        };
        if is_text && !members.contains_key("enum") {
            members
                .entry("pattern")
                .or_insert_with(|| json!("^[^\\u0000-\\u001f\\u007f]*$"));
        }
    }
    schema
}

fn responses(binding: &Binding, output: &Value) -> Value {
    let operation = binding.operation;
    let content = match operation.carrier {
        Carrier::BytesOut | Carrier::StreamOut => json!({"*/*": {"schema": {}}}),
        _ => json!({"application/json": {"schema": output}}),
    };
    let good = |description: &str| json!({"description": description, "content": content});
    let mut responses = Map::new();
    let description = match operation.status {
        201 => "Made.",
        202 => "Accepted.",
        _ => "Done.",
    };
    responses.insert(operation.status.to_string(), good(description));
    if operation.carrier == Carrier::StreamOut {
        responses.insert("206".to_owned(), good("The part that `Range` asked for."));
        let known = json!({"description": "`If-None-Match` names what is there."});
        responses.insert("304".to_owned(), known);
    }
    if operation.replay().is_some() {
        responses.insert("200".to_owned(), good("Made before; this is it."));
    }
    let mut by_status: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    let standing = refusals::ALL.iter().copied().chain(act::refusals());
    for refusal in standing.chain(operation.refusals.iter().copied()) {
        by_status
            .entry(refusals::status(&refusal).as_u16())
            .or_default()
            .insert(refusal.code);
    }
    by_status.entry(500).or_default().insert("gate.fault");
    let is_public = operation.access == Audience::Public;
    let is_read = operation.mode == Mode::Read;
    for (status, codes) in by_status {
        if (status == 405)
            || (status == 416 && operation.carrier != Carrier::StreamOut)
            || (status == 401 && is_public && operation.refusals.is_empty())
            || (status == 507 && is_read)
        {
            continue;
        }
        let codes: Vec<&str> = codes.into_iter().collect();
        responses.insert(
            status.to_string(),
            json!({
                "description": format!("`{}`", codes.join("`, `")),
                "content": {problem::MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }),
        );
    }
    // Given by the HTTP layer itself, before there is a request to answer.
    responses.insert(
        "431".to_owned(),
        json!({"description": "The request's headers are too large."}),
    );
    Value::Object(responses)
}

/// The gate's own routes; operations are described above.
fn own_route(route: &Route, seal: &Value) -> Option<Value> {
    let refused = json!({"$ref": "#/components/responses/Problem"});
    let (summary, good, status) = match route.operation {
        "gate.stream.open" => (
            "The live stream, as a WebSocket.",
            json!({"description": "A WebSocket."}),
            "101",
        ),
        "gate.echo.open" => (
            "Says back what it hears.",
            json!({"description": "A WebSocket."}),
            "101",
        ),
        "gate.document.read" => ("This document.", any_json(), "200"),
        "gate.health.read" => ("Whether the process answers.", any_json(), "200"),
        seal::READ => (
            "The seal: whether shares are needed, and how many were entered at this node. Answers while sealed.",
            of_json(seal),
            "200",
        ),
        seal::ENTER => (
            "Enters a custodian's share at this node. The last that is needed opens it. Answers while sealed.",
            of_json(seal),
            "200",
        ),
        seal::FORGET => (
            "Forgets the shares that were entered at this node. Answers while sealed.",
            of_json(seal),
            "200",
        ),
        "gate.readiness.read" => ("Whether requests make sense now.", any_json(), "200"),
        _ => return None,
    };
    let is_stream = route.operation == "gate.stream.open";
    let mut responses = Map::from_iter([(status.to_owned(), good)]);
    for status in ["400", "401", "403", "421", "429", "500", "503"] {
        if status != "401" || is_stream {
            responses.insert(status.to_owned(), refused.clone());
        }
    }
    let takes_share = route.operation == seal::ENTER;
    if takes_share {
        for status in ["408", "409", "413", "415", "422"] {
            responses.insert(status.to_owned(), refused.clone());
        }
    }
    let mut entry = json!({
        "operationId": route.operation,
        "summary": summary,
        "tags": ["gate"],
        "responses": responses,
        "security": if is_stream { json!([{"session": []}, {"bearer": []}]) } else { json!([]) },
    });
    if let (true, Some(entry)) = (takes_share, entry.as_object_mut()) {
        entry.insert("requestBody".to_owned(), share_body());
    }
    Some(entry)
}

fn share_body() -> Value {
    let mut inputs = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let schema = inputs.subschema_for::<EnterShare>().to_value();
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

fn of_json(schema: &Value) -> Value {
    json!({"description": "Done.", "content": {"application/json": {"schema": schema}}})
}

fn any_json() -> Value {
    json!({"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}})
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "An error (RFC 9457).",
        "required": ["type", "title", "status", "code", "reference"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string", "description": "One sentence for a person."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "description": "Stable: `domain.reason`."},
            "reference": {"type": "string", "description": "Names this request in the server's log."},
            "field": {"type": "string", "description": "The input field at fault."},
            "retry_after_s": {"type": "integer", "minimum": 0},
        },
        "additionalProperties": false,
    })
}
