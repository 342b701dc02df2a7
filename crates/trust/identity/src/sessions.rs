//! Who comes with a token: what the gate asks at the beginning of each request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use act::{Member, Role, Runtime};
use base::{Fault, Result, SessionId, Timestamp};

use crate::{inside, ops, rules, token, wire};

/// In whose name the operations of the system run.
const PART: &str = "sessions";
/// A session that has ended, changed its account or lost its role elsewhere is noticed after so long at the latest.
const KEPT: Duration = Duration::from_secs(5);
/// The most sessions kept; beyond that the outdated ones go, and then all.
const KEPT_MAX: usize = 20_000;
/// No token that was handed out is longer; others are not even hashed.
const TOKEN_BYTES_MAX: usize = 128;

/// The sessions that this node has seen lately. Tokens stand in it as hashes only.
pub struct Sessions {
    runtime: Arc<Runtime>,
    known: Mutex<HashMap<[u8; 32], Known>>,
}

struct Known {
    member: Member,
    until: Timestamp,
}

impl Sessions {
    pub fn new(runtime: Arc<Runtime>) -> Self {
        Self {
            runtime,
            known: Mutex::default(),
        }
    }

    /// Who is signed in by this token; `None` when nobody is.
    ///
    /// # Errors
    /// A fault when the database cannot be read.
    pub async fn caller(&self, token: &str) -> Result<Option<Member>> {
        if token.is_empty() || token.len() > TOKEN_BYTES_MAX {
            return Ok(None);
        }
        let hash = token::hash(token);
        let now = self.runtime.ports().clock.now();
        if let Some(member) = self.known(&hash, now)? {
            return Ok(Some(member));
        }
        let input = wire::ResolveSession { token_hash: hash };
        let resolution: wire::Resolution =
            inside::execute(&self.runtime, PART, ops::RESOLVE, &input).await?;
        let Some(session) = resolution.session else {
            return Ok(None);
        };
        if now.since(session.seen_at) >= rules::SEEN_EVERY {
            let touch = wire::TouchSession {
                session: session.session,
            };
            // That a session is in use is noted when it can be: on a full disk people go on reading.
            drop(inside::execute::<wire::Done>(&self.runtime, PART, ops::TOUCH, &touch).await);
        }
        let member = Member {
            tenant: session.tenant,
            account: session.account,
            person: session.person,
            session: session.session,
            role: Role::from(session.role),
        };
        self.keep(hash, member, now)?;
        Ok(Some(member))
    }

    /// Forgets a session at once: for when a node hears that it has ended or acts as another account.
    pub fn forget(&self, session: SessionId) {
        if let Ok(mut known) = self.known.lock() {
            known.retain(|_, known| known.member.session != session);
        }
    }

    fn known(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Member>> {
        let known = self.lock()?;
        let known = known.get(hash).filter(|known| now < known.until);
        Ok(known.map(|known| known.member))
    }

    fn keep(&self, hash: [u8; 32], member: Member, now: Timestamp) -> Result<()> {
        let mut known = self.lock()?;
        if known.len() >= KEPT_MAX {
            known.retain(|_, known| now < known.until);
        }
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(
            hash,
            Known {
                member,
                until: now.after(KEPT),
            },
        );
        Ok(())
    }

    fn lock(&self) -> Result<std::sync::MutexGuard<'_, HashMap<[u8; 32], Known>>> {
        self.known
            .lock()
            .map_err(|_| Fault::new("the known sessions are poisoned").into())
    }
}
