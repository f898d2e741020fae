//! Stdout carries data, stderr everything else. A reader that went away is no error.

use std::io::{self, ErrorKind, Write};

/// Says something on stderr. There is nobody to tell when that fails.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}

/// Writes a line of data to stdout.
///
/// # Errors
///
/// When it cannot be written; a closed pipe is no error.
pub(crate) fn data(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(line.as_bytes())
        .and_then(|()| stdout.write_all(b"\n"))
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
