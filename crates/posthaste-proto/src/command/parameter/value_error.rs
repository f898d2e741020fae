use core::error::Error;
use core::fmt;

/// Why a text or a number cannot be the value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueError {
    /// It is empty.
    Empty,
    /// As it would be written, it is longer than its parameter allows.
    TooLong {
        /// The most octets, written as on the wire.
        max: usize,
    },
    /// It holds a character that may not stand there.
    Character {
        /// The character's first octet.
        offset: usize,
    },
    /// An escape (`+` and two digits of base 16, `\x{` and up to six and `}`) is not whole, or stands for a character
    /// that may not stand there.
    Escape {
        /// Where the escape begins.
        offset: usize,
    },
    /// It is none of the words, or not of the form, that the parameter takes.
    Form,
    /// The number is outside of what the parameter takes.
    Range,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the value of a parameter is empty"),
            Self::TooLong { max } => {
                write!(f, "the value of a parameter is longer than {max} octets")
            }
            Self::Character { offset } => write!(
                f,
                "the value of a parameter has a character that may not stand there: use printable ASCII (at octet {offset})"
            ),
            Self::Escape { offset } => write!(
                f,
                "the value of a parameter has an escape that is not whole or not allowed (at octet {offset})"
            ),
            Self::Form => f.write_str("the value of a parameter is not of its form"),
            Self::Range => f.write_str("the value of a parameter is a number outside of its range"),
        }
    }
}

impl Error for ValueError {}
