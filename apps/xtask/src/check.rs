//! Everything that has to hold, in one command.

use std::{path::Path, process::Command};

use crate::{Outcome, api, clients, deny, process, services, tidy};

/// Runs every step, also after one has failed: a change is mended faster when all that is wrong is known.
pub(crate) fn run() -> Outcome {
    let root = process::root();
    let mut failed = Vec::new();
    // The web application comes before the server, which carries it, and the server before what tries it as a whole; the
    // tests come last, so that the output ends with their summary.
    let steps: [(&str, &dyn Fn() -> Outcome); 12] = [
        ("format", &format),
        ("tidy", &tidy::run),
        ("deny", &deny::run),
        ("web", &|| web(&root)),
        ("clippy", &clippy),
        ("docs", &docs),
        ("build", &build),
        ("types", &|| types(&root)),
        ("api", &api::run),
        ("clients", &clients::run),
        ("e2e", &|| e2e(&root)),
        ("tests", &tests),
    ];
    for (name, step) in steps {
        eprintln!("── {name}");
        if let Err(message) = step() {
            eprintln!("xtask: {name}: {message}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("not in order: {}", failed.join(", ")))
    }
}

fn format() -> Outcome {
    process::run(process::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Outcome {
    process::run(process::cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

/// The front pages and what they link to.
fn docs() -> Outcome {
    process::run(
        process::cargo()
            .args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// The programs are built with the tests, in one profile and one resolution of features: tests of whole servers start what stands there.
fn build() -> Outcome {
    process::run(process::cargo().args(["build", "--workspace", "--bins", "--tests", "--locked"]))
}

/// The web application's types are what the built server's document gives.
fn types(root: &Path) -> Outcome {
    process::run(web_command(root).args(["run", "api:generate", "--", "--check"]))
}

/// Two people in two browsers against the built server. Without Chromium it fails.
fn e2e(root: &Path) -> Outcome {
    process::run(web_command(root).args(["run", "e2e"]))
}

fn web_command(root: &Path) -> Command {
    let mut command = process::command("npm");
    command
        .current_dir(root.join("web"))
        .env("BASTIDE_TEST_BINARY", process::server_binary());
    command
}

/// With every service there is: a test that finds none of its own fails here instead of passing unrun.
fn tests() -> Outcome {
    let mut command = vec!["env", "BASTIDE_TEST_REQUIRE_SERVICES=1"];
    command.extend(["cargo", "nextest", "run", "--workspace", "--locked"]);
    if process::is_ci() {
        command.extend(["--profile", "ci"]);
    }
    services::run(&command)
}

fn web(root: &Path) -> Outcome {
    let web = root.join("web");
    if !web.join("package.json").is_file() {
        return Ok(());
    }
    let npm = |arguments: &[&str]| {
        process::run(process::command("npm").args(arguments).current_dir(&web))
    };
    if !is_newer(
        &web.join("node_modules/.package-lock.json"),
        &web.join("package-lock.json"),
    ) {
        npm(&["ci", "--no-audit", "--no-fund"])?;
    }
    npm(&["run", "check"])?;
    // The check ends with a build; a check that does not is completed here.
    if web.join("dist/index.html").is_file() {
        Ok(())
    } else {
        npm(&["run", "build"])
    }
}

fn is_newer(path: &Path, than: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified());
    match (changed(path), changed(than)) {
        (Ok(path), Ok(than)) => path >= than,
        _ => false,
    }
}
