//! What travels: announcements between nodes, frames to and from clients, and the system operations' answers.

use std::collections::HashMap;

use act::Announcement;
use base::{AccountId, ChatId, SessionId, TenantId, Timestamp};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Announcements of one act as the bus carries them: ids and numbers only.
#[derive(Serialize, Deserialize)]
struct Envelope {
    node: [u8; 16],
    words: Vec<Word>,
}

#[derive(Serialize, Deserialize)]
enum Word {
    Changed {
        tenant: TenantId,
        topic: [u8; 16],
        change: i64,
    },
    Notice {
        tenant: TenantId,
        account: AccountId,
        notice: String,
        topic: Option<[u8; 16]>,
        number: Option<i64>,
    },
    SessionEnded {
        session: SessionId,
    },
}

pub(crate) fn encode(node: [u8; 16], announcements: &[Announcement]) -> Option<Bytes> {
    let words = announcements
        .iter()
        .map(|announcement| match announcement {
            Announcement::Changed {
                tenant,
                topic,
                change,
            } => Word::Changed {
                tenant: *tenant,
                topic: *topic,
                change: *change,
            },
            Announcement::Notice {
                tenant,
                account,
                notice,
                topic,
                number,
            } => Word::Notice {
                tenant: *tenant,
                account: *account,
                notice: (*notice).to_owned(),
                topic: *topic,
                number: *number,
            },
            Announcement::SessionEnded { session } => Word::SessionEnded { session: *session },
        })
        .collect();
    serde_json::to_vec(&Envelope { node, words })
        .ok()
        .map(Bytes::from)
}

/// The announcements of another node; nothing for this node's own and for what cannot be read. Of the notices only those
/// that the modules declare reach clients.
pub(crate) fn decode(own: [u8; 16], payload: &[u8], notices: &[&'static str]) -> Vec<Announcement> {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(payload) else {
        return Vec::new();
    };
    if envelope.node == own {
        return Vec::new();
    }
    let known = |name: &str| notices.iter().find(|known| **known == name).copied();
    envelope
        .words
        .into_iter()
        .filter_map(|word| match word {
            Word::Changed {
                tenant,
                topic,
                change,
            } => Some(Announcement::Changed {
                tenant,
                topic,
                change,
            }),
            Word::Notice {
                tenant,
                account,
                notice,
                topic,
                number,
            } => known(&notice).map(|notice| Announcement::Notice {
                tenant,
                account,
                notice,
                topic,
                number,
            }),
            Word::SessionEnded { session } => Some(Announcement::SessionEnded { session }),
        })
        .collect()
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FromClient {
    /// The last change seen of each topic. Topics left out begin with the present, or go on as they do. A long cursor
    /// comes in several frames; all but the last say that there is `more`.
    Resume {
        cursor: HashMap<ChatId, i64>,
        #[serde(default)]
        more: bool,
    },
    Ping {},
    /// One types in a chat: the others who follow it are told, if there is room.
    Typing {
        chat: ChatId,
    },
    /// Whose comings and goings one wants to hear of from now on, in the place of those before.
    Watch {
        accounts: Vec<AccountId>,
    },
}

/// What is said to a client beside events.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToClient {
    Ready {
        session: SessionId,
        heartbeat_s: u32,
    },
    Reset {
        topic: ChatId,
    },
    /// Stands for an event about something that was said before the client's account came.
    #[serde(rename = "event")]
    Hidden {
        topic: ChatId,
        change: i64,
        event: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The account is in more chats than a socket follows: those in which nothing was said for longest are left out.
    NotAll,
    CaughtUp,
    Pong,
    /// Somebody types in a chat just now.
    Typing {
        topic: ChatId,
        account: AccountId,
    },
    /// Whether somebody is there, and since when.
    Presence {
        account: AccountId,
        state: State,
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    Notice {
        notice: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        chat: Option<ChatId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        number: Option<i64>,
    },
}

/// Whether an account has a socket.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Online,
    Offline,
}

impl ToClient {
    pub(crate) fn text(&self) -> String {
        // These hold ids and numbers; writing them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Answer of `messenger.stream.resume`.
#[derive(Deserialize)]
pub(crate) struct Followed {
    pub(crate) topics: Vec<TopicState>,
    pub(crate) has_more: bool,
}

/// Answer of `messenger.chat.states`.
#[derive(Deserialize)]
pub(crate) struct Topics {
    pub(crate) topics: Vec<TopicState>,
}

/// Where a topic stands; also the answer of `messenger.stream.join`.
#[derive(Deserialize)]
pub(crate) struct TopicState {
    pub(crate) chat: ChatId,
    pub(crate) change: i64,
    pub(crate) version: i64,
    /// Of a member who does not read from the beginning: what was said before this number is not shown to them,
    #[serde(default)]
    pub(crate) history_from: i64,
    /// and what happened before this change is not replayed.
    #[serde(default)]
    pub(crate) changes_from: i64,
}

/// Answer of `messenger.chat.changes`.
#[derive(Deserialize)]
pub(crate) struct Changes {
    pub(crate) version: i64,
    pub(crate) change_last: i64,
    pub(crate) frames: Vec<Box<RawValue>>,
}

/// What the stream reads of an event: its place, and what it shows.
#[derive(Deserialize)]
pub(crate) struct FrameNumber {
    pub(crate) change: i64,
    #[serde(default)]
    pub(crate) message: Option<Shown>,
    #[serde(default)]
    pub(crate) at: Option<Timestamp>,
}

/// A message in an event, and one that is shown with it.
#[derive(Deserialize)]
pub(crate) struct Shown {
    pub(crate) number: i64,
    #[serde(default)]
    pub(crate) quote: Option<Quoted>,
}

#[derive(Deserialize)]
pub(crate) struct Quoted {
    pub(crate) number: i64,
}

/// Answer of `messenger.chat.audience`.
#[derive(Deserialize)]
pub(crate) struct Audience {
    pub(crate) version: i64,
    pub(crate) accounts: Vec<AccountId>,
    /// Those of them who do not read from the beginning.
    #[serde(default)]
    pub(crate) newcomers: Vec<Newcomer>,
}

/// A member who reads from a number on.
#[derive(Deserialize)]
pub(crate) struct Newcomer {
    pub(crate) account: AccountId,
    pub(crate) history_from: i64,
}

/// Answer of `identity.session.live`.
#[derive(Deserialize)]
pub(crate) struct Live {
    pub(crate) live: Vec<LiveSession>,
}

/// A session that stands, and the account as which it acts.
#[derive(Deserialize)]
pub(crate) struct LiveSession {
    pub(crate) session: SessionId,
    pub(crate) account: AccountId,
}

#[cfg(test)]
mod tests {
    use base::Id;

    use super::*;

    #[test]
    fn declared_notices_cross_and_others_do_not() {
        let notice = |notice| Announcement::Notice {
            tenant: Id::from_bytes([1; 16]),
            account: Id::from_bytes([2; 16]),
            notice,
            topic: None,
            number: Some(4),
        };
        let payload = encode([1; 16], &[notice("one"), notice("two")]).unwrap();
        assert_eq!(decode([2; 16], &payload, &["two"]), [notice("two")]);
    }

    #[test]
    fn announcements_cross_to_other_nodes_only() {
        let all = vec![
            Announcement::Changed {
                tenant: Id::from_bytes([1; 16]),
                topic: [2; 16],
                change: 7,
            },
            Announcement::SessionEnded {
                session: Id::from_bytes([3; 16]),
            },
        ];
        let payload = encode([1; 16], &all).unwrap();
        assert_eq!(decode([2; 16], &payload, &[]), all);
        assert_eq!(decode([1; 16], &payload, &[]), []);
        assert_eq!(decode([2; 16], b"{", &[]), []);
    }
}
