use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::error::{ServerError, ServerErrorKind};

/// The name or the IP address of a host.
///
/// A name has ASCII letters, digits, hyphens and underscores (container networks use them) in labels of at most 63
/// octets, 253 in all; a dot at the end is taken and dropped. An IPv6 address may stand in square brackets.
///
/// ```
/// use posthaste::server::Host;
/// assert!("localhost".parse::<Host>()?.is_loopback());
/// assert_eq!("[2001:db8::1]".parse::<Host>()?.to_string(), "[2001:db8::1]");
/// assert!("mail.example.org\r\n".parse::<Host>().is_err());
/// # Ok::<(), posthaste::server::ServerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Host(Inner);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Inner {
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// The name, unless this is an address.
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Inner::Name(name) => Some(name),
            Inner::Address(_) => None,
        }
    }

    /// The address, unless this is a name.
    pub fn address(&self) -> Option<IpAddr> {
        match self.0 {
            Inner::Name(_) => None,
            Inner::Address(address) => Some(address),
        }
    }

    /// A loopback address, `localhost` or a name under it (RFC 6761 section 6.3).
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            Inner::Name(name) => under(name, "localhost"),
            Inner::Address(address) => address.to_canonical().is_loopback(),
        }
    }

    /// Names under `.invalid`, which never exist (RFC 6761 section 6.4): nobody needs to be asked.
    pub(crate) fn is_invalid(&self) -> bool {
        self.name().is_some_and(|name| under(name, "invalid"))
    }
}

/// Whether a name is this top level or stands under it.
fn under(name: &str, top: &str) -> bool {
    name.rsplit('.')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case(top))
}

impl FromStr for Host {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        if let Some(inner) = text.strip_prefix('[') {
            let address = inner
                .strip_suffix(']')
                .and_then(|inner| inner.parse::<Ipv6Addr>().ok());
            let address = address.ok_or_else(|| ServerError::new(ServerErrorKind::Host, 0))?;
            return Ok(Self(Inner::Address(address.into())));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(Inner::Address(address)));
        }
        name(text).map(|name| Self(Inner::Name(name.to_owned())))
    }
}

fn name(text: &str) -> Result<&str, ServerError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if let Some((at, found)) = name.char_indices().find(|(_, found)| !is_of_a_name(*found)) {
        let kind = match found {
            ':' => ServerErrorKind::Brackets,
            found if found.is_control() || found.is_whitespace() => ServerErrorKind::Control,
            found if !found.is_ascii() => ServerErrorKind::HostNotAscii,
            _ => ServerErrorKind::Host,
        };
        return Err(ServerError::new(kind, at));
    }
    let mut at = 0;
    for label in name.split('.') {
        // A last label of digits would be an address of an old form to the resolver (0x7f.1, 127.1).
        if label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-') {
            return Err(ServerError::new(ServerErrorKind::Host, at));
        }
        at += label.len() + 1;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    if name.len() > 253
        || last.bytes().all(|octet| octet.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|octet| octet.is_ascii_hexdigit()))
    {
        return Err(ServerError::new(ServerErrorKind::Host, 0));
    }
    Ok(name)
}

fn is_of_a_name(found: char) -> bool {
    found.is_ascii_alphanumeric() || matches!(found, '-' | '_' | '.')
}

/// As in a URL: an IPv6 address in square brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Name(name) => f.write_str(name),
            Inner::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Inner::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self(Inner::Address(address))
    }
}
