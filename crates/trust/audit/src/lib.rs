#![doc = include_str!("../README.md")]

mod chain;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod draft;
mod log;
mod months;
mod refused;
mod sequencer;
mod store;
mod verify;
mod windows;
mod wire;

#[cfg(test)]
mod tests;

use act::{Kind, Module};

pub use log::{Log, QUEUE_FULL};
pub use store::{MIGRATIONS, STATEMENTS};
pub use verify::Report;

/// The resource that holds the key of a month's entries of one tenant.
pub const MONTH: Kind = Kind("audit.month");

/// The tables and words of the log.
pub fn module() -> Module {
    Module {
        statements: STATEMENTS.to_vec(),
        kinds: &[MONTH],
        refusals: vec![QUEUE_FULL],
        ..Module::new("audit", MIGRATIONS)
    }
}
