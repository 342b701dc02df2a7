//! Browsers are told of messages while nobody looks, by whatever the operator has for it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use act::{Brought, Push, PushKeys, PushMessage, Runtime};
use base::{AccountId, ChatId, Context, Result, SessionId, TenantId};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    ops::{due_push, push_behind, push_held, push_tenants, settle_push},
    rules::{self, CHAT_ABSENT},
    wire,
};

/// Messages on their way to push services at once.
const AT_ONCE: usize = 16;
/// For how long a service keeps a message for a browser that is away.
const KEPT: Duration = Duration::from_secs(86_400);

/// Brings what is to be told to the push services. Any node may, of any chat; two that do at once tell the same thing twice, which
/// a browser shows once.
pub struct Courier {
    runtime: Arc<Runtime>,
    push: Arc<dyn Push>,
}

/// A chat of which browsers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OfChat {
    pub tenant: TenantId,
    pub chat: ChatId,
}

/// Whether those whose push service takes nothing are told in a later round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    More,
    Last,
}

/// What came of telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Telling {
    pub told: u32,
    /// Browsers whose push service took nothing: they are told in a later round.
    pub waiting: u32,
}

/// Answer of `identity.session.live`.
#[derive(Deserialize)]
struct Live {
    live: Vec<LiveSession>,
}

#[derive(Deserialize)]
struct LiveSession {
    session: SessionId,
    account: AccountId,
}

/// How one browser was told.
enum Fate {
    Told,
    Gone,
    Waiting,
}

impl Courier {
    pub fn new(runtime: Arc<Runtime>, push: Arc<dyn Push>) -> Self {
        Self { runtime, push }
    }

    /// Tells the browsers of a chat's members what is new to them, as things stand now. While services are away the chat stays
    /// untold, and who was told already is told again, until the last turn.
    ///
    /// # Errors
    /// A fault when the database cannot be read or written.
    pub async fn tell(&self, of: OfChat, turn: Turn) -> Result<Telling> {
        let mut telling = Telling::default();
        let mut gone = Vec::new();
        let mut reached = None;
        let mut after = None;
        loop {
            let input = json!({ "chat": of.chat, "after": after });
            let due: wire::PushDue = match self.ask(of.tenant, due_push::OP.name, input).await {
                Err(error) if error.is(&CHAT_ABSENT) => return Ok(telling),
                due => due?,
            };
            // Later pages may see more than the first: what they all have seen is told.
            reached = match (reached, due.through) {
                (None, through) => through,
                (Some(first), _) => Some(first),
            };
            let next = due.next;
            self.bring_all(due.letters, &mut telling, &mut gone).await?;
            match next {
                Some(place) => after = Some(place),
                None => break,
            }
        }
        let is_settled = telling.waiting == 0 || turn == Turn::Last;
        let through = reached.filter(|_| is_settled);
        if through.is_some() || !gone.is_empty() {
            self.settle(of.tenant, Some(of.chat), through, &gone)
                .await?;
        }
        Ok(telling)
    }

    async fn bring_all(
        &self,
        letters: Vec<wire::PushLetter>,
        telling: &mut Telling,
        gone: &mut Vec<wire::PushPlace>,
    ) -> Result<()> {
        if letters.is_empty() {
            return Ok(());
        }
        let sessions: Vec<SessionId> = letters.iter().map(|letter| letter.place.session).collect();
        let standing = self.standing(&sessions).await?;
        let mut to_bring = Vec::with_capacity(letters.len());
        for letter in letters {
            match standing.get(&letter.place.session) {
                None => gone.push(letter.place),
                // The session acts for another account now, which has a place of its own.
                Some(account) if *account != letter.place.account => {}
                Some(_) => to_bring.push(letter),
            }
        }
        let mut fates = stream::iter(to_bring)
            .map(|letter| async move { (letter.place, self.bring(letter).await) })
            .buffer_unordered(AT_ONCE);
        while let Some((place, fate)) = fates.next().await {
            match fate? {
                Fate::Told => telling.told += 1,
                Fate::Waiting => telling.waiting += 1,
                Fate::Gone => gone.push(place),
            }
        }
        Ok(())
    }

    async fn bring(&self, letter: wire::PushLetter) -> Result<Fate> {
        let keys = PushKeys {
            endpoint: letter.endpoint,
            p256dh: letter.p256dh,
            auth: letter.auth,
        };
        let message = PushMessage {
            content: serde_json::to_vec(&letter.content).context("writing a push message")?,
            topic: letter.content.chat.to_bytes(),
            keep: KEPT,
            is_urgent: letter.is_urgent,
        };
        match self.push.bring(&keys, &message).await {
            Ok(Brought::Taken) => Ok(Fate::Told),
            Ok(Brought::Gone) => Ok(Fate::Gone),
            Ok(Brought::Refused) => {
                tracing::warn!("a push service does not take a message");
                Ok(Fate::Told)
            }
            Err(error) => {
                tracing::debug!(%error, "a push service took nothing");
                Ok(Fate::Waiting)
            }
        }
    }

    /// The organisations that have browsers to tell: of others nothing need be heard.
    ///
    /// # Errors
    /// A fault when the database cannot be read.
    pub async fn tenants(&self) -> Result<Vec<TenantId>> {
        let answer: wire::PushTenants = self
            .ask(TenantId::NIL, push_tenants::OP.name, json!({}))
            .await?;
        Ok(answer.tenants)
    }

    /// Chats of which somebody should have been told, and was not: their node has gone, or heard too much at once.
    ///
    /// # Errors
    /// A fault when the database cannot be read.
    pub async fn behind(&self) -> Result<Vec<OfChat>> {
        let answer: wire::PushBehind = self
            .ask(TenantId::NIL, push_behind::OP.name, json!({}))
            .await?;
        let of = |of: wire::OfTenant| OfChat {
            tenant: of.tenant,
            chat: of.chat,
        };
        Ok(answer.chats.into_iter().map(of).collect())
    }

    /// Forgets the browsers of sessions that have ended.
    ///
    /// # Errors
    /// A fault when the database cannot be read or written.
    pub async fn forget_ended(&self) -> Result<()> {
        let mut after: Option<wire::HeldPush> = None;
        loop {
            let held: wire::HeldPushes = self
                .ask(TenantId::NIL, push_held::OP.name, json!({ "after": after }))
                .await?;
            let Some(last) = held.places.last().copied() else {
                return Ok(());
            };
            let sessions: Vec<SessionId> = held.places.iter().map(|place| place.session).collect();
            let standing = self.standing(&sessions).await?;
            let mut ended: HashMap<TenantId, Vec<wire::PushPlace>> = HashMap::new();
            for place in held.places {
                if !standing.contains_key(&place.session) {
                    let wire::HeldPush {
                        tenant,
                        account,
                        session,
                    } = place;
                    let places = ended.entry(tenant).or_default();
                    places.push(wire::PushPlace { account, session });
                }
            }
            for (tenant, gone) in ended {
                self.settle(tenant, None, None, &gone).await?;
            }
            after = Some(last);
        }
    }

    /// The account that each of these sessions acts for now, of those that still stand.
    async fn standing(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, AccountId>> {
        let input = json!({ "sessions": sessions });
        let live: Live = self
            .ask(TenantId::NIL, "identity.session.live", input)
            .await?;
        Ok(live
            .live
            .into_iter()
            .map(|one| (one.session, one.account))
            .collect())
    }

    async fn settle(
        &self,
        tenant: TenantId,
        chat: Option<ChatId>,
        through: Option<i64>,
        gone: &[wire::PushPlace],
    ) -> Result<()> {
        // A round with many browsers that are gone forgets the others in the next one.
        let gone = gone.get(..rules::GONE_MAX).unwrap_or(gone);
        let input = json!({ "chat": chat, "through": through, "gone": gone });
        let _: Value = self.ask(tenant, settle_push::OP.name, input).await?;
        Ok(())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        tenant: TenantId,
        operation: &str,
        input: Value,
    ) -> Result<T> {
        self.runtime
            .ask_as("courier", tenant, operation, input)
            .await
    }
}
