use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use super::socket::Socket;
use super::{Mode, Shared};
use crate::session::{Session, Step};
use crate::store::{Draft, Record};

/// Octets that are read at once.
const READ: usize = 64 << 10;

/// Serves one connection until it is over.
pub(super) fn serve(shared: &Shared, stream: TcpStream, mode: Mode) {
    let timeout = Some(shared.idle_timeout);
    let ready = stream
        .set_nodelay(true)
        .and_then(|()| stream.set_read_timeout(timeout))
        .and_then(|()| stream.set_write_timeout(timeout));
    if ready.is_err() {
        return;
    }
    let mut socket = Socket::Clear(stream);
    let mut tls = None;
    if mode == Mode::ImplicitTls {
        let Some(config) = &shared.tls else { return };
        // A handshake that fails has told the client why by an alert; there is nobody else to tell.
        let Ok((secured, facts)) = socket.start_tls(config) else {
            return;
        };
        socket = secured;
        tls = Some(facts);
    }
    let mut session = Session::new(Arc::clone(&shared.config), tls);
    // Without randomness the session offers what needs none.
    if let Some(seed) = seed() {
        session = session.with_entropy(seed);
    }
    if let Some(socket) = drive(shared, socket, &mut session) {
        socket.close();
    }
}

/// From the system, as TLS takes it.
fn seed() -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut seed).is_ok().then_some(seed)
}

/// Does what the session says. Returns the socket when it is the server that closes it.
fn drive(shared: &Shared, mut socket: Socket, session: &mut Session) -> Option<Socket> {
    let mut draft: Option<Draft> = None;
    let mut buffer = vec![0; READ];
    let mut gone = false;
    loop {
        match session.poll() {
            Step::Write(octets) => match socket.write(octets) {
                Ok(n) if n > 0 => session.written(n),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => {
                    gone = true;
                    session.closed_by_peer();
                }
            },
            // What a client goes on sending would be read even when its socket is shut down for reading.
            Step::Read if shared.connections.are_stopped() => session.shut_down(),
            Step::Read => match socket.flush().and_then(|()| socket.read(&mut buffer)) {
                Ok(n) if n > 0 => session.received(buffer.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) if shared.connections.are_stopped() => session.shut_down(),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    session.timed_out();
                }
                Ok(_) | Err(_) => {
                    gone = true;
                    session.closed_by_peer();
                }
            },
            Step::StartTls => {
                let secured = match &shared.tls {
                    Some(config) => socket.flush().and_then(|()| socket.start_tls(config)),
                    None => return None,
                };
                // After a failed handshake nothing can be said any more and no message is open.
                let Ok((secured, facts)) = secured else {
                    return None;
                };
                socket = secured;
                session.tls_started(facts);
            }
            Step::Begin(_) => match shared.store.begin() {
                Ok(new) => {
                    draft = Some(new);
                    session.stored();
                }
                Err(_) => session.store_failed(),
            },
            Step::Content(octets) => match draft.as_mut().map(|draft| draft.write(octets)) {
                Some(Ok(())) => session.stored(),
                Some(Err(_)) | None => session.store_failed(),
            },
            Step::End(envelope) => {
                let record = Record::new(envelope, (shared.clock)());
                match draft.take().map(|draft| shared.store.finish(draft, record)) {
                    Some(Ok(name)) => session.accepted(&name),
                    Some(Err(_)) | None => session.store_failed(),
                }
            }
            Step::Abort => {
                draft = None;
                session.stored();
            }
            Step::Close => {
                let flushed = socket.flush().is_ok();
                return (flushed && !gone).then_some(socket);
            }
        }
    }
}
