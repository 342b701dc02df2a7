//! From where a client left off to the present.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use base::{ChatId, Result};
use gate::{Close, TextFrame};
use serde_json::json;

use crate::{
    hub::Hub,
    registry::{Socket, TopicKey},
    topic::Topic,
    wire::{ToClient, TopicState, Topics},
};

/// A client that is further behind in one topic reads its state anew instead.
const REPLAY_MAX: i64 = 2_000;

/// Goes on from a cursor: registers the socket with all topics of its account, then replays what it missed.
pub(crate) async fn resume(hub: Arc<Hub>, socket: Arc<Socket>, cursor: HashMap<ChatId, i64>) {
    if let Err(error) = resumed(&hub, &socket, &cursor).await {
        tracing::warn!(%error, "a client could not resume");
        socket.outbound.close(Close::Fault);
    }
}

async fn resumed(
    hub: &Arc<Hub>,
    socket: &Arc<Socket>,
    cursor: &HashMap<ChatId, i64>,
) -> Result<()> {
    // From here on new chats join by themselves; those of before are in the list that is read next.
    socket.has_resumed.store(true, Ordering::Release);
    let member = socket.member;
    let input = json!({ "account": member.account });
    let Topics { topics } = hub
        .ask(member.tenant, "messenger.account.topics", input)
        .await?;
    for state in topics {
        let seen = cursor
            .get(&state.chat)
            .copied()
            .filter(|seen| (0..=state.change).contains(seen));
        let begin = match seen {
            Some(seen) if state.change - seen > REPLAY_MAX => {
                socket.send(&TextFrame::new(
                    ToClient::Reset { topic: state.chat }.text(),
                ));
                state.change
            }
            Some(seen) => seen,
            None => state.change,
        };
        let topic = take_in(hub, socket, &state, begin);
        catch_up(hub, &topic, socket).await?;
    }
    socket.send(&TextFrame::new(ToClient::CaughtUp.text()));
    Ok(())
}

/// Has a live socket listen to one more topic.
pub(crate) async fn join(hub: Arc<Hub>, socket: Arc<Socket>, key: TopicKey) {
    let member = socket.member;
    let input = json!({ "account": member.account });
    let joined = match hub
        .ask::<Topics>(member.tenant, "messenger.account.topics", input)
        .await
    {
        Ok(Topics { topics }) => match topics
            .into_iter()
            .find(|state| state.chat.to_bytes() == key.1)
        {
            Some(state) => {
                catch_up(&hub, &take_in(&hub, &socket, &state, state.change), &socket).await
            }
            None => Ok(()),
        },
        Err(error) => Err(error),
    };
    if let Err(error) = joined {
        tracing::warn!(%error, "a client could not join a topic");
        socket.outbound.close(Close::Fault);
    }
}

fn take_in(hub: &Arc<Hub>, socket: &Arc<Socket>, state: &TopicState, seen: i64) -> Arc<Topic> {
    let topic = hub
        .registry
        .topic((socket.member.tenant, state.chat.to_bytes()));
    topic.learn(state.change, state.version);
    topic.attach(socket, seen);
    hub.wake(&topic, state.change);
    topic
}

/// Replays the log to one socket until it is level with the topic, then lets it take what comes.
async fn catch_up(hub: &Arc<Hub>, topic: &Arc<Topic>, socket: &Arc<Socket>) -> Result<()> {
    while let Some(seen) = topic.behind(socket) {
        let (changes, events) = hub.changes(topic.key, seen).await?;
        for event in &events {
            if !socket.outbound.room().await {
                return Ok(());
            }
            socket.send(&event.frame);
            topic.caught_up_to(socket, event.change);
        }
        if events.is_empty() {
            topic.caught_up_to(socket, changes.change_last.max(seen));
        }
    }
    Ok(())
}
