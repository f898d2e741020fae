//! Why a line cannot be queued now.

use core::fmt;

/// Why nothing was queued. All of these are limits of this side, and reading or writing helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// More replies would be awaited than [`WireLimits::unanswered`](super::WireLimits::unanswered).
    TooManyUnanswered(usize),
    /// More octets would be unanswered than [`WireLimits::unanswered_octets`](super::WireLimits::unanswered_octets). A line
    /// longer than that can never be sent.
    TooManyOctets(usize),
    /// The send buffer has too little room for content.
    BufferFull {
        /// Octets of content that would fit now.
        free: usize,
    },
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyUnanswered(limit) => write!(
                f,
                "more than {limit} replies would be awaited; read those before first, or allow more"
            ),
            Self::TooManyOctets(limit) => write!(
                f,
                "more than {limit} octets of commands would be unanswered; read the replies first, or send a shorter line"
            ),
            Self::BufferFull { free } => write!(
                f,
                "the send buffer has room for {free} octets; write first, or give less at once"
            ),
        }
    }
}

impl core::error::Error for SendError {}
