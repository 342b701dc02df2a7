//! What somebody types at a terminal and must not be seen: shares. From a pipe, each is a line of standard input.

use std::{io, os::fd::AsFd};

use base::{Context, Fault, Result, Secret};
use rustix::{
    io::{Errno, read},
    termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcsetattr},
};
use zeroize::Zeroizing;

use crate::output;

/// Bytes of a line. A share has about a hundred.
const LINE_BYTES_MAX: usize = 1_024;

const END_OF_TEXT: u8 = 0x03;
const END_OF_INPUT: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const CLEAR_LINE: u8 = 0x15;
const DELETE: u8 = 0x7f;

/// Whether a person sits at standard input.
pub(crate) fn is_terminal() -> bool {
    isatty(io::stdin().as_fd())
}

/// Whether a person reads standard output.
pub(crate) fn is_shown() -> bool {
    isatty(io::stdout().as_fd())
}

/// Asks for one secret line. Nothing of what is typed is shown. Nothing at the end of standard input.
///
/// # Errors
/// A fault when it is too long or is no text, when standard input cannot be read, or when the person gives up.
pub(crate) fn ask(question: &str) -> Result<Option<Secret<String>>> {
    let _silence = match is_terminal() {
        true => Some(Silence::begin(question)?),
        false => None,
    };
    read_line(&mut next_byte)
}

/// Keeps the terminal from showing what is typed, until it is dropped.
struct Silence(Termios);

impl Silence {
    fn begin(question: &str) -> Result<Self> {
        let input = io::stdin();
        let before = tcgetattr(input.as_fd()).context("asking the terminal how it is set")?;
        let mut silent = before.clone();
        // Byte by byte, so that the end of the question is ours, whichever key it is.
        silent.local_modes -=
            LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG;
        tcsetattr(input.as_fd(), OptionalActions::Flush, &silent)
            .context("having the terminal show nothing")?;
        let silence = Self(before);
        output::ask(question);
        Ok(silence)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // The terminal is as it was, or gone.
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Flush, &self.0);
        output::tell("");
    }
}

/// Past the standard library's buffer, which is not wiped.
fn next_byte() -> Result<Option<u8>> {
    let mut byte = [0];
    loop {
        match read(io::stdin().as_fd(), &mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error).context("reading standard input"),
        }
    }
}

fn read_line(next: &mut dyn FnMut() -> Result<Option<u8>>) -> Result<Option<Secret<String>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LINE_BYTES_MAX));
    loop {
        match next()? {
            None | Some(END_OF_INPUT) if line.is_empty() => return Ok(None),
            None | Some(b'\n' | b'\r' | END_OF_INPUT) => break,
            Some(END_OF_TEXT) => return Err(Fault::new("given up").into()),
            Some(BACKSPACE | DELETE) => drop(line.pop()),
            Some(CLEAR_LINE) => line.clear(),
            Some(_) if line.len() >= LINE_BYTES_MAX => {
                return Err(Fault::new("the line is too long").into());
            }
            Some(byte) => line.push(byte),
        }
    }
    // A copy in a string of its own, which is wiped as well.
    let text = std::str::from_utf8(&line).context("reading a line as text")?;
    Ok(Some(Secret::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of this input until its end.
    fn lines(input: &[u8]) -> Vec<String> {
        let mut bytes = input.iter().copied();
        let mut next = || Ok(bytes.next());
        let mut lines = Vec::new();
        while let Some(line) = read_line(&mut next).unwrap() {
            lines.push(line.expose().clone());
        }
        lines
    }

    #[test]
    fn each_line_is_one_answer() {
        for (input, expected) in [
            (&b""[..], &[][..]),
            (b"one\ntwo\n", &["one", "two"]),
            (b"one\r", &["one"]),
            (b"without an end", &["without an end"]),
            (b"onf\x7fe\n", &["one"]),
            (b"wrong\x15right\n", &["right"]),
            (b"\x08\n", &[""]),
        ] {
            assert_eq!(lines(input), expected, "{input:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_and_one_that_is_given_up_are_faults() {
        for input in [vec![b'x'; LINE_BYTES_MAX + 1], b"on\x03".to_vec()] {
            let mut bytes = input.into_iter();
            assert!(read_line(&mut || Ok(bytes.next())).is_err());
        }
    }
}
