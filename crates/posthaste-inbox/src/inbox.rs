//! The server as an object: started, asked for its messages, stopped.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use posthaste_proto::address::AddressError;

use crate::builder::Builder;
use crate::listener::{Listener, Shared};
use crate::reply::ReplyError;
use crate::store::Message;

/// A running server. Dropped, it stops: sockets are closed and its threads end.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Inbox {
    pub(crate) shared: Arc<Shared>,
    pub(crate) listener: Listener,
    pub(crate) tls_listener: Option<Listener>,
    pub(crate) ca_pem: Option<String>,
}

impl Inbox {
    /// The settings of a server that is not running yet.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens, for SMTP that begins in clear.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The port of [`Inbox::address`].
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address().port()
    }

    /// Where it listens for implicit TLS, if [`Builder::implicit_tls`] asked for that.
    #[must_use]
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls_listener.as_ref().map(Listener::address)
    }

    /// The port of [`Inbox::tls_address`].
    #[must_use]
    pub fn tls_port(&self) -> Option<u16> {
        self.tls_address().map(|address| address.port())
    }

    /// The issuer of the server's certificate in PEM, for clients to trust. `None` without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// All messages accepted so far, in order.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.shared.store.messages()
    }

    /// Waits until there are at least `count` messages, and returns all.
    ///
    /// # Errors
    ///
    /// When `timeout` passes before.
    pub fn wait_for(&self, count: usize, timeout: Duration) -> Result<Vec<Message>, TimedOut> {
        self.shared
            .store
            .wait_for(count, timeout)
            .map_err(|have| TimedOut {
                wanted: count,
                have,
            })
    }

    /// Stops the server: open connections get 421, every thread ends. Returns the messages.
    pub fn stop(mut self) -> Vec<Message> {
        self.end();
        self.messages()
    }

    fn end(&mut self) {
        self.shared.connections.stop();
        self.listener.stop();
        if let Some(listener) = &mut self.tls_listener {
            listener.stop();
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.end();
    }
}

/// Too few messages came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimedOut {
    /// So many were waited for.
    pub wanted: usize,
    /// So many came.
    pub have: usize,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} messages came in time", self.have, self.wanted)
    }
}

impl Error for TimedOut {}

/// Why a server does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The server's name or a recipient to refuse is no valid address.
    Address {
        /// What was given.
        given: String,
        /// What is wrong with it.
        error: AddressError,
    },
    /// A reply cannot be said.
    Reply(ReplyError),
    /// The directory cannot be made or read.
    Directory {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        error: io::Error,
    },
    /// No certificate could be made or used.
    Certificate(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { given, error } => write!(f, "{given:?}: {error}"),
            Self::Reply(error) => error.fmt(f),
            Self::Directory { path, error } => {
                write!(f, "cannot keep messages in {}: {error}", path.display())
            }
            Self::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            Self::Certificate(error) => write!(f, "cannot make a certificate: {error}"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Address { error, .. } => Some(error),
            Self::Reply(error) => Some(error),
            Self::Directory { error, .. } | Self::Listen { error, .. } => Some(error),
            Self::Certificate(error) => Some(&**error),
        }
    }
}
