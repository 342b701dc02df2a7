//! The hub: takes sockets in, and carries announced changes to them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use act::{Announcement, Call, NOT_SIGNED_IN, Runtime};
use base::{AccountId, Context, Result, SessionId, TenantId};
use bus::{Bus, Pattern, Received, Subject};
use futures_util::future::BoxFuture;
use gate::{Close, Hear, Outbound, StreamHub, TextFrame};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    catch_up, fleeting,
    presence::{Presence, WATCHED_MAX},
    registry::{Registry, Socket, SocketShares, TopicKey},
    resumes::{self, Cursor, Resumes},
    topic::{Numbered, Topic},
    watch,
    wire::{self, Audience, Changes, FrameNumber, FromClient, ToClient},
    words::Words,
};

/// How many changes one reading of the log brings at most.
pub(crate) const CHANGES_PER_PULL: u32 = 200;
/// How often a client may expect to hear something, in seconds.
const HEARTBEAT_S: u32 = 25;

/// What else on this node must hear that a session has ended.
pub type Forget = Box<dyn Fn(SessionId) + Send + Sync>;

/// The sockets of this node.
pub struct Hub {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) registry: Registry,
    pub(crate) presence: Presence,
    /// Where nodes tell each other what nobody keeps.
    pub(crate) fleeting: Subject,
    pub(crate) node: [u8; 16],
    shares: SocketShares,
    /// How often the log was read: once for a burst in a topic, however many listen.
    readings: AtomicU64,
    /// Told of sessions that have ended, so that nothing of them is remembered on this node.
    forget: Forget,
    is_draining: AtomicBool,
}

impl Hub {
    /// Starts to listen to announcements, of this node and over the bus.
    ///
    /// # Errors
    /// A fault when the bus takes no subscription.
    pub async fn start(
        runtime: Arc<Runtime>,
        bus: Arc<dyn Bus>,
        words: Words,
        node: [u8; 16],
        forget: Forget,
        shares: SocketShares,
    ) -> Result<Arc<Self>> {
        let pattern = Pattern::new(words.subject.as_str())?;
        let mut others = bus.subscribe(pattern).await?;
        let hub = Arc::new(Self {
            runtime,
            bus,
            registry: Registry::default(),
            presence: Presence::default(),
            fleeting: fleeting::subject()?,
            node,
            shares,
            readings: AtomicU64::new(0),
            forget,
            is_draining: AtomicBool::new(false),
        });
        let (here, there) = (Arc::clone(&hub), Arc::clone(&hub));
        let mut heard = words.heard;
        tokio::spawn(async move {
            while let Some(announcement) = heard.recv().await {
                here.take_in(announcement);
            }
        });
        tokio::spawn(async move {
            let notices: Vec<&str> = there.runtime.notices().collect();
            while let Some(received) = others.receive().await {
                match received {
                    Received::Message { payload, .. } => {
                        wire::decode(there.node, &payload, &notices)
                            .into_iter()
                            .for_each(|word| there.take_in(word));
                    }
                    Received::Lagged { .. } => watch::compare_with_log(&there).await,
                }
            }
        });
        tokio::spawn(watch::run(Arc::downgrade(&hub)));
        fleeting::start(&hub).await?;
        Ok(hub)
    }

    /// Has rounds of a second go by, in which presence is told and forgotten. Once for each hub.
    pub fn keep_rounds(self: &Arc<Self>) {
        tokio::spawn(fleeting::rounds(Arc::downgrade(self)));
    }

    /// Closes every socket, telling clients to connect elsewhere.
    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Release);
        for socket in self.registry.sockets() {
            socket.outbound.close(Close::Draining);
        }
    }

    /// How many sockets are connected to this node.
    pub fn sockets(&self) -> usize {
        self.registry.sockets().len()
    }

    /// How many changes were announced and not yet delivered, in the topic that is furthest behind.
    pub fn lag(&self) -> i64 {
        let topics = self.registry.topics();
        topics
            .iter()
            .map(|topic| topic.waiting())
            .max()
            .unwrap_or(0)
    }

    /// How often the log was read since the start.
    pub fn readings(&self) -> u64 {
        self.readings.load(Ordering::Relaxed)
    }

    fn take_in(self: &Arc<Self>, announcement: Announcement) {
        match announcement {
            Announcement::Changed {
                tenant,
                topic,
                change,
            } => {
                if let Some(topic) = self.registry.find_topic(&(tenant, topic)) {
                    self.wake(&topic, change);
                }
            }
            Announcement::Notice {
                tenant,
                account,
                notice,
                topic,
                number,
            } => {
                let frame = TextFrame::new(
                    ToClient::Notice {
                        notice,
                        chat: topic.map(base::Id::from_bytes),
                        number,
                    }
                    .text(),
                );
                for socket in self.registry.of_account(tenant, account) {
                    if notice == "chat.added"
                        && let Some(topic) = topic
                    {
                        self.join(&socket, (tenant, topic));
                    }
                    socket.send(&frame);
                }
            }
            Announcement::SessionEnded { session } => self.end_session(session),
        }
    }

    /// A session has ended or changed: what it is now decides which of its sockets go.
    fn end_session(self: &Arc<Self>, session: SessionId) {
        (self.forget)(session);
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = watch::settle_sessions(&hub, &[session]).await {
                tracing::warn!(%error, "asking how a session stands");
                hub.settle(session, None);
            }
        });
    }

    /// Cuts the sockets of a session that has ended, and those of another account than the one it acts as now: their
    /// client connects again.
    pub(crate) fn settle(&self, session: SessionId, acts_as: Option<AccountId>) {
        for socket in self.registry.of_session(session) {
            match acts_as {
                None => socket.outbound.close(Close::SessionEnded),
                Some(account) if account != socket.member.account => {
                    socket.outbound.close(Close::Draining);
                }
                Some(_) => {}
            }
        }
    }

    /// Pulls the topic up to `change`, unless somebody does already.
    pub(crate) fn wake(self: &Arc<Self>, topic: &Arc<Topic>, change: i64) {
        if topic.want(change) {
            tokio::spawn(pull(Arc::clone(self), Arc::clone(topic)));
        }
    }

    /// Has a socket that is already live listen to one more topic, from now on.
    pub(crate) fn join(self: &Arc<Self>, socket: &Arc<Socket>, key: TopicKey) {
        if socket.wants_events() && self.registry.begin_join(socket, key) {
            tokio::spawn(catch_up::join(Arc::clone(self), Arc::clone(socket), key));
        }
    }

    /// Runs an operation of the system and reads its answer.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        tenant: TenantId,
        operation: &str,
        input: Value,
    ) -> Result<T> {
        self.runtime
            .ask_as("stream", tenant, operation, input)
            .await
    }

    /// The events of a topic after a change, and where its log and its members stand.
    pub(crate) async fn changes(
        &self,
        key: TopicKey,
        after: i64,
    ) -> Result<(Changes, Vec<Numbered>)> {
        let (tenant, topic) = key;
        let chat: base::ChatId = base::Id::from_bytes(topic);
        let input = json!({ "chat": chat, "after": after, "limit": CHANGES_PER_PULL });
        self.readings.fetch_add(1, Ordering::Relaxed);
        let mut changes: Changes = self.ask(tenant, "messenger.chat.changes", input).await?;
        let mut events = Vec::with_capacity(changes.frames.len());
        for frame in std::mem::take(&mut changes.frames) {
            let number: FrameNumber =
                serde_json::from_str(frame.get()).context("reading an event's number")?;
            let frame = TextFrame::new(String::from(Box::<str>::from(frame)));
            events.push(Numbered::new(chat, &number, frame));
        }
        Ok((changes, events))
    }

    /// Reads who belongs to the topic, lets go of those who do not, and takes in those who came.
    pub(crate) async fn renew_members(self: &Arc<Self>, topic: &Arc<Topic>) -> Result<()> {
        let (tenant, id) = topic.key;
        let chat: base::ChatId = base::Id::from_bytes(id);
        let mut audience: Audience = self
            .ask(tenant, "messenger.chat.audience", json!({ "chat": chat }))
            .await?;
        audience.accounts.sort_unstable();
        for account in topic.admit(&audience) {
            for socket in self.registry.of_account(tenant, account) {
                self.join(&socket, topic.key);
            }
        }
        Ok(())
    }
}

/// Brings a topic up to what is wanted; everything announced meanwhile is brought along.
async fn pull(hub: Arc<Hub>, topic: Arc<Topic>) {
    while let Some(after) = topic.next_pull() {
        if let Err(error) = pull_once(&hub, &topic, after).await {
            tracing::warn!(%error, "reading changes for the stream");
            topic.give_up_pull();
            return;
        }
    }
}

async fn pull_once(hub: &Arc<Hub>, topic: &Arc<Topic>, after: i64) -> Result<()> {
    let (changes, events) = hub.changes(topic.key, after).await?;
    if changes.version != topic.version() {
        hub.renew_members(topic).await?;
    }
    let reached = events
        .last()
        .map_or(changes.change_last, |event| event.change);
    topic.deliver(&events, reached, changes.version);
    Ok(())
}

/// The hub as the gate knows it.
pub struct Stream(pub Arc<Hub>);

impl StreamHub for Stream {
    fn subscribe(&self, call: Call, outbound: Outbound) -> BoxFuture<'_, Result<Box<dyn Hear>>> {
        Box::pin(async move {
            let member = *call.caller.member().ok_or(NOT_SIGNED_IN)?;
            if self.0.is_draining.load(Ordering::Acquire) {
                outbound.close(Close::Draining);
            }
            let socket = Arc::new(Socket {
                member,
                call,
                outbound,
                has_resumed: AtomicBool::new(false),
            });
            let conversation = Conversation {
                hub: Arc::clone(&self.0),
                socket: Arc::clone(&socket),
                cursor: Cursor::new(),
                resumes: Arc::default(),
                typing: None,
            };
            let ready = ToClient::Ready {
                session: member.session,
                heartbeat_s: HEARTBEAT_S,
            };
            let greeting = TextFrame::new(ready.text());
            if !self.0.registry.add(&socket, self.0.shares, &greeting) {
                socket.outbound.close(Close::TooManySockets);
            } else {
                self.0.arrives(&socket);
            }
            Ok(Box::new(conversation) as Box<dyn Hear>)
        })
    }
}

/// One client's side of the talk.
struct Conversation {
    hub: Arc<Hub>,
    socket: Arc<Socket>,
    /// What was said so far of a cursor that comes in several frames.
    cursor: Cursor,
    resumes: Arc<Resumes>,
    /// The round in which its client last said that it types: once in a round is enough.
    typing: Option<u64>,
}

impl Conversation {
    fn resume(&mut self) -> Result<(), Close> {
        let cursor = std::mem::take(&mut self.cursor);
        if let Some(cursor) = self.resumes.ask(cursor)? {
            tokio::spawn(catch_up::resume(
                Arc::clone(&self.hub),
                Arc::clone(&self.socket),
                Arc::clone(&self.resumes),
                cursor,
            ));
        }
        Ok(())
    }
}

impl Hear for Conversation {
    fn hear(&mut self, text: &str) -> Result<(), Close> {
        match serde_json::from_str(text).map_err(|_| Close::Malformed)? {
            FromClient::Ping {} => {
                self.socket.send(&TextFrame::new(ToClient::Pong.text()));
            }
            FromClient::Typing { chat } => {
                if self.typing != Some(self.hub.presence.now()) {
                    self.typing = Some(self.hub.presence.now());
                    let tenant = self.socket.member.tenant;
                    self.hub.types(&self.socket, (tenant, chat.to_bytes()));
                }
            }
            FromClient::Watch { accounts } => {
                if accounts.len() > WATCHED_MAX {
                    return Err(Close::TooLarge);
                }
                self.hub.presence.watch(&self.socket, &accounts);
            }
            FromClient::Resume { cursor, more } => {
                resumes::gather(&mut self.cursor, cursor)?;
                if !more {
                    self.resume()?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.hub.registry.remove(&self.socket);
        self.hub.presence.leave(&self.socket);
    }
}
