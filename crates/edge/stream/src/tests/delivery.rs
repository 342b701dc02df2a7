//! From an announcement to the sockets, and what makes good where there was none.

use gate::{Close, SocketLimits};

use super::kit::{Node, chat, eventually, person};
use crate::watch;

#[tokio::test]
async fn a_change_reaches_those_who_are_members() {
    let node = Node::start().await;
    let (ana, bo, cy) = (person(1), person(2), person(3));
    node.joins(chat(1), &[ana, bo]);
    let mut ana = node.follows(ana, &[]).await;
    let mut bo = node.follows(bo, &[]).await;
    let mut outside = node.follows(cy, &[]).await;
    node.says(chat(1), "hello");
    assert_eq!(ana.event().await, (chat(1), 1, "hello".to_owned()));
    assert_eq!(bo.event().await, (chat(1), 1, "hello".to_owned()));

    node.joins(chat(1), &[cy]);
    node.says(chat(1), "welcome");
    assert_eq!(ana.event().await.2, "welcome");
    // Who came with a change of the members begins with the present; what follows is heard.
    eventually(|| {
        node.hub
            .registry
            .of_account(base::Id::from_bytes([1; 16]), cy.0)
            .len()
            == 1
    })
    .await;
    eventually(|| node.hub.lag() == 0).await;
    node.says(chat(1), "and again");
    loop {
        if outside.event().await.2 == "and again" {
            break;
        }
    }
}

#[tokio::test]
async fn whoever_is_removed_hears_no_more() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    node.joins(chat(1), &[ana, bo]);
    let mut stays = node.follows(ana, &[]).await;
    let mut goes = node.follows(bo, &[]).await;
    node.removes(chat(1), bo);
    node.says(chat(1), "among ourselves");
    while stays.event().await.2 != "among ourselves" {}
    goes.say(&serde_json::json!({ "type": "ping" })).unwrap();
    assert_eq!(goes.until("pong").await, Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn what_was_not_announced_is_found_by_comparison() {
    let node = Node::start().await;
    let ana = person(1);
    node.joins(chat(1), &[ana]);
    node.joins(chat(2), &[ana]);
    let mut client = node.follows(ana, &[]).await;
    node.loses_announcements(true);
    node.says(chat(1), "lost");
    node.says(chat(1), "lost too");
    assert_eq!(node.hub.lag(), 0);
    watch::compare_with_log(&node.hub).await;
    assert_eq!(client.event().await, (chat(1), 1, "lost".to_owned()));
    assert_eq!(client.event().await, (chat(1), 2, "lost too".to_owned()));
    assert_eq!(node.hub.readings(), 1);
}

#[tokio::test]
async fn a_slow_socket_is_cut_and_others_go_on() {
    let node = Node::start().await;
    let (ana, bo) = (person(1), person(2));
    node.joins(chat(1), &[ana, bo]);
    let limits = SocketLimits {
        queue_frames_max: 8,
        ..SocketLimits::default()
    };
    let mut slow = node
        .opens_with(bo, base::Id::from_bytes([5; 16]), limits)
        .await;
    slow.resumes(&[]);
    slow.until("caught_up").await;
    let mut quick = node.follows(ana, &[]).await;
    for number in 1..=20 {
        node.says(chat(1), &number.to_string());
        assert_eq!(quick.event().await.1, number);
    }
    assert_eq!(slow.closed().await, Close::TooSlow);
    drop(slow);
    node.says(chat(1), "still here");
    assert_eq!(quick.event().await.2, "still here");

    // The cut one comes back with its cursor and has missed nothing.
    let mut back = node.opens(bo).await;
    back.resumes(&[(chat(1), 8)]);
    let frames = back.until("caught_up").await;
    assert_eq!(super::kit::changes(&frames), (9..=21).collect::<Vec<i64>>());
}

#[tokio::test]
async fn nothing_is_kept_of_sockets_that_have_gone() {
    let node = Node::start().await;
    for number in 0..20 {
        node.joins(chat(number), &[person(1), person(2)]);
    }
    let first = node.follows(person(1), &[]).await;
    let second = node.follows(person(2), &[]).await;
    assert_eq!(node.hub.registry.topics().len(), 20);
    drop(first);
    assert_eq!(
        (node.hub.sockets(), node.hub.registry.topics().len()),
        (1, 20)
    );
    drop(second);
    assert_eq!(
        (node.hub.sockets(), node.hub.registry.topics().len()),
        (0, 0)
    );
}

#[tokio::test]
async fn only_declared_notices_are_given() {
    let node = Node::start().await;
    let mut client = node.opens(person(1)).await;
    client.until("ready").await;
    assert!(matches!(
        node.rings(person(1), false).await,
        Err(base::Error::Fault(_))
    ));
    node.rings(person(1), true).await.unwrap();
    assert_eq!(
        client.until("notice").await,
        Vec::<serde_json::Value>::new()
    );
}
