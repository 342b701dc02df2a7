//! Stories over a real store.

mod model;
mod plain;
mod versions;
