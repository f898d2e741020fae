use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use super::{AddressError, AddressErrorKind, Mailbox, parser};

/// The reverse-path of a transaction: where reports of failure go (RFC 5321 4.1.1.2). Null for messages that must
/// not cause such a report (4.5.5).
///
/// Printed and parsed without angle brackets; the null path is the empty text.
///
/// ```
/// use posthaste_proto::address::ReversePath;
///
/// let path: ReversePath = "ann@example.org".parse()?;
/// assert_eq!(path.to_string(), "ann@example.org");
/// assert_eq!("".parse::<ReversePath>()?, ReversePath::null());
/// # Ok::<(), posthaste_proto::address::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReversePath(Option<Mailbox>);

impl ReversePath {
    /// The null reverse-path, `<>` on the wire.
    #[must_use]
    pub const fn null() -> Self {
        Self(None)
    }

    /// Whether this is the null reverse-path.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// The mailbox, unless the path is null.
    #[must_use]
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        self.0.as_ref()
    }

    /// Whether it is ASCII. One that is not needs SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.0.as_ref().is_none_or(Mailbox::is_ascii)
    }
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(mailbox) => mailbox.fmt(f),
            None => Ok(()),
        }
    }
}

impl FromStr for ReversePath {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            Ok(Self::null())
        } else {
            text.parse().map(|mailbox| Self(Some(mailbox)))
        }
    }
}

impl From<Mailbox> for ReversePath {
    fn from(mailbox: Mailbox) -> Self {
        Self(Some(mailbox))
    }
}

/// The forward-path of a recipient (RFC 5321 4.1.1.3).
///
/// Printed and parsed without angle brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ForwardPath {
    /// A mailbox.
    Mailbox(Mailbox),
    /// `Postmaster` without a domain, which every server must know (RFC 5321 4.5.1).
    Postmaster,
}

impl ForwardPath {
    /// The mailbox, unless this is the bare `Postmaster`.
    #[must_use]
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Mailbox(mailbox) => Some(mailbox),
            Self::Postmaster => None,
        }
    }

    /// Whether it is ASCII. One that is not needs SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.mailbox().is_none_or(Mailbox::is_ascii)
    }

    /// Whether both are the same recipient; see [`Mailbox::is_same`].
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Mailbox(a), Self::Mailbox(b)) => a.is_same(b),
            (Self::Postmaster, Self::Postmaster) => true,
            (Self::Mailbox(_), Self::Postmaster) | (Self::Postmaster, Self::Mailbox(_)) => false,
        }
    }

    pub(crate) fn cmp_same(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Mailbox(a), Self::Mailbox(b)) => a.cmp_same(b),
            (Self::Postmaster, _) | (_, Self::Postmaster) => self.cmp(other),
        }
    }
}

impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mailbox(mailbox) => mailbox.fmt(f),
            Self::Postmaster => f.write_str("Postmaster"),
        }
    }
}

impl FromStr for ForwardPath {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.eq_ignore_ascii_case("postmaster") {
            return Ok(Self::Postmaster);
        }
        text.parse().map(Self::Mailbox)
    }
}

impl From<Mailbox> for ForwardPath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

/// Reads a reverse-path at the head of `line` as a server gets it, `<...>`, and returns what follows it.
///
/// A source route is read and dropped (RFC 5321 App. C).
pub(crate) fn reverse_path(line: &str) -> Result<(&str, ReversePath), AddressError> {
    if let Some(rest) = line.strip_prefix("<>") {
        return Ok((rest, ReversePath::null()));
    }
    let (rest, mailbox) = parser::leading(line, parser::path)?;
    Ok((rest, ReversePath(Some(mailbox))))
}

/// Reads a forward-path at the head of `line`; see [`reverse_path`].
pub(crate) fn forward_path(line: &str) -> Result<(&str, ForwardPath), AddressError> {
    const POSTMASTER: &str = "<postmaster>";
    if let Some((head, rest)) = line.split_at_checked(POSTMASTER.len())
        && head.eq_ignore_ascii_case(POSTMASTER)
    {
        return Ok((rest, ForwardPath::Postmaster));
    }
    if line.starts_with("<>") {
        return Err(AddressError::new(AddressErrorKind::Empty, 1));
    }
    let (rest, mailbox) = parser::leading(line, parser::path)?;
    Ok((rest, ForwardPath::Mailbox(mailbox)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn paths_are_read_at_the_head_of_a_line() {
        let (rest, path) = reverse_path("<ann@example.org> SIZE=1").unwrap();
        assert_eq!(
            (rest, path.to_string().as_str()),
            (" SIZE=1", "ann@example.org")
        );
        let (rest, path) = reverse_path("<> BODY=7BIT").unwrap();
        assert_eq!((rest, path), (" BODY=7BIT", ReversePath::null()));
        let (rest, path) = forward_path("<pOSTMASTER> X").unwrap();
        assert_eq!((rest, path), (" X", ForwardPath::Postmaster));
        let (rest, path) = forward_path(r#"<"a> b"@c>"#).unwrap();
        assert_eq!((rest, path.to_string().as_str()), ("", r#""a> b"@c"#));
    }

    #[test]
    fn source_routes_are_dropped() {
        let (rest, path) = forward_path("<@one.example,@[192.0.2.1]:ann@example.org>").unwrap();
        assert_eq!((rest, path.to_string().as_str()), ("", "ann@example.org"));
        assert!(
            "@one.example:ann@example.org"
                .parse::<ForwardPath>()
                .is_err()
        );
        assert!(forward_path("<@one.example,:ann@example.org>").is_err());
        assert!(forward_path("<@one.example>").is_err());
    }

    #[test]
    fn broken_paths_say_where() {
        let at = |line| {
            forward_path(line)
                .map_err(|e| (e.kind(), e.offset()))
                .unwrap_err()
        };
        assert_eq!(at("ann@example.org"), (AddressErrorKind::Bracket, 0));
        assert_eq!(at("<ann@example.org"), (AddressErrorKind::Bracket, 16));
        assert_eq!(
            at("<ann@example.org SIZE=1>"),
            (AddressErrorKind::Bracket, 16)
        );
        assert_eq!(at("<>"), (AddressErrorKind::Empty, 1));
        assert_eq!(at("<a..b@c>"), (AddressErrorKind::LocalPart, 3));
    }
}
