use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use posthaste_proto::address::ForwardPath;
use posthaste_proto::session::{Recipient, TlsInfo};
use posthaste_proto::{Capabilities, Envelope, Report};

use super::connection::Connection;
use crate::content::Raw;
use crate::error::Error;
use crate::observe::Observer;
use crate::server::Server;
use crate::stream::Connector;

/// Sends messages to one server, each over a connection of its own. Cloning is cheap, and all clones may be used at once.
#[derive(Clone)]
pub struct Client {
    server: Arc<Server>,
    connector: Option<Arc<Connector>>,
    observer: Option<Arc<dyn Observer>>,
}

/// What became of a message that at least one recipient was accepted for.
///
/// It may be that others were refused: [`all_accepted`](Self::all_accepted) tells, [`recipients`](Self::recipients) says who.
#[derive(Debug, Clone)]
#[must_use = "some recipients may have been refused"]
pub struct Sent {
    pub(super) report: Report,
    pub(super) envelope: Envelope,
    pub(super) link: Link,
}

/// Whom a connection was with, and how.
#[derive(Debug, Clone)]
pub struct Link {
    pub(super) server: Arc<str>,
    pub(super) peer: Option<SocketAddr>,
    pub(super) tls: Option<TlsInfo>,
    pub(super) mechanism: Option<&'static str>,
    pub(super) capabilities: Option<Capabilities>,
}

impl Sent {
    /// True when every recipient was accepted.
    pub fn all_accepted(&self) -> bool {
        self.report.disposition() == posthaste_proto::session::Disposition::Accepted
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
        self.mechanism
    }

    /// What the server offered in its last answer to EHLO.
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }
}

impl Client {
    /// A client for this server. Nothing is connected yet; certificate files are read.
    ///
    /// # Errors
    ///
    /// Kind `config`: a user without a password or the reverse, a certificate file that cannot be read or has no
    /// certificate, no trusted authorities at all where TLS is a must.
    pub fn new(server: impl Into<Server>) -> Result<Self, Error> {
        let _ = server.into();
        todo!()
    }

    /// Lets `observer` watch every connection of this client (and of clones made from it from now on).
    #[must_use]
    pub fn observe(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Opens a connection: TLS and authentication included.
    ///
    /// # Errors
    ///
    /// All kinds but `input` and `in-doubt`.
    pub fn connect(&self) -> Result<Connection, Error> {
        todo!()
    }

    /// Sends a ready-made message.
    ///
    /// # Errors
    ///
    /// When no recipient was accepted, or nobody knows; see [`Error`].
    pub fn send_raw(&self, envelope: Envelope, raw: Raw<'_>) -> Result<Sent, Error> {
        let _ = (envelope, raw);
        todo!()
    }

    /// Opens a session, authenticates, and says QUIT: whether the settings work.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn test(&self) -> Result<Link, Error> {
        todo!()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
