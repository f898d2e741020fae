//! Chunks (RFC 3030 section 2): the content goes as it is, and its size goes before it.

use super::ContentSize;
use super::line_break::{BareLineBreak, LineBreaks};

/// What is known of a content that goes by BDAT.
#[derive(Debug, Clone)]
pub(crate) struct Chunks {
    /// Text has line ends that are checked; binary content has none.
    breaks: Option<LineBreaks>,
    octets: u64,
    /// The size of the whole, when it is known: then it is one chunk.
    exact: Option<u64>,
    /// The content may ride in the flight of its MAIL and RCPT.
    pub(crate) may_ride: bool,
    /// It does: nothing of that flight is written before the content is whole.
    pub(crate) joined: bool,
    /// Where the header of the chunk that is being put together begins, in octets since the session began.
    pub(crate) header: u64,
    /// Where the header of the first chunk begins.
    pub(crate) first: u64,
    /// Where the last chunk ends that was answered.
    pub(crate) answered: u64,
    /// A chunk was refused, or the content given up: nothing more goes out.
    pub(crate) stopped: bool,
}

/// Why content cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    BareLineBreak(u64),
    /// More, or less, than was said beforehand.
    Size {
        said: u64,
        given: u64,
    },
}

impl Chunks {
    /// Room for the longest header of a chunk whose size is not known yet: `BDAT`, 20 digits, ` LAST`, CRLF.
    pub(crate) const HEADER: usize = 4 + 1 + 20 + 5 + 2;

    /// At most so many chunks are unanswered.
    pub(crate) const UNANSWERED: usize = 8;

    /// A content up to this size may ride with the commands before it.
    pub(crate) const SMALL: u64 = 64 * 1024;

    pub(crate) fn new(binary: bool, size: ContentSize) -> Self {
        Self {
            breaks: (!binary).then(LineBreaks::new),
            octets: 0,
            exact: match size {
                ContentSize::Exact(size) => Some(size),
                ContentSize::AtMost(_) | ContentSize::Unknown => None,
            },
            may_ride: false,
            joined: false,
            header: 0,
            first: u64::MAX,
            answered: 0,
            stopped: false,
        }
    }

    /// How many octets went in so far.
    pub(crate) const fn octets(&self) -> u64 {
        self.octets
    }

    /// The size of the one chunk; `None` when there are as many as it takes.
    pub(crate) const fn exact(&self) -> Option<u64> {
        self.exact
    }

    /// How many octets are still to come, when that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        self.exact.map(|size| size.saturating_sub(self.octets))
    }

    /// Takes the next piece.
    pub(crate) fn take(&mut self, content: &[u8]) -> Result<(), Unfit> {
        if let Some(breaks) = &mut self.breaks {
            breaks.check(content).map_err(Unfit::from)?;
        }
        self.octets += content.len() as u64;
        match self.exact {
            Some(said) if self.octets > said => Err(self.wrong_size(said)),
            Some(_) | None => Ok(()),
        }
    }

    /// The content is whole.
    pub(crate) fn end(&self) -> Result<(), Unfit> {
        if let Some(breaks) = &self.breaks {
            breaks.end().map_err(Unfit::from)?;
        }
        match self.exact {
            Some(said) if self.octets != said => Err(self.wrong_size(said)),
            Some(_) | None => Ok(()),
        }
    }

    const fn wrong_size(&self, said: u64) -> Unfit {
        Unfit::Size {
            said,
            given: self.octets,
        }
    }
}

impl From<BareLineBreak> for Unfit {
    fn from(at: BareLineBreak) -> Self {
        Self::BareLineBreak(at.0)
    }
}
