//! Stories that cross operations.

mod afterwards;
mod brought;
mod cards;
mod chats;
mod doors;
mod exports;
mod files;
mod imports;
mod kit;
mod limits;
mod managers;
mod members;
mod messages;
mod page_of_limits;
mod push;
mod quiet;
mod retention;
mod settings;
mod standing;
mod stream;
mod threads;
