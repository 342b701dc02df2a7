//! The API of a running server tried against its own document, by a tool that knows neither: Schemathesis.

use std::{fs, path::PathBuf};

use crate::{
    Outcome, process,
    services::{Directory, answers, free_port, launch, tied, tools},
};

/// What is installed, and which versions: other ones make other cases.
const VERSION: &str = "4.32.5";
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "hypothesis==6.170.17"];

/// Starts the built server over a directory of its own and tries its API, as nobody and as a member.
pub(crate) fn run() -> Outcome {
    let home = install()?;
    let directory = Directory::create()?;
    let data = directory.make("data")?;
    let (port, metrics) = (free_port()?, free_port()?);
    let origin = format!("https://localhost:{port}");
    let mut server = tied(&process::server_binary(), "TERM");
    server
        .args(["serve", "--json"])
        .env("BASTIDE_DATA_DIR", &data)
        .env("BASTIDE_LISTEN", format!("127.0.0.1:{port}"))
        .env("BASTIDE_METRICS_LISTEN", format!("127.0.0.1:{metrics}"))
        .env("BASTIDE_PUBLIC_URL", &origin)
        .env("BASTIDE_LOG", "warn")
        .current_dir(&data);
    let log = data.join("server.log");
    let service = launch(server, &log, "TERM", &|| answers(port))?;

    let mut tries = process::command(home.join("bin/python"));
    tries
        .arg(process::root().join("apps/xtask/api/run.py"))
        .arg(home.join("bin/schemathesis"))
        .arg(&origin)
        .arg(data.join("tls/authority.pem"))
        // The tool keeps what it found in the directory where it runs.
        .current_dir(&data);
    let tried = process::run(&mut tries);
    drop(service);
    if tried.is_err() {
        eprintln!("{}", fs::read_to_string(&log).unwrap_or_default());
    }
    tried
}

/// Whether there is a Python that makes environments.
pub(crate) fn has_python() -> bool {
    process::output(process::command("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}

/// Installs the tool unless it is there already, and says where.
pub(crate) fn install() -> Outcome<PathBuf> {
    let home = tools().join(format!("schemathesis-{VERSION}"));
    if !home.join("bin/schemathesis").is_file() {
        process::run(
            process::command("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&home),
        )?;
        process::run(
            process::command(home.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check"])
                .args(PACKAGES),
        )?;
    }
    Ok(home)
}
