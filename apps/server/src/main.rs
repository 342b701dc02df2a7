#![doc = include_str!("../README.md")]

mod api;
mod assets;
mod cli;
mod commands;
mod config;
mod control;
mod controls;
mod front;
mod house;
#[cfg(test)]
mod inventions;
mod keys;
mod logs;
mod numbers;
mod output;
mod prompt;
mod serve;
mod settings;
mod steady;
#[cfg(test)]
mod sweeps;
mod telling;
mod turning;

use std::process::ExitCode;

use base::{Context, Fault};
use clap::{CommandFactory, Parser};
use serde_json::json;

use cli::{Cli, Command};
use config::Config;
use output::Form;

/// Requests allocate much and briefly, on whichever thread picks them up: a small read
/// takes a quarter less processor time with this allocator than with glibc's (ADR 18).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command line that is not understood ends with.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error),
    };
    let form = Form::of(cli.options.json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime");
    match runtime.and_then(|runtime| runtime.block_on(run(cli, form))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            form.complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Help and version are answers; anything else is a complaint, in the form that was asked for.
fn unparsed(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match output::print(&error.to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    Form::of(wants_json).complain_of_usage(&error.to_string());
    ExitCode::from(USAGE)
}

async fn run(cli: Cli, form: Form) -> base::Result<()> {
    match cli.command {
        Command::Completions { shell } => return completions(shell, form),
        Command::Routes { document } => return commands::routes::run(form, document),
        Command::Import {
            command: cli::Import::Slack(flags),
        } => {
            kms::harden_process()?;
            return commands::import::run(&flags, form).await;
        }
        _ => {}
    }
    let config = Config::read(&cli.options)?;
    let level = logs::start(&config.log);
    // Every command from here on may hold keys in memory.
    kms::harden_process()?;
    match cli.command {
        Command::Serve(flags) => {
            let settings = settings::Source {
                options: cli.options,
                level,
            };
            serve::run(config, settings, &flags, form).await
        }
        Command::Kms { command } => commands::kms::run(config, &command, form).await,
        Command::Admin { command } => commands::admin::run(config, &command, form).await,
        Command::Audit { command } => commands::audit::run(config, &command, form).await,
        Command::Controls { command } => commands::controls::run(config, &command, form).await,
        Command::Demo => commands::demo::run(config, form).await,
        Command::Routes { .. } | Command::Completions { .. } | Command::Import { .. } => Ok(()),
    }
}

/// A script for a shell; as JSON it is the value of a member, so that nobody takes it for an answer of another kind.
fn completions(shell: clap_complete::Shell, form: Form) -> base::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bastide", &mut script);
    let script = String::from_utf8(script)
        .map_err(|_| Fault::new("the completion script is not readable"))?;
    let value = json!({ "kind": "script", "shell": shell.to_string(), "script": script });
    form.print(&value, &script)
}
