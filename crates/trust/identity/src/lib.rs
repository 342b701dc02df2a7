#![doc = include_str!("../README.md")]

mod directory;
mod invited;
mod model;
mod newcomer;
mod ops;
mod password;
mod proof;
mod refusals;
mod rules;
mod sessions;
mod settings;
mod standing;
mod store;
mod token;
mod totp;
mod views;
pub mod wire;

#[cfg(test)]
mod tests;

pub use directory::Cards;
pub use model::{DIRECTORY, PERSON};
pub use ops::module;
pub use sessions::Sessions;
pub use settings::Settings;
pub use store::STATEMENTS;
