use alloc::string::{String, ToString as _};
use core::error::Error;
use core::fmt;
use core::str::FromStr;

use crate::address::ClientName;

/// The free text of a command: a hello name, what to verify, words behind NOOP.
///
/// UTF-8 without control characters and line separators, without blanks at either end, not empty, at most 500
/// octets, so that the command line keeps to 512 with its verb and CRLF (RFC 5321 4.5.3.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Argument(String);

impl Argument {
    /// The most octets.
    pub const MAX: usize = 500;

    /// Checks and takes a text.
    ///
    /// # Errors
    ///
    /// When it is empty, too long, has a control character, or a blank at an end.
    pub fn new(text: impl Into<String>) -> Result<Self, ArgumentError> {
        let text = text.into();
        if text.is_empty() {
            return Err(ArgumentError::Empty);
        }
        if text.len() > Self::MAX {
            return Err(ArgumentError::TooLong);
        }
        if text.starts_with(' ') {
            return Err(ArgumentError::Character { offset: 0 });
        }
        if text.ends_with(' ') {
            return Err(ArgumentError::Character {
                offset: text.len() - 1,
            });
        }
        match text.find(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            Some(offset) => Err(ArgumentError::Character { offset }),
            None => Ok(Self(text)),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Argument {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        Self::new(text)
    }
}

impl From<&ClientName> for Argument {
    fn from(name: &ClientName) -> Self {
        // At most 255 octets of printable ASCII, which every check above lets pass.
        Self(name.to_string())
    }
}

/// The name of a SASL mechanism, kept in upper case: 1 to 20 of `A`-`Z`, digits, `-` and `_` (RFC 4422 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MechanismName(String);

impl MechanismName {
    /// Checks a name; lower case becomes upper case.
    ///
    /// # Errors
    ///
    /// When it is empty, longer than 20 octets or has another character.
    pub fn new(name: &str) -> Result<Self, ArgumentError> {
        if name.is_empty() {
            return Err(ArgumentError::Empty);
        }
        if name.len() > 20 {
            return Err(ArgumentError::TooLong);
        }
        match name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))) {
            Some(offset) => Err(ArgumentError::Character { offset }),
            None => Ok(Self(name.to_ascii_uppercase())),
        }
    }

    /// The name in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MechanismName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MechanismName {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        Self::new(text)
    }
}

/// Why a text cannot be an argument of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgumentError {
    /// It is empty.
    Empty,
    /// It is longer than its type allows.
    TooLong,
    /// It holds a character that may not stand there.
    Character {
        /// The character's first octet.
        offset: usize,
    },
}

impl ArgumentError {
    pub(crate) const fn offset(self) -> usize {
        match self {
            Self::Empty | Self::TooLong => 0,
            Self::Character { offset } => offset,
        }
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the argument is empty: give a text or none at all"),
            Self::TooLong => f.write_str("the argument is too long for its place in a command"),
            Self::Character { offset } => {
                write!(
                    f,
                    "the argument has a character that may not stand in a command: remove it (at octet {offset})"
                )
            }
        }
    }
}

impl Error for ArgumentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_argument_ends_a_line() {
        for text in [
            "a\r\nQUIT",
            "a\nb",
            "a\rb",
            "a\0",
            "\u{7f}",
            "a\u{85}b",
            "a\u{2028}b",
            "a\tb",
            " a",
            "a ",
            "",
        ] {
            assert!(Argument::new(text).is_err(), "{text:?}");
        }
        assert!(Argument::new("my pc_1 é").is_ok());
        assert!(Argument::new("a".repeat(500)).is_ok());
        assert_eq!(Argument::new("a".repeat(501)), Err(ArgumentError::TooLong));
    }

    #[test]
    fn mechanisms_are_upper_case() {
        assert_eq!(
            MechanismName::new("scram-sha-256").unwrap().as_str(),
            "SCRAM-SHA-256"
        );
        for name in ["", "A B", "PLAIN\r\n", "ABCDEFGHIJKLMNOPQRSTU", "ÉL", "A=B"] {
            assert!(MechanismName::new(name).is_err(), "{name:?}");
        }
    }
}
