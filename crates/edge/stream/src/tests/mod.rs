//! The stream over a house whose chats live in memory: every step of a catch-up can be arranged.

mod catching_up;
mod crowds;
mod delivery;
mod fleeting;
mod kit;
mod newcomers;
mod races;
