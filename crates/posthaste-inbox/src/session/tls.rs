use std::fmt;

/// What the session is told of TLS: the version, and what SCRAM can bind the channel to.
///
/// ```
/// use posthaste_inbox::session::TlsFacts;
///
/// let mut facts = TlsFacts::from("TLSv1.3");
/// facts.exporter = Some([7; 32]);
/// assert_eq!(facts.binding("tls-exporter"), Some(&[7; 32][..]));
/// assert_eq!(facts.binding("tls-unique"), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsFacts {
    /// The version, as it is shown: `TLSv1.3`.
    pub version: String,
    /// tls-exporter (RFC 9266): 32 octets exported with the label `EXPORTER-Channel-Binding` and an empty context. Only
    /// from TLS 1.3, or TLS 1.2 with the extended master secret.
    pub exporter: Option<[u8; 32]>,
    /// tls-server-end-point (RFC 5929 4): the hash of the server's own certificate, by the hash of its signature, and
    /// SHA-256 where that is weaker.
    pub server_end_point: Option<Vec<u8>>,
}

impl TlsFacts {
    /// What a channel binding of this name is (RFC 5929 5), if there is one.
    #[must_use]
    pub fn binding(&self, name: &str) -> Option<&[u8]> {
        match name {
            "tls-exporter" => self.exporter.as_ref().map(<[u8; 32]>::as_slice),
            "tls-server-end-point" => self.server_end_point.as_deref(),
            _ => None,
        }
    }

    /// Whether there is any channel binding.
    pub(crate) const fn can_bind(&self) -> bool {
        self.exporter.is_some() || self.server_end_point.is_some()
    }
}

/// The version alone: no channel binding.
impl From<String> for TlsFacts {
    fn from(version: String) -> Self {
        Self {
            version,
            exporter: None,
            server_end_point: None,
        }
    }
}

/// The version alone: no channel binding.
impl From<&str> for TlsFacts {
    fn from(version: &str) -> Self {
        Self::from(String::from(version))
    }
}

/// What the exporter gave stands for the connection's keys (RFC 9266 2), and does not print.
impl fmt::Debug for TlsFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsFacts")
            .field("version", &self.version)
            .field("exporter", &self.exporter.map(|_| ".."))
            .field("server_end_point", &self.server_end_point)
            .finish()
    }
}
