//! Stories that cross operations.

mod afterwards;
mod cards;
mod chats;
mod kit;
mod limits;
mod managers;
mod members;
mod messages;
mod settings;
mod standing;
mod stream;
mod threads;
