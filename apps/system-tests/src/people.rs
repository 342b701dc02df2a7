//! People who sign up, invite and join over the wire.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{Client, Connection};

/// Everybody's password.
pub const PASSWORD: &str = "correct-horse-battery-staple-7";

/// Somebody signed in.
pub struct Person {
    pub client: Arc<Client>,
    pub connection: Connection,
    pub account: String,
    pub token: String,
    pub mail: String,
}

/// An organisation with its people, the owner first.
pub struct Organisation {
    pub people: Vec<Person>,
}

impl Person {
    async fn from_session(
        client: &Arc<Client>,
        mut connection: Connection,
        session: &Value,
        mail: &str,
    ) -> Self {
        let token = session["token"]
            .as_str()
            .expect("a token was asked for")
            .to_owned();
        connection.token = Some(token.clone());
        let account = session["me"]["account"]["id"].as_str().unwrap().to_owned();
        Self {
            client: Arc::clone(client),
            connection,
            account,
            token,
            mail: mail.to_owned(),
        }
    }

    /// Signs up with a new organisation.
    pub async fn founds(client: &Arc<Client>, organisation: &str, name: &str) -> Self {
        let mut connection = client.connect().await;
        let mail = format!("{name}@{organisation}.example");
        let input = json!({
            "kind": "organisation", "organisation": organisation, "name": name, "mail": mail, "password": PASSWORD,
            "locale": "en", "zone": "Europe/Paris",
        });
        let session = connection.call("POST", "/sign-up", &input).await.ok();
        Self::from_session(client, connection, &session, &mail).await
    }

    /// Signs in again with the password, as another device would.
    pub async fn signs_in(&self) -> Self {
        let mut connection = self.client.connect().await;
        let input = json!({ "mail": self.mail, "password": PASSWORD });
        let session = connection.call("POST", "/sign-in", &input).await.ok();
        Self::from_session(&self.client, connection, &session, &self.mail).await
    }

    /// Invites and lets the invited person join.
    pub async fn brings(&mut self, name: &str) -> Self {
        let input = json!({ "mail": null, "role": "member", "expires_in_h": 24 });
        let invitation = self
            .connection
            .call("POST", "/invitations", &input)
            .await
            .ok();
        let link = invitation["link"].as_str().unwrap();
        let secret = link
            .split_once('#')
            .expect("the token is in the fragment")
            .1;
        let mut connection = self.client.connect().await;
        let mail = format!("{name}@{}", self.mail.split_once('@').unwrap().1);
        let input = json!({
            "token": secret, "name": name, "mail": mail, "password": PASSWORD, "locale": "zh-CN", "zone": "Asia/Shanghai",
        });
        let session = connection
            .call("POST", "/invitations/accept", &input)
            .await
            .ok();
        Self::from_session(&self.client, connection, &session, &mail).await
    }

    /// Creates a group and answers its id.
    pub async fn creates_chat(&mut self, name: &str, members: &[String]) -> String {
        let input = json!({ "name": name, "members": members });
        let chat = self.connection.call("POST", "/chats", &input).await.ok();
        chat["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message and answers it.
    pub async fn sends(&mut self, chat: &str, client_id: &str, text: &str) -> Value {
        let input = json!({ "client_id": client_id, "body": { "text": text } });
        self.connection
            .call("POST", &format!("/chats/{chat}/messages"), &input)
            .await
            .ok()
    }
}

impl Organisation {
    /// An organisation of these people.
    pub async fn new(client: &Arc<Client>, name: &str, people: &[&str]) -> Self {
        let mut owner = Person::founds(client, name, people[0]).await;
        let mut all = Vec::new();
        for person in &people[1..] {
            all.push(owner.brings(person).await);
        }
        all.insert(0, owner);
        Self { people: all }
    }
}
