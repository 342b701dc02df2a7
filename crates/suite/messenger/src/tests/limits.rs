//! Limits, and that they are refused in words.

use std::time::Duration;

use act::Operation;
use base::AccountId;
use serde_json::{Value, json};
use testkit::Actor;

use super::kit::{group, house, text};
use crate::{
    add_members, create_chat, list_chats, list_members, list_messages, save_draft, send_message,
};

/// Accounts that nobody has.
fn nobody(count: u8) -> Vec<AccountId> {
    (1..=count)
        .map(|index| AccountId::from_bytes([index; 16]))
        .collect()
}

async fn are_refused(by: &Actor, cases: Vec<(&'static Operation, Value, &str)>) {
    for (operation, input, code) in cases {
        let refusal = by.is_refused(operation, input).await;
        assert_eq!(refusal.code, code, "{}", operation.name);
    }
}

#[tokio::test]
async fn chats_and_pages_have_limits() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let (id, long) = (&chat["id"], "x".repeat(101));
    let create = |name: &str, members: u8| json!({ "name": name, "members": nobody(members) });
    let add = |count: u8| json!({ "chat": id, "accounts": nobody(count) });
    let page = |limit: u32| json!({ "chat": id, "limit": limit });
    are_refused(
        &ana,
        vec![
            (&create_chat::OP, create("  ", 0), "messenger.name_invalid"),
            (&create_chat::OP, create(&long, 0), "messenger.name_invalid"),
            (
                &create_chat::OP,
                create("x", 201),
                "messenger.members_too_many",
            ),
            (&create_chat::OP, create("x", 1), "messenger.account_absent"),
            (&add_members::OP, add(0), "messenger.members_none"),
            (&add_members::OP, add(201), "messenger.members_too_many"),
            (&add_members::OP, add(2), "messenger.account_absent"),
            (&list_messages::OP, page(101), "messenger.limit_invalid"),
            (&list_messages::OP, page(0), "messenger.limit_invalid"),
            (&list_members::OP, page(201), "messenger.limit_invalid"),
            (
                &list_chats::OP,
                json!({ "limit": 101 }),
                "messenger.limit_invalid",
            ),
            (
                &list_chats::OP,
                json!({ "limit": 1, "more": 1 }),
                "act.input_invalid",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn texts_and_their_names_have_limits() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let long = "好".repeat(20_001);
    let named: String = (0..101).map(|i| format!("@{{u_{i:032x}}}")).collect();
    let say = |words: &str| text(&chat, "c", words);
    let call = |client_id: &str| text(&chat, client_id, "hi");
    let draft = json!({ "chat": chat["id"], "text": long });
    are_refused(
        &ana,
        vec![
            (&send_message::OP, say(" \n "), "messenger.text_empty"),
            (&send_message::OP, say(&long), "messenger.text_too_long"),
            (
                &send_message::OP,
                say("a\u{1b}[0m"),
                "messenger.text_control",
            ),
            (
                &send_message::OP,
                say(&named),
                "messenger.mentions_too_many",
            ),
            (&send_message::OP, call(""), "messenger.client_id_invalid"),
            (
                &send_message::OP,
                call(&"c".repeat(65)),
                "messenger.client_id_invalid",
            ),
            (&save_draft::OP, draft, "messenger.text_too_long"),
        ],
    )
    .await;

    let longest = "好".repeat(20_000);
    let input = text(&chat, &"好".repeat(64), &longest);
    let sent = ana.does(&send_message::OP, input).await;
    assert_eq!(sent["body"]["text"], json!(longest));
}

#[test]
fn refusals_of_operations_are_those_of_the_domain() {
    let module = crate::module();
    for binding in &module.bindings {
        let operation = binding.operation;
        assert!(!operation.summary.is_empty(), "{}", operation.name);
        for refusal in operation.refusals {
            let is_known = module.refusals.contains(refusal) || refusal.code.starts_with("act.");
            assert!(is_known, "{}: {}", operation.name, refusal.code);
        }
    }
}

#[tokio::test]
async fn an_account_makes_and_says_only_so_much_at_once() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    for _ in 1..120 {
        group(&ana, &[]).await;
    }
    let create = json!({ "name": "one more", "members": [] });
    are_refused(
        &ana,
        vec![(&create_chat::OP, create.clone(), "act.too_many")],
    )
    .await;
    // Others are not concerned, and a moment later there is room for one more.
    group(&bo, &[]).await;
    house.passes(Duration::from_secs(1));
    ana.does(&create_chat::OP, create.clone()).await;

    for number in 0..600 {
        let said = text(&chat, &format!("c-{number}"), "hello");
        ana.does(&send_message::OP, said).await;
    }
    let said = text(&chat, "c-last", "hello");
    are_refused(
        &ana,
        vec![(&send_message::OP, said.clone(), "act.too_many")],
    )
    .await;
    let said_by_bo = text(&chat, "c-bo", "hello");
    bo.does(&send_message::OP, said_by_bo).await;
    // The operator can lift what is against load.
    house.runtime().lift_load_limits();
    ana.does(&send_message::OP, said).await;
    ana.does(&create_chat::OP, create).await;
}
