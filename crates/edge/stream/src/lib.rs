#![doc = include_str!("../README.md")]

mod catch_up;
mod fleeting;
mod hub;
mod membership;
mod presence;
mod registry;
mod resumes;
mod topic;
mod watch;
mod wire;
mod words;

#[cfg(test)]
mod tests;

pub use hub::{Forget, Hub, Stream};
pub use registry::SocketShares;
pub use words::{Words, words};
