use std::net::SocketAddr;
use std::sync::Arc;

use posthaste_proto::address::ForwardPath;
use posthaste_proto::session::{Dialect, Disposition, Recipient, TlsInfo};
use posthaste_proto::{Capabilities, Envelope, Report};

/// What became of a message that at least one recipient was accepted for.
///
/// It may be that others were refused: [`all_accepted`](Self::all_accepted) tells, [`recipients`](Self::recipients) says who.
#[derive(Debug, Clone)]
#[must_use = "some recipients may have been refused"]
pub struct Sent {
    pub(super) report: Report,
    pub(super) envelope: Envelope,
    pub(super) link: Arc<Link>,
}

/// Whom a connection was with, and how.
#[derive(Debug, Clone)]
pub struct Link {
    pub(super) server: String,
    pub(super) dialect: Dialect,
    pub(super) peer: Option<SocketAddr>,
    pub(super) tls: Option<TlsInfo>,
    pub(super) mechanism: Option<String>,
    pub(super) capabilities: Option<Capabilities>,
    /// What is shown to the server is a token: what helps after a refusal differs.
    pub(super) by_token: bool,
}

impl Sent {
    /// True when every recipient was accepted.
    pub fn all_accepted(&self) -> bool {
        self.report.disposition() == Disposition::Accepted
    }

    /// What became of each recipient, in the envelope's order.
    pub fn recipients(&self) -> impl Iterator<Item = (&ForwardPath, &Recipient)> {
        self.envelope
            .recipients()
            .iter()
            .zip(&self.report.recipients)
    }

    /// The report itself.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The envelope as it was sent.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The queue id that the server named, if its text is of a known form.
    pub fn queue_id(&self) -> Option<&str> {
        self.report.queue_id()
    }

    /// Octets of the message, as it was given; dot-stuffing and the terminator are not counted.
    pub fn octets(&self) -> u64 {
        self.report.content
    }

    /// The connection it went over.
    pub fn link(&self) -> &Link {
        &self.link
    }
}

impl Link {
    /// `host:port` as it was asked for.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Whether SMTP or LMTP was spoken.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The address that was connected to; unknown for a stream of the caller's own.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The TLS version and cipher; `None` when it was in clear.
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_ref()
    }

    /// The SASL mechanism by which the session authenticated, as it is named in AUTH.
    pub fn mechanism(&self) -> Option<&str> {
        self.mechanism.as_deref()
    }

    /// What the server offered in its last answer to EHLO.
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }
}
