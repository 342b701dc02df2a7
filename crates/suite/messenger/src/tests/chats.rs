//! Chats: made, found, listed, renamed.

use std::time::Duration;

use act::Announcement;
use serde_json::json;

use super::kit::{group, history, house, say, seen};
use crate::{change_chat, create_chat, direct_chat, get_chat, list_chats};

#[tokio::test]
async fn a_group_begins_with_its_founding() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    house.heard().take();

    let chat = group(&ana, &[&bo, &cy, &bo]).await;

    assert_eq!(chat["name"], "news");
    assert_eq!(chat["kind"], "group");
    assert_eq!(
        (&chat["role"], &chat["members"]),
        (&json!("owner"), &json!(3))
    );
    assert_eq!(
        (&chat["last_number"], &chat["unread"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        chat["last_message"]["body"],
        json!({ "event": "chat_created", "accounts": [bo.account(), cy.account()], "name": "news" })
    );
    assert_eq!(seen(&ana, &chat).await, chat);

    let theirs = seen(&bo, &chat).await;
    assert_eq!(
        (&theirs["role"], &theirs["unread"]),
        (&json!("member"), &json!(1))
    );
    let told = house.heard().take().into_iter().filter(|word| {
        matches!(
            word,
            Announcement::Notice {
                notice: "chat.added",
                ..
            }
        )
    });
    assert_eq!(told.count(), 3);
    assert!(house.audit().has_written("messenger.chat.create"));
}

#[tokio::test]
async fn a_repeated_key_gives_the_same_group() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let input = json!({ "name": "news", "members": [] });
        let answer = ana
            .calls_with(&create_chat::OP, input, |call| act::Call {
                idempotency_key: Some("k-1".to_owned()),
                ..call
            })
            .await
            .unwrap();
        let chat: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        made.push((answer.status, chat));
    }
    assert_eq!(made[0].1, made[1].1);
    assert_eq!((made[0].0, made[1].0), (201, 200));
}

#[tokio::test]
async fn two_people_have_one_chat() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;

    let hers = ana
        .does(&direct_chat::OP, json!({ "account": bo.account() }))
        .await;
    let his = bo
        .does(&direct_chat::OP, json!({ "account": ana.account() }))
        .await;

    assert_eq!(hers["id"], his["id"]);
    assert_eq!((&hers["name"], &his["name"]), (&json!("bo"), &json!("ana")));
    assert_eq!(hers["other"]["id"], json!(bo.account()));
    assert_eq!(hers["last_message"], json!(null));
    assert_eq!(hers, seen(&ana, &hers).await);
    say(&bo, &his, "hello").await;
    assert_eq!(history(&ana, &hers).await, ["hello"]);

    let input = json!({ "account": ana.account() });
    let refusal = ana.is_refused(&direct_chat::OP, input).await;
    assert_eq!(refusal.code, "messenger.direct_with_self");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_race_for_a_direct_chat_makes_one() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let mut tries = Vec::new();
    for index in 0..20 {
        let (from, to) = if index % 2 == 0 {
            (&ana, &bo)
        } else {
            (&bo, &ana)
        };
        let (from, input) = (from.clone(), json!({ "account": to.account() }));
        tries.push(tokio::spawn(async move {
            from.does(&direct_chat::OP, input).await["id"].clone()
        }));
    }
    let mut ids = Vec::new();
    for one in tries {
        ids.push(one.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let page = ana.does(&list_chats::OP, json!({})).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn people_of_elsewhere_cannot_be_talked_to() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let [eve] = house.people(["eve"]).await;
    let chat = group(&ana, &[]).await;

    let input = json!({ "account": eve.account() });
    let refusal = ana.is_refused(&direct_chat::OP, input).await;
    assert_eq!(refusal.code, "messenger.account_absent");
    let input = json!({ "name": "ours", "members": [eve.account()] });
    let refusal = ana.is_refused(&create_chat::OP, input).await;
    assert_eq!(refusal.code, "messenger.account_absent");

    let input = json!({ "chat": chat["id"] });
    let refusal = eve.is_refused(&get_chat::OP, input.clone()).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    let refusal = house.anonymous().is_refused(&get_chat::OP, input).await;
    assert_eq!(refusal.code, "access.not_signed_in");
}

#[tokio::test]
async fn chats_are_listed_by_their_newest_activity() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    assert_eq!(
        ana.does(&list_chats::OP, json!({})).await,
        json!({ "items": [], "next_cursor": null })
    );
    let mut chats = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        house.passes(Duration::from_secs(1));
        let input = json!({ "name": name, "members": [bo.account()] });
        chats.push(ana.does(&create_chat::OP, input).await);
    }
    house.passes(Duration::from_secs(1));
    say(&bo, &chats[1], "up").await;

    let mut names = Vec::new();
    let mut cursor = json!(null);
    loop {
        let page = ana
            .does(&list_chats::OP, json!({ "limit": 2, "cursor": cursor }))
            .await;
        for chat in page["items"].as_array().unwrap() {
            names.push(chat["name"].as_str().unwrap().to_owned());
            assert_eq!(&seen(&ana, chat).await, chat);
        }
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(names, ["b", "e", "d", "c", "a"]);

    let page = ana.does(&list_chats::OP, json!({ "limit": 2 })).await;
    let input = json!({ "cursor": page["next_cursor"].as_str().unwrap().replace('1', "2") });
    let refusal = ana.is_refused(&list_chats::OP, input).await;
    assert_eq!(refusal.code, "act.cursor_invalid");
}

#[tokio::test]
async fn owners_rename_for_all_and_members_mute_for_themselves() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;

    let input = json!({ "chat": chat["id"], "name": "mine" });
    let refusal = bo.is_refused(&change_chat::OP, input).await;
    assert_eq!(refusal.code, "access.not_permitted");
    let renamed = ana
        .does(
            &change_chat::OP,
            json!({ "chat": chat["id"], "name": " 新闻 " }),
        )
        .await;
    assert_eq!(renamed["name"], "新闻");
    assert_eq!(renamed["last_message"]["body"]["event"], "chat_renamed");
    assert_eq!(seen(&ana, &chat).await, renamed);
    let again = ana
        .does(
            &change_chat::OP,
            json!({ "chat": chat["id"], "name": "two", "muted": true }),
        )
        .await;
    assert_eq!(seen(&ana, &chat).await, again);
    assert_eq!(again["last_number"], 3);

    let muted = bo
        .does(
            &change_chat::OP,
            json!({ "chat": chat["id"], "muted": true }),
        )
        .await;
    assert_eq!(
        (&muted["muted"], &muted["unread"]),
        (&json!(true), &json!(3))
    );
    let loud = bo
        .does(
            &change_chat::OP,
            json!({ "chat": chat["id"], "muted": false }),
        )
        .await;
    assert_eq!(loud, seen(&bo, &chat).await);
    assert_eq!(loud["muted"], false);
    assert_eq!(loud["last_number"], 3);
}
