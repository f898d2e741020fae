use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use posthaste_proto::session::{TlsInfo, TlsMode};
use rustls::ClientConnection;
use rustls::pki_types::ServerName;

use super::binding;
use super::{Connector, Stream, TlsError, TlsErrorKind, Written, is_timeout, timeout};
use crate::server::Host;

/// A stream that is plain until [`start_tls`](Stream::start_tls), and TLS from there on.
pub struct Secure<S> {
    lower: S,
    connector: Arc<Connector>,
    name: Host,
    tls: Option<Box<Tls>>,
}

/// A connection of rustls with what it wants to send. Apart from the stream below, so that both can be borrowed.
struct Tls {
    connection: ClientConnection,
    /// Records to be sent, and how many of their octets were.
    out: Vec<u8>,
    sent: usize,
    /// The first octets that the peer sent in the handshake: plain text gives itself away.
    seen: Vec<u8>,
}

impl<S: Stream> Secure<S> {
    /// Puts TLS within reach of a stream. `name` is what the certificate must be for.
    pub fn new(lower: S, connector: Arc<Connector>, name: Host) -> Self {
        Self {
            lower,
            connector,
            name,
            tls: None,
        }
    }

    /// The stream below.
    pub fn lower(&self) -> &S {
        &self.lower
    }

    /// Whether the peer speaks TLS: sends a ClientHello, whatever was said before, and looks at the first octet of the
    /// answer. The stream is of no use afterwards.
    pub(crate) fn probe(&mut self, limit: Duration) -> bool {
        if self.tls.is_some() {
            return false;
        }
        match self.start_tls(TlsMode::Implicit, limit) {
            Ok(_) => true,
            Err(_) => self
                .tls
                .as_ref()
                .is_some_and(|tls| matches!(tls.seen.first(), Some(0x15 | 0x16))),
        }
    }

    fn begin(&self) -> Result<Box<Tls>, TlsError> {
        let config = self.connector.config()?;
        let name = match (self.name.address(), self.name.name()) {
            (Some(address), _) => ServerName::from(address),
            (None, name) => {
                ServerName::try_from(name.unwrap_or_default().to_owned()).map_err(|_| {
                    let message = format!("no certificate can be for the name {}", self.name);
                    TlsError::new(TlsErrorKind::NameMismatch, message)
                })?
            }
        };
        let connection =
            ClientConnection::new(config, name).map_err(|error| TlsError::of(&error))?;
        Ok(Box::new(Tls {
            connection,
            out: Vec::new(),
            sent: 0,
            seen: Vec::new(),
        }))
    }
}

impl Tls {
    const SEEN: usize = 80;

    fn handshake<S: Stream>(
        &mut self,
        lower: &mut S,
        limit: Duration,
    ) -> Result<TlsInfo, TlsError> {
        let begin = Instant::now();
        let left = || limit.saturating_sub(begin.elapsed());
        loop {
            self.flush(lower, left(), false)
                .map_err(|error| self.failed(&error))?;
            if !self.connection.is_handshaking() {
                return Ok(self.info());
            }
            let mut below = Below {
                stream: &mut *lower,
                limit: left(),
                seen: Some(&mut self.seen),
            };
            let read = self.connection.read_tls(&mut below);
            match read {
                Ok(0) => return Err(self.closed()),
                Ok(_) => {}
                Err(error) => return Err(self.failed(&error)),
            }
            if let Err(error) = self.connection.process_new_packets() {
                // The alert that says why is worth a try.
                let _ = self.flush(lower, Duration::ZERO, false);
                return Err(self.not_tls().unwrap_or_else(|| TlsError::of(&error)));
            }
            if left().is_zero() && self.connection.is_handshaking() {
                return Err(TlsError::timed_out());
            }
        }
    }

    fn info(&self) -> TlsInfo {
        let mut info = TlsInfo::default();
        // As everyone else writes it: TLSv1.2, not TLSv1_2.
        info.protocol = self
            .connection
            .protocol_version()
            .map(|version| format!("{version:?}").replace('_', "."));
        info.cipher = self
            .connection
            .negotiated_cipher_suite()
            .map(|suite| format!("{:?}", suite.suite()));
        info.exporter = binding::exporter(&self.connection);
        let certificate = self.connection.peer_certificates().and_then(<[_]>::first);
        info.server_end_point = certificate.and_then(|own| binding::server_end_point(own));
        info
    }

    fn failed(&self, error: &io::Error) -> TlsError {
        if is_timeout(error) {
            return TlsError::timed_out();
        }
        self.not_tls().unwrap_or_else(|| {
            TlsError::new(
                TlsErrorKind::Closed,
                format!("the connection was lost in the handshake: {error}"),
            )
        })
    }

    fn closed(&self) -> TlsError {
        self.not_tls().unwrap_or_else(|| {
            TlsError::new(
                TlsErrorKind::Closed,
                "the server closed the connection in the handshake",
            )
        })
    }

    /// Plain text instead of a record.
    fn not_tls(&self) -> Option<TlsError> {
        TlsError::not_tls(&self.seen, Self::SEEN)
    }

    /// Sends what rustls wants to send. `hear`: gives up when there is something to read and sending would wait.
    fn flush<S: Stream>(
        &mut self,
        lower: &mut S,
        limit: Duration,
        hear: bool,
    ) -> io::Result<Flushed> {
        let begin = Instant::now();
        loop {
            while self.connection.wants_write() {
                self.connection.write_tls(&mut self.out)?;
            }
            let rest = self.out.get(self.sent..).unwrap_or_default();
            if rest.is_empty() {
                self.out.clear();
                self.sent = 0;
                return Ok(Flushed::All);
            }
            let left = limit.saturating_sub(begin.elapsed());
            let written = if hear {
                lower.write_or_hear(rest, left)?
            } else {
                Written::Octets(lower.write(rest, left)?)
            };
            match written {
                Written::Octets(0) => return Err(io::ErrorKind::WriteZero.into()),
                Written::Octets(n) => self.sent += n,
                Written::Readable => return Ok(Flushed::Readable),
            }
        }
    }

    fn read<S: Stream>(
        &mut self,
        lower: &mut S,
        into: &mut [u8],
        limit: Duration,
    ) -> io::Result<usize> {
        let begin = Instant::now();
        let mut left = limit;
        loop {
            match self.connection.reader().read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The end, with or without close_notify, is one of these.
                done => return done,
            }
            // A peer that takes nothing may still have something to say, so reading goes on however this ends.
            let _ = self.flush(lower, left, true);
            left = limit.saturating_sub(begin.elapsed());
            self.connection.read_tls(&mut Below {
                stream: &mut *lower,
                limit: left,
                seen: None,
            })?;
            if let Err(error) = self.connection.process_new_packets() {
                let _ = self.flush(lower, Duration::ZERO, false);
                return Err(io::Error::new(io::ErrorKind::InvalidData, error));
            }
            if left.is_zero() {
                return match self.connection.reader().read(into) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(timeout()),
                    done => done,
                };
            }
        }
    }

    fn write<S: Stream>(
        &mut self,
        lower: &mut S,
        octets: &[u8],
        limit: Duration,
        hear: bool,
    ) -> io::Result<Written> {
        match self.flush(lower, limit, hear)? {
            Flushed::All => {}
            Flushed::Readable => return Ok(Written::Readable),
        }
        let n = self.connection.writer().write(octets)?;
        // What does not go out at once goes out before the next write, or while the next read waits.
        match self.flush(lower, Duration::ZERO, hear) {
            Ok(_) => Ok(Written::Octets(n)),
            Err(error) if is_timeout(&error) => Ok(Written::Octets(n)),
            Err(error) => Err(error),
        }
    }
}

enum Flushed {
    All,
    Readable,
}

impl<S: Stream> Stream for Secure<S> {
    fn read(&mut self, into: &mut [u8], limit: Duration) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => tls.read(&mut self.lower, into, limit),
            None => self.lower.read(into, limit),
        }
    }

    fn write(&mut self, octets: &[u8], limit: Duration) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => match tls.write(&mut self.lower, octets, limit, false)? {
                Written::Octets(n) => Ok(n),
                Written::Readable => Err(timeout()),
            },
            None => self.lower.write(octets, limit),
        }
    }

    fn write_or_hear(&mut self, octets: &[u8], limit: Duration) -> io::Result<Written> {
        match &mut self.tls {
            Some(tls) => tls.write(&mut self.lower, octets, limit, true),
            None => self.lower.write_or_hear(octets, limit),
        }
    }

    fn start_tls(&mut self, _mode: TlsMode, limit: Duration) -> Result<TlsInfo, TlsError> {
        let mut tls = match self.tls.take() {
            Some(tls) => tls,
            None => self.begin()?,
        };
        let result = tls.handshake(&mut self.lower, limit);
        self.tls = Some(tls);
        result
    }

    fn close(&mut self, limit: Duration) {
        if let Some(tls) = &mut self.tls {
            tls.connection.send_close_notify();
            // Where a few octets do not fit into the send buffer, nobody is reading them either.
            let _ = tls.flush(&mut self.lower, Duration::ZERO, false);
        }
        self.lower.close(limit);
    }
}

/// The stream below as rustls wants it.
struct Below<'a, S> {
    stream: &'a mut S,
    limit: Duration,
    seen: Option<&'a mut Vec<u8>>,
}

impl<S: Stream> Read for Below<'_, S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(into, self.limit)?;
        if let Some(seen) = &mut self.seen {
            let room = Tls::SEEN.saturating_sub(seen.len());
            seen.extend(into.iter().take(n.min(room)));
        }
        Ok(n)
    }
}

impl<S: fmt::Debug> fmt::Debug for Secure<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure")
            .field("lower", &self.lower)
            .field("name", &self.name)
            .field("tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}
