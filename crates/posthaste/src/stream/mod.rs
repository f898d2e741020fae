//! Octets in and out, with limits in time: what a driver needs of a connection.
//!
//! [`Tcp`] is a socket, [`Secure`] adds TLS to any stream. A stream of one's own needs two methods.

mod binding;
mod der;
mod error;
mod secure;
mod tcp;
mod trust;

use std::io;
use std::time::Duration;

use posthaste_proto::session::{TlsInfo, TlsMode};

pub use error::{TlsError, TlsErrorKind};
pub use secure::Secure;
pub use tcp::Tcp;
pub use trust::Connector;

/// A connection, blocking, with a limit for every wait.
///
/// A wait that runs out is [`io::ErrorKind::WouldBlock`] (or `TimedOut`) and changes nothing; every other error means
/// that the connection is dead. A limit of zero must not wait at all. A stream that keeps written octets back sends
/// them before it waits in `read`.
pub trait Stream {
    /// Reads what is there, or waits for the first of it. 0 is the end.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn read(&mut self, into: &mut [u8], limit: Duration) -> io::Result<usize>;

    /// Writes some of the octets, at least one.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn write(&mut self, octets: &[u8], limit: Duration) -> io::Result<usize>;

    /// The same, but gives up when there is something to read and writing would have to wait: a server may refuse
    /// content early and stop reading it. The default only writes; then such a server is heard when the time is up.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn write_or_hear(&mut self, octets: &[u8], limit: Duration) -> io::Result<Written> {
        self.write(octets, limit).map(Written::Octets)
    }

    /// Does the TLS handshake, as a client, and checks the certificate. Nothing that was received before may be read
    /// after it. Called again after [`TlsErrorKind::TimedOut`], it goes on.
    ///
    /// # Errors
    ///
    /// The default: this stream has no TLS.
    fn start_tls(&mut self, mode: TlsMode, limit: Duration) -> Result<TlsInfo, TlsError> {
        let _ = (mode, limit);
        Err(TlsError::unsupported())
    }

    /// Says goodbye where the stream has a way to; the socket is closed by dropping it.
    fn close(&mut self, limit: Duration) {
        let _ = limit;
    }
}

/// What became of [`Stream::write_or_hear`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "it was written, or something is to be read first"
)]
pub enum Written {
    /// So many octets went out.
    Octets(usize),
    /// Nothing went out; reading will not have to wait.
    Readable,
}

impl<S: Stream + ?Sized> Stream for &mut S {
    fn read(&mut self, into: &mut [u8], limit: Duration) -> io::Result<usize> {
        (**self).read(into, limit)
    }

    fn write(&mut self, octets: &[u8], limit: Duration) -> io::Result<usize> {
        (**self).write(octets, limit)
    }

    fn write_or_hear(&mut self, octets: &[u8], limit: Duration) -> io::Result<Written> {
        (**self).write_or_hear(octets, limit)
    }

    fn start_tls(&mut self, mode: TlsMode, limit: Duration) -> Result<TlsInfo, TlsError> {
        (**self).start_tls(mode, limit)
    }

    fn close(&mut self, limit: Duration) {
        (**self).close(limit);
    }
}

impl<S: Stream + ?Sized> Stream for Box<S> {
    fn read(&mut self, into: &mut [u8], limit: Duration) -> io::Result<usize> {
        (**self).read(into, limit)
    }

    fn write(&mut self, octets: &[u8], limit: Duration) -> io::Result<usize> {
        (**self).write(octets, limit)
    }

    fn write_or_hear(&mut self, octets: &[u8], limit: Duration) -> io::Result<Written> {
        (**self).write_or_hear(octets, limit)
    }

    fn start_tls(&mut self, mode: TlsMode, limit: Duration) -> Result<TlsInfo, TlsError> {
        (**self).start_tls(mode, limit)
    }

    fn close(&mut self, limit: Duration) {
        (**self).close(limit);
    }
}

/// Nothing came in time; the connection may be fine.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// The error of a wait that ran out.
pub(crate) fn timeout() -> io::Error {
    io::ErrorKind::WouldBlock.into()
}
