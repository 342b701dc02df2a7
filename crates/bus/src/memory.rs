//! The bus of a single node: messages go straight into the inboxes that match.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use base::{Fault, Result};
use bytes::Bytes;
use futures_util::future::{self, BoxFuture, FutureExt};
use tokio::sync::watch;

use crate::{
    Bus, Counters, Health, Limits, PAYLOAD_BYTES_MAX, Pattern, Published, SUBSCRIPTIONS_MAX,
    Subject, Subscription, inbox::Inbox,
};

/// Carries messages within one process; always connected.
pub struct InProcess {
    limits: Limits,
    routes: Arc<RwLock<Routes>>,
    health: watch::Sender<Health>,
    published: AtomicU64,
    dropped: AtomicU64,
    gaps: AtomicU64,
}

impl InProcess {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            routes: Arc::default(),
            health: watch::Sender::new(Health::Connected),
            published: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            gaps: AtomicU64::new(0),
        }
    }
}

impl Default for InProcess {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Bus for InProcess {
    fn publish(&self, subject: &Subject, payload: Bytes) -> Published {
        if payload.len() > PAYLOAD_BYTES_MAX {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return Published::TooLarge;
        }
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let exact = routes.exact.get(subject.as_str()).into_iter().flatten();
        let matching = routes
            .wildcard
            .iter()
            .filter(|(pattern, _)| pattern.matches(subject));
        for (_, inbox) in exact.chain(matching.map(|(_, route)| route)) {
            if inbox.push(subject.clone(), payload.clone()) {
                self.gaps.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.published.fetch_add(1, Ordering::Relaxed);
        Published::Sent
    }

    fn subscribe(&self, pattern: Pattern) -> BoxFuture<'_, Result<Subscription>> {
        let inbox = Inbox::new(self.limits);
        let number = self
            .routes
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(pattern.clone(), Arc::clone(&inbox));
        let Some(number) = number else {
            return future::ready(Err(Fault::new("too many bus subscriptions").into())).boxed();
        };
        let source = Route {
            routes: Arc::downgrade(&self.routes),
            pattern,
            number,
        };
        future::ready(Ok(Subscription::new(inbox, source))).boxed()
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    fn counters(&self) -> Counters {
        Counters {
            published: self.published.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            gaps: self.gaps.load(Ordering::Relaxed),
        }
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let exact = routes.exact.values().flatten();
        for (_, inbox) in exact.chain(routes.wildcard.iter().map(|(_, route)| route)) {
            inbox.close();
        }
    }
}

/// Patterns without wildcards are found by their name: a node may listen to thousands of subjects, but to few wildcards.
#[derive(Default)]
struct Routes {
    exact: HashMap<String, Vec<(u64, Arc<Inbox>)>>,
    wildcard: Vec<(Pattern, (u64, Arc<Inbox>))>,
    count: usize,
    last_number: u64,
}

impl Routes {
    /// The number of the new route; `None` when there are too many.
    fn insert(&mut self, pattern: Pattern, inbox: Arc<Inbox>) -> Option<u64> {
        if self.count >= SUBSCRIPTIONS_MAX {
            return None;
        }
        self.count = self.count.saturating_add(1);
        self.last_number = self.last_number.wrapping_add(1);
        let route = (self.last_number, inbox);
        if pattern.is_exact() {
            self.exact
                .entry(pattern.as_str().to_owned())
                .or_default()
                .push(route);
        } else {
            self.wildcard.push((pattern, route));
        }
        Some(self.last_number)
    }

    fn remove(&mut self, pattern: &Pattern, number: u64) {
        self.count = self.count.saturating_sub(1);
        if let Some(routes) = self.exact.get_mut(pattern.as_str()) {
            routes.retain(|(own, _)| *own != number);
            if routes.is_empty() {
                self.exact.remove(pattern.as_str());
            }
        }
        self.wildcard.retain(|(_, (own, _))| *own != number);
    }
}

/// One subscription's place in the routes, given up when dropped.
struct Route {
    routes: Weak<RwLock<Routes>>,
    pattern: Pattern,
    number: u64,
}

impl Drop for Route {
    fn drop(&mut self) {
        if let Some(routes) = self.routes.upgrade() {
            routes
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&self.pattern, self.number);
        }
    }
}
