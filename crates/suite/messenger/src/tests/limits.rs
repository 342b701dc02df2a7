//! Limits, and that they are refused in words.

use base::AccountId;
use serde_json::json;

use super::kit::{group, house, say, text};
use crate::{
    add_members, create_chat, list_chats, list_members, list_messages, save_draft, send_message,
};

#[tokio::test]
async fn what_is_beyond_a_limit_is_refused() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let id = &chat["id"];
    let nobody = |count: u8| -> Vec<AccountId> {
        (1..=count)
            .map(|index| AccountId::from_bytes([index; 16]))
            .collect()
    };
    let long = "好".repeat(20_001);
    let named: String = (0..101).map(|i| format!("@{{u_{i:032x}}}")).collect();
    let cases = [
        (
            &create_chat::OP,
            json!({ "name": "  ", "members": [] }),
            "messenger.name_invalid",
        ),
        (
            &create_chat::OP,
            json!({ "name": "x".repeat(101), "members": [] }),
            "messenger.name_invalid",
        ),
        (
            &create_chat::OP,
            json!({ "name": "x", "members": nobody(201) }),
            "messenger.members_too_many",
        ),
        (
            &create_chat::OP,
            json!({ "name": "x", "members": nobody(1) }),
            "messenger.account_absent",
        ),
        (
            &add_members::OP,
            json!({ "chat": id, "accounts": [] }),
            "messenger.members_none",
        ),
        (
            &add_members::OP,
            json!({ "chat": id, "accounts": nobody(201) }),
            "messenger.members_too_many",
        ),
        (
            &send_message::OP,
            text(&chat, "c", " \n "),
            "messenger.text_empty",
        ),
        (
            &send_message::OP,
            text(&chat, "c", &long),
            "messenger.text_too_long",
        ),
        (
            &send_message::OP,
            text(&chat, "c", "a\u{1b}[0m"),
            "messenger.text_control",
        ),
        (
            &send_message::OP,
            text(&chat, "c", &named),
            "messenger.mentions_too_many",
        ),
        (
            &send_message::OP,
            text(&chat, "", "hi"),
            "messenger.client_id_invalid",
        ),
        (
            &send_message::OP,
            text(&chat, &"c".repeat(65), "hi"),
            "messenger.client_id_invalid",
        ),
        (
            &save_draft::OP,
            json!({ "chat": id, "text": long }),
            "messenger.text_too_long",
        ),
        (
            &list_messages::OP,
            json!({ "chat": id, "limit": 101 }),
            "messenger.limit_invalid",
        ),
        (
            &list_messages::OP,
            json!({ "chat": id, "limit": 0 }),
            "messenger.limit_invalid",
        ),
        (
            &list_members::OP,
            json!({ "chat": id, "limit": 201 }),
            "messenger.limit_invalid",
        ),
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
    ];
    for (operation, input, code) in cases {
        let refusal = ana.is_refused(operation, input).await;
        assert_eq!(refusal.code, code, "{}", operation.name);
    }
    say(&ana, &chat, "a").await;
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
