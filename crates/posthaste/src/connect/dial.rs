use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::resolve::resolve;
use crate::error::{Error, Kind, Retry, Stage};
use crate::observe::Notice;
use crate::server::Server;

/// Connects to the first address that answers, in the resolver's order.
pub(crate) fn dial(
    server: &Server,
    notify: &mut dyn FnMut(&Notice<'_>),
) -> Result<(TcpStream, SocketAddr), Error> {
    let begin = Instant::now();
    let left = || server.connect_timeout.saturating_sub(begin.elapsed());
    notify(&Notice::Resolving(&server.host));
    let addresses = resolve(&server.host, server.port(), left())?;
    let mut failures: Vec<(SocketAddr, io::Error)> = Vec::new();
    for (tried, address) in addresses.iter().enumerate() {
        let limit = share(left(), addresses.len() - tried);
        if limit.is_zero() {
            failures.push((*address, io::ErrorKind::TimedOut.into()));
            break;
        }
        notify(&Notice::Connecting(*address));
        match TcpStream::connect_timeout(address, limit) {
            Ok(socket) => return Ok((socket, *address)),
            Err(error) => {
                notify(&Notice::ConnectFailed(*address, &error));
                failures.push((*address, error));
            }
        }
    }
    Err(failed(&failures))
}

/// A silent address must not eat the time of those behind it; none gets less than two seconds, unless all have less.
fn share(left: Duration, addresses: usize) -> Duration {
    let share = left / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX);
    share.max(Duration::from_secs(2)).min(left)
}

/// One error of them all: the first one's reason, everyone's words.
fn failed(failures: &[(SocketAddr, io::Error)]) -> Error {
    let reason = failures
        .first()
        .map_or("failed", |(_, error)| reason(error));
    let words: Vec<_> = failures
        .iter()
        .map(|(address, error)| format!("{address}: {}", words(error)))
        .collect();
    let message = format!("cannot connect: {}", words.join("; "));
    Error::new(Kind::Connect, reason, Stage::Connect, message).with_retry(Retry::Safe)
}

fn reason(error: &io::Error) -> &'static str {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the rest has no name of its own"
    )]
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "refused",
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "timed-out",
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable => "unreachable",
        _ => "failed",
    }
}

fn words(error: &io::Error) -> String {
    match reason(error) {
        "refused" => "connection refused".to_owned(),
        "timed-out" => "no answer in time".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shared_among_the_addresses() {
        let seconds = Duration::from_secs;
        assert_eq!(share(seconds(30), 3), seconds(10));
        assert_eq!(share(seconds(3), 3), seconds(2));
        assert_eq!(share(seconds(1), 3), seconds(1));
        assert_eq!(share(Duration::ZERO, 1), Duration::ZERO);
    }

    #[test]
    fn the_error_names_every_address() {
        let at = |text: &str| text.parse().unwrap();
        let refused = io::ErrorKind::ConnectionRefused.into();
        let late = io::ErrorKind::TimedOut.into();
        let error = failed(&[(at("[::1]:25"), refused), (at("127.0.0.1:25"), late)]);
        assert_eq!(
            (error.kind(), error.reason(), error.retry()),
            (Kind::Connect, "refused", Retry::Safe)
        );
        assert_eq!(
            error.message(),
            "cannot connect: [::1]:25: connection refused; 127.0.0.1:25: no answer in time"
        );
    }
}
