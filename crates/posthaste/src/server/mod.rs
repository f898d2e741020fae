//! The server: where it is, how it is spoken to, and who speaks.

mod error;
mod host;
mod login;
mod settings;
mod url;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use posthaste_proto::address::ClientName;
use posthaste_proto::session::{Chunking, Dialect, Limits, RecipientPolicy, Timeouts};

pub use error::{ServerError, ServerErrorKind};
pub use host::Host;
pub(crate) use login::{Login, Manner};

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
    pub(crate) login: Login,
    pub(crate) manner: Manner,
    pub(crate) authorities: Vec<Authority>,
    pub(crate) authorities_only: bool,
    pub(crate) tls_name: Option<Host>,
    pub(crate) hello: Option<ClientName>,
    pub(crate) timeouts: Timeouts,
    pub(crate) connect_timeout: Duration,
    pub(crate) recipients: RecipientPolicy,
    pub(crate) chunking: Chunking,
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
            login: Login::default(),
            manner: Manner::default(),
            authorities: Vec::new(),
            authorities_only: false,
            tls_name: None,
            hello: None,
            timeouts: Timeouts::default(),
            connect_timeout: Self::CONNECT_TIMEOUT,
            recipients: RecipientPolicy::default(),
            chunking: Chunking::default(),
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

    /// Sets when content goes in chunks (BDAT, RFC 3030). Otherwise only content that is binary does.
    #[must_use]
    pub fn chunking(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Sets the bounds of what a session keeps.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
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
        if let Some(user) = self.user() {
            write!(f, "{}@", url::Escaped(user))?;
        }
        write!(f, "{}:{}", self.host, self.port())
    }
}

/// Neither secrets nor certificates.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("dialect", &self.dialect)
            .field("host", &self.host)
            .field("port", &self.port())
            .field("tls", &self.tls)
            .field("login", &self.login)
            .field("manner", &self.manner)
            .field("authorities", &self.authorities)
            .field("authorities_only", &self.authorities_only)
            .field("tls_name", &self.tls_name)
            .field("hello", &self.hello)
            .field("timeouts", &self.timeouts)
            .field("connect_timeout", &self.connect_timeout)
            .field("recipients", &self.recipients)
            .field("chunking", &self.chunking)
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
