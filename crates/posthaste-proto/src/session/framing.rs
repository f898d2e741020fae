//! How a content goes out: stuffed behind DATA, or in chunks.

use crate::content::chunk::Chunks;
use crate::content::dot::DotStuffer;

/// One of the two, never both (RFC 3030 section 2).
#[derive(Debug, Clone)]
pub(super) enum Framing {
    Dots(DotStuffer),
    Chunks(Chunks),
}

impl Framing {
    /// Octets of content that were taken.
    pub(super) fn octets(&self) -> u64 {
        match self {
            Self::Dots(dots) => dots.octets(),
            Self::Chunks(chunks) => chunks.octets(),
        }
    }

    pub(super) fn chunks(&self) -> Option<&Chunks> {
        match self {
            Self::Dots(_) => None,
            Self::Chunks(chunks) => Some(chunks),
        }
    }

    pub(super) fn chunks_mut(&mut self) -> Option<&mut Chunks> {
        match self {
            Self::Dots(_) => None,
            Self::Chunks(chunks) => Some(chunks),
        }
    }
}
