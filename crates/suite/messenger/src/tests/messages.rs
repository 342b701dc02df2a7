//! Talking: history, repeated sends, numbers.

use serde_json::{Value, json};

use super::kit::{group, history, house, say, seen, text, words, words_of};
use crate::{get_message, list_messages, send_message};

#[tokio::test]
async fn what_is_said_is_read_by_the_others() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;

    let sent = say(&ana, &chat, "早上好, Bo\n\thow are you?").await;

    assert_eq!((&sent["number"], &sent["change"]), (&json!(2), &json!(2)));
    assert_eq!(sent["kind"], "text");
    assert_eq!(sent["author"], json!(ana.account()));
    let input = json!({ "chat": chat["id"], "message": sent["id"] });
    assert_eq!(bo.does(&get_message::OP, input).await, sent);
    assert_eq!(seen(&bo, &chat).await["last_message"], sent);
    assert_eq!(
        history(&bo, &chat).await,
        ["chat_created", "早上好, Bo\n\thow are you?"]
    );

    let other = group(&ana, &[]).await;
    let input = json!({ "chat": other["id"], "message": sent["id"] });
    let refusal = ana.is_refused(&get_message::OP, input).await;
    assert_eq!(refusal.code, "messenger.message_absent");
}

#[tokio::test]
async fn history_is_paged_both_ways() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    for number in 2..=9 {
        say(&ana, &chat, &number.to_string()).await;
    }
    for (asked, texts, has_before, has_after) in [
        (json!({}), &["7", "8", "9"][..], true, false),
        (json!({ "before": 7 }), &["4", "5", "6"], true, true),
        (
            json!({ "before": 4 }),
            &["chat_created", "2", "3"],
            false,
            true,
        ),
        (json!({ "before": 1 }), &[], false, true),
        (json!({ "before": 0 }), &[], false, true),
        (
            json!({ "after": 0 }),
            &["chat_created", "2", "3"],
            false,
            true,
        ),
        (json!({ "after": 3 }), &["4", "5", "6"], true, true),
        (json!({ "after": 6 }), &["7", "8", "9"], true, false),
        (json!({ "after": 9 }), &[], true, false),
        (json!({ "after": u64::MAX }), &[], true, false),
    ] {
        let mut input = asked.clone();
        input["chat"] = chat["id"].clone();
        input["limit"] = json!(3);
        let page = ana.does(&list_messages::OP, input).await;
        assert_eq!(words(&page), texts, "{asked}");
        assert_eq!(page["has_before"], has_before, "{asked}");
        assert_eq!(page["has_after"], has_after, "{asked}");
    }
    let input = json!({ "chat": chat["id"], "before": 3, "after": 1 });
    let refusal = ana.is_refused(&list_messages::OP, input).await;
    assert_eq!(refusal.code, "messenger.page_direction");
}

#[tokio::test]
async fn sending_again_gives_the_same_message() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;

    let first = ana
        .does(&send_message::OP, text(&chat, "c-1", "hello"))
        .await;
    let again = ana
        .does(&send_message::OP, text(&chat, "c-1", "hello once more"))
        .await;
    assert_eq!(first, again);
    let his = bo
        .does(&send_message::OP, text(&chat, "c-1", "hello"))
        .await;
    assert_eq!(his["number"], 3);
    let other = group(&ana, &[]).await;
    let there = ana.does(&send_message::OP, text(&other, "c-1", "hi")).await;
    assert_eq!(there["number"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sending_again_at_the_same_time_gives_the_same_message() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let (ana, input) = (ana.clone(), text(&chat, "c-1", "hello"));
            tokio::spawn(async move { ana.does(&send_message::OP, input).await })
        })
        .collect();
    for one in tries {
        assert_eq!(one.await.unwrap()["number"], 2);
    }
    assert_eq!(history(&ana, &chat).await, ["chat_created", "hello"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_have_no_gaps_under_fifty_senders() {
    const SENDERS: usize = 50;
    const EACH: usize = 4;
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let people: Vec<_> = (0..SENDERS)
        .map(|index| house.colleague_of(&ana, &format!("p{index}")))
        .collect();
    let chat = group(&ana, &people.iter().collect::<Vec<_>>()).await;

    let senders: Vec<_> = people
        .into_iter()
        .map(|person| {
            let chat = chat.clone();
            tokio::spawn(async move {
                let mut sent: Vec<(i64, i64, String)> = Vec::new();
                for index in 0..EACH {
                    let words = format!("{} {index}", person.account());
                    let message = say(&person, &chat, &words).await;
                    let number = message["number"].as_i64().unwrap();
                    sent.push((number, message["change"].as_i64().unwrap(), words));
                }
                assert!(sent.is_sorted(), "one's own messages keep their order");
                sent
            })
        })
        .collect();
    let mut sent = Vec::new();
    for sender in senders {
        sent.extend(sender.await.unwrap());
    }
    sent.sort();

    let last = i64::try_from(SENDERS * EACH).unwrap() + 1;
    let numbers: Vec<i64> = sent.iter().map(|(number, ..)| *number).collect();
    let changes: Vec<i64> = sent.iter().map(|(_, change, _)| *change).collect();
    assert_eq!(numbers, (2..=last).collect::<Vec<_>>());
    assert_eq!(changes, numbers);
    let mut stored: Vec<Value> = Vec::new();
    while i64::try_from(stored.len()).unwrap() < last {
        let input = json!({ "chat": chat["id"], "after": stored.len(), "limit": 100 });
        let page = ana.does(&list_messages::OP, input).await;
        stored.extend(page["items"].as_array().unwrap().clone());
    }
    let told: Vec<String> = stored.iter().skip(1).map(words_of).collect();
    let said: Vec<String> = sent.into_iter().map(|(.., words)| words).collect();
    assert_eq!(told, said);
}
