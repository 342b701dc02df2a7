//! From where a client left off to the present.

use std::sync::{Arc, atomic::Ordering};

use base::{ChatId, Fault, Result};
use gate::{Close, TextFrame};

use crate::{
    hub::Hub,
    membership::{self, Membership},
    registry::{Attached, Socket, TopicKey},
    resumes::{Cursor, Resumes},
    topic::{Replayed, Topic},
    wire::ToClient,
};

/// A client that is further behind in one topic reads its state anew instead.
pub(crate) const REPLAY_MAX: i64 = 2_000;
/// How often a membership is read again because the members have changed meanwhile.
const READINGS_MAX: u32 = 4;

/// Goes on from a cursor, and then from what was asked for meanwhile.
pub(crate) async fn resume(
    hub: Arc<Hub>,
    socket: Arc<Socket>,
    resumes: Arc<Resumes>,
    first: Cursor,
) {
    let mut next = Some(first);
    while let Some(cursor) = next {
        if socket.outbound.is_closed() {
            return;
        }
        hub.registry.begin_resume(&socket);
        let resumed = resumed(&hub, &socket, &cursor).await;
        for key in hub.registry.end_resume(&socket) {
            hub.join(&socket, key);
        }
        if let Err(error) = resumed {
            tracing::warn!(%error, "a client could not resume");
            socket.outbound.close(Close::Fault);
            return;
        }
        next = resumes.next();
    }
}

/// Registers the socket with all topics of its account, and replays what it missed of each.
async fn resumed(hub: &Arc<Hub>, socket: &Arc<Socket>, cursor: &Cursor) -> Result<()> {
    // From here on new chats join by themselves; those of before are in the list that is read next.
    socket.has_resumed.store(true, Ordering::Release);
    let (memberships, has_more) = membership::all(hub, socket).await?;
    if has_more {
        socket.send(&TextFrame::new(ToClient::NotAll.text()));
    }
    for membership in memberships {
        let seen = cursor.get(&membership.chat()).copied();
        let begin = match Start::of(seen, membership.change(), membership.changes_from()) {
            Start::From(seen) => Some(seen),
            Start::Present => None,
            Start::Anew => {
                reset(socket, membership.chat());
                None
            }
        };
        if !follow(hub, socket, membership, begin).await? {
            return Ok(());
        }
    }
    socket.send(&TextFrame::new(ToClient::CaughtUp.text()));
    Ok(())
}

/// Where a client goes on in one topic.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// After the change it has seen.
    From(i64),
    /// With what comes next.
    Present,
    /// With the topic's state: it is too far behind, before the account came and history is not theirs, or ahead of a log
    /// that was put back.
    Anew,
}

impl Start {
    fn of(seen: Option<i64>, change: i64, changes_from: i64) -> Self {
        match seen.filter(|seen| *seen >= 0) {
            None => Self::Present,
            Some(seen) if seen > change || change - seen > REPLAY_MAX => Self::Anew,
            Some(seen) if seen + 1 < changes_from => Self::Anew,
            Some(seen) => Self::From(seen),
        }
    }
}

/// Has a live socket listen to one more topic, from now on.
pub(crate) async fn join(hub: Arc<Hub>, socket: Arc<Socket>, key: TopicKey) {
    loop {
        if let Err(error) = joined(&hub, &socket, key).await {
            tracing::warn!(%error, "a client could not join a topic");
            socket.outbound.close(Close::Fault);
        }
        if !hub.registry.end_join(&socket, key) {
            return;
        }
    }
}

async fn joined(hub: &Arc<Hub>, socket: &Arc<Socket>, key: TopicKey) -> Result<()> {
    if let Some(membership) = membership::of(hub, socket, key).await? {
        follow(hub, socket, membership, None).await?;
    }
    Ok(())
}

/// Has the socket listen to a topic and brings it to the present. `false` when the socket has ended meanwhile.
///
/// Between reading the membership and here the members may have changed. What proves less than the topic knows is read
/// again; what proves more has the topic's other listeners checked.
pub(crate) async fn follow(
    hub: &Arc<Hub>,
    socket: &Arc<Socket>,
    mut membership: Membership,
    cursor: Option<i64>,
) -> Result<bool> {
    for _ in 0..READINGS_MAX {
        let topic = match hub.registry.attach(socket, &membership, cursor) {
            Attached::Gone => return Ok(false),
            Attached::Outdated(key) => match membership::of(hub, socket, key).await? {
                Some(newer) => {
                    membership = newer;
                    continue;
                }
                None => return Ok(true),
            },
            Attached::Here(topic) => topic,
        };
        if topic.version() < membership.version() {
            hub.renew_members(&topic).await?;
        }
        hub.wake(&topic, membership.change());
        catch_up(hub, &topic, socket).await?;
        return Ok(!socket.outbound.is_closed());
    }
    Err(Fault::new("the members of a chat change faster than they can be read").into())
}

/// Has the client read the topic's state anew: what happened in between is not replayed.
fn reset(socket: &Socket, topic: ChatId) {
    socket.send(&TextFrame::new(ToClient::Reset { topic }.text()));
}

/// Replays the log to one socket until it is level with the topic, then lets it take what comes. Each page is read together
/// with the version of the members, and handed over only to whoever is still one of them. The log keeps events for a time
/// only: a client that was away for longer reads the state anew.
async fn catch_up(hub: &Arc<Hub>, topic: &Arc<Topic>, socket: &Arc<Socket>) -> Result<()> {
    while let Some(seen) = topic.behind(socket) {
        let (changes, events) = hub.changes(topic.key, seen).await?;
        if changes.version > topic.version() {
            hub.renew_members(topic).await?;
        }
        let next = events
            .first()
            .map_or(changes.change_last + 1, |event| event.change);
        if next > seen + 1 {
            reset(socket, base::Id::from_bytes(topic.key.1));
            topic.caught_up_to(socket, seen, changes.change_last);
            continue;
        }
        let mut after = seen;
        for event in &events {
            if !socket.outbound.room().await {
                return Ok(());
            }
            match topic.replay(socket, after, event, changes.version) {
                Replayed::Yes => after = event.change,
                Replayed::Rewound => break,
                Replayed::No => return Ok(()),
            }
        }
        if events.is_empty() {
            topic.caught_up_to(socket, seen, changes.change_last.max(seen));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_client_goes_on() {
        for (seen, change, from, start) in [
            (None, 7, 0, Start::Present),
            (Some(-1), 7, 0, Start::Present),
            (Some(7), 7, 0, Start::From(7)),
            (Some(0), REPLAY_MAX, 0, Start::From(0)),
            (Some(0), REPLAY_MAX + 1, 0, Start::Anew),
            (Some(8), 7, 0, Start::Anew),
            (Some(4), 7, 5, Start::From(4)),
            (Some(3), 7, 5, Start::Anew),
            (None, 7, 5, Start::Present),
        ] {
            let found = Start::of(seen, change, from);
            assert_eq!(found, start, "{seen:?} of {change} from {from}");
        }
    }
}
