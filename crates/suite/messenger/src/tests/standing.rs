//! One's own standing: positions, unread counts, mentions, drafts.

use act::Announcement;
use serde_json::json;

use super::kit::{add, group, house, say, seen};
use crate::{get_draft, list_chats, mark_position, save_draft};

#[tokio::test]
async fn unread_counts_from_the_position_and_ones_own_words() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    for words in ["one", "two", "three"] {
        say(&ana, &chat, words).await;
    }
    assert_eq!(seen(&ana, &chat).await["unread"], 0);
    assert_eq!(seen(&bo, &chat).await["unread"], 4);

    let mark = |number: u64| json!({ "chat": chat["id"], "number": number });
    house.heard().take();
    let position = bo.does(&mark_position::OP, mark(2)).await;
    assert_eq!(position, json!({ "read_number": 2, "unread": 2 }));
    let told = house.heard().take();
    assert!(matches!(
        told.as_slice(),
        [Announcement::Notice { account, notice: "position", number: Some(2), .. }] if *account == bo.account()
    ));
    let position = bo.does(&mark_position::OP, mark(1)).await;
    assert_eq!(position, json!({ "read_number": 2, "unread": 2 }));
    assert!(house.heard().take().is_empty());
    let position = bo.does(&mark_position::OP, mark(u64::MAX)).await;
    assert_eq!(position, json!({ "read_number": 4, "unread": 0 }));

    say(&ana, &chat, "four").await;
    assert_eq!(seen(&bo, &chat).await["unread"], 1);
    say(&bo, &chat, "I see").await;
    let view = seen(&bo, &chat).await;
    assert_eq!(
        (&view["unread"], &view["read_number"]),
        (&json!(0), &json!(6))
    );
    assert_eq!(seen(&ana, &chat).await["unread"], 1);
    let position = bo.does(&mark_position::OP, mark(5)).await;
    assert_eq!(position, json!({ "read_number": 6, "unread": 0 }));
}

#[tokio::test]
async fn mentions_are_those_of_members() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    let (to_bo, to_cy) = (bo.account(), cy.account());

    let sent = say(&ana, &chat, &format!("@{{{to_bo}}} and @{{{to_cy}}}")).await;
    assert_eq!(sent["body"]["mentions"], json!([to_bo]));
    let sent = say(&ana, &chat, &format!("@{{all}}, @{{{to_bo}}} too")).await;
    assert_eq!(sent["body"]["mentions"], json!(["all", to_bo]));
    say(&ana, &chat, "nobody").await;

    assert_eq!(seen(&bo, &chat).await["mentions"], 2);
    assert_eq!(seen(&ana, &chat).await["mentions"], 0);
    let page = bo.does(&list_chats::OP, json!({})).await;
    assert_eq!(page["items"][0]["mentions"], 2);
    bo.does(
        &mark_position::OP,
        json!({ "chat": chat["id"], "number": 2 }),
    )
    .await;
    assert_eq!(seen(&bo, &chat).await["mentions"], 1);
    add(&ana, &chat, &[&cy]).await;
    assert_eq!(seen(&cy, &chat).await["mentions"], 0);
    say(&bo, &chat, "read").await;
    assert_eq!(seen(&bo, &chat).await["mentions"], 0);
}

#[tokio::test]
async fn drafts_are_ones_own_and_kept() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let only = json!({ "chat": chat["id"] });
    let none = json!({ "text": "", "saved_at": null });
    assert_eq!(ana.does(&get_draft::OP, only.clone()).await, none);

    house.heard().take();
    for text in ["dear al", "dear all\n"] {
        house.passes(std::time::Duration::from_secs(1));
        let input = json!({ "chat": chat["id"], "text": text });
        ana.does(&save_draft::OP, input).await;
        let draft = ana.does(&get_draft::OP, only.clone()).await;
        assert_eq!(draft["text"], text);
        assert!(draft["saved_at"].is_string());
    }
    assert_eq!(house.heard().take().len(), 2);
    assert_eq!(bo.does(&get_draft::OP, only.clone()).await, none);
    let input = json!({ "chat": chat["id"], "text": "" });
    ana.does(&save_draft::OP, input).await;
    assert_eq!(ana.does(&get_draft::OP, only).await, none);
}
