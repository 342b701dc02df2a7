#![doc = include_str!("../README.md")]

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod directory;
mod inside;
mod invited;
mod mail;
mod model;
mod newcomer;
pub mod ops;
mod password;
mod picture;
mod postman;
mod proof;
mod qr;
pub mod refusals;
mod reset;
mod rules;
mod sessions;
mod settings;
mod smtp;
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
pub use postman::{Mailer, Postman, Round};
pub use sessions::Sessions;
pub use settings::{DevelopmentSeal, Settings};
pub use smtp::{Smtp, SmtpSecurity, SmtpSettings};
pub use store::STATEMENTS;
