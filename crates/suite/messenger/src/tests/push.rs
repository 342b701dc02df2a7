//! Browsers that are told while nobody looks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use act::{Act, Action, Audit, Brought, Member, MigrationSet, Module, Operation, With};
use base::{AccountId, Result, SessionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use testkit::{Actor, House, MemoryPush};

use super::kit::{group, say, seen, text};
use crate::{
    Courier, OfChat, Settings, Turn, add_members, change_chat, direct_chat, disband_chat, get_push,
    list_replies, mark_position, mark_thread, module_with, recall_message, remove_member,
    rules::BROWSERS_MAX, save_push, send_message, set_quiet, settle_push, wire, withdraw_push,
};

/// Sessions as `identity` has them: those that were named stand, each for an account.
#[derive(Default)]
struct Sessions(Mutex<HashMap<SessionId, AccountId>>);

#[derive(Deserialize, JsonSchema)]
struct Asked {
    sessions: Vec<SessionId>,
}

#[derive(Serialize, JsonSchema)]
struct Live {
    live: Vec<LiveSession>,
}

#[derive(Serialize, JsonSchema)]
struct LiveSession {
    session: SessionId,
    account: AccountId,
}

static LIVE: Operation = Operation::read("identity.session.live", Action::Serve)
    .system()
    .without_permit("a double gets none")
    .audited(Audit::Covered("messenger.push.save"));

async fn live(_: &mut Act, asked: Asked, sessions: Arc<Sessions>) -> Result<Live> {
    let known = sessions.0.lock().unwrap();
    let standing = asked.sessions.into_iter().filter_map(|session| {
        let account = *known.get(&session)?;
        Some(LiveSession { session, account })
    });
    Ok(Live {
        live: standing.collect(),
    })
}

/// A house that tells browsers.
struct Place {
    house: House,
    push: Arc<MemoryPush>,
    sessions: Arc<Sessions>,
    courier: Courier,
}

impl Place {
    async fn new() -> Self {
        let push = Arc::new(MemoryPush::default());
        let sessions = Arc::new(Sessions::default());
        let settings = Settings {
            push: Some(Arc::clone(&push) as _),
            ..Settings::default()
        };
        let none = MigrationSet {
            domain: "identity",
            migrations: &[],
        };
        let settings_of_sessions = Arc::clone(&sessions);
        let identity = Module::new("identity", none).with(
            &LIVE,
            With {
                run: live,
                settings: settings_of_sessions,
            },
        );
        let house = House::with(vec![module_with(settings), identity]).await;
        let courier = Courier::new(Arc::clone(house.runtime()), Arc::clone(&push) as _);
        Self {
            house,
            push,
            sessions,
            courier,
        }
    }

    async fn people<const N: usize>(&self, names: [&'static str; N]) -> [Actor; N] {
        let people = self.house.people(names).await;
        for person in &people {
            let member = person.member();
            let mut known = self.sessions.0.lock().unwrap();
            known.insert(member.session, member.account);
        }
        people
    }

    /// Tells of a chat, and answers what was brought, by endpoint.
    async fn told(&self, by: &Actor, chat: &Value) -> Vec<(String, wire::PushContent)> {
        let of = OfChat {
            tenant: by.member().tenant,
            chat: serde_json::from_value(chat["id"].clone()).unwrap(),
        };
        self.courier.tell(of, Turn::More).await.unwrap();
        self.brought()
    }

    fn brought(&self) -> Vec<(String, wire::PushContent)> {
        let mut brought: Vec<_> = self
            .push
            .take()
            .into_iter()
            .map(|(keys, message)| {
                let content = serde_json::from_slice(&message.content).unwrap();
                (keys.endpoint, content)
            })
            .collect();
        brought.sort_by(|one, other| one.0.cmp(&other.0));
        brought
    }
}

fn endpoint(name: &str) -> String {
    format!("https://push.example/{name}")
}

async fn subscribe(actor: &Actor, name: &str, detail: &str) {
    let input =
        json!({ "endpoint": endpoint(name), "p256dh": "B-1", "auth": "a-1", "detail": detail });
    let state = actor.does(&save_push::OP, input).await;
    assert_eq!(state, json!({ "key": "B-memory", "detail": detail }));
}

/// Who was told.
fn whom(told: &[(String, wire::PushContent)]) -> Vec<&str> {
    told.iter()
        .map(|(endpoint, _)| endpoint.rsplit('/').next().unwrap())
        .collect()
}

#[tokio::test]
async fn people_are_told_as_much_as_they_want() {
    let place = Place::new().await;
    let [ana, bo, cy, di] = place.people(["ana", "bo", "cy", "di"]).await;
    let chat = group(&ana, &[&bo, &cy, &di]).await;
    for (who, name, detail) in [
        (&ana, "ana", "text"),
        (&bo, "bo", "nothing"),
        (&cy, "cy", "names"),
        (&di, "di", "text"),
    ] {
        subscribe(who, name, detail).await;
    }

    assert!(
        place.told(&ana, &chat).await.is_empty(),
        "what a chat tells of itself is no news"
    );
    say(&ana, &chat, "@{all} the first").await;
    let words = format!("bridge plans, @{{all}}, and @{{{}}}", di.account());
    let second = say(&ana, &chat, &words).await;

    let told = place.told(&ana, &chat).await;
    assert_eq!(
        whom(&told),
        ["bo", "cy", "di"],
        "nobody is told what they said"
    );
    for (_, content) in &told {
        assert_eq!(json!(content.message), second["id"]);
        assert_eq!((content.v, content.count), (1, 2));
    }
    let [(_, of_bo), (_, of_cy), (_, of_di)] = told.as_slice() else {
        panic!("three were told");
    };
    assert_eq!(
        (&of_bo.sender, &of_bo.chat_name, &of_bo.text),
        (&None, &None, &None)
    );
    assert!(of_bo.mention && of_di.mention);
    let names = (Some("ana".to_owned()), Some("news".to_owned()));
    assert_eq!((of_cy.sender.clone(), of_cy.chat_name.clone()), names);
    assert_eq!(of_cy.text, None);
    assert_eq!(of_di.text.as_deref(), Some("bridge plans, @{all}, and @di"));

    assert!(place.told(&ana, &chat).await.is_empty(), "once");
}

#[tokio::test]
async fn who_has_read_or_does_not_want_it_is_not_told() {
    let place = Place::new().await;
    let [ana, bo, cy, di] = place.people(["ana", "bo", "cy", "di"]).await;
    let chat = group(&ana, &[&bo, &cy, &di]).await;
    for (who, name) in [(&bo, "bo"), (&cy, "cy"), (&di, "di")] {
        subscribe(who, name, "nothing").await;
    }
    let of = |more: Value| {
        let mut input = json!({ "chat": chat["id"] });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    let sent = say(
        &ana,
        &chat,
        &format!(
            "read by @{{{}}} and not @{{{}}}",
            bo.account(),
            di.account()
        ),
    )
    .await;
    bo.does(&mark_position::OP, of(json!({ "number": sent["number"] })))
        .await;
    cy.does(&change_chat::OP, of(json!({ "muted": true })))
        .await;
    assert_eq!(whom(&place.told(&ana, &chat).await), ["di"]);

    say(&ana, &chat, "look, @{all}").await;
    let until = place
        .house
        .runtime()
        .ports()
        .clock
        .now()
        .after(Duration::from_secs(60));
    di.does(&set_quiet::OP, json!({ "until": until })).await;
    assert_eq!(
        whom(&place.told(&ana, &chat).await),
        ["bo", "cy"],
        "cy is named, di wants quiet"
    );

    let gone = say(&ana, &chat, "nothing, @{all}").await;
    ana.does(&recall_message::OP, of(json!({ "message": gone["id"] })))
        .await;
    assert!(
        place.told(&ana, &chat).await.is_empty(),
        "what was recalled is not told"
    );
    say(&ana, &chat, "long ago, @{all}").await;
    place.house.passes(Duration::from_secs(601));
    assert!(
        place.told(&ana, &chat).await.is_empty(),
        "nobody is woken for what is old"
    );
}

#[tokio::test]
async fn a_removed_member_and_an_ended_session_are_told_nothing() {
    let place = Place::new().await;
    let [ana, bo, cy] = place.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    for (who, name) in [(&bo, "bo"), (&cy, "cy")] {
        subscribe(who, name, "text").await;
    }
    say(&ana, &chat, "for @{all}").await;
    let of_bo = json!({ "chat": chat["id"], "account": bo.account() });
    ana.does(&remove_member::OP, of_bo).await;
    assert_eq!(
        whom(&place.told(&ana, &chat).await),
        ["cy"],
        "not even of what was said before"
    );

    let accounts = json!({ "chat": chat["id"], "accounts": [bo.account()] });
    ana.does(&add_members::OP, accounts).await;
    say(&ana, &chat, "for @{all} again").await;
    assert_eq!(whom(&place.told(&ana, &chat).await), ["bo", "cy"]);
    place
        .sessions
        .0
        .lock()
        .unwrap()
        .remove(&bo.member().session);
    say(&ana, &chat, "for one, @{all}").await;
    assert_eq!(whom(&place.told(&ana, &chat).await), ["cy"]);
    // What was forgotten does not come back with the session.
    let member = bo.member();
    place
        .sessions
        .0
        .lock()
        .unwrap()
        .insert(member.session, member.account);
    assert_eq!(
        bo.does(&get_push::OP, json!({})).await["detail"],
        Value::Null
    );

    // One that acts for another account now is not told of this one's chats, and not forgotten.
    place
        .sessions
        .0
        .lock()
        .unwrap()
        .insert(cy.member().session, ana.account());
    say(&ana, &chat, "for nobody, @{all}").await;
    assert!(place.told(&ana, &chat).await.is_empty());
    assert_eq!(cy.does(&get_push::OP, json!({})).await["detail"], "text");
    place.sessions.0.lock().unwrap().clear();
    place.courier.forget_ended().await.unwrap();
    assert_eq!(
        cy.does(&get_push::OP, json!({})).await["detail"],
        Value::Null
    );
    assert!(place.courier.tenants().await.unwrap().is_empty());

    ana.does(&disband_chat::OP, json!({ "chat": chat["id"] }))
        .await;
    assert!(place.told(&ana, &chat).await.is_empty());
}

#[tokio::test]
async fn a_thread_tells_who_follows_it() {
    let place = Place::new().await;
    let [ana, bo, cy] = place.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    for (who, name) in [(&ana, "ana"), (&bo, "bo"), (&cy, "cy")] {
        subscribe(who, name, "text").await;
    }
    let root = say(&ana, &chat, "a question").await;
    place.told(&ana, &chat).await;
    let mut answer = text(&chat, "c-answer", "an answer");
    answer["thread"] = root["id"].clone();

    let sent = bo.does(&send_message::OP, answer).await;
    let told = place.told(&ana, &chat).await;
    assert_eq!(whom(&told), ["ana"], "whose question it is");
    assert_eq!(told[0].1.text.as_deref(), Some("an answer"));

    let mut more = text(&chat, "c-more", "more");
    more["thread"] = root["id"].clone();
    bo.does(&send_message::OP, more).await;
    let thread = json!({ "chat": chat["id"], "message": root["id"] });
    let replies = ana.does(&list_replies::OP, thread.clone()).await;
    let last = &replies["items"].as_array().unwrap().last().unwrap()["number"];
    let mut mark = thread;
    mark["read_number"] = last.clone();
    ana.does(&mark_thread::OP, mark).await;
    assert!(place.told(&ana, &chat).await.is_empty(), "read already");
    assert_eq!(sent["thread"], root["id"]);
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again_and_one_that_says_gone_is_not() {
    let place = Place::new().await;
    let [ana, bo] = place.people(["ana", "bo"]).await;
    let chat = ana
        .does(&direct_chat::OP, json!({ "account": bo.account() }))
        .await;
    subscribe(&bo, "bo", "names").await;
    let of = OfChat {
        tenant: ana.member().tenant,
        chat: serde_json::from_value(chat["id"].clone()).unwrap(),
    };
    say(&ana, &chat, "are you there?").await;

    place.push.go_away(true);
    assert_eq!(place.courier.tell(of, Turn::More).await.unwrap().waiting, 1);
    assert_eq!(
        place.courier.behind().await.unwrap(),
        [of],
        "found by whoever looks"
    );
    place.push.go_away(false);
    assert_eq!(place.courier.tell(of, Turn::More).await.unwrap().told, 1);
    let [(_, content)] = place.brought().try_into().unwrap();
    assert_eq!(
        (content.sender.as_deref(), content.chat_name),
        (Some("ana"), None)
    );
    assert!(place.courier.behind().await.unwrap().is_empty());

    say(&ana, &chat, "still?").await;
    place.push.go_away(true);
    assert_eq!(place.courier.tell(of, Turn::Last).await.unwrap().waiting, 1);
    place.push.go_away(false);
    assert!(place.told(&ana, &chat).await.is_empty(), "given up");

    place.push.answer(&endpoint("bo"), Brought::Gone);
    say(&ana, &chat, "gone?").await;
    place.courier.tell(of, Turn::More).await.unwrap();
    assert_eq!(
        bo.does(&get_push::OP, json!({})).await["detail"],
        Value::Null
    );
    assert_eq!(seen(&ana, &chat).await["id"], chat["id"]);
}

#[tokio::test]
async fn a_browser_says_where_it_is_told_and_takes_it_back() {
    let place = Place::new().await;
    let [ana, bo] = place.people(["ana", "bo"]).await;
    let none = json!({ "key": "B-memory", "detail": null });
    assert_eq!(ana.does(&get_push::OP, json!({})).await, none);
    subscribe(&ana, "one", "nothing").await;
    subscribe(&ana, "two", "text").await;
    assert_eq!(
        bo.does(&get_push::OP, json!({})).await,
        none,
        "one's own only"
    );
    let chat = group(&bo, &[&ana]).await;
    say(&bo, &chat, "hello, @{all}").await;
    assert_eq!(
        whom(&place.told(&bo, &chat).await),
        ["two"],
        "a session has one place"
    );

    ana.does(&withdraw_push::OP, json!({})).await;
    assert_eq!(ana.does(&get_push::OP, json!({})).await, none);
    let elsewhere = json!({ "endpoint": "https://evil.example/x", "p256dh": "B", "auth": "a", "detail": "text" });
    let refusal = ana.is_refused(&save_push::OP, elsewhere.clone()).await;
    assert_eq!(refusal.code, "messenger.push_refused");
    let without = super::kit::house().await;
    let [ana] = without.people(["ana"]).await;
    assert_eq!(
        ana.does(&get_push::OP, json!({})).await,
        json!({ "key": null, "detail": null })
    );
    assert_eq!(
        ana.is_refused(&save_push::OP, elsewhere).await.code,
        "messenger.push_off"
    );
}

#[tokio::test]
async fn of_many_browsers_the_oldest_gives_way() {
    let place = Place::new().await;
    let [ana, bo] = place.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    for number in 0..=BROWSERS_MAX {
        let session = place.house.runtime().new_id();
        let member = Member {
            session,
            ..bo.member()
        };
        place
            .sessions
            .0
            .lock()
            .unwrap()
            .insert(session, member.account);
        let device = place.house.member(member);
        subscribe(&device, &format!("{number:02}"), "nothing").await;
        place.house.passes(Duration::from_secs(1));
    }

    say(&ana, &chat, "hello, @{all}").await;

    let told = place.told(&ana, &chat).await;
    let expected: Vec<String> = (1..=BROWSERS_MAX)
        .map(|number| format!("{number:02}"))
        .collect();
    assert_eq!(whom(&told), expected);
}

#[tokio::test]
async fn up_to_where_browsers_were_told_never_goes_back() {
    let place = Place::new().await;
    let [ana, bo] = place.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    subscribe(&bo, "bo", "nothing").await;
    say(&ana, &chat, "once, @{all}").await;
    assert_eq!(whom(&place.told(&ana, &chat).await), ["bo"]);

    let courier = place.house.system("courier", ana.member().tenant);
    let late = json!({ "chat": chat["id"], "through": 1, "gone": [] });
    courier.does(&settle_push::OP, late).await;

    assert!(
        place.told(&ana, &chat).await.is_empty(),
        "told by a slower node before"
    );
}
