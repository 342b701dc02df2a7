//! What happens to a message after it was sent: edits, recall, reactions, pins, readers.

use std::time::Duration;

use act::Role;
use serde_json::{Value, json};
use testkit::{Actor, House};

use super::kit::{add, changes, group, house, say, seen, stream, text};
use crate::{
    change_chat, edit_message, forward_messages, get_message, list_messages, list_pins,
    list_reactions, list_readers, list_replies, list_versions, mark_position, mark_thread,
    pin_message, react_message, read_policy, recall_message, save_policy, send_message,
    transfer_chat, unpin_message,
};

fn of(chat: &Value, message: &Value) -> Value {
    json!({ "chat": chat["id"], "message": message["id"] })
}

fn with(mut input: Value, more: Value) -> Value {
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    input
}

async fn edit(by: &Actor, chat: &Value, message: &Value, words: &str) -> Value {
    let input = with(of(chat, message), json!({ "text": words }));
    by.does(&edit_message::OP, input).await
}

async fn cannot_edit(by: &Actor, chat: &Value, message: &Value, words: &str) -> &'static str {
    let input = with(of(chat, message), json!({ "text": words }));
    by.is_refused(&edit_message::OP, input).await.code
}

async fn react(by: &Actor, chat: &Value, message: &Value, emoji: &str, present: bool) -> Value {
    let more = json!({ "emoji": emoji, "present": present });
    by.does(&react_message::OP, with(of(chat, message), more))
        .await
}

async fn get(by: &Actor, chat: &Value, message: &Value) -> Value {
    by.does(&get_message::OP, of(chat, message)).await
}

async fn windows(house: &House, of: &Actor, edit_s: u64, recall_s: u64) {
    let mut member = *of.caller().member().unwrap();
    member.role = Role::Administrator;
    let administrator = house.member(member);
    let input = json!({
        "edit_window_s": edit_s, "recall_window_s": recall_s,
        "retention_min_days": null, "retention_days": null, "retention_max_days": null,
    });
    assert_eq!(
        administrator.does(&save_policy::OP, input.clone()).await,
        input
    );
    assert_eq!(of.does(&read_policy::OP, json!({})).await, input);
}

#[tokio::test]
async fn an_edit_shows_at_once_and_keeps_every_wording() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let sent = say(&ana, &chat, "lunch at one").await;

    house.passes(Duration::from_secs(60));
    let edited = edit(&ana, &chat, &sent, "lunch at two").await;
    edit(&ana, &chat, &sent, "lunch at three").await;
    // The same words are no edit.
    let now = edit(&ana, &chat, &sent, "lunch at three").await;

    assert_eq!(
        (&edited["number"], &edited["edits"]),
        (&sent["number"], &json!(1))
    );
    assert_ne!(edited["edited_at"], edited["sent_at"]);
    assert_eq!((&now["edits"], &now["change"]), (&json!(2), &json!(4)));
    assert_eq!(get(&bo, &chat, &sent).await, now);
    assert_eq!(seen(&bo, &chat).await["last_message"], now);
    let versions = bo.does(&list_versions::OP, of(&chat, &sent)).await;
    let texts = versions["items"].as_array().unwrap().iter();
    let texts: Vec<_> = texts.map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["lunch at one", "lunch at two", "lunch at three"]);
    assert_eq!(versions["items"][0]["written_at"], sent["sent_at"]);

    assert_eq!(
        cannot_edit(&bo, &chat, &sent, "no lunch").await,
        "messenger.edit_others"
    );
    let created = json!({ "chat": chat["id"], "limit": 1, "after": 0 });
    let created = ana.does(&list_messages::OP, created).await["items"][0].clone();
    assert_eq!(
        cannot_edit(&ana, &chat, &created, "x").await,
        "messenger.edit_kind"
    );
}

#[tokio::test]
async fn edits_have_a_number_and_a_time() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let sent = say(&ana, &chat, "draft 0").await;
    for edition in 1..=20 {
        edit(&ana, &chat, &sent, &format!("draft {edition}")).await;
    }
    assert_eq!(
        cannot_edit(&ana, &chat, &sent, "draft 21").await,
        "messenger.edits_too_many"
    );

    let sent = say(&ana, &chat, "as it is").await;
    windows(&house, &ana, 600, 600).await;
    house.passes(Duration::from_secs(601));
    assert_eq!(
        cannot_edit(&ana, &chat, &sent, "too late").await,
        "messenger.edit_late"
    );
    windows(&house, &ana, 3_600, 600).await;
    edit(&ana, &chat, &sent, "in time").await;
}

#[tokio::test]
async fn an_edit_names_others() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let (to_bo, to_cy) = (
        format!("@{{{}}}", bo.account()),
        format!("@{{{}}}", cy.account()),
    );
    let sent = say(&ana, &chat, &format!("{to_bo} look")).await;
    assert_eq!(seen(&bo, &chat).await["mentions"], 1);

    edit(&ana, &chat, &sent, &format!("{to_cy} look")).await;

    assert_eq!(seen(&bo, &chat).await["mentions"], 0);
    assert_eq!(seen(&cy, &chat).await["mentions"], 1);
    edit(&ana, &chat, &sent, &format!("{to_cy} {to_bo} look")).await;
    assert_eq!(seen(&bo, &chat).await["mentions"], 1);
    assert_eq!(seen(&cy, &chat).await["mentions"], 1);
}

#[tokio::test]
async fn what_is_recalled_says_nothing_any_more() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let sent = say(&bo, &chat, &format!("@{{{}}} a secret", ana.account())).await;
    edit(
        &bo,
        &chat,
        &sent,
        &format!("@{{{}}} a little secret", ana.account()),
    )
    .await;
    react(&ana, &chat, &sent, "👀", true).await;
    let input = with(
        text(&chat, "c-answer", "which one"),
        json!({ "reply_to": sent["id"] }),
    );
    let answer = ana.does(&send_message::OP, input).await;
    assert_eq!(
        answer["quote"]["excerpt"],
        format!("@{{{}}} a little secret", ana.account())
    );

    let recalled = bo.does(&recall_message::OP, of(&chat, &sent)).await;

    assert_eq!(
        (&recalled["kind"], &recalled["body"]),
        (&json!("recalled"), &json!({}))
    );
    assert_eq!(recalled["recalled"]["by"], json!(bo.account()));
    assert_eq!(get(&ana, &chat, &sent).await, recalled);
    let quote = get(&ana, &chat, &answer).await["quote"].clone();
    assert_eq!(
        (&quote["excerpt"], &quote["recalled"]),
        (&json!(""), &json!(true))
    );
    assert_eq!(seen(&ana, &chat).await["mentions"], 0);
    let everything = changes(&stream(&house, &ana), &chat, 0).await.to_string();
    assert!(!everything.contains("secret"), "{everything}");

    for refused in [
        bo.is_refused(&recall_message::OP, of(&chat, &sent)).await,
        ana.is_refused(&list_versions::OP, of(&chat, &sent)).await,
        ana.is_refused(&list_reactions::OP, of(&chat, &sent)).await,
        ana.is_refused(&pin_message::OP, of(&chat, &sent)).await,
    ] {
        assert_eq!(refused.code, "messenger.recalled");
    }
    assert_eq!(
        cannot_edit(&bo, &chat, &sent, "again").await,
        "messenger.recalled"
    );
}

#[tokio::test]
async fn authors_recall_in_time_and_who_leads_the_chat_at_any_time() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let first = say(&bo, &chat, "one").await;
    let second = say(&ana, &chat, "two").await;

    let refusal = cy.is_refused(&recall_message::OP, of(&chat, &first)).await;
    assert_eq!(refusal.code, "access.not_permitted");
    house.passes(Duration::from_secs(25 * 3_600));
    let refusal = bo.is_refused(&recall_message::OP, of(&chat, &first)).await;
    assert_eq!(refusal.code, "messenger.recall_late");
    ana.does(&recall_message::OP, of(&chat, &first)).await;
    ana.does(&recall_message::OP, of(&chat, &second)).await;

    let created = json!({ "chat": chat["id"], "limit": 1, "after": 0 });
    let created = ana.does(&list_messages::OP, created).await["items"][0].clone();
    let refusal = ana
        .is_refused(&recall_message::OP, of(&chat, &created))
        .await;
    assert_eq!(refusal.code, "messenger.recall_kind");
    // Who does not lead it any more cannot.
    let third = say(&cy, &chat, "three").await;
    let input = json!({ "chat": chat["id"], "account": bo.account() });
    ana.does(&transfer_chat::OP, input).await;
    let refusal = ana.is_refused(&recall_message::OP, of(&chat, &third)).await;
    assert_eq!(refusal.code, "access.not_permitted");
}

#[tokio::test]
async fn reactions_are_counted_once_for_each_person() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let sent = say(&ana, &chat, "done").await;

    house.passes(Duration::from_secs(1));
    react(&bo, &chat, &sent, "🎉", true).await;
    house.passes(Duration::from_secs(1));
    react(&cy, &chat, &sent, "👍🏽", true).await;
    react(&cy, &chat, &sent, "🎉", true).await;
    let again = react(&cy, &chat, &sent, "🎉", true).await;

    let expected = json!([
        { "emoji": "🎉", "count": 2, "accounts": [bo.account(), cy.account()], "mine": true },
        { "emoji": "👍🏽", "count": 1, "accounts": [cy.account()], "mine": true },
    ]);
    assert_eq!(again["reactions"], expected);
    let seen_by_ana = get(&ana, &chat, &sent).await;
    assert_eq!(seen_by_ana["reactions"][0]["mine"], false);
    assert_eq!(seen_by_ana["reactions"][0]["count"], 2);
    let who = ana.does(&list_reactions::OP, of(&chat, &sent)).await;
    let who: Vec<_> = who["items"].as_array().unwrap().iter().collect();
    assert_eq!(who.len(), 3);
    assert_eq!(
        (&who[0]["emoji"], &who[0]["account"]["id"]),
        (&json!("🎉"), &json!(bo.account()))
    );

    react(&bo, &chat, &sent, "🎉", false).await;
    let less = react(&cy, &chat, &sent, "👍🏽", false).await;
    assert_eq!(
        less["reactions"],
        json!([{ "emoji": "🎉", "count": 1, "accounts": [cy.account()], "mine": true }])
    );
    let more = json!({ "emoji": "nice", "present": true });
    let refusal = ana
        .is_refused(&react_message::OP, with(of(&chat, &sent), more))
        .await;
    assert_eq!(refusal.code, "messenger.emoji_invalid");
}

#[tokio::test]
async fn one_message_has_so_many_kinds_of_reactions() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let sent = say(&ana, &chat, "choose").await;
    let emoji = |index: u32| char::from_u32(0x1f400 + index).unwrap().to_string();
    for index in 0..50 {
        react(&ana, &chat, &sent, &emoji(index), true).await;
    }
    let more = json!({ "emoji": emoji(50), "present": true });
    let refusal = bo
        .is_refused(&react_message::OP, with(of(&chat, &sent), more))
        .await;
    assert_eq!(refusal.code, "messenger.emoji_too_many");
    let joined = react(&bo, &chat, &sent, &emoji(49), true).await;
    assert_eq!(joined["reactions"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn pins_are_found_by_everyone() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let (first, second) = (
        say(&ana, &chat, "the plan").await,
        say(&ana, &chat, "the map").await,
    );
    bo.does(&pin_message::OP, of(&chat, &first)).await;
    house.passes(Duration::from_secs(1));
    let pinned = ana.does(&pin_message::OP, of(&chat, &second)).await;
    assert_eq!(pinned["pinned"], true);
    let again = bo.does(&pin_message::OP, of(&chat, &second)).await;
    assert_eq!(again["change"], pinned["change"]);

    let pins = bo.does(&list_pins::OP, json!({ "chat": chat["id"] })).await;
    let ids: Vec<_> = pins["items"].as_array().unwrap().iter().collect();
    assert_eq!(
        (ids.len(), &ids[0]["id"], &ids[1]["id"]),
        (2, &second["id"], &first["id"])
    );
    ana.does(&unpin_message::OP, of(&chat, &first)).await;
    ana.does(&recall_message::OP, of(&chat, &second)).await;
    let pins = bo.does(&list_pins::OP, json!({ "chat": chat["id"] })).await;
    assert_eq!(pins["items"], json!([]));
}

#[tokio::test]
async fn a_message_tells_who_has_read_it() {
    let house = house().await;
    let [ana, bo, cy, dan] = house.people(["ana", "bo", "cy", "dan"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    let sent = say(&ana, &chat, "read this").await;
    let readers = |by: Actor, read: bool| {
        let input = with(of(&chat, &sent), json!({ "read": read }));
        async move { by.does(&list_readers::OP, input).await }
    };
    let nobody = readers(ana.clone(), true).await;
    assert_eq!(
        (&nobody["read"], &nobody["unread"], &nobody["items"]),
        (&json!(0), &json!(2), &json!([]))
    );

    let input = json!({ "chat": chat["id"], "number": sent["number"] });
    bo.does(&mark_position::OP, input).await;
    say(&cy, &chat, "answering counts as reading").await;
    house.passes(Duration::from_secs(1));
    // Who comes later was not there.
    add(&ana, &chat, &[&dan]).await;

    let both = readers(bo.clone(), true).await;
    assert_eq!((&both["read"], &both["unread"]), (&json!(2), &json!(0)));
    assert_eq!(both["items"].as_array().unwrap().len(), 2);
    let input = with(of(&chat, &sent), json!({ "read": true, "limit": 1 }));
    let page = ana.does(&list_readers::OP, input).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert!(page["next_cursor"].is_string());
}

#[tokio::test]
async fn the_stream_tells_what_happened_to_a_message() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let first = say(&ana, &chat, "one").await;
    for number in 2..=60 {
        say(&ana, &chat, &number.to_string()).await;
    }
    let last = seen(&ana, &chat).await["last_change"].as_i64().unwrap();
    edit(&ana, &chat, &first, "ONE").await;
    react(&bo, &chat, &first, "👍", true).await;
    say(&bo, &chat, "far away from it").await;
    ana.does(&pin_message::OP, of(&chat, &first)).await;
    ana.does(&unpin_message::OP, of(&chat, &first)).await;
    ana.does(&recall_message::OP, of(&chat, &first)).await;

    let heard = changes(&stream(&house, &ana), &chat, last).await;
    let frames = heard["frames"].as_array().unwrap();
    let names: Vec<_> = frames
        .iter()
        .map(|one| one["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "message.edited",
            "message.reacted",
            "message.sent",
            "message.pinned",
            "message.unpinned",
            "message.recalled"
        ]
    );
    // Each shows the message as it stands now.
    assert_eq!(frames[0]["message"]["kind"], "recalled");
    assert_eq!(frames[1]["accounts"], json!([bo.account()]));
    assert_eq!(frames[2]["message"]["body"]["text"], "far away from it");
}

#[tokio::test]
async fn who_comes_later_reaches_nothing_of_before() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[]).await;
    let input = json!({ "chat": chat["id"], "history": "since_joined" });
    ana.does(&change_chat::OP, input).await;
    let before = say(&ana, &chat, "among ourselves").await;
    ana.does(&pin_message::OP, of(&chat, &before)).await;
    add(&ana, &chat, &[&bo]).await;
    let mut quoting = text(&chat, "c-quote", "as I said");
    quoting["reply_to"] = before["id"].clone();
    let quoting = ana.does(&send_message::OP, quoting).await;

    let own = &of(&chat, &before);
    let forward = json!({
        "chat": chat["id"], "client_id": "c-f", "source": chat["id"], "messages": [before["id"]],
    });
    let mut answer = text(&chat, "c-answer", "an answer");
    answer["thread"] = before["id"].clone();
    let mut reply = text(&chat, "c-reply", "a reply");
    reply["reply_to"] = before["id"].clone();
    let emoji = json!({ "emoji": "👍", "present": true });
    for (operation, input) in [
        (&get_message::OP, own.clone()),
        (&list_versions::OP, own.clone()),
        (&list_reactions::OP, own.clone()),
        (&list_readers::OP, own.clone()),
        (&list_replies::OP, own.clone()),
        (&mark_thread::OP, own.clone()),
        (&recall_message::OP, own.clone()),
        (&pin_message::OP, own.clone()),
        (&unpin_message::OP, own.clone()),
        (&edit_message::OP, with(own.clone(), json!({ "text": "x" }))),
        (&react_message::OP, with(own.clone(), emoji)),
        (&forward_messages::OP, forward),
        (&send_message::OP, answer),
        (&send_message::OP, reply),
    ] {
        let refusal = bo.is_refused(operation, input).await;
        assert_eq!(
            refusal.code, "messenger.message_absent",
            "{}",
            operation.name
        );
    }
    let pins = bo.does(&list_pins::OP, json!({ "chat": chat["id"] })).await;
    assert_eq!(pins["items"], json!([]));
    let seen_by_bo = get(&bo, &chat, &quoting).await;
    assert_eq!(seen_by_bo["quote"], Value::Null);
    assert!(!seen_by_bo.to_string().contains("among"));
    assert_eq!(
        get(&ana, &chat, &quoting).await["quote"]["excerpt"],
        "among ourselves"
    );
}
