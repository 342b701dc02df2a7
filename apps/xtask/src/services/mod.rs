//! Real servers for a command's time: PostgreSQL, NATS and S3 on free loopback ports, their data in a temporary directory.

mod nats;
mod postgres;
mod s3;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Outcome, process};

pub(crate) use postgres::programs as postgres_programs;
pub(crate) use s3::{install as install_s3, tools};

/// How long a server may take until it answers; a cold disk is slow.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long a server may take to stop before it is killed.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
/// A port that was free may be taken by the time it is used.
const ATTEMPTS: usize = 3;

/// Runs `command` with the addresses of the services in its environment.
pub(crate) fn run(command: &[&str]) -> Outcome {
    let Some((program, arguments)) = command.split_first() else {
        return Err("no command given".to_owned());
    };
    let directory = Directory::create()?;
    let services = [
        start(&directory, postgres::start)?,
        start(&directory, nats::start)?,
        start(&directory, s3::start)?,
    ];
    let program = process::find_program(program).unwrap_or_else(|| PathBuf::from(program));
    let mut command = tied(&program, "TERM");
    command.args(arguments);
    // Tests look here for what must not be readable: what the services keep, and their logs.
    command.env("BASTIDE_TEST_SERVICES_DIR", &directory.0);
    for service in &services {
        command.envs(service.variables.iter().map(|(name, value)| (name, value)));
    }
    // Dropping the services stops them, in whichever way this ends.
    process::run(&mut command)
}

/// A running server; dropping it stops it.
pub(crate) struct Service {
    process: Child,
    /// What asks it to stop at once but orderly.
    stop_signal: &'static str,
    variables: Vec<(&'static str, String)>,
}

impl Drop for Service {
    fn drop(&mut self) {
        let id = self.process.id().to_string();
        let _ = process::command("kill")
            .args(["-s", self.stop_signal, &id])
            .stderr(Stdio::null())
            .status();
        let deadline = Instant::now().checked_add(STOPPED_WITHIN);
        while let Ok(None) = self.process.try_wait() {
            if deadline.is_none_or(|deadline| Instant::now() > deadline) {
                let _ = self.process.kill();
                let _ = self.process.wait();
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The directory of all services, removed when dropped.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn create() -> Outcome<Self> {
        let made = process::output(process::command("mktemp").args([
            "--directory",
            "--tmpdir",
            "bastide-services.XXXXXX",
        ]))?;
        let path = PathBuf::from(made.trim());
        // The database runs as a user of its own and has to get to its part.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o711))
            .map_err(|error| format!("{made}: {error}"))?;
        Ok(Self(path))
    }

    pub(crate) fn make(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.0.join(name);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(|error| format!("{name}: {error}"))?;
        }
        fs::create_dir(&path).map_err(|error| format!("{name}: {error}"))?;
        Ok(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn start(directory: &Directory, starter: fn(&Directory) -> Outcome<Service>) -> Outcome<Service> {
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match starter(directory) {
            Ok(service) => return Ok(service),
            Err(message) => last = message,
        }
    }
    Err(last)
}

pub(crate) fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .map_err(|error| format!("no free port: {error}"))?;
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

/// A command whose process ends with this one, also when this one is killed.
pub(crate) fn tied(program: &Path, signal: &str) -> Command {
    match process::find_program("setpriv") {
        Some(setpriv) => {
            let mut command = process::command(setpriv);
            command.args(["--pdeathsig", signal]).arg(program);
            command
        }
        None => process::command(program),
    }
}

/// Starts a server with its output in `log`, and waits until `is_ready`.
pub(crate) fn launch(
    mut command: Command,
    log: &Path,
    stop_signal: &'static str,
    is_ready: &dyn Fn() -> bool,
) -> Outcome<Service> {
    let name = log
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let output = fs::File::create(log).map_err(|error| format!("{name}: {error}"))?;
    let errors = output
        .try_clone()
        .map_err(|error| format!("{name}: {error}"))?;
    let process = command
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    let mut service = Service {
        process,
        stop_signal,
        variables: Vec::new(),
    };
    let begun = Instant::now();
    while begun.elapsed() < READY_WITHIN {
        if let Ok(Some(status)) = service.process.try_wait() {
            return Err(format!(
                "{name} ended at once ({status}): {}",
                last_words(log)
            ));
        }
        if is_ready() {
            return Ok(service);
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(format!(
        "{name} did not answer within {} s: {}",
        READY_WITHIN.as_secs(),
        last_words(log)
    ))
}

pub(crate) fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}

fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines
        .get(lines.len().saturating_sub(8)..)
        .unwrap_or_default()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(directory: &Directory, is_ready: &dyn Fn() -> bool) -> Outcome<Service> {
        let mut command = tied(Path::new("sleep"), "KILL");
        command.arg("600");
        launch(command, &directory.0.join("sleeper.log"), "TERM", is_ready)
    }

    fn is_alive(id: u32) -> bool {
        Path::new(&format!("/proc/{id}")).exists()
    }

    #[test]
    fn a_service_and_its_directory_end_with_their_owner() {
        let directory = Directory::create().unwrap();
        let path = directory.0.clone();
        let service = sleeper(&directory, &|| true).unwrap();
        let id = service.process.id();
        assert!(is_alive(id) && path.is_dir());
        drop(service);
        drop(directory);
        assert!(!is_alive(id) && !path.exists());
    }

    #[test]
    fn a_server_that_ends_at_once_is_an_error_with_its_last_words() {
        let directory = Directory::create().unwrap();
        let mut command = process::command("sh");
        command.args(["-c", "echo no room >&2; exit 3"]);
        let error = launch(command, &directory.0.join("short.log"), "TERM", &|| false)
            .err()
            .unwrap();
        assert!(
            error.contains("short ended at once") && error.contains("no room"),
            "{error}"
        );
    }

    #[test]
    fn starting_is_tried_again() {
        let directory = Directory::create().unwrap();
        assert_eq!(
            start(&directory, |_| Err("taken".to_owned()))
                .err()
                .unwrap(),
            "taken"
        );
    }
}
