//! Members who do not read from the beginning: what was said before they came stays unsaid to them.

use serde_json::{Value, json};

use super::kit::{Client, Node, chat, eventually, person};

/// What a client is told up to the answer to a ping: texts, and what stands in their place.
async fn told(client: &mut Client) -> Vec<Value> {
    client.say(&json!({ "type": "ping" })).unwrap();
    let frames = client.until("pong").await;
    let words = frames.iter().map(|frame| match frame["type"].as_str() {
        Some("event") => match frame.get("text") {
            Some(text) => text.clone(),
            None => frame["event"].clone(),
        },
        Some(kind) => json!(kind),
        None => Value::Null,
    });
    words.collect()
}

#[tokio::test]
async fn a_cursor_from_before_they_came_leads_to_the_present() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    node.joins(chat(1), &[ana]);
    for text in ["#1", "#2", "#3"] {
        node.says(chat(1), text);
    }
    node.joins_late(chat(1), bo, (4, 4));
    node.says(chat(1), "#4");
    node.says(chat(1), "#5");

    for seen in [0, 1, 2] {
        let mut client = node.opens(bo).await;
        client.resumes(&[(chat(1), seen)]);
        let frames = client.until("caught_up").await;
        let kinds: Vec<_> = frames.iter().map(|frame| &frame["type"]).collect();
        assert_eq!(kinds, ["ready", "reset"], "after {seen}");
    }
    let mut client = node.opens(bo).await;
    client.resumes(&[(chat(1), 3)]);
    let frames = client.until("caught_up").await;
    assert_eq!(super::kit::changes(&frames), [4, 5]);

    let mut before = node.opens(ana).await;
    before.resumes(&[(chat(1), 0)]);
    let frames = before.until("caught_up").await;
    assert_eq!(super::kit::changes(&frames), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn what_happens_to_older_messages_is_not_shown() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    node.joins(chat(1), &[ana]);
    node.says(chat(1), "#1");
    node.joins_late(chat(1), bo, (2, 2));
    node.says(chat(1), "#2");
    let mut old = node.follows(ana, &[]).await;
    let mut new = node.follows(bo, &[]).await;

    // The first message is edited, the third quotes it, the second is edited; a setting changes.
    for text in ["#1", "#3>1", "#2", "set"] {
        node.says(chat(1), text);
        while old.event().await.2 != text {}
    }

    eventually(|| node.hub.lag() == 0).await;
    assert_eq!(
        told(&mut new).await,
        ["message.hidden", "reset", "#2", "set"]
    );
    let mut back = node.opens(bo).await;
    back.resumes(&[(chat(1), 2)]);
    let frames = back.until("caught_up").await;
    let shown: Vec<_> = frames
        .iter()
        .filter(|frame| frame.get("text").is_some())
        .collect();
    let shown: Vec<_> = shown.iter().map(|frame| &frame["text"]).collect();
    assert_eq!(shown, ["#2", "set"], "replayed as it was told");
}

/// Between two readings of the members somebody may go and come back: they read from where they came last.
#[tokio::test]
async fn whoever_comes_back_reads_from_there() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    node.joins(chat(1), &[ana, bo]);
    node.says(chat(1), "#1");
    let mut stays = node.follows(ana, &[]).await;
    let mut returns = node.follows(bo, &[]).await;

    node.loses_announcements(true);
    node.removes(chat(1), bo);
    node.joins_late(chat(1), bo, (3, 3));
    node.loses_announcements(false);
    node.says(chat(1), "#1");
    while stays.event().await.2 != "#1" {}

    eventually(|| node.hub.lag() == 0).await;
    let heard = told(&mut returns).await;
    assert!(!heard.contains(&json!("#1")), "{heard:?}");
    assert!(heard.contains(&json!("message.hidden")), "{heard:?}");
}
