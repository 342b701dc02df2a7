//! Going on from a cursor: long ones, old ones, holes, and what happens meanwhile.

use gate::{Close, SocketLimits};
use serde_json::{Value, json};

use super::kit::{Node, changes, chat, event, eventually, person};
use crate::{
    catch_up::{REPLAY_MAX, follow},
    membership::Membership,
};

#[tokio::test]
async fn five_thousand_topics_are_resumed_in_frames() {
    let node = Node::start().await;
    let ana = person(1);
    for number in 0..5_000 {
        node.joins(chat(number), &[ana]);
        node.says_many(chat(number), 3);
    }
    let mut client = node.opens(ana).await;
    client.until("ready").await;
    let frames: Vec<Value> = (0..5u16)
        .map(|part| {
            let topics = part * 1_000..(part + 1) * 1_000;
            // Every hundredth chat has something that was missed.
            let seen = |number: u16| if number.is_multiple_of(100) { 1 } else { 3 };
            let cursor: serde_json::Map<String, Value> = topics
                .map(|number| (chat(number).to_string(), seen(number).into()))
                .collect();
            json!({ "type": "resume", "cursor": cursor, "more": part < 4 })
        })
        .collect();
    for frame in &frames {
        assert!(frame.to_string().len() <= SocketLimits::default().message_bytes_max);
        client.say(frame).unwrap();
    }
    let missed = client.until("caught_up").await;
    assert_eq!(missed.len(), 100, "two changes of fifty chats");
    assert_eq!(
        changes(&missed)
            .iter()
            .filter(|change| **change == 2)
            .count(),
        50
    );
    assert_eq!(node.hub.readings(), 50, "only what was missed is read");

    node.says(chat(4_999), "live");
    assert_eq!(client.event().await, (chat(4_999), 4, "live".to_owned()));
}

#[tokio::test]
async fn whoever_missed_too_much_reads_the_state_anew() {
    let node = Node::start().await;
    let (ana, far, near) = (person(1), chat(1), chat(2));
    let most = usize::try_from(REPLAY_MAX).unwrap();
    for (chat, count) in [(far, most + 1), (near, most)] {
        node.joins(chat, &[ana]);
        node.says_many(chat, count);
    }
    let mut client = node.opens(ana).await;
    client.resumes(&[(far, 0), (near, 0)]);
    let frames = client.until("caught_up").await;
    let resets: Vec<_> = frames
        .iter()
        .filter(|frame| frame["type"] == "reset")
        .collect();
    assert_eq!(resets, [&json!({ "type": "reset", "topic": far })]);
    let replayed: Vec<i64> = (1..=REPLAY_MAX).collect();
    assert_eq!(changes(&frames), replayed);

    node.says(far, "next");
    assert_eq!(
        client.event().await,
        (far, REPLAY_MAX + 2, "next".to_owned())
    );
}

#[tokio::test]
async fn a_cursor_ahead_of_the_log_is_reset() {
    let node = Node::start().await;
    node.joins(chat(1), &[person(1)]);
    node.says_many(chat(1), 3);
    let mut client = node.opens(person(1)).await;
    client.resumes(&[(chat(1), 9)]);
    let frames = client.until("caught_up").await;
    assert_eq!(frames.last().unwrap()["type"], "reset");
}

#[tokio::test]
async fn a_hole_is_filled_on_the_same_socket() {
    let node = Node::start().await;
    let (ana, one, other) = (person(1), chat(1), chat(2));
    for chat in [one, other] {
        node.joins(chat, &[ana]);
        node.says_many(chat, 4);
    }
    // The client names no cursor and learns later, from the list of chats, that it has seen two changes of four.
    let mut client = node.follows(ana, &[]).await;
    node.says(one, "five");
    assert_eq!(client.event().await.1, 5);
    client.resumes(&[(one, 2)]);
    let again = client.until("caught_up").await;
    assert_eq!(changes(&again), [3, 4, 5]);
    assert!(again.iter().all(|frame| event(frame).0 == one));

    node.says(one, "six");
    node.says(other, "five");
    let mut next = [client.event().await, client.event().await];
    next.sort();
    assert_eq!([next[0].1, next[1].1], [6, 5]);
}

#[tokio::test]
async fn a_chat_that_is_joined_while_catching_up_is_heard() {
    let node = Node::start().await;
    let (ana, old, new) = (person(1), chat(1), chat(2));
    node.joins(old, &[ana]);
    node.says_many(old, 300);
    let mut client = node.opens_with(ana, slow_session(), slow()).await;
    client.resumes(&[(old, 0)]);
    // The replay waits for room: it is under way.
    eventually(|| node.hub.readings() == 1).await;
    node.joins(new, &[ana]);
    node.says(new, "welcome");
    node.notifies(ana, "chat.added", new);
    let frames = client.until("notice").await;
    let rest = client.until("caught_up").await;
    let replayed = changes(&[frames, rest].concat());
    assert_eq!(replayed, (1..=300).collect::<Vec<i64>>());

    let key = (tenant(), new.to_bytes());
    eventually(|| node.hub.registry.find_topic(&key).is_some()).await;
    node.says(new, "heard");
    assert_eq!(client.event().await, (new, 2, "heard".to_owned()));
}

#[tokio::test]
async fn whoever_is_removed_while_catching_up_hears_nothing_of_later() {
    let node = Node::start().await;
    let (ana, bo, one) = (person(1), person(2), chat(1));
    node.joins(one, &[ana, bo]);
    node.says_many(one, 500);
    let mut client = node.opens_with(bo, slow_session(), slow()).await;
    client.resumes(&[(one, 0)]);
    eventually(|| node.hub.readings() == 1).await;
    // Nobody hears of it: the replay itself has to find out.
    node.loses_announcements(true);
    node.removes(one, bo);
    node.says(one, "not for bo");
    let frames = client.until("caught_up").await;
    assert_eq!(
        changes(&frames),
        (1..=200).collect::<Vec<i64>>(),
        "the part that was read before"
    );

    node.loses_announcements(false);
    let mut other = node.follows(ana, &[]).await;
    node.says(one, "still not");
    assert_eq!(other.event().await.2, "still not");
    client.say(&json!({ "type": "ping" })).unwrap();
    assert_eq!(client.until("pong").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_membership_from_before_a_removal_lets_nobody_in() {
    let node = Node::start().await;
    let (ana, bo, one) = (person(1), person(2), chat(1));
    node.joins(one, &[ana, bo]);
    let mut ana = node.follows(ana, &[]).await;
    let client = node.opens(bo).await;
    let stale = Membership::made_up(one, 0, 1);
    node.removes(one, bo);
    assert_eq!(ana.event().await.2, "removed");

    let socket = node.hub.registry.of_account(tenant(), bo.0).remove(0);
    let goes_on = follow(&node.hub, &socket, stale, Some(0)).await;
    assert!(goes_on.unwrap(), "with its other chats");
    node.says(one, "not for bo");
    assert_eq!(ana.event().await.2, "not for bo");
    drop(client);
    let topic = node
        .hub
        .registry
        .find_topic(&(tenant(), one.to_bytes()))
        .unwrap();
    assert_eq!(topic.behind(&socket), None);
}

#[tokio::test]
async fn resumes_of_one_socket_run_one_at_a_time() {
    let node = Node::start().await;
    let (ana, one) = (person(1), chat(1));
    node.joins(one, &[ana]);
    node.says_many(one, 300);
    let mut client = node.opens_with(ana, slow_session(), slow()).await;
    for _ in 0..50 {
        client.resumes(&[(one, 250)]);
    }
    let first = client.until("caught_up").await;
    assert_eq!(changes(&first), (251..=300).collect::<Vec<i64>>());
    let rest = client.until("caught_up").await;
    assert_eq!(changes(&rest), (251..=300).collect::<Vec<i64>>());
    client.say(&json!({ "type": "ping" })).unwrap();
    assert_eq!(
        client.until("pong").await,
        Vec::<Value>::new(),
        "the others were one"
    );
}

#[tokio::test]
async fn what_is_no_cursor_closes_the_socket() {
    let node = Node::start().await;
    let mut client = node.opens(person(1)).await;
    assert_eq!(
        client.say(&json!({ "type": "resume" })),
        Err(Close::Malformed)
    );
    let many: serde_json::Map<String, Value> = (0..20_001u32)
        .map(|number| {
            let mut bytes = [9; 16];
            bytes[12..].copy_from_slice(&number.to_be_bytes());
            (base::ChatId::from_bytes(bytes).to_string(), 1.into())
        })
        .collect();
    let frame = json!({ "type": "resume", "cursor": many, "more": true });
    assert_eq!(client.say(&frame), Err(Close::TooLarge));
}

fn tenant() -> base::TenantId {
    base::Id::from_bytes([1; 16])
}

fn slow_session() -> base::SessionId {
    base::Id::from_bytes([5; 16])
}

/// Little room, so that a replay waits for its reader.
fn slow() -> SocketLimits {
    SocketLimits {
        queue_frames_max: 100,
        ..SocketLimits::default()
    }
}
