//! Sweeps over every route of the router, on every database there is: as nobody, as an outsider, from another tenant, as a
//! removed member, as a suspended one. A new operation joins them by existing.
//!
//! Every request is one that its owner gets past input checking with, so that what the others hear is the decision on access
//! and not on their input.

use std::collections::BTreeSet;

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Client, Connection, Organisation, Person, Reply, Server};

use crate::ground::{Ground, Kind};

/// Routes that answer without a session, each for a reason that is plain from its name.
const PUBLIC: &[&str] = &[
    "/api/v1/instance",
    "/api/v1/invitations/accept",
    "/api/v1/invitations/inspect",
    "/api/v1/openapi.json",
    "/api/v1/password-reset",
    "/api/v1/password-reset/finish",
    "/api/v1/seal",
    "/api/v1/seal/shares",
    "/api/v1/sign-in",
    "/api/v1/sign-in/second-factor",
    "/api/v1/sign-up",
    "/healthz",
    "/readyz",
];

/// What those hear who may not know that something exists, by what stands in the path first.
const ABSENT: &[(&str, &str)] = &[
    ("{chat}", "messenger.chat_absent"),
    ("{import}", "messenger.import_absent"),
    ("{account}", "identity.account_absent"),
    ("{invitation}", "identity.invitation_absent"),
    ("{session}", "identity.session_absent"),
    ("{avatar}", "identity.avatar_absent"),
    ("{hold}", "messenger.hold_absent"),
    ("{export}", "messenger.export_absent"),
];

/// One pixel, as PNG.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53,
    0xde, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x10, 0x50, 0x30, 0x00,
    0x00, 0x00, 0xa4, 0x00, 0x61, 0x34, 0x66, 0x7d, 0x72, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60, 0x82,
];

/// One route as the document tells it.
struct Route {
    method: Method,
    path: String,
    /// The form of the JSON that it takes.
    schema: Option<Value>,
    media: String,
}

/// Those beside the owner: one in the chat, who has a picture, and one in the organisation only.
struct Others {
    member: String,
    outsider: String,
    avatar: String,
}

/// What stands in paths and bodies: things of the first organisation.
struct Things {
    chat: String,
    message: String,
    account: String,
    outsider: String,
    invitation: String,
    import: String,
    /// A chat of the import.
    arrival: String,
    /// A file of that chat, on its way.
    arriving: String,
    session: String,
    avatar: String,
    /// A file that is on its way, and one that is whole.
    upload: String,
    file: String,
    hold: String,
    export: String,
}

/// A server with two organisations.
struct Swept {
    /// What the server stands on, as long as it runs.
    _ground: Ground,
    server: Server,
    routes: Vec<Route>,
    document: Value,
    /// The owner; one who is in the chat; one who is only in the organisation.
    org: Organisation,
    stranger: Person,
    others: Others,
    things: Things,
}

impl Route {
    fn is_socket(&self) -> bool {
        self.path.ends_with("/stream")
    }

    fn is_public(&self) -> bool {
        PUBLIC.contains(&self.path.as_str())
    }

    /// The code by which the thing in the path is hidden.
    fn absent(&self) -> &'static str {
        let first = ABSENT
            .iter()
            .filter(|(parameter, _)| self.path.contains(parameter))
            .min_by_key(|(parameter, _)| self.path.find(parameter));
        first.map_or_else(|| panic!("{self} needs a fixture"), |(_, code)| code)
    }
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

fn routes(document: &Value) -> Vec<Route> {
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
            let schema = content.and_then(|content| content.get("application/json"));
            routes.push(Route {
                method,
                path: format!("{prefix}{path}"),
                schema: schema.map(|json| json["schema"].clone()),
                media,
            });
        }
    }
    assert!(routes.len() > 30, "the document has routes");
    routes
}

impl Things {
    async fn of(owner: &mut Person, others: &Others, route: Option<&Route>) -> Self {
        let chat = owner
            .creates_chat("swept", std::slice::from_ref(&others.member))
            .await;
        let message = owner.sends(&chat, "swept", "swept").await;
        let input = json!({ "role": "member", "expires_in_h": 24 });
        let invitation = owner.connection.call("POST", "/invitations", &input);
        let invitation = invitation.await.ok();
        let (import, arrival) = begins_import(owner).await;
        let mut elsewhere = owner.signs_in().await;
        let me = elsewhere.connection.call("GET", "/me", &Value::Null).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut upload = String::new();
        let mut file = String::new();
        // Only so many of an account are under way.
        if route
            .is_none_or(|route| route.path.contains("{upload}") || route.path.contains("{file}"))
        {
            upload = begins_file(owner, &chat, "under way").await;
            file = begins_file(owner, &chat, "whole").await;
            puts_file(owner, &chat, &file).await;
        }
        let mut export = String::new();
        if route.is_none_or(|route| route.path.contains("{export}")) {
            export = begins_export(owner).await;
        }
        let mut arriving = String::new();
        // Once it is open, a chat takes no files from elsewhere.
        if route.is_none_or(|route| route.path.contains("{import}/chats/{chat}")) {
            arriving = begins_brought(owner, &import, &arrival).await;
        }
        let mut hold = String::new();
        if route.is_none_or(|route| route.path.contains("{hold}")) {
            let input = json!({ "chat": chat, "reason": "swept" });
            let placed = owner.connection.call("POST", "/holds", &input).await.ok();
            hold = text(&placed["id"]);
        }
        Self {
            upload,
            file,
            export,
            hold,
            chat,
            message: text(&message["id"]),
            account: others.member.clone(),
            outsider: others.outsider.clone(),
            invitation: text(&invitation["id"]),
            import,
            arrival,
            arriving,
            session: text(&me.ok()["session"]),
            avatar: others.avatar.clone(),
        }
    }

    fn fill(&self, path: &str) -> String {
        let (chat, upload) = match path.contains("{import}") {
            true => (&self.arrival, &self.arriving),
            false => (&self.chat, &self.upload),
        };
        path.replace("{chat}", chat)
            .replace("{message}", &self.message)
            .replace("{account}", &self.account)
            .replace("{invitation}", &self.invitation)
            .replace("{import}", &self.import)
            .replace("{session}", &self.session)
            .replace("{avatar}", &self.avatar)
            .replace("{upload}", upload)
            .replace("{file}", &self.file)
            .replace("{hold}", &self.hold)
            .replace("{export}", &self.export)
            .replace("{index}", "0")
    }

    /// What a field of this name is given, wherever it stands.
    fn known(&self, name: &str) -> Option<Value> {
        Some(match name {
            "client_id" => json!("swept-again"),
            "account" => json!(self.account),
            "accounts" => json!([self.outsider]),
            "chat" | "source" => json!(self.chat),
            "message" => json!(self.message),
            "messages" => json!([self.message]),
            "emoji" => json!("👍"),
            "card" => json!({
                "fallback": "swept",
                "elements": [{ "element": "button", "id": "yes", "label": "Yes" }],
            }),
            "mail" => json!("somebody@elsewhere.example"),
            "password" => json!("violet tram ladder 1987"),
            "current" => json!("not the password 1"),
            "code" => json!("123456"),
            "token" | "ticket" => json!("t".repeat(43)),
            "locale" => json!("en"),
            "zone" => json!("Europe/Vienna"),
            "expires_in_h" => json!(24),
            // Room for the files of other routes.
            "allowed_bytes" => Value::Null,
            _ => return None,
        })
    }

    /// What comes from elsewhere has fields that are called as those of chats here.
    fn of_import(&self, body: &mut Value) {
        let message =
            json!({ "external_id": "1.0", "sent_at": "2020-01-01T00:00:01Z", "text": "swept" });
        for (name, value) in [
            ("source", json!("slack")),
            ("chat", json!(self.arrival)),
            ("messages", json!([message])),
            ("created_at", json!("2020-01-01T00:00:00Z")),
        ] {
            if let Some(field) = body.get_mut(name) {
                *field = value;
            }
        }
    }

    /// A value of the schema's form, as small as it allows, about these things.
    fn example(&self, schema: &Value, document: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let place = reference.trim_start_matches('#');
            return self.example(document.pointer(place).unwrap(), document);
        }
        if let Some(first) = schema["enum"].get(0).or_else(|| schema.get("const")) {
            return first.clone();
        }
        if let Some(variant) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
            return self.example(variant, document);
        }
        let kind = schema["type"]
            .as_str()
            .or_else(|| schema["type"][0].as_str())
            .unwrap_or("object");
        match kind {
            "string" => json!("example text 7"),
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
                let properties = schema["properties"].as_object();
                properties
                    .into_iter()
                    .flatten()
                    .filter(|(name, _)| required.contains(name.as_str()))
                    .map(|(name, schema)| {
                        let known = self.known(name);
                        let value = known.unwrap_or_else(|| self.example(schema, document));
                        (name.clone(), value)
                    })
                    .collect()
            }
        }
    }
}

/// A file of one picture, of which nothing has come yet.
async fn begins_file(person: &mut Person, chat: &str, name: &str) -> String {
    let input = json!({ "client_id": name, "name": name, "size_bytes": PICTURE.len() });
    let path = format!("/chats/{chat}/uploads");
    let begun = person.connection.call("POST", &path, &input).await.ok();
    begun["id"].as_str().unwrap().to_owned()
}

async fn puts_file(person: &mut Person, chat: &str, file: &str) {
    let path = format!("/chats/{chat}/uploads/{file}");
    let octets = [("content-type", "application/octet-stream")];
    let picture = Bytes::from_static(PICTURE);
    let part = format!("/api/v1{path}/parts/0");
    let put = person
        .connection
        .request(Method::PUT, &part, &octets, picture);
    put.await.unwrap().ok();
    let finish = format!("{path}/finish");
    person
        .connection
        .call("POST", &finish, &json!({}))
        .await
        .ok();
}

/// An import, and a chat of it that is not open yet.
async fn begins_import(owner: &mut Person) -> (String, String) {
    let begin = json!({ "source": "slack", "workspace": "swept", "label": "swept" });
    let import = owner.connection.call("POST", "/imports", &begin).await.ok();
    let import = import["id"].as_str().unwrap().to_owned();
    let chat = json!({
        "external_id": "C1", "name": "swept", "created_at": "2020-01-01T00:00:00Z", "owner": owner.account,
    });
    let path = format!("/imports/{import}/chats");
    let chat = owner.connection.call("POST", &path, &chat).await.ok();
    (import, chat["chat"].as_str().unwrap().to_owned())
}

/// An export in the place of any other: one is made at a time.
async fn begins_export(person: &mut Person) -> String {
    let connection = &mut person.connection;
    let all = connection.call("GET", "/me/exports", &Value::Null).await;
    for export in all.ok()["items"].as_array().unwrap() {
        let path = format!("/me/exports/{}", export["id"].as_str().unwrap());
        connection.call("DELETE", &path, &Value::Null).await.ok();
    }
    let begun = connection.call("POST", "/me/exports", &json!({})).await;
    begun.ok()["id"].as_str().unwrap().to_owned()
}

/// A file of one picture for a chat that arrives, of which nothing has come yet.
async fn begins_brought(owner: &mut Person, import: &str, chat: &str) -> String {
    let input = json!({ "external_id": "1.0/F1", "name": "swept", "size_bytes": PICTURE.len() });
    let path = format!("/imports/{import}/chats/{chat}/files");
    let begun = owner.connection.call("POST", &path, &input).await.ok();
    begun["id"].as_str().unwrap().to_owned()
}

async fn puts_picture(person: &mut Person) -> String {
    let png = [("content-type", "image/png")];
    let picture = Bytes::from_static(PICTURE);
    let connection = &mut person.connection;
    let put = connection.request(Method::PUT, "/api/v1/me/avatar", &png, picture);
    let answer = put.await.unwrap().ok();
    answer["avatar"].as_str().unwrap().to_owned()
}

impl Swept {
    async fn on(kind: Kind) -> Option<Self> {
        let ground = Ground::of(kind).await?;
        let server = Server::start(ground.directory.path(), ground.options.clone()).await;
        let client = server.shared_client();
        let mut org = Organisation::new(&client, "swept", &["ana", "bo", "cy"]).await;
        let stranger = Person::founds(&client, "second", "stranger").await;
        let others = Others {
            member: org.people[1].account.clone(),
            outsider: org.people[2].account.clone(),
            avatar: puts_picture(&mut org.people[1]).await,
        };
        let things = Things::of(&mut org.people[0], &others, None).await;
        let mut connection = client.connect().await;
        let document = connection.get("/api/v1/openapi.json").await.ok();
        Some(Self {
            _ground: ground,
            server,
            routes: routes(&document),
            document,
            org,
            stranger,
            others,
            things,
        })
    }

    /// One on each database there is.
    async fn everywhere() -> Vec<Self> {
        let mut all = Vec::new();
        for kind in [Kind::Sqlite, Kind::Postgres] {
            all.extend(Self::on(kind).await);
        }
        all
    }

    async fn ask(&self, token: Option<&str>, route: &Route, things: &Things) -> Reply {
        let mut connection: Connection = self.client().connect().await;
        connection.token = token.map(str::to_owned);
        let json = [("content-type", "application/json")];
        let png = [("content-type", "image/png")];
        let octets = [("content-type", "application/octet-stream")];
        let (headers, body): (&[(&str, &str)], Bytes) = match &route.schema {
            Some(schema) => {
                let mut body = things.example(schema, &self.document);
                if route.path.starts_with("/api/v1/imports") {
                    things.of_import(&mut body);
                }
                (&json, serde_json::to_vec(&body).unwrap().into())
            }
            None if route.media.starts_with("image/") => (&png, Bytes::from_static(PICTURE)),
            None if !route.media.is_empty() => (&octets, Bytes::from_static(PICTURE)),
            None => (&[], Bytes::new()),
        };
        let path = things.fill(&route.path);
        let method = route.method.clone();
        let reply = connection.request(method, &path, headers, body).await;
        let reply = reply.unwrap();
        assert!(reply.status < 500, "{route}: {}", told(&reply));
        reply
    }

    fn client(&self) -> Client {
        self.server.client()
    }

    fn over_http(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(|route| !route.is_socket())
    }
}

fn told(reply: &Reply) -> String {
    format!("{} {}", reply.status, String::from_utf8_lossy(&reply.body))
}

/// The sweep is as sharp as its requests: what the owner does not get past the input with tells nothing of the others.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_gets_past_input_checking_everywhere() {
    for swept in Swept::everywhere().await {
        let mut problems = Vec::new();
        for route in swept.over_http() {
            // Things and a session of its own for each: some routes remove what they are asked about.
            let mut owner = swept.org.people[0].signs_in().await;
            let things = Things::of(&mut owner, &swept.others, Some(route)).await;
            let reply = swept.ask(Some(&owner.token), route, &things).await;
            let code = reply.code();
            let is_of_input = matches!(reply.status, 400 | 413 | 415)
                || (reply.status == 422 && (code.starts_with("gate.") || code.starts_with("act.")));
            // Nobody has asked to join: the owner hears that, and is not kept out.
            let is_kept_out = route.path.contains('{')
                && matches!(reply.status, 401 | 403 | 404)
                && code != "messenger.request_absent";
            if is_of_input || is_kept_out {
                problems.push(format!("{route} needs a fixture: {}", told(&reply)));
            }
        }
        swept.server.stop().await;
        assert!(problems.is_empty(), "{problems:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_past_the_gate_but_where_the_list_says_so() {
    for swept in Swept::everywhere().await {
        for route in swept.over_http() {
            let reply = swept.ask(None, route, &swept.things).await;
            let is_turned_away = reply.code() == "access.not_signed_in";
            assert_eq!(
                is_turned_away,
                !route.is_public(),
                "{route}: {}",
                told(&reply)
            );
            assert_eq!(
                reply.status == 401,
                is_turned_away || is_of_the_page(&reply)
            );
        }
        swept.server.stop().await;
    }
}

/// Wrong credentials are 401 too, at the routes that take them.
fn is_of_the_page(reply: &Reply) -> bool {
    reply.status == 401 && reply.code().starts_with("identity.")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_finds_nothing_of_the_first() {
    for mut swept in Swept::everywhere().await {
        let with_things = |route: &&Route| route.path.contains('{');
        for route in swept.over_http().filter(with_things) {
            let token = Some(swept.stranger.token.as_str());
            let reply = swept.ask(token, route, &swept.things).await;
            let answer = (reply.status, reply.code());
            let hidden = (404, route.absent().to_owned());
            assert_eq!(answer, hidden, "{route}: {}", told(&reply));
        }
        let path = format!("/chats/{}", swept.things.chat);
        let owner = &mut swept.org.people[0].connection;
        let chat = owner.call("GET", &path, &Value::Null).await.ok();
        assert_eq!(chat["name"], "swept", "nothing was changed from outside");
        swept.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_and_a_colleague_find_nothing_of_the_chat() {
    for mut swept in Swept::everywhere().await {
        let path = format!(
            "/chats/{}/members/{}",
            swept.things.chat, swept.things.account
        );
        let owner = &mut swept.org.people[0].connection;
        owner.call("DELETE", &path, &Value::Null).await.ok();
        for person in &swept.org.people[1..] {
            let of_chat = |route: &&Route| {
                route.path.contains("{chat}") && route.absent() == "messenger.chat_absent"
            };
            for route in swept.over_http().filter(of_chat) {
                let reply = swept.ask(Some(&person.token), route, &swept.things).await;
                let answer = (reply.status, reply.code());
                let hidden = (404, "messenger.chat_absent".to_owned());
                assert_eq!(answer, hidden, "{route}: {}", told(&reply));
            }
        }
        swept.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_gets_nowhere() {
    for mut swept in Swept::everywhere().await {
        let path = format!("/members/{}", swept.things.account);
        let owner = &mut swept.org.people[0].connection;
        let suspended = json!({ "state": "suspended" });
        owner.call("PATCH", &path, &suspended).await.ok();
        for route in swept.over_http().filter(|route| !route.is_public()) {
            let token = Some(swept.org.people[1].token.as_str());
            let reply = swept.ask(token, route, &swept.things).await;
            let answer = (reply.status, reply.code());
            let refused = (401, "access.not_signed_in".to_owned());
            assert_eq!(answer, refused, "{route}: {}", told(&reply));
        }
        swept.server.stop().await;
    }
}
