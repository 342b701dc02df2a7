#![doc = include_str!("../README.md")]

mod act;
mod answer;
mod caller;
mod content;
mod cursor;
mod event;
mod heavy;
mod jobs;
mod module;
mod operation;
mod permit;
mod ports;
mod refusals;
mod resource;
pub mod retention;
mod runtime;
mod sealed;
mod store;
mod throttle;
mod unnamed;

pub use act::{Act, Cell};
pub use answer::{Answer, Number};
pub use caller::{Call, Caller, Member, Role};
pub use cipher::Field;
pub use content::{
    ByteStream, Content, ContentKey, Live, PartPlace, Parts, Shown, Source, StoredPart,
};
pub use db::{FromValue, IntoValue, Params, Plain, Row, Series, Statement, Value, params, plain};
pub use db::{Migration, MigrationSet};
pub use event::{Announcement, Event, EventName, StoredEvent};
pub use heavy::Heavy;
pub use module::{Binding, Module, Reconciler, Run, With};
pub use operation::{
    Access as Audience, Action, Audit, Carrier, Method, Mode, Operation, Repetition, Replay,
};
pub use permit::Permit;
pub use ports::{
    Access, Announcer, Blobs, Brought, Card, Decision, Directory, Facts, FreshKey, Outcome,
    Purpose, Push, PushKeys, PushMessage, Question, Recorder, Scanner, StoredBlob, Vault, Verdict,
};
pub use refusals::{
    ABSENT, CONTENDED, CURSOR_INVALID, IDEMPOTENCY_REUSED, INPUT_INVALID, NOT_PERMITTED,
    NOT_SIGNED_IN, SEALED, TOO_MANY, all as refusals,
};
pub use resource::{Kind, Relation, Resource, ResourceRef};
pub use retention::module;
pub use runtime::{Ports, Runtime};
pub use sealed::{Place, Sealed};
pub use store::{MIGRATIONS, STATEMENTS};
pub use throttle::{Against, Limit, Throttle};
pub use unnamed::{GRACE as BLOB_GRACE, Removed};
