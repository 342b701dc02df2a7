//! Many sockets: how many one may have, and what a delivery to ten thousand costs.

use gate::{Close, SocketLimits};

use super::kit::{Node, Person, chat, person};
use crate::SocketShares;

const CROWD: u16 = 10_000;

#[tokio::test]
async fn a_session_and_an_account_have_only_so_many_sockets() {
    let node = Node::with(SocketShares::of_account(10)).await;
    let session = |number| base::Id::from_bytes([number; 16]);
    let open = |of: Person, number| node.opens_with(of, session(number), SocketLimits::default());
    let ana = person(1);
    let mut held = vec![open(ana, 1).await, open(ana, 1).await];
    let mut third = open(ana, 1).await;
    assert_eq!(third.closed().await, Close::TooManySockets);
    for number in 2..6 {
        held.push(open(ana, number).await);
        held.push(open(ana, number).await);
    }
    let mut eleventh = open(ana, 6).await;
    assert_eq!(eleventh.closed().await, Close::TooManySockets);
    assert_eq!(node.hub.sockets(), 10);
    open(person(2), 9).await.until("ready").await;

    // A refused one takes nobody's place with it when it goes.
    drop((third, eleventh));
    assert_eq!(node.hub.sockets(), 10);
    drop(held.pop());
    open(ana, 6).await.until("ready").await;
}

#[tokio::test]
async fn one_reading_serves_ten_thousand_members() {
    let node = Node::start().await;
    let people: Vec<Person> = (0..CROWD).map(person).collect();
    node.joins(chat(1), &people);
    let mut clients = Vec::new();
    for person in &people {
        clients.push(node.follows(*person, &[]).await);
    }
    let before = node.hub.readings();
    node.says(chat(1), "to all");
    let first = clients[0].frame().await;
    assert!(first.as_str().contains("to all"));
    for client in &mut clients[1..] {
        let frame = client.frame().await;
        assert!(
            std::ptr::eq(frame.as_str().as_ptr(), first.as_str().as_ptr()),
            "all hold the same bytes"
        );
    }
    assert_eq!(node.hub.readings() - before, 1);
}
