//! Replies, as the server says them (RFC 5321 4.2).

use std::error::Error;
use std::fmt;

/// A reply: a code from 200 to 599 and at least one line of text.
///
/// ```
/// use posthaste_inbox::Reply;
///
/// let reply = Reply::new(550, "5.1.1 no such user\n5.1.1 ask someone else")?;
/// assert_eq!(reply.to_string(), "550-5.1.1 no such user\r\n550 5.1.1 ask someone else\r\n");
/// assert!(Reply::new(550, "no\r\n250 yes").is_err());
/// # Ok::<(), posthaste_inbox::ReplyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    text: String,
}

impl Reply {
    /// Makes a reply. `\n` in the text begins another line of it; an enhanced status code is part of the text.
    ///
    /// # Errors
    ///
    /// For a code outside 200 to 599, for control characters, and for a line of text longer than 500 octets.
    pub fn new(code: u16, text: impl Into<String>) -> Result<Self, ReplyError> {
        let text = text.into();
        if !(200..=599).contains(&code) {
            return Err(ReplyError::Code(code));
        }
        if let Some(offset) = text.find(|c: char| c.is_control() && c != '\n') {
            return Err(ReplyError::Control { offset });
        }
        if text.split('\n').any(|line| line.len() > 500) {
            return Err(ReplyError::TooLong);
        }
        Ok(Self { code, text })
    }

    /// The reply code.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The text, lines joined by `\n`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the code is 2yz.
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// A reply of this crate's own words, which hold to the rules of [`Reply::new`].
    pub(crate) fn own(code: u16, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

/// The reply as it goes over the wire, each line with its CRLF.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let separator = if lines.peek().is_some() { '-' } else { ' ' };
            write!(f, "{}{separator}{line}\r\n", self.code)?;
        }
        Ok(())
    }
}

/// Why a reply cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyError {
    /// The code is not from 200 to 599.
    Code(u16),
    /// The text has a control character other than `\n`.
    Control {
        /// Where in the text.
        offset: usize,
    },
    /// A line of the text is longer than 500 octets.
    TooLong,
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code} is no reply code: use 200 to 599"),
            Self::Control { offset } => {
                write!(
                    f,
                    "the reply's text has a control character: use \\n between lines (at octet {offset})"
                )
            }
            Self::TooLong => {
                f.write_str("a line of the reply is longer than 500 octets: break it with \\n")
            }
        }
    }
}

impl Error for ReplyError {}
