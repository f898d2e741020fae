//! What servers do beside the standard.

use core::fmt;

/// What a server did that the standard does not allow and that does no harm.
///
/// The first four are about any reply ([`ReplyRef::quirks`](super::ReplyRef::quirks)), the others about the answer to EHLO
/// ([`Capabilities::quirks`](crate::Capabilities::quirks)). Keywords in lower case are none: RFC 5321 section 2.4 allows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// A line ended with LF alone.
    BareLf,
    /// A line held the three digits and nothing else, not even a blank.
    BareCode,
    /// The text has octets outside ASCII.
    EightBit,
    /// A blank line stood before the reply.
    BlankLine,
    /// Blanks stood before a keyword of EHLO (`250-  SIZE`).
    LeadingBlank,
    /// A keyword of EHLO that is known here was fused with its value (`AUTH=LOGIN`, `SIZE=1000`).
    KeywordEquals,
    /// A keyword of EHLO that is known here was listed more than once. Mechanisms and limits are merged, of other values the
    /// last counts.
    KeywordRepeated,
    /// EHLO listed `X-EXPS`, as Exchange does; its mechanisms are taken for those of AUTH.
    XExps,
}

/// A set of [`Quirk`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Quirks(u16);

impl Quirks {
    const ALL: [Quirk; 8] = [
        Quirk::BareLf,
        Quirk::BareCode,
        Quirk::EightBit,
        Quirk::BlankLine,
        Quirk::LeadingBlank,
        Quirk::KeywordEquals,
        Quirk::KeywordRepeated,
        Quirk::XExps,
    ];

    /// No quirk at all.
    pub(crate) const NONE: Self = Self(0);

    /// Is this one among them?
    pub fn contains(self, quirk: Quirk) -> bool {
        self.0 & (1 << quirk as u16) != 0
    }

    /// All of them, in the order of [`Quirk`].
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Self::ALL
            .into_iter()
            .filter(move |quirk| self.contains(*quirk))
    }

    pub(crate) fn insert(&mut self, quirk: Quirk) {
        self.0 |= 1 << quirk as u16;
    }
}

impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BareLf => "a reply line ends with LF alone",
            Self::BareCode => "a reply line holds its code and no blank",
            Self::EightBit => "a reply has text outside ASCII",
            Self::BlankLine => "a blank line stands before a reply",
            Self::LeadingBlank => "a blank stands before a keyword of EHLO",
            Self::KeywordEquals => "a keyword of EHLO is fused with its value by an equals sign",
            Self::KeywordRepeated => "a keyword of EHLO is listed more than once",
            Self::XExps => "EHLO names mechanisms of AUTH behind X-EXPS",
        })
    }
}
