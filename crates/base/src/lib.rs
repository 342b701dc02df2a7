#![doc = include_str!("../README.md")]

mod environment;
mod error;
mod id;
mod secret;
mod time;

pub use environment::{Clock, Entropy, SystemClock, SystemEntropy};
pub use error::{Context, Error, Fault, Kind, Refusal, RefusalAnswer, Result};
pub use id::{
    AccountId, AvatarId, BlobId, CellId, ChatId, ContentId, EntryId, EventId, FileId, GrantId, Hex,
    Id, IdKind, InvitationId, JobId, KeyId, MessageId, ParseIdError, PersonId, RequestId,
    SessionId, TenantId, kinds,
};
pub use secret::Secret;
pub use time::Timestamp;
