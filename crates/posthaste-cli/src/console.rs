//! Stdout carries data, stderr everything else. A reader that went away is no error.

use std::io::{self, ErrorKind, Write};

use posthaste_proto::reply::printable;

/// Says something on stderr, and nothing that a terminal would obey, whoever the words are from. There is nobody to
/// tell when that fails.
pub(crate) fn say(text: &str) {
    let text = harmless(text);
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
        .and_then(|()| stdout.write_all(b"\n"));
    unless_closed(written.and_then(|()| stdout.flush()))
}

/// Writes the text of `--help` or `--version` to stdout; it holds nothing that was typed.
///
/// # Errors
///
/// When it cannot be written; a pager that was closed is no error.
pub(crate) fn help(text: &clap::Error) -> io::Result<()> {
    unless_closed(text.print().and_then(|()| io::stdout().flush()))
}

fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Every line made fit to be shown; the line ends stay.
fn harmless(text: &str) -> String {
    let lines = text.split('\n').map(|line| printable(line.as_bytes()));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn lines_stay_and_controls_go() {
        assert_eq!(harmless(""), "");
        assert_eq!(harmless("a\n\nb\n"), "a\n\nb\n");
        assert_eq!(harmless("a\r\x1b]0;x\x07\nb"), "a\\x0d\\x1b]0;x\\x07\nb");
    }
}
