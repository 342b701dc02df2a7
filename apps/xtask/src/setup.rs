//! Installs what a bare Debian machine lacks for `check`. What is there is left as it is.

use std::path::Path;

use crate::{
    Outcome, api, clients, process,
    services::{install_s3, postgres_programs},
};

pub(crate) fn run() -> Outcome {
    let missing: Vec<&str> = [
        ("postgresql", postgres_programs().is_some()),
        (
            "nats-server",
            process::find_program("nats-server").is_some(),
        ),
        ("clamav-daemon", Path::new("/usr/sbin/clamd").is_file()),
        ("unzip", process::find_program("unzip").is_some()),
        ("chromium", process::find_program("chromium").is_some()),
        // Brings Python itself along.
        ("python3-venv", api::has_python()),
    ]
    .into_iter()
    .filter_map(|(package, is_there)| (!is_there).then_some(package))
    .collect();
    if !missing.is_empty() {
        install_packages(&missing)?;
    }
    if process::find_program("cargo-nextest").is_none() && !is_cargo_command("nextest") {
        process::run(process::cargo().args(["install", "cargo-nextest", "--locked"]))?;
    }
    api::install()?;
    clients::install()?;
    install_s3().map(drop)
}

fn install_packages(packages: &[&str]) -> Outcome {
    if process::find_program("apt-get").is_none() {
        return Err(format!("please install {}", packages.join(", ")));
    }
    let as_root = |arguments: &[&str]| {
        let mut command = if process::is_root() {
            process::command("env")
        } else {
            let mut sudo = process::command("sudo");
            // Asks nobody: without the right it fails, and the message says what to install.
            sudo.args(["--non-interactive", "env"]);
            sudo
        };
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"])
            .args(arguments);
        process::run(&mut command)
            .map_err(|error| format!("{error}; please install {}", packages.join(", ")))
    };
    as_root(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    as_root(&install)
}

fn is_cargo_command(name: &str) -> bool {
    process::output(process::cargo().arg("--list")).is_ok_and(|list| {
        list.lines()
            .any(|line| line.split_whitespace().next() == Some(name))
    })
}
