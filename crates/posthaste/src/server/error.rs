use std::fmt;

/// Why a text names no server, and where the trouble begins. The text itself is not kept: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerError {
    kind: ServerErrorKind,
    offset: usize,
}

/// The kinds of [`ServerError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerErrorKind {
    /// The text is empty.
    Empty,
    /// A control character or a blank.
    Control,
    /// The scheme is none of `smtp`, `smtps` and `lmtp`.
    Scheme,
    /// A user is given without a scheme.
    UserWithoutScheme,
    /// The user is empty.
    User,
    /// A percent sign without two hexadecimal digits, or what they stand for is no text or a control character.
    Percent,
    /// The host is missing, or is neither a name nor an address.
    Host,
    /// The host name is outside ASCII.
    HostNotAscii,
    /// An IPv6 address must stand in square brackets.
    Brackets,
    /// The port is no number from 1 to 65535.
    Port,
    /// The port is missing, and there is no usual one: LMTP.
    NoPort,
    /// A path, query or fragment follows the server.
    Trailing,
}

impl ServerError {
    pub(super) const fn new(kind: ServerErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// The same error seen from a text in which the part begins at `octets`.
    pub(super) const fn behind(self, octets: usize) -> Self {
        Self {
            kind: self.kind,
            offset: self.offset + octets,
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ServerErrorKind {
        self.kind
    }

    /// The octet of the given text where the trouble begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self.kind {
            ServerErrorKind::Empty => {
                "no server is named: write smtp://host, smtps://host or host:port"
            }
            ServerErrorKind::Control => {
                "blanks and control characters are not allowed in the name of a server"
            }
            ServerErrorKind::Scheme => {
                "the scheme must be smtp:// (STARTTLS), smtps:// (TLS from the first octet) or lmtp://"
            }
            ServerErrorKind::UserWithoutScheme => {
                "a user needs the whole form: smtp://user@host or smtps://user@host"
            }
            ServerErrorKind::User => "the user before the @ is empty",
            ServerErrorKind::Percent => {
                "a % must be followed by two hexadecimal digits, and stand for text without control characters; \
                 write %25 for a percent sign"
            }
            ServerErrorKind::Host => "the host is neither a name nor an address",
            ServerErrorKind::HostNotAscii => {
                "the host name is outside ASCII: give it in its xn-- form"
            }
            ServerErrorKind::Brackets => {
                "an IPv6 address stands in square brackets: [2001:db8::1]:587"
            }
            ServerErrorKind::Port => "the port must be a number from 1 to 65535",
            ServerErrorKind::NoPort => {
                "LMTP has no usual port, so it must be given: lmtp://host:port"
            }
            ServerErrorKind::Trailing => {
                "nothing may follow the port; write / as %2F, ? as %3F and # as %23 in a user or password"
            }
        };
        write!(f, "{advice} (at octet {})", self.offset)
    }
}

impl std::error::Error for ServerError {}
