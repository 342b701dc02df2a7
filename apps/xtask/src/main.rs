#![doc = include_str!("../README.md")]

mod api;
mod check;
mod clients;
mod deny;
mod process;
mod services;
mod setup;
mod sources;
mod tidy;

use std::process::ExitCode;

/// Why a command ended badly, in a sentence for whoever ran it.
pub(crate) type Outcome<T = ()> = Result<T, String>;

const USAGE: &str =
    "usage: cargo xtask check | tidy | deny | api | clients | services -- COMMAND… | setup";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["check"] => check::run(),
        ["tidy"] => tidy::run(),
        ["deny"] => deny::run(),
        ["api"] => api::run(),
        ["clients"] => clients::run(),
        ["setup"] => setup::run(),
        ["services", "--", command @ ..] if !command.is_empty() => services::run(command),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
