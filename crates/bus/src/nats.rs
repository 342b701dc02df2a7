//! The bus of a cell: the NATS core protocol. The client library reconnects; what this file adds is that every loss becomes
//! a gap that listeners hear of, on whichever node the loss happened.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_nats::{Client, ConnectOptions, Event, Message, ServerAddr, connection::State};
use base::{Context, Fault, Result, Secret};
use bytes::Bytes;
use futures_util::{
    StreamExt,
    future::{self, BoxFuture, FutureExt},
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::AbortHandle,
    time::{sleep, timeout},
};

use crate::{
    Bus, Counters, Health, Limits, PAYLOAD_BYTES_MAX, Pattern, Published, SUBSCRIPTIONS_MAX,
    Subject, Subscription, inbox::Inbox,
};

/// How long a caller waits for a connection or a subscription to be in force; it comes in force later if it takes longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a lost connection is tried again and the state is looked at without being told.
const TICK: Duration = Duration::from_secs(1);
/// Two unanswered pings end a connection, so a silent server is noticed after three of these.
const PING: Duration = Duration::from_secs(5);
/// Messages that wait to be handed to the connection, and the bytes in them.
const SENDING_MESSAGES_MAX: usize = 8192;
const SENDING_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Messages between the queue above and the socket. Small, because the library counts messages and not bytes.
const HANDOVER_MESSAGES: usize = 64;

/// Where the NATS server is and what this cell's part of it is called.
pub struct NatsOptions {
    /// One address or several with commas between: `nats://` or `tls://`, user and password may stand in it.
    pub url: Secret<String>,
    /// Certificates (PEM) to trust beside those of the system.
    pub root_certificates: Option<PathBuf>,
    /// What the server's own monitoring calls this node.
    pub name: String,
    /// Everything this cell says stands below this subject, so that cells can share a server and an account's permissions can name it.
    pub prefix: Subject,
    /// The bounds of each inbox.
    pub limits: Limits,
}

/// Carries messages between the nodes of a cell over NATS.
pub struct Nats {
    shared: Arc<Shared>,
    sending: mpsc::Sender<(String, Bytes)>,
    tasks: Vec<AbortHandle>,
}

impl Nats {
    /// Starts to connect, and goes on trying for ever; returns when connected or after two seconds. Needs a Tokio runtime.
    ///
    /// # Errors
    /// A fault when an address cannot be read. A server that is away is not an error.
    pub async fn connect(options: NatsOptions) -> Result<Self> {
        let addresses = options
            .url
            .expose()
            .split(',')
            .map(|url| url.trim().parse::<ServerAddr>())
            .collect::<std::result::Result<Vec<_>, _>>()
            // The parser's error may repeat the address, and the address may hold a password.
            .map_err(|_| Fault::new("a bus address is malformed"))?;
        let signals = Arc::new(Signals::default());
        let client = client_options(&options, &signals)
            .connect(addresses)
            .await
            .context("starting the bus client")?;
        let shared = Arc::new(Shared {
            client,
            prefix: options.prefix,
            limits: options.limits,
            signals,
            inboxes: Mutex::default(),
            last_number: AtomicU64::new(0),
            sending_bytes: AtomicUsize::new(0),
            published: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            gaps: AtomicU64::new(0),
        });
        let (sending, queue) = mpsc::channel(SENDING_MESSAGES_MAX);
        let tasks = vec![
            tokio::spawn(send(Arc::clone(&shared), queue)).abort_handle(),
            tokio::spawn(hear_announcements(Arc::clone(&shared))).abort_handle(),
            tokio::spawn(supervise(Arc::clone(&shared))).abort_handle(),
        ];
        let mut health = shared.signals.health.subscribe();
        // Late is not wrong: the watch says when.
        let _ = timeout(
            PATIENCE,
            health.wait_for(|health| *health == Health::Connected),
        )
        .await;
        Ok(Self {
            shared,
            sending,
            tasks,
        })
    }

    fn lose(&self, how: Published) -> Published {
        self.shared.signals.lost.store(true, Ordering::Relaxed);
        self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        how
    }
}

impl Bus for Nats {
    fn publish(&self, subject: &Subject, payload: Bytes) -> Published {
        let shared = &self.shared;
        if payload.len() > PAYLOAD_BYTES_MAX {
            shared.dropped.fetch_add(1, Ordering::Relaxed);
            return Published::TooLarge;
        }
        if *shared.signals.health.borrow() == Health::Disconnected {
            return self.lose(Published::Disconnected);
        }
        let size = payload.len();
        if shared.sending_bytes.fetch_add(size, Ordering::Relaxed)
            > SENDING_BYTES_MAX.saturating_sub(size)
            || self
                .sending
                .try_send((shared.wire(subject.as_str()), payload))
                .is_err()
        {
            shared.sending_bytes.fetch_sub(size, Ordering::Relaxed);
            return self.lose(Published::Full);
        }
        shared.published.fetch_add(1, Ordering::Relaxed);
        Published::Sent
    }

    fn subscribe(&self, pattern: Pattern) -> BoxFuture<'_, Result<Subscription>> {
        let inbox = Inbox::new(self.shared.limits);
        let Some(number) = self.shared.register(&inbox) else {
            return future::ready(Err(Fault::new("too many bus subscriptions").into())).boxed();
        };
        async move {
            let (in_force, wait) = oneshot::channel();
            let pump = tokio::spawn(pump(
                Arc::clone(&self.shared),
                pattern,
                Arc::clone(&inbox),
                in_force,
            ));
            let source = Source {
                shared: Arc::downgrade(&self.shared),
                number,
                pump: pump.abort_handle(),
            };
            let subscription = Subscription::new(inbox, source);
            // Late is not wrong: the pump reports a gap when it is in force.
            let _ = timeout(PATIENCE, wait).await;
            Ok(subscription)
        }
        .boxed()
    }

    fn health(&self) -> watch::Receiver<Health> {
        self.shared.signals.health.subscribe()
    }

    fn counters(&self) -> Counters {
        Counters {
            published: self.shared.published.load(Ordering::Relaxed),
            dropped: self.shared.dropped.load(Ordering::Relaxed),
            gaps: self.shared.gaps.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        for inbox in self.shared.inboxes().values() {
            inbox.close();
        }
    }
}

/// What the client library's callback tells the rest.
struct Signals {
    health: watch::Sender<Health>,
    /// How often a connection was made.
    connects: AtomicU64,
    /// Whether messages of this node may have been lost on their way, and nobody was told yet.
    lost: AtomicBool,
    /// Whether the library dropped arrived messages before the pump could take them.
    overrun: AtomicBool,
    woken: Notify,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            health: watch::Sender::new(Health::Disconnected),
            connects: AtomicU64::new(0),
            lost: AtomicBool::new(false),
            overrun: AtomicBool::new(false),
            woken: Notify::new(),
        }
    }
}

impl Signals {
    fn take(&self, event: &Event) {
        match event {
            Event::Connected => {
                self.connects.fetch_add(1, Ordering::Relaxed);
            }
            Event::Disconnected | Event::Closed => self.disconnected(),
            Event::SlowConsumer(_) => self.overrun.store(true, Ordering::Relaxed),
            // Every failed attempt comes by here while a server is away.
            other => tracing::debug!(event = %other, "bus client"),
        }
        self.woken.notify_one();
    }

    fn disconnected(&self) {
        self.health.send_if_modified(|health| {
            let was_connected = *health == Health::Connected;
            if was_connected {
                // What was on its way may be gone.
                self.lost.store(true, Ordering::Relaxed);
                tracing::warn!("the bus is disconnected");
            }
            *health = Health::Disconnected;
            was_connected
        });
    }

    fn connected(&self) {
        self.health.send_if_modified(|health| {
            let was_disconnected = *health == Health::Disconnected;
            if was_disconnected {
                tracing::info!("the bus is connected");
            }
            *health = Health::Connected;
            was_disconnected
        });
    }
}

struct Shared {
    client: Client,
    prefix: Subject,
    limits: Limits,
    signals: Arc<Signals>,
    inboxes: Mutex<HashMap<u64, Arc<Inbox>>>,
    last_number: AtomicU64,
    sending_bytes: AtomicUsize,
    published: AtomicU64,
    dropped: AtomicU64,
    gaps: AtomicU64,
}

impl Shared {
    /// Messages stand below `m`, so that no subject can be one of the bus's own.
    fn wire(&self, subject: &str) -> String {
        format!("{}.m.{subject}", self.prefix)
    }

    fn announcements(&self) -> String {
        format!("{}.gap", self.prefix)
    }

    /// The number under which `inbox` is known; `None` when there are too many.
    fn register(&self, inbox: &Arc<Inbox>) -> Option<u64> {
        let mut inboxes = self.inboxes();
        if inboxes.len() >= SUBSCRIPTIONS_MAX {
            return None;
        }
        let number = self.last_number.fetch_add(1, Ordering::Relaxed);
        inboxes.insert(number, Arc::clone(inbox));
        Some(number)
    }

    fn inboxes(&self) -> MutexGuard<'_, HashMap<u64, Arc<Inbox>>> {
        self.inboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark_gap(&self, inbox: &Inbox) {
        self.gaps.fetch_add(1, Ordering::Relaxed);
        inbox.mark_gap();
    }

    fn mark_gap_everywhere(&self) {
        let inboxes: Vec<_> = self.inboxes().values().cloned().collect();
        for inbox in inboxes {
            self.mark_gap(&inbox);
        }
    }

    /// A round trip: the server works through a connection's commands in order, so after it everything asked before is in force.
    /// It says something to itself, on a subject of this one trip: whoever else listens to everything changes nothing.
    async fn fence(&self) -> bool {
        let subject = self.client.new_inbox();
        let Ok(mut echo) = self.client.subscribe(subject.clone()).await else {
            return false;
        };
        let said = self.client.publish(subject, Bytes::new()).await;
        said.is_ok() && matches!(timeout(PATIENCE, echo.next()).await, Ok(Some(_)))
    }

    /// Tells every node that messages of this one were lost.
    async fn announce_loss(&self) -> bool {
        self.client
            .publish(self.announcements(), Bytes::new())
            .await
            .is_ok()
            && self.fence().await
    }

    fn deliver(&self, message: Message, inbox: &Inbox) {
        let below_prefix = message
            .subject
            .strip_prefix(self.prefix.as_str())
            .and_then(|rest| rest.strip_prefix(".m."));
        let subject = below_prefix.and_then(|subject| Subject::new(subject).ok());
        let gap = match subject {
            Some(subject) if message.payload.len() <= PAYLOAD_BYTES_MAX => {
                inbox.push(subject, message.payload)
            }
            // Not one of ours, whoever sent it.
            _ => return,
        };
        if gap {
            self.gaps.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// One subscription's tie to the connection, cut when dropped.
struct Source {
    shared: Weak<Shared>,
    number: u64,
    pump: AbortHandle,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.pump.abort();
        if let Some(shared) = self.shared.upgrade() {
            shared.inboxes().remove(&self.number);
        }
    }
}

fn client_options(options: &NatsOptions, signals: &Arc<Signals>) -> ConnectOptions {
    let signals = Arc::clone(signals);
    let client = ConnectOptions::new()
        .name(&options.name)
        .custom_inbox_prefix(format!("{}.inbox", options.prefix))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| if attempts <= 1 { TICK / 10 } else { TICK })
        .connection_timeout(PATIENCE)
        .ping_interval(PING)
        .client_capacity(HANDOVER_MESSAGES)
        .subscription_capacity(options.limits.messages_max.max(1))
        .event_callback(move |event| {
            signals.take(&event);
            future::ready(())
        });
    match &options.root_certificates {
        Some(path) => client.add_root_certificates(path.clone()),
        None => client,
    }
}

/// Hands queued messages to the connection, in order.
async fn send(shared: Arc<Shared>, mut queue: mpsc::Receiver<(String, Bytes)>) {
    while let Some((subject, payload)) = queue.recv().await {
        let size = payload.len();
        let handed_over = shared.client.publish(subject, payload).await;
        shared.sending_bytes.fetch_sub(size, Ordering::Relaxed);
        if handed_over.is_err() {
            shared.signals.lost.store(true, Ordering::Relaxed);
        }
    }
}

/// Fills one inbox. Reports a gap when the subscriber had stopped waiting before the subscription was in force.
async fn pump(
    shared: Arc<Shared>,
    pattern: Pattern,
    inbox: Arc<Inbox>,
    in_force: oneshot::Sender<()>,
) {
    let mut messages = loop {
        match shared.client.subscribe(shared.wire(pattern.as_str())).await {
            Ok(messages) => break messages,
            Err(error) => {
                tracing::warn!(error = %error, "the bus refused a subscription");
                sleep(TICK).await;
            }
        }
    };
    while !shared.fence().await {
        sleep(TICK).await;
    }
    if in_force.send(()).is_err() {
        shared.mark_gap(&inbox);
    }
    while let Some(message) = messages.next().await {
        shared.deliver(message, &inbox);
    }
    inbox.close();
}

/// Turns other nodes' announced losses (and this one's) into gaps.
async fn hear_announcements(shared: Arc<Shared>) {
    loop {
        if let Ok(mut announcements) = shared.client.subscribe(shared.announcements()).await {
            while announcements.next().await.is_some() {
                shared.mark_gap_everywhere();
            }
        }
        sleep(TICK).await;
    }
}

/// Keeps the state true: connected means that the subscriptions are in force again and that the gap before was said.
async fn supervise(shared: Arc<Shared>) {
    let signals = &shared.signals;
    let mut served = 0;
    loop {
        let _ = timeout(TICK, signals.woken.notified()).await;
        if signals.overrun.swap(false, Ordering::Relaxed) {
            shared.mark_gap_everywhere();
        }
        if shared.client.connection_state() != State::Connected {
            signals.disconnected();
            continue;
        }
        let connects = signals.connects.load(Ordering::Relaxed);
        if connects != served || *signals.health.borrow() == Health::Disconnected {
            if !shared.fence().await {
                continue;
            }
            if served != 0 {
                signals.lost.store(true, Ordering::Relaxed);
            }
            served = connects;
            shared.mark_gap_everywhere();
            signals.connected();
        }
        if signals.lost.swap(false, Ordering::Relaxed) && !shared.announce_loss().await {
            signals.lost.store(true, Ordering::Relaxed);
        }
    }
}
