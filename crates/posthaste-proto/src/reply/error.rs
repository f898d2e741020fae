//! Why input is no reply.

use alloc::vec::Vec;
use core::fmt;

#[cfg(doc)]
use super::ReplyLimits;
use super::{ReplyCode, printable};

/// Why input is not a reply. All of these are the server's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyError {
    /// A line that does not begin with a reply code.
    Malformed(MalformedReply),
    /// The lines of one reply have different codes, so it says two things at once (RFC 5321 section 4.2.1).
    CodesDisagree {
        /// The code of the lines before.
        first: ReplyCode,
        /// The code of the line that differs.
        then: ReplyCode,
    },
    /// A line is longer than [`ReplyLimits::line`] octets.
    LineTooLong(usize),
    /// A reply is longer than [`ReplyLimits::reply`] octets.
    TooLong(usize),
    /// A reply has more than [`ReplyLimits::lines`] lines.
    TooManyLines(usize),
}

/// A line that is no reply line, of which the first octets are told. The session masks it before it cuts it: a secret that
/// was cut first could not be found any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedReply(pub(super) Vec<u8>);

impl MalformedReply {
    const EXCERPT: usize = 80;

    /// At most 80 octets of the line.
    pub fn octets(&self) -> &[u8] {
        self.0.get(..Self::EXCERPT).unwrap_or(&self.0)
    }
}

impl ReplyError {
    /// The same, with every trace of a secret masked.
    pub(crate) fn masked(mut self, secrets: &[crate::Secret]) -> Self {
        if let Self::Malformed(line) = &mut self {
            secrets
                .iter()
                .for_each(|secret| secret.mask_in(&mut line.0));
            line.0.truncate(MalformedReply::EXCERPT);
        }
        self
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(line) => {
                write!(f, "this is no SMTP reply: \"{}\"", printable(line.octets()))
            }
            Self::CodesDisagree { first, then } => {
                write!(f, "the lines of one reply disagree: {first} and {then}")
            }
            Self::LineTooLong(limit) => write!(f, "a reply line is longer than {limit} octets"),
            Self::TooLong(limit) => write!(f, "a reply is longer than {limit} octets"),
            Self::TooManyLines(limit) => write!(f, "a reply has more than {limit} lines"),
        }
    }
}

impl core::error::Error for ReplyError {}
