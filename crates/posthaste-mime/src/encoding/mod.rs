//! Content transfer encodings (RFC 2045 section 6), chosen when the message is sent.

pub(crate) mod base64;
pub(crate) mod identity;
pub(crate) mod line;
pub(crate) mod quoted_printable;

/// What the way to the reader carries: what the server offered. With nothing of it, everything is 7-bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Encoding {
    /// Text may go as 8-bit lines (8BITMIME, RFC 6152).
    pub eight_bit: bool,
    /// Octets may go as they are (BINARYMIME, RFC 3030). Nothing that the builder makes uses it.
    pub binary: bool,
    /// Header fields may hold UTF-8 (SMTPUTF8, RFC 6532).
    pub utf8_headers: bool,
}

impl Encoding {
    /// Seven bits: arrives everywhere.
    pub const SEVEN_BIT: Self = Self {
        eight_bit: false,
        binary: false,
        utf8_headers: false,
    };
    /// Everything that 8BITMIME and SMTPUTF8 allow.
    pub const EIGHT_BIT_UTF8: Self = Self {
        eight_bit: true,
        binary: false,
        utf8_headers: true,
    };
}

/// What a message cannot be sent without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Needs {
    /// It holds 8-bit lines that may not be encoded: an attached `message/rfc822`.
    pub eight_bit: bool,
    /// It holds octets that may not be encoded and are no lines. Nothing that the builder makes does.
    pub binary: bool,
    /// An address, of the header or of a Bcc recipient, is not ASCII.
    pub smtputf8: bool,
}

/// How many octets a message has, with CRLF line ends, before any dot-stuffing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// So many.
    Exact(u64),
    /// So many or fewer.
    AtMost(u64),
    /// A source does not say how long it is.
    Unknown,
}

/// The content transfer encoding of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    SevenBit,
    EightBit,
    QuotedPrintable,
    Base64,
}

impl Transfer {
    /// As it stands in Content-Transfer-Encoding.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::EightBit => "8bit",
            Self::QuotedPrintable => "quoted-printable",
            Self::Base64 => "base64",
        }
    }
}
