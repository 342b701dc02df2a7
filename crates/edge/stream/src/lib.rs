#![doc = include_str!("../README.md")]

mod catch_up;
mod hub;
mod registry;
mod topic;
mod watch;
mod wire;
mod words;

pub use hub::{Forget, Hub, Stream};
pub use words::{Words, words};
