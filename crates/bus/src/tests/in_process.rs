use super::{conformance, hear, listen, say};
use crate::{Bus, InProcess, Limits, Pattern, SUBSCRIPTIONS_MAX};

#[tokio::test]
async fn the_bus_in_process_conforms() {
    let bus = InProcess::new(conformance::LIMITS);
    conformance::all(&bus, &bus).await;
}

#[tokio::test]
async fn its_end_ends_every_subscription() {
    let bus = InProcess::new(Limits::default());
    let mut exact = listen(&bus, "a").await;
    let mut wildcard = listen(&bus, "*").await;
    say(&bus, "a", "last");
    drop(bus);
    for subscription in [&mut exact, &mut wildcard] {
        assert_eq!(hear(subscription).await.1, "last");
        assert_eq!(subscription.receive().await, None);
    }
}

#[tokio::test]
async fn the_number_of_subscriptions_is_bounded() {
    let bus = InProcess::default();
    let mut held = Vec::new();
    for number in 0..SUBSCRIPTIONS_MAX {
        held.push(listen(&bus, &format!("a.{number}")).await);
    }
    let more = Pattern::new("b").unwrap();
    assert!(bus.subscribe(more.clone()).await.is_err());
    held.pop();
    assert!(bus.subscribe(more).await.is_ok());
}
