//! An S3 server over a directory. No distribution packages one that is this small, so it is built once and kept.

use std::{fs, path::PathBuf};

use super::{Directory, Service, answers, free_port, launch, tied};
use crate::{Outcome, process};

/// The last line that builds with the pinned toolchain.
const VERSION: &str = "^0.14";
const ACCESS_KEY: &str = "bastide-test";
const SECRET_KEY: &str = "bastide-test-secret";
const BUCKET: &str = "bastide";

pub(super) fn start(directory: &Directory) -> Outcome<Service> {
    let program = install()?;
    let home = directory.make("s3")?;
    // A bucket is a directory.
    fs::create_dir(home.join(BUCKET)).map_err(|error| format!("s3: {error}"))?;
    let port = free_port()?;
    let mut server = tied(&program, "TERM");
    server.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    server
        .args(["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY])
        .arg(&home);
    let mut service = launch(server, &directory.0.join("s3.log"), "TERM", &|| {
        answers(port)
    })?;
    service.variables = vec![
        (
            "BASTIDE_TEST_S3_URL",
            format!("s3://{BUCKET}?endpoint=http://127.0.0.1:{port}"),
        ),
        ("BASTIDE_TEST_S3_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ("BASTIDE_TEST_S3_SECRET_KEY", SECRET_KEY.to_owned()),
    ];
    Ok(service)
}

/// Builds the server unless it is there already.
pub(crate) fn install() -> Outcome<PathBuf> {
    let tools = tools();
    let program = tools.join("bin/s3s-fs");
    if !program.is_file() {
        let mut install = process::cargo();
        install.args([
            "install",
            "s3s-fs",
            "--version",
            VERSION,
            "--features",
            "binary",
            "--locked",
            "--root",
        ]);
        process::run(install.arg(&tools))?;
    }
    Ok(program)
}

/// Outside the checkout, so that a fresh clone does not build it again.
pub(crate) fn tools() -> PathBuf {
    process::variable("BASTIDE_TOOLS_DIR").map_or_else(
        || {
            let home = process::variable("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
            home.join(".cache/bastide/tools")
        },
        PathBuf::from,
    )
}
