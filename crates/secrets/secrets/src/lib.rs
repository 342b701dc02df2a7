#![doc = include_str!("../README.md")]

mod audit;
mod call;
mod core;
mod doing;
mod guard;
mod keeping;
mod kept;
mod leading;
mod mounts;
mod open;
mod revoking;
mod sealing;
mod shape;
mod sys;
#[cfg(test)]
mod tests;
mod tokens;
mod wire;
mod wrapping;

pub use call::{Answer, Call, Method};
pub use core::Core;
pub use keeping::Keeping;
pub use sealing::{Barrier, Keeper, Piece, State};
pub use wire::{BODY_BYTES_MAX, Face};
