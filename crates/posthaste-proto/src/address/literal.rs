use alloc::string::{String, ToString as _};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use super::{AddressError, parser};

/// An address literal, printed with its square brackets (RFC 5321 4.1.3).
///
/// ```
/// use posthaste_proto::address::AddressLiteral;
///
/// assert_eq!(AddressLiteral::V4("192.0.2.1".parse()?).to_string(), "[192.0.2.1]");
/// assert_eq!(AddressLiteral::V6("2001:db8::1".parse()?).to_string(), "[IPv6:2001:db8::1]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressLiteral {
    /// `[192.0.2.1]`
    V4(Ipv4Addr),
    /// `[IPv6:2001:db8::1]`
    V6(Ipv6Addr),
    /// `[tag:content]` for a tag other than IPv6.
    General(GeneralLiteral),
}

impl AddressLiteral {
    pub(crate) fn encoded_len(&self) -> usize {
        self.to_string().len()
    }
}

impl fmt::Display for AddressLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => write!(f, "[{address}]"),
            Self::V6(address) => write!(f, "[IPv6:{address}]"),
            Self::General(GeneralLiteral { tag, content }) => write!(f, "[{tag}:{content}]"),
        }
    }
}

/// Reads the form with square brackets.
impl FromStr for AddressLiteral {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parser::whole(text, parser::address_literal)
    }
}

/// An IPv4 address that is mapped into IPv6 becomes the IPv4 literal: servers refuse the mapped form.
impl From<IpAddr> for AddressLiteral {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(address),
        }
    }
}

/// A literal of a standardised tag, `tag:content`; parsed only, as no such tag is in use besides IPv6.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GeneralLiteral {
    tag: String,
    content: String,
}

impl GeneralLiteral {
    /// Both were checked by the grammar.
    pub(crate) fn checked(tag: &str, content: &str) -> Self {
        Self {
            tag: tag.to_string(),
            content: content.to_string(),
        }
    }

    /// The tag before the colon.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// What follows the colon.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }
}
