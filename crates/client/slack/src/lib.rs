#![doc = include_str!("../README.md")]

mod archive;
mod emoji;
mod export;
mod message;
pub mod text;

pub use archive::Archive;
pub use emoji::emoji_named;
pub use export::{Conversation, Export, Kind, Person, Pin};
pub use message::{Attached, Item, Message, Reaction, Skipped};
