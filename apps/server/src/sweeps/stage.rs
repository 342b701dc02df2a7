//! A house with every operation of the product in it, the real log, and for each operation somebody who may do it.

use std::{
    sync::Arc,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use act::{Answer, Audience, Call, Member, Operation};
use audit::{Log, conformance::Later};
use base::{Result, TenantId, Timestamp};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use identity::{Cards, Sessions, conformance::code};
use kms::{Seal, SealReading, SealState, TenantKey};
use serde_json::{Value, json};
use testkit::{Actor, House, HouseBuilder, MemoryPush};
use tokio::sync::OnceCell;

use crate::house::modules;

const PASSWORD: &str = "violet tram ladder 1987";
const OTHER_PASSWORD: &str = "copper lantern orchard 4402";

/// Deeds after which a person is not who they were: each has a person of its own.
const ENDING: &[&str] = &[
    ".sign_out",
    ".revoke_others",
    ".second_factor",
    ".password.change",
    ".totp.enrol",
    ".totp.confirm",
    ".totp.remove",
    ".recovery_code.renew",
];

/// One pixel, as PNG.
pub(super) const PICTURE: [u8; 69] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53,
    0xde, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x10, 0x50, 0x30, 0x00,
    0x00, 0x00, 0xa4, 0x00, 0x61, 0x34, 0x66, 0x7d, 0x72, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60, 0x82,
];

/// What is done to try an operation: by whom, and with what.
pub(super) struct Deed {
    pub(super) actor: Actor,
    pub(super) input: Value,
    pub(super) body: Bytes,
}

pub(super) struct Stage {
    pub(super) house: House,
    pub(super) log: Arc<Log>,
    sessions: Sessions,
    made: AtomicU32,
    /// An owner and two colleagues. Making people takes longest of all, since it hashes passwords.
    people: OnceCell<[Person; 3]>,
}

/// A key store in which nothing happens.
struct StillKeys;

impl vault::KeysAbove for StillKeys {
    fn seal(&self) -> BoxFuture<'_, Result<SealReading>> {
        let reading = SealReading {
            state: SealState::Unsealed {
                seal: Seal::Development,
            },
            is_marked: false,
            held: None,
            given: None,
        };
        Box::pin(std::future::ready(Ok(reading)))
    }

    fn tenant_key(&self, tenant: TenantId) -> BoxFuture<'_, Result<Option<TenantKey>>> {
        let key = TenantKey {
            tenant,
            version: 1,
            made_at: Timestamp::from_micros(1_800_000_000_000_000),
            has_older: false,
        };
        Box::pin(std::future::ready(Ok(Some(key))))
    }
}

/// Somebody with a session.
pub(super) struct Person {
    pub(super) actor: Actor,
    mail: String,
    token: String,
    pub(super) member: Member,
}

pub(super) fn deed(actor: &Actor, input: Value) -> Deed {
    Deed {
        actor: actor.clone(),
        input,
        body: Bytes::new(),
    }
}

impl Stage {
    pub(super) async fn new() -> Self {
        let mut all = modules(None);
        let tells = messenger::module_with(messenger::Settings {
            push: Some(Arc::new(MemoryPush::default())),
            ..messenger::Settings::default()
        });
        all.retain(|module| module.name != tells.name);
        all.push(tells);
        let settings = identity::Settings {
            public_url: "https://office.example.org".to_owned(),
            instance_name: "Office".to_owned(),
            version: "0".to_owned(),
            mail: true,
            development_seal: identity::DevelopmentSeal::new(|| true),
        };
        all.retain(|module| module.name != "identity" && module.name != "vault");
        all.push(identity::module(settings));
        all.push(vault::module(vault::Settings {
            keys: Some(Arc::new(StillKeys)),
            rotation: Duration::from_secs(86_400),
        }));
        let later = Arc::new(Later::default());
        let house = HouseBuilder::new(all)
            .directory(Arc::new(Cards))
            .recorder(Arc::clone(&later) as _)
            .build()
            .await;
        let ports = house.runtime().ports();
        let log = Log::new(
            Arc::clone(&ports.database),
            Arc::clone(&ports.vault),
            Arc::clone(&ports.clock),
            Arc::clone(&ports.entropy),
        );
        later.set(Arc::clone(&log)).unwrap();
        Self {
            sessions: Sessions::new(Arc::clone(house.runtime())),
            house,
            log,
            made: AtomicU32::new(0),
            people: OnceCell::new(),
        }
    }

    pub(super) fn operation(&self, name: &str) -> &'static Operation {
        let binding = self.house.runtime().binding(name);
        binding
            .unwrap_or_else(|| panic!("there is no operation {name}"))
            .operation
    }

    pub(super) async fn does(&self, actor: &Actor, name: &str, input: Value) -> Value {
        actor.does(self.operation(name), input).await
    }

    pub(super) fn system(&self) -> Actor {
        self.house.system("sweep", TenantId::NIL)
    }

    fn mail(&self) -> String {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        format!("person{made}@example.org")
    }

    async fn enters(&self, mail: String, answer: Answer) -> Person {
        let token = answer.session.unwrap();
        let member = self.sessions.caller(&token).await.unwrap().unwrap();
        Person {
            actor: self.house.member(member),
            mail,
            token,
            member,
        }
    }

    /// The owner of a new organisation.
    async fn founds(&self) -> Person {
        let mail = self.mail();
        let anonymous = self.house.anonymous();
        let operation = self.operation("identity.tenant.sign_up");
        let answer = anonymous.calls(operation, sign_up(&mail)).await.unwrap();
        self.enters(mail, answer).await
    }

    async fn signs_in(&self, person: &Person) -> Person {
        let anonymous = self.house.anonymous();
        let input = json!({ "mail": person.mail, "password": PASSWORD });
        let operation = self.operation("identity.session.sign_in");
        let answer = anonymous.calls(operation, input).await.unwrap();
        self.enters(person.mail.clone(), answer).await
    }

    /// The token of a new invitation, and its id.
    async fn invites(&self, owner: &Person) -> (String, Value) {
        let input = json!({ "role": "member", "expires_in_h": 24 });
        let made = self
            .does(&owner.actor, "identity.invitation.create", input)
            .await;
        let link = made["link"].as_str().unwrap();
        let token = link.split_once('#').unwrap().1.to_owned();
        (token, made["id"].clone())
    }

    pub(super) async fn joins(&self, owner: &Person) -> Person {
        let (token, _) = self.invites(owner).await;
        let mail = self.mail();
        let anonymous = self.house.anonymous();
        let operation = self.operation("identity.invitation.accept");
        let answer = anonymous
            .calls(operation, acceptance(&token, &mail))
            .await
            .unwrap();
        self.enters(mail, answer).await
    }

    /// The three who stay.
    pub(super) async fn people(&self) -> &[Person; 3] {
        let three = || async {
            let ana = self.founds().await;
            let (bo, cy) = (self.joins(&ana).await, self.joins(&ana).await);
            [ana, bo, cy]
        };
        self.people.get_or_init(three).await
    }

    /// The secret of a second factor that is set up so far that its first code is missing.
    async fn enrols(&self, person: &Person) -> String {
        let input = json!({ "password": PASSWORD });
        let enrolled = self.does(&person.actor, "identity.totp.enrol", input).await;
        enrolled["secret"].as_str().unwrap().to_owned()
    }

    /// The secret of a second factor that is asked for.
    async fn secures(&self, person: &Person) -> String {
        let secret = self.enrols(person).await;
        let input = json!({ "code": self.code(&secret) });
        self.does(&person.actor, "identity.totp.confirm", input)
            .await;
        // The next code is another one.
        self.house.passes(Duration::from_secs(31));
        secret
    }

    fn code(&self, secret: &str) -> String {
        code(secret, self.house.runtime().ports().clock.now()).unwrap()
    }

    /// The letter that was posted last.
    async fn letter(&self) -> Value {
        let due = self
            .does(&self.system(), "identity.letter.due", json!({}))
            .await;
        due["letters"].as_array().unwrap().last().unwrap().clone()
    }

    async fn puts_picture(&self, person: &Person) -> Value {
        let operation = self.operation("identity.avatar.put");
        let body = Bytes::from_static(&PICTURE);
        let with_body = |call| Call { body, ..call };
        let answer = person.actor.calls_with(operation, json!({}), with_body);
        let answer: Value = serde_json::from_slice(&answer.await.unwrap().body).unwrap();
        answer["avatar"].clone()
    }

    /// A deed for the operation of this name; nothing when nobody has said how it is done.
    pub(super) async fn deed(&self, name: &str) -> Option<Deed> {
        let mut words = name.split('.');
        match (words.next()?, words.next()?) {
            ("act", _) => Some(deed(&self.system(), json!({}))),
            ("messenger", "upload" | "file" | "thumbnail" | "quota" | "scan") => {
                self.of_files(name).await
            }
            ("messenger", "import") => self.of_imports(name).await,
            ("messenger", "export") => self.of_exports(name).await,
            ("messenger", _) => match self.of_chats(name).await {
                Some(deed) => Some(deed),
                None => self.of_messages(name).await,
            },
            ("controls", _) => Some(self.of_controls(name)),
            ("vault", "tenant_key") => {
                let of = json!({ "tenant": self.people().await[0].member.tenant });
                let by = match name.ends_with("renew") {
                    true => self.system(),
                    false => self.house.operator(),
                };
                Some(deed(&by, of))
            }
            ("vault", "keys") => Some(deed(&self.people().await[0].actor, json!({}))),
            ("vault", _) => {
                let is_operators = self.operation(name).access == Audience::Operator;
                let by = match is_operators {
                    true => self.house.operator(),
                    false => self.system(),
                };
                Some(deed(&by, Value::Null))
            }
            ("identity", "account" | "member" | "invitation") => self.of_the_house(name).await,
            ("identity", "letter" | "outdated" | "sign_up" | "sign_up_code" | "code_failure") => {
                self.unseen(name).await
            }
            ("identity", "password_reset") => match self.of_the_house(name).await {
                Some(deed) => Some(deed),
                None => self.unseen(name).await,
            },
            ("identity", _) => match self.of_oneself(name).await {
                Some(deed) => Some(deed),
                None => self.unseen(name).await,
            },
            _ => None,
        }
    }

    async fn of_oneself(&self, name: &str) -> Option<Deed> {
        let apart;
        let ana = match ENDING.iter().any(|ending| name.ends_with(ending)) {
            true => {
                apart = self.founds().await;
                &apart
            }
            false => &self.people().await[0],
        };
        let own = |input| deed(&ana.actor, input);
        let nobody = |input| deed(&self.house.anonymous(), input);
        let by_password = json!({ "mail": ana.mail, "password": PASSWORD });
        Some(match name.trim_start_matches("identity.") {
            "instance.read" => nobody(json!({})),
            "tenant.sign_up" => nobody(sign_up(&self.mail())),
            "session.sign_in" => nobody(by_password),
            "session.second_factor" => {
                let secret = self.secures(ana).await;
                let anonymous = self.house.anonymous();
                let asked = self
                    .does(&anonymous, "identity.session.sign_in", by_password)
                    .await;
                nobody(json!({ "ticket": asked["ticket"], "code": self.code(&secret) }))
            }
            "session.list"
            | "session.sign_out"
            | "session.revoke_others"
            | "me.read"
            | "avatar.remove" => own(json!({})),
            "me.update" => own(json!({ "name": "Another" })),
            "session.switch" => own(json!({ "account": ana.member.account })),
            "session.revoke" => own(json!({ "session": self.signs_in(ana).await.member.session })),
            "avatar.put" => Deed {
                body: Bytes::from_static(&PICTURE),
                ..own(json!({}))
            },
            "avatar.read" => own(json!({ "avatar": self.puts_picture(ana).await })),
            "password.change" => own(json!({ "current": PASSWORD, "password": OTHER_PASSWORD })),
            "totp.enrol" => own(json!({ "password": PASSWORD })),
            "totp.confirm" => {
                let secret = self.enrols(ana).await;
                own(json!({ "code": self.code(&secret) }))
            }
            "totp.remove" => {
                let secret = self.secures(ana).await;
                own(json!({ "password": PASSWORD, "code": self.code(&secret) }))
            }
            "recovery_code.renew" => {
                let secret = self.secures(ana).await;
                own(json!({ "code": self.code(&secret) }))
            }
            _ => return None,
        })
    }

    async fn of_the_house(&self, name: &str) -> Option<Deed> {
        let [ana, bo, _] = self.people().await;
        let (token, invitation) = self.invites(ana).await;
        let own = |input| deed(&ana.actor, input);
        let nobody = |input| deed(&self.house.anonymous(), input);
        Some(match name.trim_start_matches("identity.") {
            "account.list" | "member.list" | "invitation.list" => own(json!({})),
            "account.read" | "member.reset" => own(json!({ "account": bo.member.account })),
            "member.update" => {
                own(json!({ "account": bo.member.account, "role": "administrator" }))
            }
            "invitation.create" => own(json!({ "role": "member", "expires_in_h": 24 })),
            "invitation.read" | "invitation.withdraw" => own(json!({ "invitation": invitation })),
            "invitation.inspect" => nobody(json!({ "token": token })),
            "invitation.accept" => nobody(acceptance(&token, &self.mail())),
            "invitation.join" => deed(&self.founds().await.actor, json!({ "token": token })),
            "password_reset.request" => nobody(json!({ "mail": bo.mail })),
            "password_reset.finish" => {
                let anonymous = self.house.anonymous();
                let input = json!({ "mail": bo.mail });
                self.does(&anonymous, "identity.password_reset.request", input)
                    .await;
                let input = json!({ "letter": self.letter().await });
                let read = self
                    .does(&self.system(), "identity.letter.read", input)
                    .await;
                let text = read["letter"]["text"].as_str().unwrap();
                let token = text.split_once('#').unwrap().1.split_whitespace().next();
                nobody(json!({ "token": token, "password": OTHER_PASSWORD }))
            }
            _ => return None,
        })
    }

    async fn unseen(&self, name: &str) -> Option<Deed> {
        let ana = &self.people().await[0];
        let operator = |input| deed(&self.house.operator(), input);
        let system = |input| deed(&self.system(), input);
        Some(match name.trim_start_matches("identity.") {
            "tenant.list" | "sign_up_code.create" => operator(json!({})),
            "tenant.set_state" => {
                let tenant = self.founds().await.member.tenant;
                operator(json!({ "tenant": tenant, "state": "suspended" }))
            }
            "sign_up.set" => operator(json!({ "sign_up": "open" })),
            "password_reset.start" => operator(json!({ "mail": ana.mail })),
            "session.resolve" => {
                system(json!({ "token_hash": cipher::hash_token(ana.token.as_bytes()) }))
            }
            "session.live" => system(json!({ "sessions": [ana.member.session] })),
            "code_failure.count" => system(json!({ "subject": ana.member.person })),
            "session.touch" => system(json!({ "session": ana.member.session })),
            "letter.due" | "outdated.purge" => system(json!({})),
            "letter.read" | "letter.settle" => {
                let operator = self.house.operator();
                let input = json!({ "mail": ana.mail });
                self.does(&operator, "identity.password_reset.start", input)
                    .await;
                let letter = self.letter().await;
                match name {
                    "identity.letter.read" => system(json!({ "letter": letter })),
                    _ => system(json!({ "letter": letter, "outcome": "sent" })),
                }
            }
            _ => return None,
        })
    }

    async fn of_chats(&self, name: &str) -> Option<Deed> {
        let [ana, bo, cy] = self.people().await;
        let (bo_is, cy_is) = (bo.member.account, cy.member.account);
        let input = json!({ "name": "news", "members": [bo_is] });
        let chat = self.does(&ana.actor, "messenger.chat.create", input).await;
        let chat = &chat["id"];
        let said = json!({ "chat": chat, "client_id": "c-1", "body": { "text": "hello" } });
        let own = |input| deed(&ana.actor, input);
        let stream = self.house.system("stream", ana.member.tenant);
        let stream = |input| deed(&stream, input);
        Some(match name.trim_start_matches("messenger.") {
            "chat.list" | "stream.resume" => own(json!({})),
            "chat.create" => own(json!({ "name": "more", "members": [cy_is] })),
            "chat.direct" => own(json!({ "account": bo_is })),
            "chat.get" | "stream.join" | "member.list" | "message.list" | "draft.get" => {
                own(json!({ "chat": chat }))
            }
            "chat.change" => own(json!({ "chat": chat, "name": "olds" })),
            "chat.leave" => deed(&bo.actor, json!({ "chat": chat })),
            "chat.transfer" | "member.remove" => own(json!({ "chat": chat, "account": bo_is })),
            "role.set" => own(json!({ "chat": chat, "account": bo_is, "role": "manager" })),
            "member.add" => own(json!({ "chat": chat, "accounts": [cy_is] })),
            "message.send" => own(said),
            "message.get" => {
                let sent = self.does(&ana.actor, "messenger.message.send", said).await;
                own(json!({ "chat": chat, "message": sent["id"] }))
            }
            "position.mark" => own(json!({ "chat": chat, "number": 1 })),
            "draft.save" => own(json!({ "chat": chat, "text": "begun" })),
            "door.list" | "quiet.get" => own(json!({})),
            "quiet.set" => own(json!({ "until": null })),
            name if name.starts_with("push.") => return self.of_push(name, chat).await,
            "chat.disband" | "link.get" | "link.withdraw" | "request.list" | "link.make" => {
                own(json!({ "chat": chat }))
            }
            "chat.join" | "link.inspect" | "link.join" | "request.answer" | "request.withdraw" => {
                return self.at_the_door(name, chat).await;
            }
            "chat.audience" => stream(json!({ "chat": chat })),
            "chat.changes" => stream(json!({ "chat": chat, "after": 0, "limit": 10 })),
            "chat.states" => stream(json!({ "chats": [chat] })),
            _ => return None,
        })
    }
}

impl Stage {
    /// What a probe does, and what the operator sees of it.
    fn of_controls(&self, name: &str) -> Deed {
        let link = json!({ "name": "sent", "outcome": "held", "words": "", "took_ms": 1 });
        let input = match name {
            "controls.place.keep" => json!({ "control": "0.1", "place": "somewhere" }),
            "controls.finding.record" => json!({ "control": "0.1", "links": [link] }),
            _ => json!({ "control": "0.1" }),
        };
        match name {
            "controls.finding.list" => deed(&self.house.operator(), input),
            _ => deed(&self.system(), input),
        }
    }

    /// How browsers are told, and by whom.
    async fn of_push(&self, name: &str, chat: &Value) -> Option<Deed> {
        let [ana, ..] = self.people().await;
        let courier = self.house.system("courier", ana.member.tenant);
        let own = |input| Some(deed(&ana.actor, input));
        let of_system = |input| Some(deed(&self.system(), input));
        match name {
            "push.get" | "push.withdraw" => own(json!({})),
            "push.save" => own(json!({
                "endpoint": "https://push.example/1", "p256dh": "B-1", "auth": "a-1", "detail": "names",
            })),
            "push.tenants" | "push.behind" | "push.held" => of_system(json!({})),
            "push.due" => Some(deed(&courier, json!({ "chat": chat }))),
            "push.settle" => {
                let told = json!({ "chat": chat, "through": 1, "gone": [] });
                Some(deed(&courier, told))
            }
            _ => None,
        }
    }

    /// What somebody does who is not in a chat, and what is done about it.
    async fn at_the_door(&self, name: &str, chat: &Value) -> Option<Deed> {
        let [ana, _, cy] = self.people().await;
        let made = self
            .does(&ana.actor, "messenger.link.make", json!({ "chat": chat }))
            .await;
        let token = made["path"].as_str().unwrap().split_once('#').unwrap().1;
        let by_approval = json!({ "chat": chat, "visibility": "public", "join": "approval" });
        self.does(&ana.actor, "messenger.chat.change", by_approval)
            .await;
        let of_chat = json!({ "chat": chat });
        Some(match name.trim_start_matches("messenger.") {
            "chat.join" => deed(&cy.actor, of_chat),
            "link.inspect" | "link.join" => deed(&cy.actor, json!({ "token": token })),
            "request.withdraw" | "request.answer" => {
                self.does(&cy.actor, "messenger.chat.join", of_chat.clone())
                    .await;
                match name {
                    "messenger.request.withdraw" => deed(&cy.actor, of_chat),
                    _ => {
                        let account = cy.member.account;
                        deed(
                            &ana.actor,
                            json!({ "chat": chat, "account": account, "accept": true }),
                        )
                    }
                }
            }
            _ => return None,
        })
    }
}

fn sign_up(mail: &str) -> Value {
    json!({
        "kind": "organisation", "organisation": "Weaver Mill", "name": "Ana", "mail": mail, "password": PASSWORD,
        "locale": "en", "zone": "Europe/Vienna",
    })
}

fn acceptance(token: &str, mail: &str) -> Value {
    json!({
        "token": token, "name": "Bo", "mail": mail, "password": PASSWORD, "locale": "en", "zone": "Europe/Vienna",
    })
}
