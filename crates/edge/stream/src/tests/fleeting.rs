//! Who types and who is there: told at once, to those whom it concerns, and kept nowhere.

use base::Id;
use gate::{Close, SocketLimits};
use serde_json::{Value, json};

use super::kit::{Client, Node, Person, chat, eventually, person};

fn typing(number: u16) -> Value {
    json!({ "type": "typing", "chat": chat(number) })
}

fn watch(people: &[Person]) -> Value {
    let accounts: Vec<_> = people.iter().map(|person| person.0).collect();
    json!({ "type": "watch", "accounts": accounts })
}

/// What a client was told up to now.
async fn heard(client: &mut Client) -> Vec<Value> {
    client.say(&json!({ "type": "ping" })).unwrap();
    client.until("pong").await
}

/// Accounts and states, in order.
async fn presence(client: &mut Client) -> Vec<(Value, String)> {
    let frames = heard(client).await.into_iter();
    let presence = frames.filter(|frame| frame["type"] == "presence");
    presence
        .map(|frame| {
            let state = frame["state"].as_str().unwrap().to_owned();
            assert_eq!(frame.get("since").is_some(), state == "online");
            (frame["account"].clone(), state)
        })
        .collect()
}

fn is(person: Person, state: &str) -> (Value, String) {
    (json!(person.0), state.to_owned())
}

fn rounds(node: &Node, count: u64) {
    for _ in 0..count {
        node.hub.round();
    }
}

#[tokio::test]
async fn whoever_types_is_seen_by_the_others_in_the_chat() {
    let node = Node::start().await;
    let (ana, bo, cy) = (person(1), person(2), person(3));
    node.joins(chat(1), &[ana, bo]);
    node.joins(chat(2), &[bo, cy]);
    let mut hers = node.follows(ana, &[]).await;
    let mut also_hers = node.follows(ana, &[]).await;
    let mut his = node.follows(bo, &[]).await;
    let mut outside = node.follows(cy, &[]).await;

    hers.say(&typing(1)).unwrap();
    outside.say(&typing(1)).unwrap();

    let seen = json!({ "type": "typing", "topic": chat(1), "account": ana.0 });
    assert_eq!(heard(&mut his).await, [seen]);
    for client in [&mut hers, &mut also_hers, &mut outside] {
        assert_eq!(heard(client).await, Vec::<Value>::new());
    }
    assert_eq!(node.hub.readings(), 0, "nothing is read for it");

    node.removes(chat(1), ana);
    while his.event().await.2 != "removed" {}
    rounds(&node, 1);
    hers.say(&typing(1)).unwrap();
    assert_eq!(heard(&mut his).await, Vec::<Value>::new());
}

#[tokio::test]
async fn typing_is_told_once_in_a_round_and_among_few() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    let crowd: Vec<Person> = (10..520).map(person).collect();
    node.joins(chat(1), &[ana, bo]);
    node.joins(chat(2), &[ana, bo]);
    node.joins(chat(2), &crowd);
    let mut hers = node.follows(ana, &[]).await;
    let mut his = node.follows(bo, &[]).await;
    for _ in 0..10 {
        hers.say(&typing(1)).unwrap();
    }
    assert_eq!(heard(&mut his).await.len(), 1);
    rounds(&node, 1);
    hers.say(&typing(1)).unwrap();
    assert_eq!(heard(&mut his).await.len(), 1);

    let mut many = Vec::new();
    for one in crowd {
        many.push(node.follows(one, &[]).await);
    }
    rounds(&node, 1);
    hers.say(&typing(2)).unwrap();
    assert_eq!(heard(&mut his).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_socket_that_is_behind_is_spared_and_not_cut() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    node.joins(chat(1), &[ana, bo]);
    let limits = SocketLimits {
        queue_frames_max: 16,
        ..SocketLimits::default()
    };
    let mut slow = node.opens_with(bo, Id::from_bytes([5; 16]), limits).await;
    slow.resumes(&[]);
    slow.until("caught_up").await;
    let mut hers = node.follows(ana, &[]).await;
    for _ in 0..40 {
        hers.say(&typing(1)).unwrap();
        rounds(&node, 1);
    }
    assert_eq!(heard(&mut slow).await.len(), 4);
    node.says(chat(1), "still here");
    assert_eq!(slow.event().await.2, "still here");
}

#[tokio::test]
async fn who_comes_and_goes_is_told_to_those_who_watch() {
    let node = Node::start().await;
    let (ana, bo, cy) = (person(1), person(2), person(3));
    let mut hers = node.opens(ana).await;
    hers.say(&watch(&[ana, bo, cy, bo])).unwrap();
    assert_eq!(
        presence(&mut hers).await,
        [is(ana, "online"), is(bo, "offline"), is(cy, "offline")]
    );
    let first = node.opens(bo).await;
    let second = node.opens(bo).await;
    assert_eq!(presence(&mut hers).await, [is(bo, "online")]);
    drop(first);
    rounds(&node, 10);
    assert_eq!(presence(&mut hers).await, [], "one socket is left");

    // Whoever reloads a page neither goes nor comes.
    drop(second);
    rounds(&node, 4);
    let third = node.opens(bo).await;
    rounds(&node, 10);
    assert_eq!(presence(&mut hers).await, []);
    drop(third);
    rounds(&node, 5);
    assert_eq!(presence(&mut hers).await, [is(bo, "offline")]);

    hers.say(&watch(&[cy])).unwrap();
    assert_eq!(presence(&mut hers).await, [is(cy, "offline")]);
    let _back = node.opens(bo).await;
    assert_eq!(presence(&mut hers).await, [], "nobody asks for him now");
    let many: Vec<Person> = (0..201).map(person).collect();
    assert_eq!(hers.say(&watch(&many)), Err(Close::TooLarge));
    drop(hers);
    assert!(node.hub.presence.is_empty());
}

#[tokio::test]
async fn two_nodes_see_one_another() {
    let here = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    here.joins(chat(1), &[ana, bo]);
    let mut hers = here.follows(ana, &[]).await;
    hers.say(&watch(&[bo])).unwrap();
    assert_eq!(presence(&mut hers).await, [is(bo, "offline")]);
    let there = here.beside().await;
    let mut his = there.follows(bo, &[]).await;
    hers.until("presence").await;

    // Who came before the other node did is said again when it asks.
    rounds(&here, 1);
    his.say(&watch(&[ana])).unwrap();
    eventually(|| there.hub.presence.forgets_in(ana.0) > 0).await;
    his.say(&watch(&[ana])).unwrap();
    let told = presence(&mut his).await;
    assert_eq!(told.last(), Some(&is(ana, "online")));

    hers.say(&typing(1)).unwrap();
    let before = his.until("typing").await;
    assert_eq!(before, Vec::<Value>::new());

    // He goes: the node says so. She goes with her node, which says nothing: she is forgotten after a while.
    drop(his);
    rounds(&there, 5);
    hers.until("presence").await;
    let mut again = there.follows(bo, &[]).await;
    again.say(&watch(&[ana])).unwrap();
    assert_eq!(presence(&mut again).await, [is(ana, "online")]);
    let left = there.hub.presence.forgets_in(ana.0);
    rounds(&there, left - 1);
    assert_eq!(presence(&mut again).await, []);
    rounds(&there, 1);
    assert_eq!(presence(&mut again).await, [is(ana, "offline")]);
}

#[tokio::test]
async fn a_node_that_says_it_again_is_not_forgotten() {
    let here = Node::start().await;
    let there = here.beside().await;
    let (ana, bo) = (person(1), person(2));
    let _his = there.opens(bo).await;
    let mut hers = here.opens(ana).await;
    eventually(|| here.hub.presence.forgets_in(bo.0) > 0).await;
    hers.say(&watch(&[bo])).unwrap();
    assert_eq!(presence(&mut hers).await, [is(bo, "online")]);
    for _ in 0..12 {
        rounds(&there, 8);
        eventually(|| here.hub.presence.forgets_in(bo.0) == 25).await;
        rounds(&here, 8);
    }
    assert_eq!(presence(&mut hers).await, []);
}
