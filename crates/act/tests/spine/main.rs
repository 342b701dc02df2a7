//! The spine in a house, through the same door as production.

mod jobs;
mod retention;
mod unnamed;
