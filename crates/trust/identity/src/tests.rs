//! Stories that cross operations, through the same door as production.

mod avatars;
mod factors;
mod members;
mod people;
mod races;
mod resets;

use std::sync::Arc;

use act::{Answer, Operation};
use base::Refusal;
use serde_json::{Value, json};
use testkit::{Actor, House, HouseBuilder};

use crate::{Cards, DevelopmentSeal, Sessions, Settings, conformance, module, ops};

pub(crate) const PASSWORD: &str = "violet tram ladder 1987";
pub(crate) const OTHER_PASSWORD: &str = "copper lantern orchard 4402";

/// A house with this domain only, and its own directory.
pub(crate) struct Place {
    pub(crate) house: House,
    pub(crate) sessions: Sessions,
}

/// Somebody with a session.
pub(crate) struct SignedIn {
    pub(crate) actor: Actor,
    pub(crate) token: String,
    pub(crate) me: Value,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::of(HouseBuilder::new(vec![module(settings)])).await
    }

    pub(crate) async fn of(builder: HouseBuilder) -> Self {
        let house = builder.directory(Arc::new(Cards)).build().await;
        let sessions = Sessions::new(Arc::clone(house.runtime()));
        Self { house, sessions }
    }

    /// The same place after its node was started anew.
    pub(crate) async fn restarts(self) -> Self {
        let house = self.house.restarts(vec![module(settings())]).await;
        let sessions = Sessions::new(Arc::clone(house.runtime()));
        Self { house, sessions }
    }

    /// Calls a public operation from an address.
    pub(crate) async fn calls_from(
        &self,
        source: &str,
        operation: &Operation,
        input: Value,
    ) -> base::Result<Answer> {
        let source = source.to_owned();
        let anonymous = self.house.anonymous();
        anonymous
            .calls_with(operation, input, |call| act::Call { source, ..call })
            .await
    }

    pub(crate) async fn refuses(&self, operation: &Operation, input: Value) -> Refusal {
        self.house.anonymous().is_refused(operation, input).await
    }

    /// The answer of an operation that signs in, with whoever has the session.
    pub(crate) async fn enters(&self, operation: &Operation, input: Value) -> SignedIn {
        let answer = self
            .house
            .anonymous()
            .calls(operation, input)
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["state"], "signed_in", "{body}");
        let token = answer.session.unwrap();
        let member = self.sessions.caller(&token).await.unwrap().unwrap();
        assert_eq!(body["me"]["session"], json!(member.session));
        SignedIn {
            actor: self.house.member(member),
            token,
            me: body["me"].clone(),
        }
    }

    pub(crate) async fn signs_up(&self, organisation: &str, name: &str, mail: &str) -> SignedIn {
        self.enters(&ops::sign_up::OP, sign_up(organisation, name, mail))
            .await
    }

    pub(crate) async fn signs_in(&self, mail: &str, password: &str) -> SignedIn {
        self.enters(
            &ops::sign_in::OP,
            json!({ "mail": mail, "password": password }),
        )
        .await
    }

    /// A colleague who took an invitation by `inviter`.
    pub(crate) async fn joins(
        &self,
        inviter: &SignedIn,
        name: &str,
        mail: &str,
        role: &str,
    ) -> SignedIn {
        let token = inviter
            .invites(json!({ "role": role, "expires_in_h": 24 }))
            .await;
        self.enters(&ops::accept_invitation::OP, acceptance(&token, name, mail))
            .await
    }
}

impl Place {
    /// The code that an authenticator application with this secret shows now.
    pub(crate) fn code(&self, secret: &str) -> String {
        let now = self.house.runtime().ports().clock.now();
        conformance::code(secret, now).unwrap()
    }

    /// Lets so much time pass that the next code is another one, and every cache has forgotten.
    pub(crate) fn waits(&self) {
        self.house.passes(std::time::Duration::from_secs(31));
    }

    /// Whether the token still signs anybody in, asked past the cache.
    pub(crate) async fn knows(&self, token: &str) -> bool {
        self.house.passes(std::time::Duration::from_secs(6));
        self.sessions.caller(token).await.unwrap().is_some()
    }
}

impl SignedIn {
    /// Sets up a second factor: the secret and the recovery codes.
    pub(crate) async fn secures(&self, place: &Place) -> (String, Vec<String>) {
        let enrolled = self
            .does(&ops::enrol_totp::OP, json!({ "password": PASSWORD }))
            .await;
        let secret = enrolled["secret"].as_str().unwrap().to_owned();
        assert!(enrolled["uri"].as_str().unwrap().contains(&secret));
        let code = place.code(&secret);
        let confirmed = self
            .does(&ops::confirm_totp::OP, json!({ "code": code }))
            .await;
        let codes = serde_json::from_value(confirmed["recovery_codes"].clone()).unwrap();
        (secret, codes)
    }

    pub(crate) async fn does(&self, operation: &Operation, input: Value) -> Value {
        self.actor.does(operation, input).await
    }

    pub(crate) async fn is_refused(&self, operation: &Operation, input: Value) -> &'static str {
        self.actor.is_refused(operation, input).await.code
    }

    /// The token of a new invitation.
    pub(crate) async fn invites(&self, invitation: Value) -> String {
        let made = self.does(&ops::create_invitation::OP, invitation).await;
        let link = made["link"].as_str().unwrap();
        let (page, token) = link.split_once('#').unwrap();
        assert_eq!(page, "https://office.example.org/join");
        token.to_owned()
    }

    pub(crate) fn account(&self) -> Value {
        self.me["account"]["id"].clone()
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        public_url: "https://office.example.org/".to_owned(),
        instance_name: "Office".to_owned(),
        version: "0.1.0".to_owned(),
        mail: false,
        development_seal: DevelopmentSeal::new(|| true),
    }
}

pub(crate) fn sign_up(organisation: &str, name: &str, mail: &str) -> Value {
    json!({
        "kind": "organisation", "organisation": organisation, "name": name, "mail": mail,
        "password": PASSWORD, "locale": "en", "zone": "Europe/Vienna",
    })
}

pub(crate) fn acceptance(token: &str, name: &str, mail: &str) -> Value {
    json!({ "token": token, "name": name, "mail": mail, "password": PASSWORD, "locale": "zh-CN", "zone": "Asia/Shanghai" })
}
