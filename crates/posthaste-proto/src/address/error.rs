use core::error::Error;
use core::fmt;

/// Why a text is not an address, and where the trouble begins.
///
/// The given text is not kept: it may be long, and it may be someone's private address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressError {
    kind: AddressErrorKind,
    offset: usize,
}

impl AddressError {
    pub(crate) const fn new(kind: AddressErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> AddressErrorKind {
        self.kind
    }

    /// The octet of the given text where the trouble begins. For a limit: where the part that is too long begins, or
    /// for a whole path that is too long, the first octet beyond the limit.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The same error seen from a text in which the address begins at `octets`.
    pub(crate) const fn behind(self, octets: usize) -> Self {
        Self {
            kind: self.kind,
            offset: self.offset + octets,
        }
    }
}

/// The kinds of [`AddressError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressErrorKind {
    /// The text is empty.
    Empty,
    /// A control character, a line separator or a NUL, which no address may hold, quoted or not.
    Control,
    /// The local part is empty, has a dot in the wrong place or a character that must be quoted.
    LocalPart,
    /// A quoted local part is not closed, or its backslash stands before nothing that it may stand before.
    QuotedString,
    /// No `@` follows the local part.
    MissingAt,
    /// A label of the domain is empty, begins or ends with a hyphen or holds a character that no domain has.
    Domain,
    /// The text in square brackets is no address literal.
    Literal,
    /// The address is complete but something follows it.
    Trailing,
    /// The local part is longer than 64 octets.
    LocalPartTooLong,
    /// A label of the domain is longer than 63 octets, or than the 59 characters that fit into an A-label.
    LabelTooLong,
    /// The domain is longer than 255 octets.
    DomainTooLong,
    /// The mailbox is longer than 254 octets.
    PathTooLong,
    /// The text is not ASCII where only ASCII may stand.
    NotAscii,
    /// A path is not enclosed in angle brackets.
    Bracket,
}

/// The fault and what to do about it.
impl fmt::Display for AddressErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the address is empty: write local-part@domain",
            Self::Control => "control characters are not allowed in addresses: remove them",
            Self::LocalPart => {
                "the local part is empty, has a misplaced dot or an unquoted special character: \
                 put it in double quotes if it is meant so"
            }
            Self::QuotedString => {
                "the quoted local part is not closed, or has a stray backslash: close it with a double quote"
            }
            Self::MissingAt => "an @ and a domain must follow the local part",
            Self::Domain => {
                "the domain has an empty label, a misplaced hyphen or a character no domain has: \
                 use letters, digits, hyphens and dots"
            }
            Self::Literal => "not an address literal: write [192.0.2.1] or [IPv6:2001:db8::1]",
            Self::Trailing => "text follows the address: give one bare address, without name or list",
            Self::LocalPartTooLong => "the local part is longer than 64 octets",
            Self::LabelTooLong => "a label of the domain is longer than 63 octets",
            Self::DomainTooLong => "the domain is longer than 255 octets",
            Self::PathTooLong => "the address is longer than 254 octets",
            Self::NotAscii => "only ASCII may stand here: give the domain in its xn-- form",
            Self::Bracket => "a path must be enclosed in angle brackets",
        })
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at octet {})", self.kind, self.offset)
    }
}

impl Error for AddressError {}
