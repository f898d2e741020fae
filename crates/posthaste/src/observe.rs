//! Watching a connection: for progress, logs and transcripts.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use posthaste_proto::session::{Event, TlsInfo};

use crate::server::Host;

/// Is told what a connection does, while it does it. Any `Fn(Duration, &Notice)` is one.
///
/// It is called on the thread that sends, between its system calls: what takes long here makes sending slow.
pub trait Observer: Send + Sync {
    /// `at` is the time since the connection was asked for.
    fn notice(&self, at: Duration, notice: &Notice<'_>);
}

impl<F: Fn(Duration, &Notice<'_>) + Send + Sync> Observer for F {
    fn notice(&self, at: Duration, notice: &Notice<'_>) {
        self(at, notice);
    }
}

/// Something that a connection did.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice<'a> {
    /// The host's addresses are looked up.
    Resolving(&'a Host),
    /// A connection to this address is tried.
    Connecting(SocketAddr),
    /// It was tried in vain; the next address follows, if there is one.
    ConnectFailed(SocketAddr, &'a std::io::Error),
    /// There is a connection.
    Connected {
        /// The server's end.
        peer: SocketAddr,
        /// This end.
        local: Option<SocketAddr>,
    },
    /// The TLS handshake succeeded: name and chain of the certificate were accepted.
    Tls(&'a TlsInfo),
    /// These octets of SMTP went out (what TLS makes of them is not shown).
    Sent(Octets<'a>),
    /// These octets of SMTP came in.
    Received(Octets<'a>),
    /// The session told this.
    Event(&'a Event),
    /// The connection is closed.
    Closed,
}

/// Octets as they were on the wire: they may hold a password, so `Debug` shows their number only.
///
/// What is to be shown to people or kept goes through [`Transcript`](crate::transcript::Transcript).
#[derive(Clone, Copy)]
pub struct Octets<'a>(pub(crate) &'a [u8]);

impl<'a> Octets<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The octets themselves, credentials included. Whoever calls this answers for where they go.
    pub fn expose(&self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Octets({})", self.0.len())
    }
}
