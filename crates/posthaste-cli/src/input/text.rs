//! Texts: from a flag, a file or stdin. They are UTF-8; a byte order mark is dropped.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::read::{self, Limit};
use crate::exit::Exit;
use crate::failure::{Failure, plain};

/// `--text` and `--text-file`, or the same for HTML. `-` reads stdin.
pub(crate) fn read(
    flag: &str,
    text: Option<&str>,
    file_flag: &str,
    file: Option<&Path>,
    stdin: &mut dyn Read,
) -> Result<Option<String>, Failure> {
    match (text, file) {
        (Some("-"), _) => from_stdin(flag, stdin).map(Some),
        (Some(text), _) => Ok(Some(text.to_owned())),
        (None, Some(path)) if path == Path::new("-") => from_stdin(file_flag, stdin).map(Some),
        (None, Some(path)) => {
            let octets = read::file(path, Limit::TEXT)
                .map_err(|error| Failure::no_input(file_flag, path, &error))?;
            decode(octets, &format!("{file_flag} {}", path.display())).map(Some)
        }
        (None, None) => Ok(None),
    }
}

/// Reads stdin to its end.
pub(crate) fn from_stdin(flag: &str, stdin: &mut dyn Read) -> Result<String, Failure> {
    let octets = read::to_end(stdin, Limit::TEXT).map_err(|error| {
        if error.kind() == ErrorKind::FileTooLarge {
            Failure::no_input(flag, Path::new("(stdin)"), &error)
        } else {
            stdin_failure(flag, &error)
        }
    })?;
    decode(octets, &format!("{flag} (stdin)"))
}

/// Stdin that cannot be read.
pub(crate) fn stdin_failure(flag: &str, error: &io::Error) -> Failure {
    Failure::io(
        Exit::Io,
        format!("{flag}: stdin cannot be read: {}", plain(error)),
    )
}

fn decode(mut octets: Vec<u8>, what: &str) -> Result<String, Failure> {
    let mark = if octets.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    octets.drain(..mark);
    String::from_utf8(octets).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let octets = error.as_bytes();
        let before = octets.get(..at).unwrap_or_default();
        let line = before.iter().filter(|octet| **octet == b'\n').count() + 1;
        let octet = octets.get(at).copied().unwrap_or_default();
        let at = at + mark;
        let message =
            format!("{what} is not UTF-8: octet 0x{octet:02X} at offset {at}, in line {line}");
        Failure::data("not-utf8", message).hint("convert it first: iconv -f CHARSET -t UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_dropped_and_a_wrong_octet_is_found() {
        assert_eq!(decode(b"\xef\xbb\xbfhi".to_vec(), "x").unwrap(), "hi");
        let failure =
            decode(b"\xef\xbb\xbfone\ntwo \xfcber\n".to_vec(), "--text-file x").unwrap_err();
        assert_eq!(
            failure.message,
            "--text-file x is not UTF-8: octet 0xFC at offset 11, in line 2"
        );
        assert_eq!(failure.exit, Exit::Data);
        // Cut in the middle of a character.
        assert!(
            decode(b"\xe5\xad".to_vec(), "x")
                .unwrap_err()
                .message
                .contains("0xE5 at offset 0")
        );
    }

    #[test]
    fn stdin_stands_for_both_forms() {
        let mut stdin: &[u8] = b"from stdin";
        assert_eq!(
            read("--text", Some("-"), "--text-file", None, &mut stdin)
                .unwrap()
                .unwrap(),
            "from stdin"
        );
        let mut stdin: &[u8] = b"from stdin";
        let read = read(
            "--text",
            None,
            "--text-file",
            Some(Path::new("-")),
            &mut stdin,
        );
        assert_eq!(read.unwrap().unwrap(), "from stdin");
    }
}
