//! Threads: answers of their own, unread by themselves.

use serde_json::{Value, json};
use testkit::Actor;

use super::kit::{changes, group, history, house, say, seen, stream, text, words};
use crate::{
    add_members, forward_messages, get_draft, list_messages, list_replies, list_threads,
    mark_position, mark_thread, recall_message, remove_member, save_draft, send_message,
};

/// Answers below a message.
async fn answer(by: &Actor, chat: &Value, root: &Value, words: &str) -> Value {
    let mut input = text(chat, &format!("c-{words}"), words);
    input["thread"] = root["id"].clone();
    by.does(&send_message::OP, input).await
}

fn of(chat: &Value, message: &Value) -> Value {
    json!({ "chat": chat["id"], "message": message["id"] })
}

async fn thread(by: &Actor, chat: &Value, root: &Value) -> Value {
    by.does(&list_replies::OP, of(chat, root)).await
}

#[tokio::test]
async fn what_is_begun_in_a_thread_is_kept_apart() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let [one, other] = [
        say(&ana, &chat, "one").await,
        say(&ana, &chat, "other").await,
    ];
    let draft = |root: Option<&Value>| {
        let root = root.map_or(Value::Null, |root| root["id"].clone());
        json!({ "chat": chat["id"], "thread": root })
    };
    let begins = async |by: &Actor, root: Option<&Value>, text: &str| {
        let mut input = draft(root);
        input["text"] = json!(text);
        by.does(&save_draft::OP, input).await;
    };
    let begun = async |by: &Actor, root: Option<&Value>| {
        by.does(&get_draft::OP, draft(root)).await["text"].clone()
    };
    begins(&bo, None, "in the chat").await;
    begins(&bo, Some(&one), "below one").await;
    begins(&bo, Some(&other), "below the other").await;

    assert_eq!(begun(&bo, None).await, "in the chat");
    assert_eq!(begun(&bo, Some(&one)).await, "below one");
    assert_eq!(begun(&ana, Some(&one)).await, "", "one's own");
    begins(&bo, Some(&one), "").await;
    assert_eq!(begun(&bo, Some(&one)).await, "");
    assert_eq!(begun(&bo, Some(&other)).await, "below the other");

    let reply = answer(&ana, &chat, &one, "no head").await;
    let refusal = bo.is_refused(&get_draft::OP, draft(Some(&reply))).await;
    assert_eq!(refusal.code, "messenger.thread_root");
    let account = json!({ "chat": chat["id"], "account": bo.account() });
    ana.does(&remove_member::OP, account).await;
    let refusal = bo.is_refused(&get_draft::OP, draft(Some(&other))).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let accounts = json!({ "chat": chat["id"], "accounts": [bo.account()] });
    ana.does(&add_members::OP, accounts).await;
    assert_eq!(
        begun(&bo, Some(&other)).await,
        "",
        "gone with the membership"
    );
}

#[tokio::test]
async fn answers_stand_in_their_thread_and_not_in_the_chat() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let root = say(&ana, &chat, "who comes").await;
    say(&cy, &chat, "in between").await;

    let first = answer(&bo, &chat, &root, "me").await;
    answer(&cy, &chat, &root, "me too").await;

    assert_eq!(first["thread"], root["id"]);
    assert_eq!(first["number"], 4);
    assert_eq!(
        history(&ana, &chat).await,
        ["chat_created", "who comes", "in between"]
    );
    let found = thread(&ana, &chat, &root).await;
    assert_eq!(words(&found), ["me", "me too"]);
    assert_eq!(found["root"]["replies"]["count"], 2);
    assert_eq!(found["root"]["replies"]["last_number"], 5);
    assert_eq!(
        (&found["has_before"], &found["has_after"]),
        (&json!(false), &json!(false))
    );
    // One unread message in the chat, two in the thread that the author of its root follows.
    let view = seen(&ana, &chat).await;
    assert_eq!(
        (&view["unread"], &view["last_message"]["body"]["text"]),
        (&json!(1), &json!("in between"))
    );
    assert_eq!(
        (&found["following"], &found["unread"]),
        (&json!(true), &json!(2))
    );
    let page = json!({ "chat": chat["id"], "limit": 2 });
    let page = ana.does(&list_messages::OP, page).await;
    assert_eq!(
        (&page["has_before"], &page["has_after"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn a_thread_is_read_for_itself() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let root = say(&ana, &chat, "who comes").await;
    answer(&bo, &chat, &root, "me").await;
    let last = answer(&bo, &chat, &root, "and another").await;

    // Reading the chat reads no thread.
    let input = json!({ "chat": chat["id"], "number": 99 });
    let position = ana.does(&mark_position::OP, input).await;
    assert_eq!(position["unread"], 0);
    let threads = ana.does(&list_threads::OP, json!({})).await;
    assert_eq!(threads["items"][0]["root"]["id"], root["id"]);
    assert_eq!(threads["items"][0]["unread"], 2);

    let mut input = of(&chat, &root);
    input["read_number"] = last["number"].clone();
    let standing = ana.does(&mark_thread::OP, input.clone()).await;
    assert_eq!(
        standing,
        json!({ "following": true, "read_number": 4, "unread": 0 })
    );
    // It never goes back.
    input["read_number"] = json!(1);
    assert_eq!(ana.does(&mark_thread::OP, input).await["read_number"], 4);
    // Who answers has read; who only looks does not follow.
    assert_eq!(thread(&bo, &chat, &root).await["unread"], 0);
    let looked = thread(&cy, &chat, &root).await;
    assert_eq!(
        (&looked["following"], &looked["unread"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(
        cy.does(&list_threads::OP, json!({})).await["items"],
        json!([])
    );

    // Turned away from, it stays away whatever comes.
    let mut input = of(&chat, &root);
    input["following"] = json!(false);
    ana.does(&mark_thread::OP, input).await;
    answer(
        &bo,
        &chat,
        &root,
        &format!("@{{{}}} come back", ana.account()),
    )
    .await;
    assert_eq!(
        ana.does(&list_threads::OP, json!({})).await["items"],
        json!([])
    );
    // Who is named in it hears of it.
    answer(&bo, &chat, &root, &format!("@{{{}}} you too", cy.account())).await;
    let threads = cy.does(&list_threads::OP, json!({})).await;
    assert_eq!(threads["items"].as_array().unwrap().len(), 1);
    assert_eq!(seen(&cy, &chat).await["mentions"], 1);
}

#[tokio::test]
async fn threads_hang_below_messages_of_the_chat() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let root = say(&ana, &chat, "root").await;
    let leaf = answer(&bo, &chat, &root, "leaf").await;

    let mut input = text(&chat, "c-1", "deeper");
    input["thread"] = leaf["id"].clone();
    let refusal = ana.is_refused(&send_message::OP, input.clone()).await;
    assert_eq!(refusal.code, "messenger.thread_root");
    let refusal = ana.is_refused(&list_replies::OP, of(&chat, &leaf)).await;
    assert_eq!(refusal.code, "messenger.thread_root");
    let other = group(&ana, &[]).await;
    let elsewhere = say(&ana, &other, "elsewhere").await;
    input["thread"] = elsewhere["id"].clone();
    let refusal = ana.is_refused(&send_message::OP, input).await;
    assert_eq!(refusal.code, "messenger.message_absent");

    ana.does(&recall_message::OP, of(&chat, &root)).await;
    let mut input = text(&chat, "c-2", "below nothing");
    input["thread"] = root["id"].clone();
    let refusal = bo.is_refused(&send_message::OP, input).await;
    assert_eq!(refusal.code, "messenger.recalled");
    // What was answered before is still there.
    assert_eq!(words(&thread(&bo, &chat, &root).await), ["leaf"]);
}

#[tokio::test]
async fn threads_are_paged_and_heard() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let root = say(&ana, &chat, "count").await;
    for number in 1..=5 {
        answer(&bo, &chat, &root, &number.to_string()).await;
        say(&ana, &chat, &format!("between {number}")).await;
    }
    let page = |more: Value| {
        let mut input = of(&chat, &root);
        input["limit"] = json!(2);
        let more = more.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(more);
        let ana = ana.clone();
        async move { ana.does(&list_replies::OP, input).await }
    };
    for (asked, texts, has_before, has_after) in [
        (json!({}), ["4", "5"], true, false),
        (json!({ "before": 9 }), ["2", "3"], true, true),
        (json!({ "after": 0 }), ["1", "2"], false, true),
        (json!({ "after": 8 }), ["4", "5"], true, false),
    ] {
        let found = page(asked.clone()).await;
        assert_eq!(words(&found), texts, "{asked}");
        assert_eq!(found["has_before"], has_before, "{asked}");
        assert_eq!(found["has_after"], has_after, "{asked}");
    }
    let heard = changes(&stream(&house, &ana), &chat, 0).await;
    let frames = heard["frames"].as_array().unwrap().iter();
    let below = frames.filter(|frame| frame["message"]["thread"] == root["id"]);
    assert_eq!(below.count(), 5);
}

#[tokio::test]
async fn messages_go_on_to_other_chats_as_they_stood() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let here = group(&ana, &[&bo]).await;
    let there = group(&ana, &[&cy]).await;
    let first = say(&bo, &here, "the first").await;
    let second = say(&ana, &here, "the second").await;
    let input = json!({
        "chat": there["id"], "client_id": "c-f", "source": here["id"], "messages": [second["id"], first["id"]],
    });

    let sent = ana.does(&forward_messages::OP, input.clone()).await;
    assert_eq!(ana.does(&forward_messages::OP, input).await, sent);

    assert_eq!(sent["kind"], "forward");
    let items = sent["body"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(
        (&items[0]["text"], &items[0]["author"]),
        (&json!("the first"), &json!(bo.account()))
    );
    // What was forwarded goes on as what it was.
    let third = group(&cy, &[]).await;
    let input = json!({
        "chat": third["id"], "client_id": "c-g", "source": there["id"], "messages": [sent["id"]],
    });
    let again = cy.does(&forward_messages::OP, input).await;
    assert_eq!(again["body"], sent["body"]);

    ana.does(&recall_message::OP, of(&here, &second)).await;
    for (messages, code) in [
        (json!([second["id"]]), "messenger.forward_kind"),
        (json!([]), "messenger.forward_none"),
        (
            json!([first["id"], first["id"]]),
            "messenger.forward_too_many",
        ),
        (json!([again["id"]]), "messenger.message_absent"),
    ] {
        let input = json!({
            "chat": there["id"], "client_id": "c-h", "source": here["id"], "messages": messages,
        });
        let refusal = ana.is_refused(&forward_messages::OP, input).await;
        assert_eq!(refusal.code, code);
    }
    // Neither out of a chat that one is not in, nor into one.
    for (chat, source, by) in [(&there, &here, &cy), (&there, &here, &bo)] {
        let input = json!({
            "chat": chat["id"], "client_id": "c-i", "source": source["id"], "messages": [first["id"]],
        });
        let refusal = by.is_refused(&forward_messages::OP, input).await;
        assert_eq!(refusal.code, "messenger.chat_absent");
    }
}
