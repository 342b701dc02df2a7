//! What the operator asks of the house at the command line. A server that runs over the data directory is asked through its
//! socket there, since it alone may have the keys; where none runs, the command opens the house itself. Either way
//! [`Desk`] carries it out.

mod call;
mod desk;
mod notes;
mod socket;

use std::{num::NonZeroU8, time::Duration};

use base::{Fault, Kind, Refusal, Result, Secret, TenantId};
use kms::Custodian;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

pub(crate) use call::ask;
pub(crate) use desk::{Desk, OPERATOR, words};
pub(crate) use notes::{Note, Notes, keep_writing};
pub(crate) use socket::{Socket, serve};

/// Bytes of a request, on one line.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an answer, on one line.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a request or an answer may take to cross the socket.
const CROSSED_WITHIN: Duration = Duration::from_secs(10);
/// How long what was asked may take: keys of many organisations are turned in one go.
const DONE_WITHIN: Duration = Duration::from_secs(6 * 3_600);

/// Only the running server can do this.
pub(crate) const SERVER_NEEDED: Refusal = Refusal::new(
    Kind::Conflict,
    "kms.server_needed",
    "The root key is in shares with custodians: start the server here, and have it unsealed.",
);

/// What is asked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// An operation of the operator.
    Operate {
        operation: String,
        input: Value,
    },
    VerifyLog,
    VerifyControl {
        control: String,
    },
    Status,
    Seal,
    /// With the root key file.
    Unseal,
    /// Gives tenants newer keys: one, or all.
    Rotate {
        tenant: Option<TenantId>,
    },
    /// Gives the barrier a newer key.
    RotateBarrier,
    /// Gives a new root key out in shares; under a quorum `authority` are enough of the shares that hold now.
    GiveShares {
        plan: Plan,
        authority: Vec<Word>,
    },
    /// Has the root key that was given out take over.
    TakeOver {
        authority: Vec<Word>,
        given: Vec<Word>,
    },
    EnterShare {
        share: Word,
    },
    ForgetShares,
    ProveShare {
        share: Word,
    },
}

/// Who is to keep the root key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) threshold: NonZeroU8,
    #[serde(rename = "custodian")]
    pub(crate) custodians: Vec<Keeper>,
}

/// A custodian and their role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keeper {
    pub(crate) name: String,
    pub(crate) role: String,
}

impl Keeper {
    pub(crate) fn of(custodian: Custodian) -> Self {
        let Custodian { name, role } = custodian;
        Self { name, role }
    }
}

/// A share as it is written down. It crosses the socket, and is printed by nobody else than who hands it over.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Word(pub(crate) Secret<String>);

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

/// A share for its custodian.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handed {
    pub(crate) custodian: Keeper,
    pub(crate) share: Word,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Done {
    pub(crate) value: Value,
    /// What went wrong beside it: it is said after the value, and the command fails.
    pub(crate) complaint: Option<String>,
    /// New shares, for their custodians.
    pub(crate) shares: Vec<Handed>,
}

impl Done {
    pub(crate) const fn told(value: Value) -> Self {
        Self {
            value,
            complaint: None,
            shares: Vec::new(),
        }
    }

    pub(crate) fn but(mut self, complaint: Option<String>) -> Self {
        self.complaint = complaint;
        self
    }

    /// Ends the command that has printed it.
    ///
    /// # Errors
    /// A fault that says the complaint.
    pub(crate) fn end(self) -> Result<()> {
        match self.complaint {
            Some(complaint) => Err(Fault::new(complaint).into()),
            None => Ok(()),
        }
    }
}

/// An answer as it crosses the socket.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(Done),
    Refused { code: String, title: String },
    Failed { what: String },
}

/// The state of a key store that nobody has begun.
pub(crate) fn no_store() -> Value {
    json!({
        "state": "uninitialised", "seal": null, "quorum": null, "given": null, "custodians": [],
        "keys": { "tenants": 0, "reserved": 0, "used": 0, "destroyed": 0 },
        "tenant_keys": { "oldest_made_at": null, "being_rewrapped": 0 },
    })
}
