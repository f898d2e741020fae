//! A server that stays silent: does it wait for TLS?

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::server::Host;
use crate::stream::{Connector, Secure, Tcp};

/// How long a server may take to say its greeting before it is looked at more closely. Some servers wait on purpose, to
/// see whether the client does; they are waited for all the same.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the closer look may take.
const LOOK: Duration = Duration::from_secs(2);

/// True when the server has said nothing for a while and a second connection shows that it speaks TLS from the first
/// octet. The first connection is not touched: a server that is only slow loses nothing.
pub(crate) fn waits_for_tls(
    socket: &Tcp,
    peer: SocketAddr,
    greeting: Duration,
    connector: &Arc<Connector>,
    name: &Host,
) -> bool {
    if socket.speaks_within(PATIENCE.min(greeting / 2)) {
        return false;
    }
    let second = TcpStream::connect_timeout(&peer, LOOK.min(greeting)).and_then(Tcp::new);
    second.is_ok_and(|second| {
        Secure::new(second, Arc::clone(connector), name.clone()).probe(LOOK.min(greeting))
    })
}
