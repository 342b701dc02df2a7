//! The product as its users meet it, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::print_stdout,
    unreachable_pub,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and tell their story in one piece"
)]

mod afterwards;
mod arrive;
mod attached;
mod bad_input;
mod commands;
mod controls;
mod doors;
mod export;
mod files;
mod flood;
mod ground;
mod hearing;
mod http2;
mod key_service;
mod kill;
mod kill_mix;
mod letters;
mod nats;
mod nodes;
mod own_export;
mod picture;
mod plaintext;
mod planted;
mod push_service;
mod routes;
mod sealed;
mod sessions;
mod slow_input;
mod sweeps;
mod talk;
mod terminal;
mod told;
