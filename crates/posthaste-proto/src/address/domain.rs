use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use super::{AddressError, AddressErrorKind, AddressLiteral, parser};

/// What stands behind the `@`: a name or an address literal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// A domain name, `example.org`.
    Name(DomainName),
    /// An address literal, `[192.0.2.1]`.
    Literal(AddressLiteral),
}

impl Domain {
    /// Whether it is ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        match self {
            Self::Name(name) => name.is_ascii(),
            // dcontent is ASCII by its grammar, RFC 6531 did not widen it.
            Self::Literal(_) => true,
        }
    }

    /// Whether both are the same domain, without regard to ASCII case.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a.is_same(b),
            (Self::Literal(a), Self::Literal(b)) => a == b,
            (Self::Name(_), Self::Literal(_)) | (Self::Literal(_), Self::Name(_)) => false,
        }
    }

    pub(crate) fn cmp_same(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => {
                let (a, b) = (a.0.bytes(), b.0.bytes());
                a.map(|octet| octet.to_ascii_lowercase())
                    .cmp(b.map(|octet| octet.to_ascii_lowercase()))
            }
            (Self::Literal(_) | Self::Name(_), Self::Literal(_))
            | (Self::Literal(_), Self::Name(_)) => self.cmp(other),
        }
    }

    pub(crate) fn encoded_len(&self) -> usize {
        match self {
            Self::Name(name) => name.as_str().len(),
            Self::Literal(literal) => literal.encoded_len(),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
        }
    }
}

impl FromStr for Domain {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parser::whole(text, parser::domain)
    }
}

impl From<DomainName> for Domain {
    fn from(name: DomainName) -> Self {
        Self::Name(name)
    }
}

impl From<AddressLiteral> for Domain {
    fn from(literal: AddressLiteral) -> Self {
        Self::Literal(literal)
    }
}

/// A domain name: labels of letters, digits and inner hyphens, joined by dots, without a dot at the end (RFC 5321
/// 4.1.2); labels may hold UTF-8 (RFC 6531 3.3).
///
/// Whether a UTF-8 label is one that IDNA allows is not decided here; characters that could be read as a dot, as a
/// blank or as nothing at all are refused. At most 255 octets, labels of at most 63 (59 characters when not ASCII:
/// that is what an A-label has room for).
///
/// A single label such as `localhost` is a domain name by the grammar.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// The most octets (RFC 5321 4.5.3.1.2).
    pub const MAX: usize = 255;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// Whether both are the same name, without regard to ASCII case.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// Whether it has more than one label, as a fully qualified name of the Internet does.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        self.0.contains('.')
    }

    /// `name` was checked by the grammar except for its lengths.
    pub(crate) fn checked(name: &str) -> Result<Self, AddressError> {
        let mut offset = 0;
        for label in name.split('.') {
            let fits = if label.is_ascii() {
                label.len() <= 63
            } else {
                label.chars().count() <= 59
            };
            if !fits {
                return Err(AddressError::new(AddressErrorKind::LabelTooLong, offset));
            }
            offset += label.len() + 1;
        }
        if name.len() > Self::MAX {
            return Err(AddressError::new(AddressErrorKind::DomainTooLong, 0));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parser::whole(text, parser::domain_name)
    }
}
