//! What a chat is set to, and what follows.

use std::time::Duration;

use act::Operation;
use serde_json::{Value, json};
use testkit::Actor;

use super::{
    kit::{add, audience, changes, group, history, house, say, seen, stream, text, words},
    managers::role,
};
use crate::{
    change_chat, direct_chat, get_message, join_stream, list_chats, list_messages, resume_stream,
    send_message, set_role,
};

/// An input with these fields for a chat.
pub(super) fn with(chat: &Value, fields: &Value) -> Value {
    let mut input = fields.clone();
    input["chat"] = chat["id"].clone();
    input
}

pub(super) async fn set(by: &Actor, chat: &Value, fields: Value) -> Value {
    by.does(&change_chat::OP, with(chat, &fields)).await
}

#[tokio::test]
async fn settings_are_for_everyone_and_changed_by_managers() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    for (field, usual) in [
        ("description", json!("")),
        ("announcement", json!(null)),
        ("visibility", json!("private")),
        ("join", json!("open")),
        ("posting", json!("everyone")),
        ("mention_all", json!("everyone")),
        ("history", json!("all")),
        ("requests", json!(0)),
    ] {
        assert_eq!(seen(&ana, &chat).await[field], usual, "{field}");
    }

    let all = json!({
        "name": "olds", "description": " what was ", "announcement": "**Read** this", "visibility": "public",
        "join": "approval", "posting": "managers", "mention_all": "managers", "history": "since_joined", "muted": true,
    });
    let refusal = cy.is_refused(&change_chat::OP, with(&chat, &all)).await;
    assert_eq!(refusal.code, "access.not_permitted");
    let changed = set(&bo, &chat, all.clone()).await;

    assert_eq!(changed, seen(&bo, &chat).await);
    assert_eq!(
        bo.does(&list_chats::OP, json!({})).await["items"][0],
        changed
    );
    let theirs = seen(&cy, &chat).await;
    for field in ["visibility", "join", "posting", "mention_all", "history"] {
        assert_eq!(theirs[field], all[field], "{field}");
    }
    assert_eq!(theirs["description"], "what was");
    assert_eq!(theirs["announcement"]["text"], "**Read** this");
    assert_eq!(theirs["announcement"]["by"], json!(bo.account()));
    assert_eq!(theirs["muted"], false);
    assert_eq!(
        history(&cy, &chat).await[2..],
        ["chat_renamed", "visibility_changed", "announcement_changed"]
    );
    let again = set(&bo, &chat, all).await;
    assert_eq!(
        again["last_change"], changed["last_change"],
        "nothing has changed"
    );
}

#[tokio::test]
async fn a_change_without_words_of_its_own_is_one_event() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;

    let quiet = set(
        &ana,
        &chat,
        json!({ "description": "a", "posting": "managers" }),
    )
    .await;
    let taken = set(
        &ana,
        &chat,
        json!({ "description": "", "announcement": "" }),
    )
    .await;

    assert_eq!(
        (&quiet["last_number"], &quiet["last_change"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(taken, seen(&ana, &chat).await);
    let feed = changes(&stream(&house, &ana), &chat, 1).await;
    let told: Vec<_> = feed["frames"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 2);
    for frame in told {
        assert_eq!(frame["event"], "chat.changed");
        assert_eq!(frame.get("message"), None);
    }
    let announced = set(&ana, &chat, json!({ "announcement": "one" })).await;
    house.passes(Duration::from_secs(1));
    let withdrawn = set(&ana, &chat, json!({ "announcement": " " })).await;
    assert_eq!(announced["announcement"]["text"], "one");
    assert_eq!(withdrawn["announcement"], json!(null));
    assert_eq!(withdrawn["last_number"], announced["last_number"]);
    assert_eq!(withdrawn, seen(&ana, &chat).await);
}

#[tokio::test]
async fn only_groups_are_set_to_something() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = ana
        .does(&direct_chat::OP, json!({ "account": bo.account() }))
        .await;
    for fields in [
        json!({ "visibility": "public" }),
        json!({ "description": "us" }),
        json!({ "announcement": "us" }),
        json!({ "posting": "managers" }),
    ] {
        let refusal = ana.is_refused(&change_chat::OP, with(&chat, &fields)).await;
        assert_eq!(refusal.code, "access.not_permitted");
    }
    let chat = group(&ana, &[]).await;
    for (fields, code) in [
        (
            json!({ "description": "d".repeat(501) }),
            "messenger.description_invalid",
        ),
        (
            json!({ "announcement": "a".repeat(2_001) }),
            "messenger.announcement_invalid",
        ),
        (json!({ "visibility": "secret" }), "act.input_invalid"),
    ] {
        let refusal = ana.is_refused(&change_chat::OP, with(&chat, &fields)).await;
        assert_eq!(refusal.code, code);
    }
}

#[tokio::test]
async fn where_managers_speak_others_listen() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let before = say(&cy, &chat, "once").await;
    ana.does(&set_role::OP, role(&chat, &bo, "manager")).await;
    set(&ana, &chat, json!({ "posting": "managers" })).await;

    say(&bo, &chat, "heard").await;
    say(&ana, &chat, "heard too").await;
    let refusal = cy
        .is_refused(&send_message::OP, text(&chat, "c", "not"))
        .await;
    assert_eq!(refusal.code, "messenger.posting_managers");
    let again = say(&cy, &chat, "once").await;
    assert_eq!(
        again, before,
        "what was said before is still answered when it is repeated"
    );

    set(
        &ana,
        &chat,
        json!({ "posting": "everyone", "mention_all": "managers" }),
    )
    .await;
    let refusal = cy
        .is_refused(&send_message::OP, text(&chat, "d", "@{all} listen"))
        .await;
    assert_eq!(refusal.code, "messenger.mention_all_managers");
    say(&cy, &chat, &format!("@{{{}}} listen", bo.account())).await;
    say(&bo, &chat, "@{all} listen").await;
}

/// Speaking is taken away while somebody speaks: from then on nothing of theirs is in the chat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_said_by_members_once_only_managers_speak() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let talking = {
        let (bo, chat) = (bo.clone(), chat.clone());
        tokio::spawn(async move {
            for said in 0.. {
                let input = text(&chat, &said.to_string(), "still here");
                if let Err(error) = bo.calls(&send_message::OP, input).await {
                    assert!(error.is(&crate::rules::POSTING_MANAGERS), "{error}");
                    return;
                }
            }
        })
    };
    tokio::task::yield_now().await;

    let closed = set(&ana, &chat, json!({ "posting": "managers" })).await;

    talking.await.unwrap();
    assert_eq!(
        seen(&ana, &chat).await["last_change"],
        closed["last_change"]
    );
}

#[tokio::test]
async fn newcomers_read_from_where_they_came_if_the_chat_says_so() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[]).await;
    let old = say(&ana, &chat, "among ourselves").await;
    set(&ana, &chat, json!({ "history": "since_joined" })).await;
    add(&ana, &chat, &[&bo]).await;
    say(&ana, &chat, "welcome").await;

    assert_eq!(history(&bo, &chat).await, ["members_added", "welcome"]);
    let view = seen(&bo, &chat).await;
    assert_eq!(
        (&view["unread"], &view["last_number"]),
        (&json!(2), &json!(4))
    );
    let page = |direction: &str, number: i64| json!({ "chat": chat["id"], direction: number });
    for (input, expected) in [
        (page("before", 4), (vec!["members_added"], false, true)),
        (page("before", 3), (vec![], false, true)),
        (page("before", 2), (vec![], false, true)),
        (
            page("after", 0),
            (vec!["members_added", "welcome"], false, false),
        ),
        (page("after", 3), (vec!["welcome"], true, false)),
        (page("after", 4), (vec![], true, false)),
    ] {
        let page = bo.does(&list_messages::OP, input.clone()).await;
        let edges = (
            page["has_before"].as_bool().unwrap(),
            page["has_after"].as_bool().unwrap(),
        );
        assert_eq!(
            (words(&page), edges.0, edges.1),
            (
                expected.0.iter().map(|word| (*word).to_owned()).collect(),
                expected.1,
                expected.2
            ),
            "{input}"
        );
    }
    let of_old = json!({ "chat": chat["id"], "message": old["id"] });
    let refusal = bo.is_refused(&get_message::OP, of_old.clone()).await;
    assert_eq!(refusal.code, "messenger.message_absent");
    ana.does(&get_message::OP, of_old.clone()).await;

    // What it says later holds for those who come later.
    set(&ana, &chat, json!({ "history": "all" })).await;
    add(&ana, &chat, &[&cy]).await;
    assert_eq!(history(&bo, &chat).await.len(), 3);
    assert_eq!(history(&cy, &chat).await.len(), 5);
    cy.does(&get_message::OP, of_old).await;
}

#[tokio::test]
async fn the_stream_knows_from_where_newcomers_hear() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let stream = stream(&house, &ana);
    let chat = group(&ana, &[]).await;
    say(&ana, &chat, "among ourselves").await;
    set(&ana, &chat, json!({ "history": "since_joined" })).await;
    add(&ana, &chat, &[&bo]).await;

    let resumed = bo.does(&resume_stream::OP, json!({})).await;

    let joined = bo
        .does(&join_stream::OP, json!({ "chat": chat["id"] }))
        .await;
    assert_eq!(resumed["topics"][0], joined);
    // Messages one and two, changes one to three: the third message is the fourth change.
    assert_eq!(
        (&joined["history_from"], &joined["changes_from"]),
        (&json!(3), &json!(4))
    );
    let heard = audience(&stream, &chat).await;
    assert_eq!(
        heard["newcomers"],
        json!([{ "account": bo.account(), "history_from": 3 }])
    );
    let hers = ana
        .does(&join_stream::OP, json!({ "chat": chat["id"] }))
        .await;
    assert_eq!(hers.get("history_from"), None);
}

/// While people come, others talk: whatever has a number below that of their coming is not theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_read_nothing_that_was_said_while_they_came() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let crowd: Vec<Actor> = (0..20)
        .map(|index| house.colleague_of(&ana, &format!("p{index}")))
        .collect();
    let chat = group(&ana, &[&bo]).await;
    set(&ana, &chat, json!({ "history": "since_joined" })).await;
    let talking = {
        let (bo, chat) = (bo.clone(), chat.clone());
        tokio::spawn(async move {
            for said in 0..300 {
                let input = text(&chat, &said.to_string(), "secret");
                bo.does(&send_message::OP, input).await;
            }
        })
    };
    for one in &crowd {
        add(&ana, &chat, &[one]).await;
    }
    talking.await.unwrap();
    for one in &crowd {
        let input = json!({ "chat": chat["id"], "after": 0, "limit": 1 });
        let page = one.does(&list_messages::OP, input).await;
        let first = &page["items"][0]["body"];
        assert_eq!(first["event"], "members_added");
        assert_eq!(first["accounts"], json!([one.account()]));
    }
}

/// Whoever is refused learns nothing of the settings.
#[tokio::test]
async fn outsiders_change_nothing() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[]).await;
    let operations: [(&'static Operation, Value); 2] = [
        (
            &change_chat::OP,
            with(&chat, &json!({ "posting": "managers" })),
        ),
        (&set_role::OP, role(&chat, &bo, "manager")),
    ];
    for (operation, input) in operations {
        let refusal = bo.is_refused(operation, input).await;
        assert_eq!(refusal.code, "messenger.chat_absent");
    }
}
