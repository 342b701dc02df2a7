//! The spine in a house, through the same door as production.

mod jobs;
mod refusals;
mod retention;
mod unnamed;
