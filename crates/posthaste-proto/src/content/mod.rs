//! The content (RFC 5321 section 2.3.1): what goes behind DATA, in which encoding, and how large it is.

pub(crate) mod chunk;
pub mod dot;
mod line_break;

use alloc::vec::Vec;

/// What a content may hold. All `false` is 7-bit content, which every server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(
    clippy::exhaustive_structs,
    reason = "the three ways in which content can be more than 7-bit"
)]
pub struct Encoding {
    /// Octets above 127 in bodies, in lines: needs 8BITMIME (RFC 6152).
    pub eight_bit: bool,
    /// Any octets, lines or not: needs BINARYMIME and CHUNKING (RFC 3030).
    pub binary: bool,
    /// UTF-8 in header fields: needs SMTPUTF8 (RFC 6531).
    pub utf8_headers: bool,
}

/// How many octets a content has, line ends as CRLF, before dot-stuffing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a size is known, bounded or neither"
)]
pub enum ContentSize {
    /// Exactly so many. It is announced by `SIZE=`. BDAT holds the content to it
    /// ([`Cause::WrongSize`](crate::Cause::WrongSize)); behind DATA a content that is longer or shorter goes as it is.
    Exact(u64),
    /// So many or fewer.
    AtMost(u64),
    /// Nobody knows before the end.
    #[default]
    Unknown,
}

/// The encodings in which the caller can give a content, best first, each with its size.
///
/// The session takes the first one that the server can take, when MAIL is encoded, and names it in
/// [`Content::encoding`](crate::session::Content::encoding). When there is none, nothing is sent.
///
/// ```
/// use posthaste_proto::content::{ContentSize, ContentSpec, Encoding};
/// let eight_bit = Encoding { eight_bit: true, ..Encoding::default() };
/// let spec = ContentSpec::new(eight_bit, ContentSize::Exact(900)).or(Encoding::default(), ContentSize::Exact(1100));
/// assert_eq!(spec.offers().len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentSpec {
    offers: Vec<(Encoding, ContentSize)>,
}

impl Encoding {
    /// 7-bit, for every server.
    pub const SEVEN_BIT: Self = Self {
        eight_bit: false,
        binary: false,
        utf8_headers: false,
    };
    /// 8-bit lines, for servers with 8BITMIME.
    pub const EIGHT_BIT: Self = Self {
        eight_bit: true,
        binary: false,
        utf8_headers: false,
    };
    /// Any octets, for servers with BINARYMIME.
    pub const BINARY: Self = Self {
        eight_bit: true,
        binary: true,
        utf8_headers: false,
    };
}

impl ContentSpec {
    /// A content that can be given in this encoding.
    pub fn new(encoding: Encoding, size: ContentSize) -> Self {
        Self {
            offers: [(encoding, size)].into(),
        }
    }

    /// A 7-bit content of exactly so many octets.
    pub fn seven_bit(size: u64) -> Self {
        Self::new(Encoding::SEVEN_BIT, ContentSize::Exact(size))
    }

    /// The same content in another encoding, less liked than those before.
    #[must_use]
    pub fn or(mut self, encoding: Encoding, size: ContentSize) -> Self {
        self.offers.push((encoding, size));
        self
    }

    /// What can be had, best first.
    pub fn offers(&self) -> &[(Encoding, ContentSize)] {
        &self.offers
    }
}
