//! Stories that cross operations.

mod chats;
mod kit;
mod limits;
mod members;
mod messages;
mod standing;
mod stream;
