//! The name of a header field (RFC 5322 section 2.2).

use core::{convert::Infallible, error, fmt, str};

use super::grammar::Grammar;

/// A field name is at most this long, so that the first encoded-word or token can always follow it.
const MAX_LEN: usize = 76;

/// The fields that [`MessageBuilder`](crate::MessageBuilder) writes itself, and those that no message is sent with,
/// in lower case.
const RESERVED: [&str; 14] = [
    "bcc",
    "cc",
    "date",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
    "reply-to",
    "resent-bcc",
    "return-path",
    "sender",
    "subject",
    "to",
];

/// The name of a header field: 1 to 76 visible ASCII characters without a colon.
///
/// Names are compared without regard to case, and written as they were given.
#[derive(Debug, Clone)]
pub struct HeaderName(String);

impl HeaderName {
    /// Checks `name`.
    ///
    /// # Errors
    ///
    /// When it is empty, longer than 76 octets, or holds anything but visible ASCII characters, or a colon.
    pub fn new(name: &str) -> Result<Self, HeaderNameError> {
        if name.is_empty() {
            return Err(HeaderNameError::Empty);
        }
        for (offset, character) in name.char_indices() {
            if !character.is_ascii_graphic() || character == ':' {
                return Err(HeaderNameError::Forbidden { character, offset });
            }
        }
        if name.len() > MAX_LEN {
            return Err(HeaderNameError::TooLong { length: name.len() });
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a custom field of this name is refused.
    ///
    /// These are the fields that have a method of their own, `MIME-Version`, `Return-Path` (written by the
    /// last server), `Resent-Bcc` (never sent, like `Bcc`), and every field whose name begins with `Content-`
    /// other than `Content-Language`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        let lower = self.0.to_ascii_lowercase();
        (lower.starts_with("content-") && lower != "content-language")
            || RESERVED.contains(&lower.as_str())
    }

    /// Whether the grammar of this field has no place for an encoded-word, as far as this crate knows it.
    ///
    /// True for the `List-` fields (RFC 2369, RFC 2919, RFC 8058), `ARC-`, `Content-Language`, `Auto-Submitted`,
    /// those of the `Resent-` fields that hold no addresses, and some others. Text given for such a field must be
    /// ASCII.
    #[must_use]
    pub fn is_structured(&self) -> bool {
        Grammar::of(self).is_structured()
    }
}

impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for HeaderName {}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl str::FromStr for HeaderName {
    type Err = HeaderNameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

impl TryFrom<&str> for HeaderName {
    type Error = HeaderNameError;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

/// Why a text is no field name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderNameError {
    /// There is nothing.
    Empty,
    /// A character that no field name holds.
    Forbidden {
        /// The character.
        character: char,
        /// Where it begins, in octets.
        offset: usize,
    },
    /// More than 76 octets.
    TooLong {
        /// How many octets there are.
        length: usize,
    },
}

impl fmt::Display for HeaderNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the field name is empty"),
            Self::Forbidden { character, offset } => write!(
                f,
                "{} at octet {offset} of the field name: only visible ASCII characters other than a colon are allowed",
                super::value::Shown(*character)
            ),
            Self::TooLong { length } => {
                write!(
                    f,
                    "the field name has {length} octets, {MAX_LEN} are allowed"
                )
            }
        }
    }
}

impl error::Error for HeaderNameError {}

impl From<Infallible> for HeaderNameError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_ascii_without_colon_is_a_name() {
        assert_eq!(HeaderName::new("X-Test").unwrap().as_str(), "X-Test");
        assert_eq!(HeaderName::new(""), Err(HeaderNameError::Empty));
        for (text, character, offset) in [
            ("a:b", ':', 1),
            ("a b", ' ', 1),
            ("X-\r", '\r', 2),
            ("X\n", '\n', 1),
            ("\0", '\0', 0),
            ("Ü", 'Ü', 0),
        ] {
            assert_eq!(
                HeaderName::new(text),
                Err(HeaderNameError::Forbidden { character, offset })
            );
        }
        assert_eq!(
            HeaderName::new(&"x".repeat(77)),
            Err(HeaderNameError::TooLong { length: 77 })
        );
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(
            HeaderName::new("subject").unwrap(),
            HeaderName::new("SUBJECT").unwrap()
        );
        assert!(HeaderName::new("MIME-version").unwrap().is_reserved());
        assert!(HeaderName::new("content-Foo").unwrap().is_reserved());
        assert!(HeaderName::new("LIST-Unsubscribe").unwrap().is_structured());
        assert!(!HeaderName::new("X-Contents").unwrap().is_reserved());
        assert!(!HeaderName::new("CONTENT-Language").unwrap().is_reserved());
    }
}
