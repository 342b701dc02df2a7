//! Commands as a person meets them who sits at a terminal: what is secret is asked for, and never shown but to whom it belongs.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::{
        fd::AsFd,
        unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    },
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, tcgetattr},
};
use system_tests::{Server, binary, run_command};

use crate::ground::Ground;

/// Within how long a command says what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A command at a terminal of its own.
struct Terminal {
    child: Child,
    keys: File,
    screen: mpsc::Receiver<Vec<u8>>,
    /// All that was shown so far.
    shown: String,
}

impl Terminal {
    #[expect(
        clippy::disallowed_methods,
        reason = "the commands themselves are under test"
    )]
    fn run(data: &Path, words: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let name = std::ffi::OsStr::from_bytes(name.to_bytes()).to_owned();
        let line = || -> Stdio {
            let flags = i32::try_from(OpenptFlags::NOCTTY.bits()).unwrap();
            let mut options = OpenOptions::new();
            options.read(true).write(true).custom_flags(flags);
            options.open(&name).unwrap().into()
        };
        let child = Command::new(binary())
            .args(words)
            .env_clear()
            .env("BASTIDE_DATA_DIR", data)
            .current_dir(data)
            .stdin(line())
            .stdout(line())
            .stderr(line())
            .spawn()
            .unwrap();
        let keys = File::from(master);
        let mut eyes = keys.try_clone().unwrap();
        let (saw, screen) = mpsc::channel();
        std::thread::spawn(move || {
            let mut part = [0; 4_096];
            // A terminal whose other side is closed is an error to read.
            while let Ok(count @ 1..) = eyes.read(&mut part) {
                if saw.send(part[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys,
            screen,
            shown: String::new(),
        }
    }

    /// Waits until this is shown, and answers what was shown before it.
    fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.shown.find(text) {
                let rest = self.shown.split_off(at + text.len());
                let before = std::mem::replace(&mut self.shown, rest);
                return before;
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(part) => self.shown.push_str(&String::from_utf8_lossy(&part)),
                Err(_) => panic!("«{text}» is not shown: {}", self.shown),
            }
        }
    }

    fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
    }

    fn echoes(&self) -> bool {
        let modes = tcgetattr(self.keys.as_fd()).unwrap().local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// What was shown until the end, and whether it ended well.
    fn ends(mut self) -> (String, bool) {
        let status = self.child.wait().unwrap();
        while let Ok(part) = self.screen.recv_timeout(Duration::from_millis(200)) {
            self.shown.push_str(&String::from_utf8_lossy(&part));
        }
        (self.shown, status.success())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_are_shown_one_at_a_time_and_asked_for_unseen() {
    let ground = Ground::embedded();
    let data = ground.directory.path();
    let server = Server::start(data, ground.options.clone()).await;
    let give = [
        "kms",
        "shares",
        "give",
        "--custodian",
        "Ana:operations",
        "--custodian",
        "Bo:board",
        "--custodian",
        "Cy:security",
        "--threshold",
        "2",
    ];
    let mut terminal = Terminal::run(data, &give);
    let mut shares = Vec::new();
    for name in ["Ana", "Bo", "Cy"] {
        let page = format!("for {name}");
        terminal.until(&page);
        let page = terminal.until("Enter clears the screen. ");
        let share = page
            .split_whitespace()
            .find(|word| word.starts_with("bastide1-"));
        shares.push(share.unwrap().to_owned());
        assert_eq!(page.matches("bastide1-").count(), 1, "one at a time");
        terminal.types("\r");
        // The screen, and what can be scrolled back to.
        terminal.until("\x1b[2J\x1b[3J\x1b[H");
    }
    let (shown, is_well) = terminal.ends();
    assert!(
        is_well && shown.contains("nothing has changed yet"),
        "{shown}"
    );

    let mut terminal = Terminal::run(data, &["kms", "shares", "take-over"]);
    let mut seen = String::new();
    for (number, share) in [(1, &shares[0]), (2, &shares[2])] {
        let question = format!("new share {number} of 2 (nothing is shown): ");
        seen.push_str(&terminal.until(&question));
        assert!(!terminal.echoes());
        // A slip is taken back.
        terminal.types(&format!("wrong\x15{share}x\x7f\r"));
    }
    let (shown, is_well) = terminal.ends();
    seen.push_str(&shown);
    assert!(is_well && seen.contains("quorum seal"), "{seen}");
    assert!(!seen.contains(&shares[0][..20]) && !seen.contains("wrong"));

    run_command(data, &ground.options, &["kms", "seal"]).await;
    let mut terminal = Terminal::run(data, &["kms", "unseal"]);
    terminal.until("0 of 2 shares were entered here. Your share (nothing is shown): ");
    terminal.types(&format!("{}\r", shares[1]));
    let (shown, is_well) = terminal.ends();
    assert!(is_well && shown.contains("Entered    1 here"), "{shown}");
    assert!(!shown.contains(&shares[1][..20]));

    let mut terminal = Terminal::run(data, &["kms", "unseal"]);
    terminal.until("1 of 2");
    terminal.types("\x03");
    terminal.until("given up");
    assert!(terminal.echoes(), "the terminal is as it was");
    assert!(!terminal.ends().1);
    server.stop().await;
}
