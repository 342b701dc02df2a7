//! Stories over a real store.

mod entries;
