//! What is told once and kept nowhere: who types, and who is there. It has a subject of its own on the bus, so that however
//! much of it there is, announcements are not pushed out of their inbox.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use base::{AccountId, Result, TenantId, Timestamp};
use bus::{Pattern, Received, Subject};
use bytes::Bytes;
use gate::TextFrame;
use serde::{Deserialize, Serialize};

use crate::{
    hub::Hub,
    presence::Said,
    registry::{Socket, TopicKey},
    wire::ToClient,
};

/// How long a round is: grace, beats and limits are counted in rounds.
const ROUND: Duration = Duration::from_secs(1);
/// How many accounts one message between nodes names at most.
const ACCOUNTS_PER_WORD: usize = 2_000;

pub(crate) fn subject() -> Result<Subject> {
    Subject::new("bastide.fleeting")
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    node: [u8; 16],
    word: Word,
}

/// What one node tells the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Word {
    Typing {
        tenant: TenantId,
        topic: [u8; 16],
        account: AccountId,
    },
    /// Accounts with a socket on the node, each with the time since when. Said of all of them again and again.
    Here {
        tenant: TenantId,
        accounts: Vec<(AccountId, Timestamp)>,
    },
    /// An account has no socket on the node any more.
    Gone {
        tenant: TenantId,
        account: AccountId,
    },
    /// A node that has just come asks who is there.
    Who {},
}

pub(crate) fn encode(node: [u8; 16], word: Word) -> Option<Bytes> {
    serde_json::to_vec(&Envelope { node, word })
        .ok()
        .map(Bytes::from)
}

/// A word of another node; nothing for this node's own and for what cannot be read.
pub(crate) fn decode(own: [u8; 16], payload: &[u8]) -> Option<([u8; 16], Word)> {
    let envelope: Envelope = serde_json::from_slice(payload).ok()?;
    (envelope.node != own).then_some((envelope.node, envelope.word))
}

/// Listens to the other nodes.
pub(crate) async fn start(hub: &Arc<Hub>) -> Result<()> {
    let mut others = hub
        .bus
        .subscribe(Pattern::new(subject()?.as_str())?)
        .await?;
    let there = Arc::downgrade(hub);
    tokio::spawn(async move {
        while let Some(received) = others.receive().await {
            let Some(hub) = there.upgrade() else { return };
            // What was missed is said again.
            if let Received::Message { payload, .. } = received {
                hub.hear_fleeting(&payload);
            }
        }
    });
    hub.publish_fleeting(vec![Word::Who {}]);
    Ok(())
}

/// Has the rounds go by: without them nobody who has gone is told, and nothing is said again.
pub(crate) async fn rounds(hub: Weak<Hub>) {
    loop {
        tokio::time::sleep(ROUND).await;
        let Some(hub) = hub.upgrade() else { return };
        hub.round();
    }
}

impl Hub {
    /// One round: who has gone for good is told, and who is here is said again when it is time.
    pub(crate) fn round(&self) {
        let said = self.presence.round();
        self.publish_fleeting(words_of(said));
    }

    pub(crate) fn arrives(&self, socket: &Arc<Socket>) {
        let now = self.runtime.ports().clock.now();
        let said = self.presence.arrive(socket, now);
        self.publish_fleeting(words_of(said));
    }

    /// Tells the others in a chat that somebody types. Only who follows the chat is heard: the hub holds that membership.
    pub(crate) fn types(&self, socket: &Arc<Socket>, key: TopicKey) {
        let account = socket.member.account;
        let Some(topic) = self
            .registry
            .find_topic(&key)
            .filter(|topic| topic.has(socket))
        else {
            return;
        };
        if !topic.relay_typing(account, self.presence.now()) {
            return;
        }
        let (tenant, topic) = key;
        self.publish_fleeting(vec![Word::Typing {
            tenant,
            topic,
            account,
        }]);
    }

    fn hear_fleeting(&self, payload: &[u8]) {
        let Some((node, word)) = decode(self.node, payload) else {
            return;
        };
        match word {
            Word::Typing {
                tenant,
                topic,
                account,
            } => {
                if let Some(topic) = self.registry.find_topic(&(tenant, topic)) {
                    topic.relay_typing(account, self.presence.now());
                }
            }
            Word::Here { tenant, accounts } => self.presence.hear_here(node, tenant, &accounts),
            Word::Gone { tenant, account } => self.presence.hear_gone(node, (tenant, account)),
            Word::Who {} => self.presence.repeat_soon(),
        }
    }

    fn publish_fleeting(&self, words: Vec<Word>) {
        for word in words {
            if let Some(payload) = encode(self.node, word) {
                self.bus.publish(&self.fleeting, payload);
            }
        }
    }
}

/// The words that say it, of limited length each.
fn words_of(said: Said) -> Vec<Word> {
    let mut by_tenant: HashMap<TenantId, Vec<(AccountId, Timestamp)>> = HashMap::new();
    for ((tenant, account), since) in said.here {
        by_tenant.entry(tenant).or_default().push((account, since));
    }
    let mut words: Vec<Word> = said
        .gone
        .into_iter()
        .map(|(tenant, account)| Word::Gone { tenant, account })
        .collect();
    for (tenant, accounts) in by_tenant {
        let parts = accounts.chunks(ACCOUNTS_PER_WORD);
        words.extend(parts.map(|part| Word::Here {
            tenant,
            accounts: part.to_vec(),
        }));
    }
    words
}

/// The frame that says that somebody types.
pub(crate) fn typing(topic: base::ChatId, account: AccountId) -> TextFrame {
    TextFrame::new(ToClient::Typing { topic, account }.text())
}

#[cfg(test)]
mod tests {
    use base::Id;

    use super::*;

    #[test]
    fn words_cross_to_other_nodes_only() {
        let word = Word::Typing {
            tenant: Id::from_bytes([1; 16]),
            topic: [2; 16],
            account: Id::from_bytes([3; 16]),
        };
        let payload = encode([1; 16], word.clone()).unwrap();
        assert_eq!(decode([2; 16], &payload), Some(([1; 16], word)));
        assert_eq!(decode([1; 16], &payload), None);
        assert_eq!(decode([2; 16], b"{"), None);
    }

    #[test]
    fn many_are_said_in_parts() {
        let here = (0..4_500_u32).map(|number| {
            let mut id = [0; 16];
            id[12..].copy_from_slice(&number.to_be_bytes());
            (
                (Id::from_bytes([1; 16]), Id::from_bytes(id)),
                Timestamp::from_micros(1),
            )
        });
        let said = Said {
            here: here.collect(),
            gone: Vec::new(),
        };
        let words = words_of(said);
        assert_eq!(words.len(), 3);
        for word in words {
            assert!(encode([1; 16], word).unwrap().len() < bus::PAYLOAD_BYTES_MAX);
        }
    }
}
