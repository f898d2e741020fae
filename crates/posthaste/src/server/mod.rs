//! The server: where it is, how it is spoken to, and who speaks.

mod error;
mod host;
mod settings;
mod url;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use posthaste_proto::Secret;
use posthaste_proto::address::ClientName;
use posthaste_proto::session::{Dialect, Limits, RecipientPolicy, Timeouts};

pub use error::{ServerError, ServerErrorKind};
pub use host::Host;

/// A server that takes mail, read from a URL and refined by methods.
///
/// | text | meaning |
/// |---|---|
/// | `smtp://[user@]host[:port]` | STARTTLS, required; port 587; on port 465 TLS from the first octet |
/// | `smtps://[user@]host[:port]` | TLS from the first octet; port 465 |
/// | `host[:port]` | the same as `smtp://` |
/// | `lmtp://[user@]host:port` | LMTP (RFC 2033), with TLS as for `smtp://`; no port is usual, so one must be given |
///
/// A loopback server that offers no STARTTLS is spoken to in clear; credentials are not sent in clear even there.
/// User and password are percent-decoded. A password in the URL is taken and never shown again: neither `Display`,
/// `Debug` nor any error has it.
///
/// ```
/// use posthaste::Server;
/// let server: Server = "smtps://ann%40example.org:hunter2@mail.example.org".parse()?;
/// assert_eq!(server.user(), Some("ann@example.org"));
/// assert_eq!(server.to_string(), "smtps://ann%40example.org@mail.example.org:465");
/// # Ok::<(), posthaste::server::ServerError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// LMTP has a port: it comes from the constructor or from the URL.
    pub(crate) dialect: Dialect,
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
    pub(crate) tls: Tls,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) auth_in_clear: bool,
    pub(crate) authorities: Vec<Authority>,
    pub(crate) authorities_only: bool,
    pub(crate) tls_name: Option<Host>,
    pub(crate) hello: Option<ClientName>,
    pub(crate) timeouts: Timeouts,
    pub(crate) connect_timeout: Duration,
    pub(crate) recipients: RecipientPolicy,
    pub(crate) limits: Limits,
}

/// Which encryption a server must be spoken to with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Tls {
    /// What `smtp://` and `lmtp://` mean: port 465 is TLS from the first octet; every other port must offer STARTTLS, except that a
    /// loopback server that does not offer it is spoken to in clear.
    #[default]
    Auto,
    /// STARTTLS (RFC 3207) or nothing, on every port.
    StartTls,
    /// TLS from the first octet (RFC 8314 section 3.3), on every port.
    Implicit,
    /// STARTTLS when it is offered, else in clear. Whoever sits on the way can take the offer away and read everything.
    DangerousOpportunistic,
    /// No TLS. Everything can be read and changed on the way.
    DangerousNone,
}

/// A certificate authority beside those of the system: PEM, one or more certificates.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Authority {
    File(PathBuf),
    Pem(Vec<u8>),
}

impl Server {
    /// How long resolving and connecting may take together, unless [`connect_timeout`](Self::connect_timeout) says
    /// otherwise: 30 seconds.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

    /// The server on this host, as `smtp://host` would name it.
    pub fn new(host: Host) -> Self {
        Self {
            dialect: Dialect::Smtp,
            host,
            port: None,
            tls: Tls::Auto,
            user: None,
            password: None,
            auth_in_clear: false,
            authorities: Vec::new(),
            authorities_only: false,
            tls_name: None,
            hello: None,
            timeouts: Timeouts::default(),
            connect_timeout: Self::CONNECT_TIMEOUT,
            recipients: RecipientPolicy::default(),
            limits: Limits::default(),
        }
    }

    /// The LMTP server (RFC 2033) on this host and port, as `lmtp://host:port` would name it. It answers for each
    /// recipient by itself after the content, so the fates of a [report](crate::Report) can differ there too.
    pub fn lmtp(host: Host, port: u16) -> Self {
        Self {
            dialect: Dialect::Lmtp,
            ..Self::new(host).with_port(port)
        }
    }

    /// Sets the port; otherwise it is 587, and 465 for implicit TLS.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Authenticates as this user with this password.
    #[must_use]
    pub fn credentials(self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.with_user(user).password(password)
    }

    /// Sets the user name alone; the password comes by [`password`](Self::password).
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Sets the password for the user that the URL names.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Speaks without authentication although the URL named a user.
    #[must_use]
    pub fn without_credentials(mut self) -> Self {
        self.user = None;
        self.password = None;
        self
    }

    /// Sets the encryption, whatever the URL's scheme said.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Trusts the certificates in this PEM file too. It is read by [`Client::new`](crate::blocking::Client::new).
    #[must_use]
    pub fn tls_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.authorities.push(Authority::File(path.into()));
        self
    }

    /// Trusts these certificates, in PEM, too.
    #[must_use]
    pub fn tls_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(Authority::Pem(pem.into()));
        self
    }

    /// Trusts the given authorities only, not those of the system.
    #[must_use]
    pub fn tls_ca_only(mut self) -> Self {
        self.authorities_only = true;
        self
    }

    /// The name (or address) that the certificate must have, and that is asked for (SNI), when it is not the host's.
    #[must_use]
    pub fn tls_name(mut self, name: Host) -> Self {
        self.tls_name = Some(name);
        self
    }

    /// What this client calls itself in EHLO. Otherwise: the host name when it is fully qualified, else the address of
    /// the socket's own end as a literal.
    #[must_use]
    pub fn hello(mut self, name: ClientName) -> Self {
        self.hello = Some(name);
        self
    }

    /// Sets the limits of the waits within a session.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets how long resolving and connecting may take together.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets what a refused recipient means for the others.
    #[must_use]
    pub fn recipients(mut self, policy: RecipientPolicy) -> Self {
        self.recipients = policy;
        self
    }

    /// Sets the bounds of what a session keeps.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Lets the password go over a connection without TLS, where everyone on the way can read it.
    #[must_use]
    pub fn dangerous_auth_in_clear(mut self) -> Self {
        self.auth_in_clear = true;
        self
    }

    /// Whether SMTP or LMTP is spoken.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        match (self.port, self.tls) {
            (Some(port), _) => port,
            (None, Tls::Implicit) => 465,
            (
                None,
                Tls::Auto | Tls::StartTls | Tls::DangerousOpportunistic | Tls::DangerousNone,
            ) => 587,
        }
    }

    /// The encryption that was chosen.
    pub fn encryption(&self) -> Tls {
        self.tls
    }

    /// The user, if any.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// True when a password is there.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// `host:port`, for messages.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port())
    }
}

impl FromStr for Server {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        url::parse(text)
    }
}

impl From<Host> for Server {
    fn from(host: Host) -> Self {
        Self::new(host)
    }
}

/// A URL of this server: the user is in it, the password never.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.dialect, self.tls) {
            (Dialect::Lmtp, _) => "lmtp://",
            (Dialect::Smtp, Tls::Implicit) => "smtps://",
            (Dialect::Smtp, _) => "smtp://",
        })?;
        if let Some(user) = &self.user {
            write!(f, "{}@", url::Escaped(user))?;
        }
        write!(f, "{}:{}", self.host, self.port())
    }
}

/// Neither the password nor the certificates.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("dialect", &self.dialect)
            .field("host", &self.host)
            .field("port", &self.port())
            .field("tls", &self.tls)
            .field("user", &self.user)
            .field("password", &self.password)
            .field("auth_in_clear", &self.auth_in_clear)
            .field("authorities", &self.authorities)
            .field("authorities_only", &self.authorities_only)
            .field("tls_name", &self.tls_name)
            .field("hello", &self.hello)
            .field("timeouts", &self.timeouts)
            .field("connect_timeout", &self.connect_timeout)
            .field("recipients", &self.recipients)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Pem(pem) => write!(f, "Pem({} octets)", pem.len()),
        }
    }
}
