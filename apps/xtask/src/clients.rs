//! The key service driven by a client that is not ours: hvac, unmodified, with the integration tests of its own source distribution.

use std::{fs, path::PathBuf};

use crate::{
    Outcome, process,
    services::{Directory, tools},
};

/// What is installed, and which versions: other ones make other tests.
const VERSION: &str = "2.4.0";
const PACKAGES: [&str; 9] = [
    "hvac==2.4.0",
    "requests==2.34.2",
    "pytest==7.4.4",
    "parameterized==0.8.1",
    "pyhcl==0.4.5",
    "packaging==23.2",
    "semantic-version==2.10.0",
    "jwcrypto==1.6.1",
    "setuptools==65.5.0",
];

/// Runs the client's own tests against the built server, which a small program starts in place of theirs.
pub(crate) fn run() -> Outcome {
    let home = install()?;
    let directory = Directory::create()?;
    let data = directory.make("data")?;
    let own = process::root().join("apps/xtask/clients");
    process::run(
        process::command(home.join("bin/python"))
            .arg(own.join("run.py"))
            .arg(home.join(format!("hvac-{VERSION}")))
            .arg(own.join("exceptions.json"))
            .env("BASTIDE_BINARY", process::server_binary())
            .env("BASTIDE_SHIM_DIR", &data)
            .env("TMPDIR", &data)
            .current_dir(&data),
    )
}

/// Installs the client and unpacks its tests unless they are there already, and says where.
pub(crate) fn install() -> Outcome<PathBuf> {
    let home = tools().join(format!("hvac-{VERSION}"));
    let unpacked = home.join(format!("hvac-{VERSION}"));
    if !unpacked.join("tests").is_dir() {
        process::run(
            process::command("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&home),
        )?;
        let pip = || {
            let mut pip = process::command(home.join("bin/pip"));
            pip.args(["--quiet", "--disable-pip-version-check"]);
            pip
        };
        process::run(pip().arg("install").args(PACKAGES))?;
        let archive = format!("hvac=={VERSION}");
        process::run(
            pip()
                .args(["download", "--no-deps", "--no-binary", ":all:"])
                .arg(&archive)
                .arg("--dest")
                .arg(&home),
        )?;
        let archive = home.join(format!("hvac-{VERSION}.tar.gz"));
        process::run(
            process::command("tar")
                .arg("-xzf")
                .arg(&archive)
                .arg("-C")
                .arg(&home),
        )?;
        fs::remove_file(archive).map_err(|error| format!("removing the archive: {error}"))?;
    }
    Ok(home)
}
