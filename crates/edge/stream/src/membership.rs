//! The proof that an account may hear a topic. Only the answer of a member's own operation makes one, and that operation
//! leaves the entry that covers what is delivered from then on.

use std::sync::Arc;

use act::Call;
use base::{ChatId, Context, Result};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    hub::Hub,
    registry::{Socket, TopicKey},
    wire::{Followed, TopicState},
};

/// What the refusal of a chat that one is not in, or not any more, is called.
const CHAT_ABSENT: &str = "messenger.chat_absent";

/// An account is in a chat as of this version of it.
pub(crate) struct Membership {
    state: TopicState,
}

impl Membership {
    pub(crate) const fn chat(&self) -> ChatId {
        self.state.chat
    }

    /// The chat's last change when the membership was read.
    pub(crate) const fn change(&self) -> i64 {
        self.state.change
    }

    pub(crate) const fn version(&self) -> i64 {
        self.state.version
    }

    /// What was said before this number is not shown.
    pub(crate) const fn history_from(&self) -> i64 {
        self.state.history_from
    }

    /// What happened before this change is not replayed.
    pub(crate) const fn changes_from(&self) -> i64 {
        self.state.changes_from
    }
}

/// The chats that the socket's account follows, newest activity first, and whether it is in more than these.
///
/// # Errors
/// What the operation is refused with; a fault.
pub(crate) async fn all(hub: &Hub, socket: &Arc<Socket>) -> Result<(Vec<Membership>, bool)> {
    let Followed { topics, has_more } =
        ask(hub, socket, "messenger.stream.resume", json!({})).await?;
    let memberships = topics.into_iter().map(|state| Membership { state });
    Ok((memberships.collect(), has_more))
}

/// The membership of the socket's account in one chat; `None` when it is not in it.
///
/// # Errors
/// What the operation is refused with; a fault.
pub(crate) async fn of(
    hub: &Hub,
    socket: &Arc<Socket>,
    (_, topic): TopicKey,
) -> Result<Option<Membership>> {
    let chat: ChatId = base::Id::from_bytes(topic);
    let input = json!({ "chat": chat });
    match ask(hub, socket, "messenger.stream.join", input).await {
        Ok(state) => Ok(Some(Membership { state })),
        Err(error)
            if error
                .refusal()
                .is_some_and(|refusal| refusal.code == CHAT_ABSENT) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Runs an operation in the name of the socket's account, from where the socket was opened.
async fn ask<T: DeserializeOwned>(
    hub: &Hub,
    socket: &Arc<Socket>,
    operation: &str,
    input: Value,
) -> Result<T> {
    let call: Call = socket.call.clone();
    let answer = hub.runtime.execute(operation, call, input).await?;
    serde_json::from_slice(&answer.body).context("reading what a member follows")
}

#[cfg(test)]
impl Membership {
    /// As of a version, for tests of what holds memberships.
    pub(crate) const fn made_up(chat: ChatId, change: i64, version: i64) -> Self {
        Self {
            state: TopicState {
                chat,
                change,
                version,
                history_from: 0,
                changes_from: 0,
            },
        }
    }
}
