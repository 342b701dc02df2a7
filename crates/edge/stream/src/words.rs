//! The way of announcements: from acts on this node to the hub, and over the bus to the other nodes.

use std::sync::Arc;

use act::{Announcement, Announcer};
use bus::{Bus, Subject};
use tokio::sync::mpsc;

use crate::wire;

/// How many announcements may wait for the hub. Beyond that they are dropped: the hub's comparison with the log makes good.
const WAITING_MAX: usize = 65_536;

/// What the hub listens to.
pub struct Words {
    pub(crate) heard: mpsc::Receiver<Announcement>,
    pub(crate) subject: Subject,
}

struct Speaker {
    local: mpsc::Sender<Announcement>,
    bus: Arc<dyn Bus>,
    subject: Subject,
    node: [u8; 16],
}

/// The announcer for the runtime, and what the hub gets to hear. `node` tells this node's words from the others'.
///
/// # Errors
/// A fault when the subject's name is not valid.
pub fn words(bus: Arc<dyn Bus>, node: [u8; 16]) -> base::Result<(Arc<dyn Announcer>, Words)> {
    let subject = Subject::new("bastide.announce")?;
    let (local, heard) = mpsc::channel(WAITING_MAX);
    let speaker = Speaker {
        local,
        bus,
        subject: subject.clone(),
        node,
    };
    Ok((Arc::new(speaker), Words { heard, subject }))
}

impl Announcer for Speaker {
    fn announce(&self, announcements: Vec<Announcement>) {
        if let Some(payload) = wire::encode(self.node, &announcements) {
            self.bus.publish(&self.subject, payload);
        }
        for announcement in announcements {
            if self.local.try_send(announcement).is_err() {
                tracing::warn!("the stream does not keep up with announcements");
                return;
            }
        }
    }
}
