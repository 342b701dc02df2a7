//! The commands beside `serve`.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod controls;
pub(crate) mod demo;
mod demo_text;
pub(crate) mod import;
pub(crate) mod kms;
pub(crate) mod routes;
