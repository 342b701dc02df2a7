#![doc = include_str!("../README.md")]

mod ops;
mod store;
#[cfg(test)]
mod tests;
pub mod wire;

use std::time::Duration;

use act::{Field, Migration, MigrationSet, Module};
use base::Refusal;

pub use ops::{keep_place, list_findings, read_place, record_finding};

/// For how long findings are kept: a year, and what lies between two reviews.
pub(crate) const KEPT: Duration = Duration::from_secs(400 * 86_400);
/// Characters of a control's number, and of a link's name.
pub(crate) const NAME_CHARS_MAX: usize = 40;
/// Links of a probe.
pub(crate) const LINKS_MAX: usize = 20;
/// Characters of what is said of a link, and of a place.
pub(crate) const TEXT_CHARS_MAX: usize = 4_000;

pub(crate) const PLACE: Field = Field {
    label: 161,
    name: "controls.place.place",
};
pub(crate) const LINKS: Field = Field {
    label: 162,
    name: "controls.finding.links",
};

pub(crate) const FINDING_INVALID: Refusal = Refusal::invalid(
    "controls.finding_invalid",
    "A finding names its control and has 1 to 20 links with short names and words.",
);

/// The schema of this domain.
pub const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "controls",
    migrations: &[Migration {
        name: "0001_controls",
        sql: include_str!("../migrations/0001_controls.sql"),
    }],
};

/// Everything this domain brings.
pub fn module() -> Module {
    let mut module = Module::new("controls", MIGRATIONS)
        .with(&read_place::OP, read_place::run)
        .with(&keep_place::OP, keep_place::run)
        .with(&record_finding::OP, record_finding::run)
        .with(&list_findings::OP, list_findings::run);
    module.statements = store::STATEMENTS.to_vec();
    module.refusals = vec![FINDING_INVALID];
    module
}
