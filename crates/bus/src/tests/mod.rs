//! What every implementation of the port does, and what only a bus with a server can be asked.

mod conformance;
mod in_process;
mod over_nats;

use std::time::Duration;

use bytes::Bytes;

use crate::{Bus, Pattern, Received, Subject, Subscription};

/// Long enough for any machine; a test that waits this long has failed.
const SOON: Duration = Duration::from_secs(20);

fn subject(text: &str) -> Subject {
    Subject::new(text).unwrap()
}

async fn listen(bus: &dyn Bus, pattern: &str) -> Subscription {
    bus.subscribe(Pattern::new(pattern).unwrap()).await.unwrap()
}

fn say(bus: &dyn Bus, on: &str, text: &str) -> crate::Published {
    bus.publish(&subject(on), Bytes::copy_from_slice(text.as_bytes()))
}

async fn receive(subscription: &mut Subscription) -> Received {
    tokio::time::timeout(SOON, subscription.receive())
        .await
        .expect("something arrives")
        .expect("the bus lives")
}

/// The next message; a gap on the way fails.
async fn hear(subscription: &mut Subscription) -> (String, String) {
    match receive(subscription).await {
        Received::Message { subject, payload } => (
            subject.to_string(),
            String::from_utf8(payload.to_vec()).expect("tests say text"),
        ),
        Received::Lagged { missed } => panic!("lagged by {missed:?}"),
    }
}
