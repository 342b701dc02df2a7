#![doc = include_str!("../README.md")]

mod archive;
mod emoji;
mod export;
mod files;
mod message;
pub mod text;

pub use archive::Archive;
pub use emoji::emoji_named;
pub use export::{Carrying, Conversation, Export, Kind, Person, Pin, Telling};
pub use files::{Carried, Unfit, read_part};
pub use message::{Attached, Item, Message, Reaction, Skipped};
