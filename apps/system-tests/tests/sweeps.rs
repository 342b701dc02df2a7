//! Sweeps over every route of the router: as nobody, as an outsider, from another tenant, as a removed member. A new
//! operation joins them by existing.

use std::collections::BTreeSet;

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Client, Connection, Organisation, Person, Reply, Server};

use crate::ground::Ground;

/// Routes that answer without a session, each for a reason that is plain from its name.
const PUBLIC: &[&str] = &[
    "/api/v1/instance",
    "/api/v1/invitations/accept",
    "/api/v1/invitations/inspect",
    "/api/v1/openapi.json",
    "/api/v1/password-reset",
    "/api/v1/password-reset/finish",
    "/api/v1/sign-in",
    "/api/v1/sign-in/second-factor",
    "/api/v1/sign-up",
    "/healthz",
    "/readyz",
];

/// One route as the document tells it.
struct Route {
    method: Method,
    path: String,
    body: Option<Value>,
    media: String,
}

/// What stands in the paths: things of the first organisation.
struct Things {
    chat: String,
    message: String,
    account: String,
    invitation: String,
    session: String,
}

async fn routes(client: &Client) -> Vec<Route> {
    let document = client
        .connect()
        .await
        .get("/api/v1/openapi.json")
        .await
        .ok();
    let base = document["servers"][0]["url"].as_str().unwrap_or_default();
    let prefix = if base.ends_with("/api/v1") {
        "/api/v1"
    } else {
        ""
    };
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else {
                continue;
            };
            let content = operation["requestBody"]["content"].as_object();
            let media = content
                .and_then(|content| content.keys().next().cloned())
                .unwrap_or_default();
            let schema = content
                .and_then(|content| content.get("application/json"))
                .map(|json| &json["schema"]);
            let body = schema.map(|schema| example(schema, &document));
            routes.push(Route {
                method,
                path: format!("{prefix}{path}"),
                body,
                media,
            });
        }
    }
    assert!(routes.len() > 30, "the document has routes");
    routes
}

/// A value of the schema's form, as small as it allows.
fn example(schema: &Value, document: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(
            document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or(&Value::Null),
            document,
        );
    }
    if let Some(first) = schema["enum"].get(0).or_else(|| schema.get("const")) {
        return first.clone();
    }
    if let Some(variant) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
        return example(variant, document);
    }
    let kind = schema["type"]
        .as_str()
        .or_else(|| schema["type"][0].as_str())
        .unwrap_or("object");
    match kind {
        "string" => match schema["pattern"].as_str() {
            Some(pattern) => {
                let prefix = pattern
                    .trim_start_matches('^')
                    .split('[')
                    .next()
                    .unwrap_or_default();
                json!(format!("{prefix}{}", "0".repeat(32)))
            }
            None => json!("example text 7"),
        },
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" => json!([]),
        "null" => Value::Null,
        _ => {
            let required: BTreeSet<&str> = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties = schema["properties"]
                .as_object()
                .cloned()
                .unwrap_or_default();
            properties
                .iter()
                .filter(|(name, _)| required.contains(name.as_str()))
                .map(|(name, schema)| (name.clone(), example(schema, document)))
                .collect()
        }
    }
}

impl Things {
    fn fill(&self, path: &str) -> String {
        path.replace("{chat}", &self.chat)
            .replace("{message}", &self.message)
            .replace("{account}", &self.account)
            .replace("{invitation}", &self.invitation)
            .replace("{session}", &self.session)
            .replace("{avatar}", &format!("av_{}", "0".repeat(32)))
    }

    async fn of(person: &mut Person, guest: &Person) -> Self {
        let chat = person
            .creates_chat("swept", std::slice::from_ref(&guest.account))
            .await;
        let message = person.sends(&chat, "swept", "swept").await;
        let input = json!({ "role": "member", "expires_in_h": 24 });
        let invitation = person
            .connection
            .call("POST", "/invitations", &input)
            .await
            .ok();
        let me = person
            .connection
            .call("GET", "/me", &Value::Null)
            .await
            .ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            chat,
            message: text(&message["id"]),
            account: person.account.clone(),
            invitation: text(&invitation["id"]),
            session: text(&me["session"]),
        }
    }
}

async fn ask(connection: &mut Connection, route: &Route, things: &Things) -> Reply {
    let path = things.fill(&route.path);
    let json = [("content-type", "application/json")];
    let (headers, body): (&[(&str, &str)], Bytes) = match &route.body {
        Some(body) => (&json, serde_json::to_vec(body).unwrap().into()),
        None if route.media.starts_with("image/") => (
            &[("content-type", "image/png")],
            Bytes::from_static(b"no image"),
        ),
        None => (&[], Bytes::new()),
    };
    connection
        .request(route.method.clone(), &path, headers, body)
        .await
        .unwrap()
}

fn is_socket(route: &Route) -> bool {
    route.path.ends_with("/stream")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_the_gate_but_where_the_list_says_so() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "swept", &["ana", "bo"]).await;
    let (owner, guests) = org.people.split_at_mut(1);
    let things = Things::of(&mut owner[0], &guests[0]).await;
    for route in routes(&client)
        .await
        .iter()
        .filter(|route| !is_socket(route))
    {
        let mut connection = client.connect().await;
        let reply = ask(&mut connection, route, &things).await;
        let is_public = PUBLIC.contains(&route.path.as_str());
        assert_eq!(
            reply.status == 401,
            !is_public,
            "{} {}: {}",
            route.method,
            route.path,
            reply.status
        );
        assert!(
            reply.status < 500,
            "{} {}: {}",
            route.method,
            route.path,
            reply.status
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_finds_nothing_of_the_first() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "first", &["ana", "bo"]).await;
    let (owner, guests) = org.people.split_at_mut(1);
    let things = Things::of(&mut owner[0], &guests[0]).await;
    let stranger = Person::founds(&client, "second", "stranger").await;
    for route in routes(&client)
        .await
        .iter()
        .filter(|route| route.path.contains('{') && !is_socket(route))
    {
        let mut connection = client.connect().await;
        connection.token = Some(stranger.token.clone());
        let reply = ask(&mut connection, route, &things).await;
        let is_refused = matches!(reply.status, 400 | 404 | 415 | 422);
        assert!(
            is_refused,
            "{} {}: {} {}",
            route.method,
            route.path,
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
    }
    let chats = owner[0]
        .connection
        .call("GET", &format!("/chats/{}", things.chat), &Value::Null)
        .await
        .ok();
    assert_eq!(chats["name"], "swept", "nothing was changed from outside");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_and_a_colleague_find_nothing_of_the_chat() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "removed", &["ana", "bo", "cy"]).await;
    let (owner, others) = org.people.split_at_mut(1);
    let things = Things::of(&mut owner[0], &others[0]).await;
    let path = format!("/chats/{}/members/{}", things.chat, others[0].account);
    owner[0]
        .connection
        .call("DELETE", &path, &Value::Null)
        .await
        .ok();
    for person in others.iter() {
        for route in routes(&client)
            .await
            .iter()
            .filter(|route| route.path.contains("{chat}"))
        {
            let mut connection = client.connect().await;
            connection.token = Some(person.token.clone());
            let reply = ask(&mut connection, route, &things).await;
            let answer = (reply.status, reply.code());
            assert!(
                answer == (404, "messenger.chat_absent".to_owned())
                    || matches!(reply.status, 400 | 422),
                "{} {}: {answer:?}",
                route.method,
                route.path
            );
        }
    }
    server.stop().await;
}
