//! From a request to one JSON object: parameters of the path, parameters of the query, and the body's members.

mod address;
mod json;
mod shape;

use base::Result;
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::refusals;

pub(crate) use shape::Shapes;

pub(crate) use address::decode_segment;

/// The media type of a body that is read as JSON.
const JSON: &str = "application/json";

/// Merges everything an operation is given into one object. What the path says, neither query nor body may say again.
///
/// # Errors
/// The `gate.*` refusals of malformed, unknown or repeated values, pointing at the field, never telling its content.
pub(crate) fn merge(
    shapes: &Shapes,
    path: &[(&str, &str)],
    query: Option<&str>,
    body: Map<String, Value>,
) -> Result<Value> {
    let mut input = body;
    for (name, segment) in path {
        let text = decode_segment(segment)?;
        let value = shapes.convert(name, &text)?;
        if input.insert((*name).to_owned(), value).is_some() {
            return Err(refusals::PARAMETER_REPEATED.at((*name).to_owned()));
        }
    }
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        merge_query(shapes, query, &mut input)?;
    }
    Ok(Value::Object(input))
}

fn merge_query(shapes: &Shapes, query: &str, input: &mut Map<String, Value>) -> Result<()> {
    let mut lists: Map<String, Value> = Map::new();
    for (name, text) in address::query_pairs(query)? {
        let value = shapes.convert(&name, &text)?;
        if input.contains_key(&name) {
            return Err(refusals::PARAMETER_REPEATED.at(name));
        }
        if !shapes.is_list(&name) {
            input.insert(name, value);
            continue;
        }
        if let Value::Array(items) = lists
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()))
        {
            items.push(value);
        }
    }
    input.extend(lists);
    Ok(())
}

/// Reads a body as a JSON object. No bytes at all are the empty object; otherwise the media type must say JSON.
///
/// # Errors
/// `gate.media_type`, `gate.not_utf8`, `gate.json_…`.
pub(crate) fn json_object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    if !is_json(headers) {
        return Err(refusals::MEDIA_TYPE.into());
    }
    match json::parse(body)? {
        Value::Object(members) => Ok(members),
        _ => Err(refusals::JSON_NOT_OBJECT.into()),
    }
}

/// `application/json`, with no parameter but `charset=utf-8`, which says nothing (RFC 8259 §8.1, §11).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case(JSON))
        && parts.all(|parameter| {
            parameter.eq_ignore_ascii_case("charset=utf-8")
                || parameter.eq_ignore_ascii_case("charset=\"utf-8\"")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shapes() -> Shapes {
        Shapes::of(&json!({
            "type": "object",
            "properties": {
                "chat": {"type": "string"},
                "limit": {"type": ["integer", "null"]},
                "deep": {"type": "boolean"},
                "ratio": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                "kind": {"$ref": "#/$defs/Kind"},
                "accounts": {"type": "array", "items": {"type": "string"}},
                "numbers": {"type": "array", "items": {"type": "integer"}},
                "body": {"type": "object"}
            },
            "$defs": {"Kind": {"enum": ["a", "b"], "type": "string"}}
        }))
    }

    fn merged(
        path: &[(&str, &str)],
        query: &str,
        body: Value,
    ) -> Result<Value, (String, Option<String>)> {
        let Value::Object(members) = body else {
            panic!("an object")
        };
        merge(&shapes(), path, Some(query), members).map_err(|error| match error {
            base::Error::Refusal(answer) => (
                answer.refusal.code.to_owned(),
                answer.field.map(|f| f.into_owned()),
            ),
            base::Error::Fault(fault) => panic!("{fault}"),
        })
    }

    #[test]
    fn path_query_and_body_become_one_object() {
        let input = merged(
            &[("chat", "oc_%31")],
            "limit=20&deep=true&ratio=1.5&kind=a&accounts=u_1&accounts=u+%C3%A4&numbers=7",
            json!({"body": {"text": "hi"}}),
        );
        assert_eq!(
            input.unwrap(),
            json!({"chat": "oc_1", "limit": 20, "deep": true, "ratio": 1.5, "kind": "a",
                "accounts": ["u_1", "u ä"], "numbers": [7], "body": {"text": "hi"}})
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_field() {
        let path = [("chat", "oc_1")];
        for (query, body, code, field) in [
            (
                "limit=ten",
                json!({}),
                "gate.parameter_malformed",
                Some("limit"),
            ),
            (
                "limit=1.0",
                json!({}),
                "gate.parameter_malformed",
                Some("limit"),
            ),
            (
                "limit=+1",
                json!({}),
                "gate.parameter_malformed",
                Some("limit"),
            ),
            (
                "deep=1",
                json!({}),
                "gate.parameter_malformed",
                Some("deep"),
            ),
            (
                "ratio=NaN",
                json!({}),
                "gate.parameter_malformed",
                Some("ratio"),
            ),
            (
                "body=x",
                json!({}),
                "gate.parameter_malformed",
                Some("body"),
            ),
            ("nobody=1", json!({}), "gate.parameter_unknown", None),
            (
                "limit=1&limit=2",
                json!({}),
                "gate.parameter_repeated",
                Some("limit"),
            ),
            (
                "limit=1",
                json!({"limit": 2}),
                "gate.parameter_repeated",
                Some("limit"),
            ),
            (
                "chat=oc_2",
                json!({}),
                "gate.parameter_repeated",
                Some("chat"),
            ),
            (
                "",
                json!({"chat": "oc_2"}),
                "gate.parameter_repeated",
                Some("chat"),
            ),
            ("kind=%ff", json!({}), "gate.query_malformed", None),
            ("kind=%4", json!({}), "gate.query_malformed", None),
        ] {
            let refused = merged(&path, query, body).unwrap_err();
            assert_eq!(
                refused,
                (code.to_owned(), field.map(str::to_owned)),
                "{query}"
            );
        }
    }

    #[test]
    fn paths_are_decoded_strictly() {
        assert_eq!(
            merged(&[("chat", "a%2")], "", json!({})).unwrap_err().0,
            "gate.path_malformed"
        );
        assert_eq!(
            merged(&[("chat", "%c3%28")], "", json!({})).unwrap_err().0,
            "gate.path_malformed"
        );
        assert_eq!(
            merged(&[("chat", "a%00")], "", json!({})).unwrap_err().0,
            "gate.path_malformed"
        );
    }

    #[test]
    fn bodies_are_json_objects() {
        let typed = |mime: &'static str| {
            HeaderMap::from_iter([(header::CONTENT_TYPE, mime.parse().unwrap())])
        };
        let code = |mime, body: &[u8]| {
            json_object(&typed(mime), body).map_err(|e| e.refusal().unwrap().code)
        };
        assert_eq!(
            code("application/json; charset=UTF-8", b"{}"),
            Ok(Map::new())
        );
        assert_eq!(code("text/plain", b""), Ok(Map::new()));
        assert_eq!(code("text/plain", b"{}"), Err("gate.media_type"));
        assert_eq!(
            code("application/json; charset=latin1", b"{}"),
            Err("gate.media_type")
        );
        assert_eq!(code("application/json", b"[]"), Err("gate.json_not_object"));
        assert_eq!(code("application/json", b"\"\xff\""), Err("gate.not_utf8"));
    }
}
