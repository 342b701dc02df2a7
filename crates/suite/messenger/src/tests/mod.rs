//! Stories that cross operations.

mod afterwards;
mod cards;
mod chats;
mod kit;
mod limits;
mod members;
mod messages;
mod standing;
mod stream;
mod threads;
