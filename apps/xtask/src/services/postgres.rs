//! PostgreSQL as Debian packages it, in full durability: what is measured and killed in tests is what an operator runs.

use std::{
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Directory, Service, free_port, launch, tied};
use crate::{Outcome, process};

/// The server refuses to run as root; the package makes the first of these, every Debian has the second.
const OWNERS: [&str; 2] = ["postgres", "nobody"];

pub(super) fn start(directory: &Directory) -> Outcome<Service> {
    let programs = programs().ok_or("PostgreSQL is not installed: run cargo xtask setup")?;
    let home = directory.make("postgres")?;
    let data = home.join("data");
    let owner = if process::is_root() {
        Some(owner(&home)?)
    } else {
        None
    };

    let mut initdb = as_owner(owner, &programs.join("initdb"), "KILL");
    // What initdb writes need not outlive a power cut; what the server writes afterwards does.
    initdb.args([
        "--no-sync",
        "--username=bastide",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--pgdata",
    ]);
    process::output(initdb.arg(&data).current_dir(&home))?;

    let port = free_port()?;
    let mut server = as_owner(owner, &programs.join("postgres"), "INT");
    server
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(&home)
        .current_dir(&home);
    server.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    for setting in [
        "fsync=on",
        "synchronous_commit=on",
        "full_page_writes=on",
        "max_connections=300",
    ] {
        server.args(["-c", setting]);
    }
    // The database that the tests find is also the sign that the server answers.
    let create = || {
        let mut createdb = process::command(programs.join("createdb"));
        createdb.args([
            "-h",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-U",
            "bastide",
            "bastide",
        ]);
        createdb
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let mut service = launch(server, &directory.0.join("postgres.log"), "INT", &create)?;
    service.variables = vec![
        (
            "BASTIDE_TEST_POSTGRES_URL",
            format!("postgres://bastide@127.0.0.1:{port}/bastide"),
        ),
        (
            "BASTIDE_TEST_POSTGRES_BIN",
            programs.to_string_lossy().into_owned(),
        ),
    ];
    Ok(service)
}

/// Where the newest installed version keeps its programs, which are not on the path.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(Result::ok)
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, programs)| {
            programs.join("initdb").is_file() && programs.join("createdb").is_file()
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

/// Gives `home` to an unprivileged user and tells which.
fn owner(home: &Path) -> Outcome<&'static str> {
    let number = |flag: &str, name: &str| -> Option<u32> {
        process::output(process::command("id").args([flag, name]))
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    for name in OWNERS {
        if let (Some(user), Some(group)) = (number("-u", name), number("-g", name)) {
            chown(home, Some(user), Some(group)).map_err(|error| format!("postgres: {error}"))?;
            return Ok(name);
        }
    }
    Err("there is no unprivileged user for PostgreSQL".to_owned())
}

fn as_owner(owner: Option<&str>, program: &Path, signal: &str) -> Command {
    let Some(owner) = owner else {
        return tied(program, signal);
    };
    let mut command = process::command("setpriv");
    let user = format!("--reuid={owner}");
    command.args([&user, "--init-groups", "--pdeathsig", signal]);
    let group = process::output(process::command("id").args(["-gn", owner])).unwrap_or_default();
    command
        .arg(format!("--regid={}", group.trim()))
        .arg(program);
    command
}
