//! Who is in a chat: added, removed, leaving, owning.

use serde_json::{Value, json};
use testkit::Actor;

use super::kit::{add, chat_id, group, history, house, say, seen, text};
use crate::{
    add_members, change_chat, direct_chat, get_chat, get_draft, leave_chat, list_chats,
    list_members, list_messages, mark_position, remove_member, save_draft, send_message,
    transfer_chat,
};

fn of(chat: &Value, account: &Actor) -> Value {
    json!({ "chat": chat["id"], "account": account.account() })
}

#[tokio::test]
async fn newcomers_are_told_and_read_from_where_they_came() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    for words in ["one", "two"] {
        say(&ana, &chat, words).await;
    }

    let grown = add(&bo, &chat, &[&cy, &ana]).await;

    assert_eq!(grown["members"], 3);
    assert_eq!(
        grown["last_message"]["body"],
        json!({ "event": "members_added", "accounts": [cy.account()] })
    );
    assert_eq!(grown, seen(&bo, &chat).await);
    assert_eq!(seen(&cy, &chat).await["unread"], 1);
    assert_eq!(
        history(&cy, &chat).await,
        ["chat_created", "one", "two", "members_added"]
    );
    let same = add(&bo, &chat, &[&cy]).await;
    assert_eq!(
        same["last_number"], 4,
        "who is in already is not told again"
    );
}

#[tokio::test]
async fn a_removed_member_is_shut_out_at_once() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    say(&bo, &chat, "before").await;
    let refusal = bo.is_refused(&remove_member::OP, of(&chat, &cy)).await;
    assert_eq!(refusal.code, "access.not_permitted");
    house.heard().take();

    ana.does(&remove_member::OP, of(&chat, &bo)).await;

    let only = json!({ "chat": chat["id"] });
    for (operation, input) in [
        (&get_chat::OP, only.clone()),
        (&list_messages::OP, only.clone()),
        (&list_members::OP, only.clone()),
        (&get_draft::OP, only.clone()),
        (&leave_chat::OP, only.clone()),
        (&send_message::OP, text(&chat, "late", "late")),
        (
            &save_draft::OP,
            json!({ "chat": chat["id"], "text": "late" }),
        ),
        (
            &mark_position::OP,
            json!({ "chat": chat["id"], "number": 1 }),
        ),
        (
            &change_chat::OP,
            json!({ "chat": chat["id"], "muted": true }),
        ),
        (
            &add_members::OP,
            json!({ "chat": chat["id"], "accounts": [bo.account()] }),
        ),
    ] {
        let refusal = bo.is_refused(operation, input).await;
        assert_eq!(refusal.code, "messenger.chat_absent", "{}", operation.name);
    }
    let page = bo.does(&list_chats::OP, json!({})).await;
    assert_eq!(page["items"], json!([]));
    assert_eq!(seen(&ana, &chat).await["members"], 2);
    let heard = house.heard().take();
    let told = act::Announcement::Notice {
        tenant: bo.caller().tenant(),
        account: bo.account(),
        notice: "chat.removed",
        topic: Some(chat_id(&chat).to_bytes()),
        number: None,
    };
    assert!(heard.contains(&told), "{heard:?}");

    let refusal = ana.is_refused(&remove_member::OP, of(&chat, &bo)).await;
    assert_eq!(refusal.code, "messenger.member_absent");
    add(&ana, &chat, &[&bo]).await;
    assert_eq!(seen(&bo, &chat).await["unread"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_said_by_somebody_after_their_removal() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let talking = {
        let (bo, chat) = (bo.clone(), chat.clone());
        tokio::spawn(async move {
            let mut said = 0;
            loop {
                let input = text(&chat, &said.to_string(), "still here");
                match bo.calls(&send_message::OP, input).await {
                    Ok(_) => said += 1,
                    Err(error) => {
                        assert!(error.is(&crate::rules::CHAT_ABSENT), "{error}");
                        return said;
                    }
                }
            }
        })
    };
    tokio::task::yield_now().await;
    ana.does(&remove_member::OP, of(&chat, &bo)).await;
    talking.await.unwrap();

    let input = json!({ "chat": chat["id"], "limit": 1 });
    let page = ana.does(&list_messages::OP, input).await;
    assert_eq!(page["items"][0]["body"]["event"], "member_removed");
}

#[tokio::test]
async fn owners_hand_over_before_they_leave() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    let only = json!({ "chat": chat["id"] });

    let refusal = ana.is_refused(&leave_chat::OP, only.clone()).await;
    assert_eq!(refusal.code, "messenger.owner_stays");
    let refusal = ana.is_refused(&remove_member::OP, of(&chat, &ana)).await;
    assert_eq!(refusal.code, "messenger.remove_self");
    let refusal = ana.is_refused(&transfer_chat::OP, of(&chat, &cy)).await;
    assert_eq!(refusal.code, "messenger.member_absent");
    let refusal = ana.is_refused(&transfer_chat::OP, of(&chat, &ana)).await;
    assert_eq!(refusal.code, "messenger.owner_already");
    let refusal = bo.is_refused(&transfer_chat::OP, of(&chat, &bo)).await;
    assert_eq!(refusal.code, "access.not_permitted");

    let handed = ana.does(&transfer_chat::OP, of(&chat, &bo)).await;
    assert_eq!(handed["role"], "member");
    assert_eq!(handed, seen(&ana, &chat).await);
    assert_eq!(seen(&bo, &chat).await["role"], "owner");
    ana.does(&leave_chat::OP, only.clone()).await;
    let refusal = ana.is_refused(&get_chat::OP, only.clone()).await;
    assert_eq!(refusal.code, "messenger.chat_absent");
    assert_eq!(
        history(&bo, &chat).await,
        ["chat_created", "owner_changed", "member_left"]
    );
    bo.does(&leave_chat::OP, only).await;
}

#[tokio::test]
async fn direct_chats_keep_their_two() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = ana
        .does(&direct_chat::OP, json!({ "account": bo.account() }))
        .await;
    let add = json!({ "chat": chat["id"], "accounts": [cy.account()] });
    let refusal = ana.is_refused(&add_members::OP, add).await;
    assert_eq!(refusal.code, "messenger.direct_fixed");
    let only = json!({ "chat": chat["id"] });
    let refusal = ana.is_refused(&leave_chat::OP, only).await;
    assert_eq!(refusal.code, "messenger.direct_fixed");
    let rename = json!({ "chat": chat["id"], "name": "us" });
    let refusal = ana.is_refused(&change_chat::OP, rename).await;
    assert_eq!(refusal.code, "access.not_permitted");
}

#[tokio::test]
async fn members_are_paged_with_how_far_they_have_read() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo, &cy]).await;
    say(&bo, &chat, "hello").await;
    let input = json!({ "chat": chat["id"], "number": 1 });
    cy.does(&mark_position::OP, input).await;

    let mut found = Vec::new();
    let mut cursor = json!(null);
    loop {
        let input = json!({ "chat": chat["id"], "limit": 2, "cursor": cursor });
        let page = ana.does(&list_members::OP, input).await;
        for member in page["items"].as_array().unwrap() {
            found.push((
                member["account"]["name"].as_str().unwrap().to_owned(),
                member["role"].as_str().unwrap().to_owned(),
                member["read_number"].as_i64().unwrap(),
            ));
        }
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    found.sort();
    let expected = [
        ("ana", "owner", 1),
        ("bo", "member", 2),
        ("cy", "member", 1),
    ];
    assert_eq!(
        found,
        expected.map(|(name, role, read)| (name.to_owned(), role.to_owned(), read))
    );
}
