use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use super::{AddressError, AddressErrorKind, AddressLiteral, Domain, DomainName};

/// What a client calls itself behind EHLO, HELO or LHLO: a domain name or an address literal, always ASCII (RFC 5321
/// 4.1.1.1).
///
/// ```
/// use posthaste_proto::address::ClientName;
///
/// let name: ClientName = "client.example.org".parse()?;
/// assert_eq!(name.to_string(), "client.example.org");
///
/// // A host without a qualified name gives its address. A mapped IPv4 address becomes plain.
/// let name = ClientName::from(core::net::IpAddr::from([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]));
/// assert_eq!(name.to_string(), "[192.0.2.1]");
/// # Ok::<(), posthaste_proto::address::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientName(Domain);

impl ClientName {
    /// Takes a domain name or an address literal in square brackets.
    ///
    /// # Errors
    ///
    /// When it is neither, or not ASCII.
    pub fn new(name: &str) -> Result<Self, AddressError> {
        Self::try_from(name.parse::<Domain>()?)
    }

    /// Whether a server on the Internet can make something of it: a name of more than one label, or a literal.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        match &self.0 {
            Domain::Name(name) => name.is_qualified(),
            Domain::Literal(_) => true,
        }
    }

    /// The name or literal.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.0
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ClientName {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::new(text)
    }
}

impl From<IpAddr> for ClientName {
    fn from(address: IpAddr) -> Self {
        Self(Domain::Literal(AddressLiteral::from(address)))
    }
}

impl TryFrom<Domain> for ClientName {
    type Error = AddressError;

    fn try_from(domain: Domain) -> Result<Self, AddressError> {
        let foreign = match &domain {
            Domain::Name(name) => name.as_str().find(|c: char| !c.is_ascii()),
            Domain::Literal(_) => None,
        };
        match foreign {
            Some(offset) => Err(AddressError::new(AddressErrorKind::NotAscii, offset)),
            None => Ok(Self(domain)),
        }
    }
}

impl TryFrom<DomainName> for ClientName {
    type Error = AddressError;

    fn try_from(name: DomainName) -> Result<Self, AddressError> {
        Self::try_from(Domain::Name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_names_are_refused() {
        for text in [
            "",
            "my_host",
            "host name",
            "host\r\nMAIL",
            "[192.0.2.1",
            "192.0.2.1]",
            "a..b",
            "bücher.example",
        ] {
            assert!(ClientName::new(text).is_err(), "{text:?}");
        }
        assert_eq!(
            ClientName::new("bücher.example").unwrap_err().kind(),
            AddressErrorKind::NotAscii
        );
        assert!(ClientName::new("localhost").unwrap().domain().is_ascii());
        assert!(!ClientName::new("localhost").unwrap().is_qualified());
        assert!(ClientName::new("[IPv6:::1]").unwrap().is_qualified());
    }
}
