//! One line for the server, and nothing but one line.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

use crate::command::Command;

/// Any octets but CR, LF and NUL: one command line, without its line end. It may be empty, as a SASL response can be.
///
/// A line may hold a password (`AUTH PLAIN …`), so `Debug` shows its length alone, and it is wiped when it is dropped.
///
/// ```
/// use posthaste_proto::command::Command;
/// use posthaste_proto::wire::{RawLine, RawLineError};
///
/// assert_eq!("XCLIENT NAME=spike".parse::<RawLine>()?.octets(), b"XCLIENT NAME=spike");
/// assert_eq!(RawLine::from(&Command::Noop(None)).octets(), b"NOOP");
/// assert_eq!(RawLine::new("NOOP\r\nQUIT"), Err(RawLineError::LineBreak { offset: 4 }));
/// # Ok::<(), RawLineError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RawLine(Zeroizing<Vec<u8>>);

/// Why octets are not one line. The fault is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawLineError {
    /// They hold a CR or an LF: a server would see a second command.
    LineBreak {
        /// Where, counted from 0.
        offset: usize,
    },
    /// They hold a NUL, at which a server may cut the line off (RFC 5321 section 4.1.2 and 4.5.2).
    Nul {
        /// Where, counted from 0.
        offset: usize,
    },
}

impl RawLine {
    /// Checks octets and takes them. The line end is not among them: it is added when the line is sent.
    ///
    /// # Errors
    ///
    /// When there is a CR, an LF or a NUL.
    pub fn new(octets: impl Into<Vec<u8>>) -> Result<Self, RawLineError> {
        // Wiped also when it is refused.
        let octets = Zeroizing::new(octets.into());
        let unfit = |octet: &u8| matches!(octet, b'\r' | b'\n' | b'\0');
        match octets.iter().position(unfit) {
            None => Ok(Self(octets)),
            Some(offset) if octets.get(offset) == Some(&b'\0') => Err(RawLineError::Nul { offset }),
            Some(offset) => Err(RawLineError::LineBreak { offset }),
        }
    }

    /// The octets, without a line end.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for RawLine {
    type Err = RawLineError;

    fn from_str(text: &str) -> Result<Self, RawLineError> {
        Self::new(text)
    }
}

/// A command's line. Every command is one line, so this cannot fail.
impl From<&Command> for RawLine {
    fn from(command: &Command) -> Self {
        let mut octets = Zeroizing::new(Vec::with_capacity(512));
        command.encode(&mut octets);
        let end = octets.strip_suffix(b"\r\n").map_or(0, <[u8]>::len);
        octets.truncate(end);
        Self(octets)
    }
}

impl From<Command> for RawLine {
    fn from(command: Command) -> Self {
        Self::from(&command)
    }
}

impl fmt::Debug for RawLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawLine({} octets)", self.0.len())
    }
}

impl fmt::Display for RawLineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineBreak { offset } => write!(
                f,
                "the line has a CR or LF at octet {offset}; send each line by itself, without its line end"
            ),
            Self::Nul { offset } => write!(
                f,
                "the line has a NUL at octet {offset}, which no command can hold; remove it"
            ),
        }
    }
}

impl core::error::Error for RawLineError {}
