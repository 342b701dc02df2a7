#![doc = include_str!("../README.md")]

mod assets;
mod cli;
mod commands;
mod config;
mod front;
mod house;
#[cfg(test)]
mod inventions;
mod logs;
mod output;
mod serve;
mod steady;
#[cfg(test)]
mod sweeps;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use config::Config;
use output::Form;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a command says why it failed where its caller looks"
)]
fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("bastide: {error}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> base::Result<()> {
    let form = Form::of(cli.options.json);
    if let Command::Completions { shell } = cli.command {
        clap_complete::generate(
            shell,
            &mut Cli::command(),
            "bastide",
            &mut std::io::stdout(),
        );
        return Ok(());
    }
    if let Command::Routes { document } = cli.command {
        return commands::routes::run(form, document);
    }
    let config = Config::read(&cli.options)?;
    logs::start(&config.log);
    match cli.command {
        Command::Serve(flags) => serve::run(config, &flags).await,
        Command::Kms { command } => commands::kms::run(&config, &command, form).await,
        Command::Admin { command } => commands::admin::run(config, &command, form).await,
        Command::Audit { command } => commands::audit::run(config, &command, form).await,
        Command::Demo => commands::demo::run(config, form).await,
        Command::Routes { .. } | Command::Completions { .. } => Ok(()),
    }
}
