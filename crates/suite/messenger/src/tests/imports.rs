//! A workspace arrives from elsewhere.

use act::{Announcement, Role};
use base::TenantId;
use serde_json::{Value, json};
use testkit::{Actor, House};

use super::kit::{audience, changes, history, house, say, seen, stream, text};
use crate::{
    begin_import, bring_chat, bring_messages, direct_chat, edit_message, finish_import,
    forward_messages, list_chats, list_imports, list_messages, list_pins, list_replies, open_chat,
    purge_messages, read_import, save_policy, send_message,
};

pub(super) async fn begun(by: &Actor) -> Value {
    let input = json!({ "source": "slack", "workspace": "T1", "label": "Weaver Mill" });
    by.does(&begin_import::OP, input).await
}

pub(super) fn news(import: &Value, owner: &Actor, members: &[&Actor]) -> Value {
    let members: Vec<_> = members.iter().map(|member| member.account()).collect();
    json!({
        "import": import["id"], "external_id": "C1", "name": "news", "description": "what is new",
        "visibility": "public", "created_at": "2020-01-01T00:00:00Z", "owner": owner.account(), "members": members,
    })
}

/// A message sent so many seconds after the chat was made.
pub(super) fn said(second: u32, author: Option<&Actor>, text: &str, more: Value) -> Value {
    let (minute, second_of) = (second / 60, second % 60);
    let mut message = json!({
        "external_id": format!("{second}.000000"), "author": author.map(Actor::account), "author_name": "Gone Girl",
        "sent_at": format!("2020-01-01T00:{minute:02}:{second_of:02}Z"), "text": text,
    });
    let more = more.as_object().unwrap().clone();
    message.as_object_mut().unwrap().extend(more);
    message
}

pub(super) fn batch(import: &Value, chat: &Value, messages: &[Value]) -> Value {
    json!({ "import": import["id"], "chat": chat["chat"], "messages": messages })
}

pub(super) fn of(import: &Value, chat: &Value) -> Value {
    json!({ "import": import["id"], "chat": chat["chat"] })
}

async fn page(actor: &Actor, chat: &Value) -> Value {
    let input = json!({ "chat": chat["chat"], "limit": 100 });
    actor.does(&list_messages::OP, input).await
}

/// A chat of two batches that ends with an answer in a thread, not opened yet.
async fn arrived(house: &House) -> ([Actor; 3], Value, Value, Vec<Value>) {
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let import = begun(&ana).await;
    let chat = ana.does(&bring_chat::OP, news(&import, &bo, &[&cy])).await;
    let reaction = json!([
        { "emoji": "👍", "accounts": [cy.account(), bo.account(), cy.account()] },
        { "emoji": ":party-parrot:", "accounts": [bo.account()] },
    ]);
    let pin = json!({ "at": "2020-02-02T00:00:00Z" });
    let first = vec![
        said(
            1,
            Some(&bo),
            "first",
            json!({ "reactions": reaction, "pinned": pin }),
        ),
        said(2, None, "who was I?", json!({})),
        said(3, Some(&cy), "answer", json!({ "thread": "1.000000" })),
    ];
    let to_bo = format!("last @{{{}}} @{{all}}", bo.account());
    let second = vec![
        said(
            4,
            Some(&cy),
            &to_bo,
            json!({ "edited_at": "2020-01-03T00:00:00Z" }),
        ),
        said(5, None, "late answer", json!({ "thread": "1.000000" })),
    ];
    let reached = ana
        .does(&bring_messages::OP, batch(&import, &chat, &first))
        .await;
    assert_eq!(reached["messages"], 3);
    let reached = ana
        .does(&bring_messages::OP, batch(&import, &chat, &second))
        .await;
    assert_eq!(
        (
            &reached["messages"],
            &reached["replies"],
            &reached["reactions"],
            &reached["reached_at"]
        ),
        (
            &json!(5),
            &json!(2),
            &json!(3),
            &json!("2020-01-01T00:00:05.000000Z")
        )
    );
    ([ana, bo, cy], import, chat, [first, second].concat())
}

#[tokio::test]
async fn a_chat_arrives_with_everything_and_nothing_unread() {
    let house = house().await;
    let ([ana, bo, cy], import, chat, _) = arrived(&house).await;
    house.heard().take();
    let opened = ana.does(&open_chat::OP, of(&import, &chat)).await;
    assert!(opened["opened_at"].is_string());
    let notices = house.heard().take();
    let added = |heard: &&Announcement| {
        matches!(
            heard,
            Announcement::Notice {
                notice: "chat.added",
                ..
            }
        )
    };
    assert_eq!(notices.iter().filter(added).count(), 2);

    let here = json!({ "id": chat["chat"] });
    let view = seen(&bo, &here).await;
    assert_eq!(
        (
            &view["name"],
            &view["role"],
            &view["members"],
            &view["unread"],
            &view["mentions"]
        ),
        (
            &json!("news"),
            &json!("owner"),
            &json!(2),
            &json!(0),
            &json!(0)
        )
    );
    assert_eq!(
        (
            &view["description"],
            &view["visibility"],
            &view["created_at"]
        ),
        (
            &json!("what is new"),
            &json!("public"),
            &json!("2020-01-01T00:00:00.000000Z")
        )
    );
    let items = page(&bo, &chat).await["items"].as_array().unwrap().clone();
    let to_bo = format!("last @{{{}}} @{{all}}", bo.account());
    assert_eq!(history(&cy, &here).await, ["first", "who was I?", &to_bo]);
    let [first, gone, last] = items.as_slice() else {
        panic!("three outside of the thread")
    };
    assert_eq!((&first["number"], &last["number"]), (&json!(1), &json!(4)));
    assert_eq!(
        first["imported"],
        json!({ "source": "slack", "author_name": null })
    );
    assert_eq!(first["replies"]["count"], 2);
    assert_eq!(first["replies"]["last_number"], 5);
    assert_eq!(gone["imported"]["author_name"], "Gone Girl");
    assert_eq!(gone["author"], format!("u_{}", "0".repeat(32)));
    // Whoever has no account keeps the name that they had, above answers and where it is forwarded to.
    let mut answer = text(&here, "c-answer", "and on it goes");
    answer["reply_to"] = gone["id"].clone();
    let answer = cy.does(&send_message::OP, answer).await;
    assert_eq!(answer["quote"]["author_name"], "Gone Girl");
    let forward = json!({
        "chat": here["id"], "client_id": "c-f", "source": here["id"], "messages": [gone["id"]],
    });
    let forward = bo.does(&forward_messages::OP, forward).await;
    assert_eq!(forward["body"]["items"][0]["name"], "Gone Girl");
    say(&cy, &here, "the end").await;
    assert_eq!(seen(&bo, &here).await["unread"], 1);
}

#[tokio::test]
async fn threads_reactions_pins_and_edits_arrive_too() {
    let house = house().await;
    let ([ana, bo, cy], import, chat, _) = arrived(&house).await;
    ana.does(&open_chat::OP, of(&import, &chat)).await;
    let page = page(&bo, &chat).await;
    let (first, last) = (&page["items"][0], &page["items"][2]);
    let reactions = &first["reactions"];
    assert_eq!(
        reactions[0]["accounts"],
        json!([cy.account(), bo.account()])
    );
    assert_eq!(reactions[1]["emoji"], ":party-parrot:");
    assert_eq!(last["body"]["mentions"], json!([bo.account(), "all"]));
    assert_eq!(
        (&last["edits"], &last["edited_at"]),
        (&json!(1), &json!("2020-01-03T00:00:00.000000Z"))
    );

    let of_first = json!({ "chat": chat["chat"], "message": first["id"] });
    let replies = cy.does(&list_replies::OP, of_first).await;
    assert_eq!(replies["items"].as_array().unwrap().len(), 2);
    let pins = bo
        .does(&list_pins::OP, json!({ "chat": chat["chat"] }))
        .await;
    assert_eq!(pins["items"][0]["id"], first["id"]);
    // Whoever brought it is not in it.
    assert_eq!(
        ana.does(&list_chats::OP, json!({})).await["items"],
        json!([])
    );
}

#[tokio::test]
async fn nobody_knows_of_a_chat_before_it_is_opened_and_its_log_has_no_gaps() {
    let house = house().await;
    let ([ana, bo, _], import, chat, _) = arrived(&house).await;
    let here = json!({ "id": chat["chat"] });
    for person in [&ana, &bo] {
        let refusal = person
            .is_refused(&list_messages::OP, json!({ "chat": chat["chat"] }))
            .await;
        assert_eq!(refusal.code, "messenger.chat_absent");
        assert_eq!(
            person.does(&list_chats::OP, json!({})).await["items"],
            json!([])
        );
    }
    let stream = stream(&house, &ana);
    assert_eq!(audience(&stream, &here).await["accounts"], json!([]));
    ana.does(&open_chat::OP, of(&import, &chat)).await;
    assert_eq!(
        audience(&stream, &here).await["accounts"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // A change for each batch, and one for the opening.
    let changes = changes(&stream, &here, 0).await;
    let frames = changes["frames"].as_array().unwrap();
    let numbers: Vec<_> = frames
        .iter()
        .map(|frame| frame["change"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(changes["change_last"], 3);
}

#[tokio::test]
async fn what_comes_again_changes_nothing() {
    let house = house().await;
    let ([ana, bo, cy], import, chat, messages) = arrived(&house).await;
    assert_eq!(begun(&ana).await["id"], import["id"]);
    let again = ana.does(&bring_chat::OP, news(&import, &bo, &[&cy])).await;
    assert_eq!(
        (&again["chat"], &again["messages"]),
        (&chat["chat"], &json!(5))
    );
    let before = ana
        .does(&read_import::OP, json!({ "import": import["id"] }))
        .await;
    let all = batch(&import, &chat, &messages);
    assert_eq!(
        ana.does(&bring_messages::OP, all.clone()).await["messages"],
        5
    );
    // What was cut off goes on in the middle of a batch.
    let mut more = messages.clone();
    more.push(said(
        6,
        Some(&bo),
        "one more",
        json!({ "thread": "1.000000" }),
    ));
    let reached = ana
        .does(&bring_messages::OP, batch(&import, &chat, &more))
        .await;
    assert_eq!(
        (&reached["messages"], &reached["replies"]),
        (&json!(6), &json!(3))
    );
    ana.does(&open_chat::OP, of(&import, &chat)).await;
    ana.does(&open_chat::OP, of(&import, &chat)).await;
    let first = page(&bo, &chat).await;
    assert_eq!(first["items"][0]["replies"]["count"], 3);

    let refusal = ana.is_refused(&bring_messages::OP, all).await;
    assert_eq!(refusal.code, "messenger.import_opened");
    let after = ana
        .does(&finish_import::OP, json!({ "import": import["id"] }))
        .await;
    assert_eq!(
        (&before["messages"], &after["messages"]),
        (&json!(5), &json!(6))
    );
    assert_eq!((&after["chats"], &after["opened"]), (&json!(1), &json!(1)));
    let again = ana
        .does(&finish_import::OP, json!({ "import": import["id"] }))
        .await;
    assert_eq!(again["finished_at"], after["finished_at"]);
    assert_eq!(page(&bo, &chat).await, first);
    let mut other = news(&import, &bo, &[]);
    other["external_id"] = json!("C2");
    let refusal = ana.is_refused(&bring_chat::OP, other).await;
    assert_eq!(refusal.code, "messenger.import_finished");
}

#[tokio::test]
async fn two_people_get_their_own_chat_unless_they_talk_already() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let import = begun(&ana).await;
    let together = json!({ "account": bo.account() });
    let talk = cy.does(&direct_chat::OP, together.clone()).await;
    let mut opened = Vec::new();
    for (external_id, other) in [("D1", &ana), ("D2", &cy)] {
        let input = json!({
            "import": import["id"], "external_id": external_id, "name": "them", "direct": true,
            "created_at": "2020-01-01T00:00:00Z", "members": [bo.account(), other.account()],
        });
        let chat = ana.does(&bring_chat::OP, input).await;
        let hello = said(1, Some(&bo), "hello", json!({}));
        ana.does(&bring_messages::OP, batch(&import, &chat, &[hello]))
            .await;
        ana.does(&open_chat::OP, of(&import, &chat)).await;
        opened.push(json!({ "id": chat["chat"] }));
    }
    let with_ana = ana.does(&direct_chat::OP, together).await;
    assert_eq!(with_ana["id"], opened[0]["id"]);
    assert_eq!(with_ana["last_message"]["body"]["text"], "hello");
    let beside = seen(&cy, &opened[1]).await;
    assert_eq!(
        (&beside["kind"], &beside["name"]),
        (&json!("group"), &json!("them"))
    );
    assert_ne!(beside["id"], talk["id"]);
    let roles = [seen(&bo, &opened[1]).await, beside].map(|view| view["role"] == "owner");
    assert_eq!(roles.iter().filter(|is_owner| **is_owner).count(), 1);
}

#[tokio::test]
async fn what_cannot_come_is_refused() {
    let house = house().await;
    let ([ana, bo, _], import, chat, _) = arrived(&house).await;
    let code = |messages: Vec<Value>| {
        let input = batch(&import, &chat, &messages);
        let ana = &ana;
        async move { ana.is_refused(&bring_messages::OP, input).await.code }
    };
    let late = |text: &str, more| said(9, Some(&bo), text, more);
    let nobody = format!("u_{}", "7".repeat(32));
    assert_eq!(
        code(vec![said(2, None, "older", json!({ "external_id": "x" }))]).await,
        "messenger.import_order"
    );
    assert_eq!(
        code(vec![late("b", json!({})), said(8, None, "a", json!({}))]).await,
        "messenger.import_order"
    );
    assert_eq!(
        code(vec![late(
            "a",
            json!({ "sent_at": "2999-01-01T00:00:00Z" })
        )])
        .await,
        "messenger.import_order"
    );
    assert_eq!(
        code(vec![late("a", json!({ "thread": "404" }))]).await,
        "messenger.import_root_absent"
    );
    assert_eq!(
        code(vec![late("a", json!({ "thread": "3.000000" }))]).await,
        "messenger.import_root_absent"
    );
    assert_eq!(
        code(vec![late("", json!({}))]).await,
        "messenger.text_empty"
    );
    assert_eq!(
        code(vec![late("a", json!({ "author": nobody }))]).await,
        "messenger.account_absent"
    );
    assert_eq!(code(vec![]).await, "messenger.import_too_much");
    let many =
        (0..201).map(|number| said(9, None, "a", json!({ "external_id": number.to_string() })));
    assert_eq!(code(many.collect()).await, "messenger.import_too_much");
    let emoji = json!({ "reactions": [{ "emoji": "no", "accounts": [] }] });
    assert_eq!(
        code(vec![late("a", emoji)]).await,
        "messenger.emoji_invalid"
    );
    let input = json!({ "import": import["id"] });
    assert_eq!(
        ana.is_refused(&finish_import::OP, input.clone()).await.code,
        "messenger.import_unopened"
    );
}

#[tokio::test]
async fn members_bring_nothing_and_do_not_see_what_comes() {
    let house = house().await;
    let ([ana, bo, cy], import, chat, _) = arrived(&house).await;
    let input = json!({ "import": import["id"] });
    let late = |text: &str, more| said(9, Some(&bo), text, more);
    for (operation, input) in [
        (&list_imports::OP, json!({})),
        (&read_import::OP, input.clone()),
        (&finish_import::OP, input),
        (&open_chat::OP, of(&import, &chat)),
        (
            &bring_messages::OP,
            batch(&import, &chat, &[late("a", json!({}))]),
        ),
        (&bring_chat::OP, news(&import, &bo, &[&cy])),
        (
            &begin_import::OP,
            json!({ "source": "slack", "workspace": "T2", "label": "mine" }),
        ),
    ] {
        assert_eq!(
            bo.is_refused(operation, input).await.code,
            "access.not_permitted",
            "{}",
            operation.name
        );
    }
    let list = ana.does(&list_imports::OP, json!({})).await;
    assert_eq!(list["items"][0]["label"], "Weaver Mill");
    let edited =
        json!({ "chat": chat["chat"], "message": format!("om_{}", "1".repeat(32)), "text": "x" });
    assert_eq!(
        ana.is_refused(&edit_message::OP, edited).await.code,
        "messenger.chat_absent"
    );
}

#[tokio::test]
async fn an_import_of_another_organisation_does_not_exist() {
    let house = house().await;
    let ([_, _, _], import, ..) = arrived(&house).await;
    let [stranger] = house.people(["stranger"]).await;
    let input = json!({ "import": import["id"] });
    let refusal = stranger.is_refused(&read_import::OP, input).await;
    assert_eq!(refusal.code, "messenger.import_absent");
}

#[tokio::test]
async fn nothing_is_purged_of_a_chat_that_is_still_arriving() {
    let house = house().await;
    let ([ana, ..], import, chat, _) = arrived(&house).await;
    let mut member = *ana.caller().member().unwrap();
    member.role = Role::Administrator;
    let input = json!({
        "edit_window_s": 60, "recall_window_s": 60,
        "retention_min_days": null, "retention_days": 30, "retention_max_days": null,
    });
    house.member(member).does(&save_policy::OP, input).await;
    let system = house.system("retention", TenantId::NIL);

    // What comes below an old root has to find it.
    let purged = system.does(&purge_messages::OP, json!({})).await;
    assert_eq!(purged["messages"], 0);
    ana.does(&open_chat::OP, of(&import, &chat)).await;

    let purged = system.does(&purge_messages::OP, json!({})).await;
    assert_eq!(purged["messages"], 5);
}
