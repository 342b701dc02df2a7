//! The NATS server as Debian packages it.

use super::{Directory, Service, answers, free_port, launch, tied};
use crate::{Outcome, process};

pub(super) fn start(directory: &Directory) -> Outcome<Service> {
    let program = process::find_program("nats-server")
        .ok_or("nats-server is not installed: run cargo xtask setup")?;
    let port = free_port()?;
    let mut server = tied(&program, "TERM");
    server.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
    let mut service = launch(server, &directory.0.join("nats.log"), "TERM", &|| {
        answers(port)
    })?;
    service.variables = vec![
        ("BASTIDE_TEST_NATS_URL", format!("nats://127.0.0.1:{port}")),
        // Some tests stop and start a server of their own.
        (
            "BASTIDE_TEST_NATS_SERVER",
            program.to_string_lossy().into_owned(),
        ),
    ];
    Ok(service)
}
