//! The product as its users meet it, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::print_stdout,
    unreachable_pub,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and tell their story in one piece"
)]

mod bad_input;
mod ground;
mod kill;
mod nodes;
mod plaintext;
mod routes;
mod sessions;
mod sweeps;
mod talk;
