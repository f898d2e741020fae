//! Sockets and threads around the sans-IO session. No decision about SMTP is taken here.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};
use std::{fmt, io};

mod connection;
mod connections;
mod socket;

use crate::config::Config;
use crate::store::Store;
pub(crate) use connections::Connections;
pub(crate) use socket::Tls;

/// What all listeners and connections of an inbox share.
pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) tls: Option<Tls>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) idle_timeout: Duration,
    pub(crate) connections: Connections,
}

pub(crate) type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// Whether a listener's connections begin in clear or with a TLS handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Clear,
    ImplicitTls,
}

/// A bound socket and the thread that accepts on it.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub(crate) fn start(shared: &Arc<Shared>, socket: TcpListener, mode: Mode) -> io::Result<Self> {
        let address = socket.local_addr()?;
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new()
            .name(format!("inbox {address}"))
            .spawn(move || accept_all(&shared, &socket, mode))?;
        Ok(Self {
            address,
            thread: Some(thread),
        })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the accepting thread, which must find the connections closed to new ones already.
    pub(crate) fn stop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        // It sleeps in accept: a connection wakes it, and no clock has to tick meanwhile. Where even that fails the
        // process is out of sockets; the thread then ends at the next connection, and is not waited for.
        let reachable = SocketAddr::new(reachable(self.address.ip()), self.address.port());
        if TcpStream::connect_timeout(&reachable, Duration::from_secs(1)).is_ok()
            || thread.is_finished()
        {
            let _ = thread.join();
        }
    }
}

/// An address on which a socket bound to `ip` can be reached from here.
const fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) if v4.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(v6) if v6.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(_) | IpAddr::V6(_) => ip,
    }
}

fn accept_all(shared: &Arc<Shared>, socket: &TcpListener, mode: Mode) {
    while !shared.connections.are_stopped() {
        match socket.accept() {
            Ok((stream, _)) => accept(shared, stream, mode),
            // The client is gone already, or the process has no sockets left: one may end soon.
            Err(_) => shared
                .connections
                .wait_for_change(Duration::from_millis(100)),
        }
    }
}

fn accept(shared: &Arc<Shared>, stream: TcpStream, mode: Mode) {
    let Some(entry) = shared.connections.enter(&stream) else {
        if mode == Mode::Clear && !shared.connections.are_stopped() {
            // Fits any send buffer of a new connection: this does not block.
            let _ = (&stream).write_all(b"421 4.3.2 too many connections\r\n");
        }
        return;
    };
    let shared = Arc::clone(shared);
    // When there is no thread to be had, the entry is dropped with the closure and the client sees a close.
    let _ = thread::Builder::new()
        .name("inbox connection".into())
        .spawn(move || {
            connection::serve(&shared, stream, mode);
            drop(shared);
            drop(entry);
        });
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("config", &self.config)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
