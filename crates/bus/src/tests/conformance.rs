//! The suite: `near` and `far` are two ends of one bus (the same one, where there is one process).

use std::time::Duration;

use bytes::Bytes;

use super::{hear, listen, receive, say, subject};
use crate::{Bus, Health, Limits, PAYLOAD_BYTES_MAX, Published, Received};

/// The limits with which the suite's buses are made.
pub(super) const LIMITS: Limits = Limits {
    messages_max: 16,
    bytes_max: 4 * 1024 * 1024,
};

pub(super) async fn all(near: &dyn Bus, far: &dyn Bus) {
    a_message_reaches_every_matching_listener(near, far).await;
    each_publishers_order_is_kept(near, far).await;
    a_slow_listener_hears_of_its_gap_and_others_miss_nothing(near, far).await;
    payloads_are_bytes_up_to_the_limit(near, far).await;
    a_dropped_subscription_hears_and_costs_nothing(near, far).await;
    publishing_never_waits(near).await;
    assert_eq!(*near.health().borrow(), Health::Connected);
}

async fn a_message_reaches_every_matching_listener(near: &dyn Bus, far: &dyn Bus) {
    let mut exact = listen(far, "reach.a.b").await;
    let mut word = listen(far, "reach.*.b").await;
    let mut tail = listen(far, "reach.>").await;
    let mut own = listen(near, "reach.a.b").await;
    let mut other = listen(far, "reach.a.c").await;

    assert_eq!(say(near, "reach.a.b", "hello"), Published::Sent);
    assert_eq!(say(near, "reach.a.c", "elsewhere"), Published::Sent);

    let hello = ("reach.a.b".to_owned(), "hello".to_owned());
    for listener in [&mut exact, &mut word, &mut tail, &mut own] {
        assert_eq!(hear(listener).await, hello);
    }
    assert_eq!(
        hear(&mut other).await,
        ("reach.a.c".to_owned(), "elsewhere".to_owned())
    );
}

async fn each_publishers_order_is_kept(near: &dyn Bus, far: &dyn Bus) {
    let mut listener = listen(far, "order.>").await;
    for round in 0..20 {
        for number in 0..10 {
            say(
                near,
                &format!("order.{number}"),
                &format!("{round}.{number}"),
            );
        }
        for number in 0..10 {
            assert_eq!(hear(&mut listener).await.1, format!("{round}.{number}"));
        }
    }
}

async fn a_slow_listener_hears_of_its_gap_and_others_miss_nothing(near: &dyn Bus, far: &dyn Bus) {
    let total = LIMITS.messages_max * 4;
    let mut slow = listen(far, "slow.*").await;
    let mut quick = listen(far, "slow.n").await;
    for number in 0..total {
        say(near, "slow.n", &number.to_string());
        assert_eq!(hear(&mut quick).await.1, number.to_string());
    }

    // The slow one's inbox is filled by another path than the quick one's: wait until its newest message is there.
    let mut heard = 0;
    let mut missed_in_all = 0;
    loop {
        match receive(&mut slow).await {
            Received::Lagged { missed } => missed_in_all += missed.expect("an overflow is counted"),
            Received::Message { payload, .. } => {
                heard += 1;
                if payload == total.saturating_sub(1).to_string() {
                    break;
                }
            }
        }
    }
    assert!(missed_in_all > 0, "the gap was said");
    assert_eq!(
        heard + missed_in_all,
        total as u64,
        "each message was heard or counted as missed"
    );
    assert!(far.counters().gaps > 0);
}

async fn payloads_are_bytes_up_to_the_limit(near: &dyn Bus, far: &dyn Bus) {
    let mut listener = listen(far, "size").await;
    let mut largest: Vec<u8> = (0..=u8::MAX).cycle().take(PAYLOAD_BYTES_MAX).collect();
    let dropped = near.counters().dropped;

    assert_eq!(
        near.publish(&subject("size"), Bytes::new()),
        Published::Sent
    );
    assert_eq!(
        near.publish(&subject("size"), largest.clone().into()),
        Published::Sent
    );
    largest.push(0);
    assert_eq!(
        near.publish(&subject("size"), largest.clone().into()),
        Published::TooLarge
    );
    largest.pop();

    for expected in [Bytes::new(), largest.into()] {
        assert_eq!(
            receive(&mut listener).await,
            Received::Message {
                subject: subject("size"),
                payload: expected
            }
        );
    }
    assert_eq!(near.counters().dropped, dropped + 1);
}

async fn a_dropped_subscription_hears_and_costs_nothing(near: &dyn Bus, far: &dyn Bus) {
    for _ in 0..50 {
        drop(listen(far, "dropped").await);
    }
    let mut last = listen(far, "dropped").await;
    say(near, "dropped", "still here");
    assert_eq!(hear(&mut last).await.1, "still here");
}

async fn publishing_never_waits(near: &dyn Bus) {
    // Nobody reads what is published here, and it is more than every queue holds.
    let _deaf = listen(near, "flood").await;
    let begun = std::time::Instant::now();
    for _ in 0..20_000 {
        say(near, "flood", "x");
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}
