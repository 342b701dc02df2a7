#![doc = include_str!("../README.md")]

mod catch_up;
mod hub;
mod membership;
mod registry;
mod topic;
mod watch;
mod wire;
mod words;

#[cfg(test)]
mod races;

pub use hub::{Forget, Hub, Stream};
pub use words::{Words, words};
