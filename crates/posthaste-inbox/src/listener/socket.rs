use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

use crate::session::TlsFacts;

/// What a handshake needs, and the certificate's own channel binding.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    /// tls-server-end-point, RFC 5929 4.
    pub(crate) end_point: Vec<u8>,
}

/// A connection in clear or inside TLS.
pub(super) enum Socket {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Socket {
    /// Shakes hands. What the session must know of TLS comes along.
    pub(super) fn start_tls(self, tls: &Tls) -> io::Result<(Self, TlsFacts)> {
        let Self::Clear(mut stream) = self else {
            return Err(io::Error::other("TLS is on already"));
        };
        let mut connection =
            ServerConnection::new(Arc::clone(&tls.config)).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        let version = connection.protocol_version();
        let mut facts = TlsFacts::from(match version {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            // The configuration allows no other.
            _ => "TLS",
        });
        // In TLS 1.2 the exporter binds only with the extended master secret (RFC 9266 4.2), and rustls does not tell
        // whether that was agreed on.
        if version == Some(ProtocolVersion::TLSv1_3) {
            facts.exporter = connection
                .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
                .ok();
        }
        facts.server_end_point = Some(tls.end_point.clone());
        Ok((
            Self::Tls(Box::new(StreamOwned::new(connection, stream))),
            facts,
        ))
    }

    /// Says goodbye and waits a little for the client to do so too: closed with input unread, a socket throws away
    /// what the client has not read yet, such as the reason for the close.
    pub(super) fn close(mut self) {
        if let Self::Tls(tls) = &mut self {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
        let stream = match &mut self {
            Self::Clear(stream) => stream,
            Self::Tls(tls) => &mut tls.sock,
        };
        if stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let patience = Duration::from_secs(2);
        let deadline = Instant::now() + patience;
        let mut scratch = [0; 4096];
        while stream.set_read_timeout(Some(patience)).is_ok()
            && stream.read(&mut scratch).is_ok_and(|n| n > 0)
            && Instant::now() < deadline
        {}
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(octets),
            Self::Tls(tls) => tls.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
