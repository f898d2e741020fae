use alloc::string::String;
use core::fmt::{self, Write as _};
use core::str::FromStr;

use super::{AddressError, AddressErrorKind, parser};

/// The local part of a mailbox, as its meaning: without the quotes and backslashes that a quoted string needs
/// (RFC 5321 4.1.2).
///
/// Printing writes a dot-string where possible and a quoted string where needed. The printed form has at most 64
/// octets. May be empty, which prints as `""`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalPart(String);

impl LocalPart {
    /// The most octets of the printed form (RFC 5321 4.5.3.1.1).
    pub const MAX: usize = 64;

    /// Takes a local part by its meaning: `a b` is the mailbox that is written `"a b"`.
    ///
    /// # Errors
    ///
    /// For control characters and for a printed form longer than [`LocalPart::MAX`].
    ///
    /// ```
    /// use posthaste_proto::address::LocalPart;
    ///
    /// assert_eq!(LocalPart::new("Ann \"A\" Lee")?.to_string(), r#""Ann \"A\" Lee""#);
    /// assert!(LocalPart::new("ann\r\nDATA").is_err());
    /// # Ok::<(), posthaste_proto::address::AddressError>(())
    /// ```
    pub fn new(meaning: impl Into<String>) -> Result<Self, AddressError> {
        let meaning = meaning.into();
        // Cheap refusal before anything is walked through: the printed form is never shorter than the meaning.
        if meaning.len() > Self::MAX {
            return Err(AddressError::new(AddressErrorKind::LocalPartTooLong, 0));
        }
        parser::no_controls(&meaning)?;
        let local_part = Self(meaning);
        if local_part.encoded_len() > Self::MAX {
            return Err(AddressError::new(AddressErrorKind::LocalPartTooLong, 0));
        }
        Ok(local_part)
    }

    /// The meaning, without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is ASCII. One that is not needs SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// Whether it must be printed as a quoted string.
    #[must_use]
    pub fn needs_quotes(&self) -> bool {
        !parser::is_dot_string(&self.0)
    }

    pub(crate) fn encoded_len(&self) -> usize {
        if self.needs_quotes() {
            self.0.len() + 2 + self.0.bytes().filter(|b| matches!(b, b'"' | b'\\')).count()
        } else {
            self.0.len()
        }
    }
}

impl fmt::Display for LocalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.needs_quotes() {
            return f.write_str(&self.0);
        }
        f.write_char('"')?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

/// Reads the written form: a dot-string or a quoted string.
impl FromStr for LocalPart {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parser::whole(text, parser::local_part)
    }
}
