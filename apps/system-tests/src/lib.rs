#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's tools fail loudly"
)]

mod client;
mod key_service;
mod people;
mod server;
mod socket;

pub use client::{Client, Connection, Reply};
pub use key_service::KeyService;
pub use people::{Organisation, PASSWORD, Person};
pub use server::{Server, ServerOptions, binary, feed_command, run_command, try_command};
pub use socket::Socket;
