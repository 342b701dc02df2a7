//! The spine in a house, through the same door as production.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod jobs;
mod refusals;
mod retention;
mod spanning;
mod unnamed;
