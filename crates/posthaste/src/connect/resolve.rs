use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::error::{Error, Kind, Retry, Stage};
use crate::server::Host;

/// The addresses of a host, in the order in which the system gives them.
pub(super) fn resolve(host: &Host, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, Error> {
    if let Some(address) = host.address() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = host.name().unwrap_or_default().to_owned();
    if host.is_invalid() {
        return Err(not_found(&name, "names under .invalid never exist"));
    }
    let answer = match ask(name.clone(), port, limit) {
        Ok(answer) => answer,
        Err(Unanswered::Late) => {
            let message = format!("the name {name} was not resolved in {} s", limit.as_secs());
            return Err(
                Error::new(Kind::Connect, "timed-out", Stage::Resolve, message)
                    .with_retry(Retry::Safe),
            );
        }
        Err(Unanswered::NotAsked(error)) => {
            let message = format!("the name {name} cannot be looked up: {error}");
            return Err(
                Error::new(Kind::Connect, "resolver", Stage::Resolve, message)
                    .with_retry(Retry::Safe),
            );
        }
    };
    match answer {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        // RFC 6761 section 6.3: resolvers that do not know these names should.
        _ if host.is_loopback() => Ok([
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ]
        .map(|at| SocketAddr::new(at, port))
        .into()),
        Ok(_) => Err(not_found(&name, "it has no address")),
        Err(error) => Err(not_found(&name, &error.to_string())),
    }
}

enum Unanswered {
    Late,
    NotAsked(io::Error),
}

/// The system's resolver has no time limit, so it is asked on a thread, which is left to itself when it is late.
fn ask(
    name: String,
    port: u16,
    limit: Duration,
) -> Result<io::Result<Vec<SocketAddr>>, Unanswered> {
    let (answer, answered) = mpsc::channel();
    let lookup = move || {
        let found = (name.as_str(), port)
            .to_socket_addrs()
            .map(Iterator::collect);
        let _ = answer.send(found);
    };
    thread::Builder::new()
        .name("posthaste-resolve".to_owned())
        .spawn(lookup)
        .map_err(Unanswered::NotAsked)?;
    answered.recv_timeout(limit).map_err(|_| Unanswered::Late)
}

/// The standard library does not tell "no such name" from "no resolver answered", but the system's words do.
fn not_found(name: &str, why: &str) -> Error {
    let passing = why.contains("Temporary failure") || why.contains("try again");
    let reason = if passing { "resolver" } else { "not-found" };
    let why = why
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(why);
    let message = format!("the host {name} was not found: {why}");
    let retry = if passing { Retry::Safe } else { Retry::Never };
    Error::new(Kind::Connect, reason, Stage::Resolve, message).with_retry(retry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(host: &str) -> Result<Vec<SocketAddr>, Error> {
        resolve(&host.parse().unwrap(), 25, Duration::from_secs(60))
    }

    #[test]
    fn addresses_and_loopback_names_need_no_resolver() {
        assert_eq!(
            resolved("192.0.2.1").unwrap(),
            ["192.0.2.1:25".parse().unwrap()]
        );
        assert_eq!(
            resolved("[2001:db8::1]").unwrap(),
            ["[2001:db8::1]:25".parse().unwrap()]
        );
        assert!(
            resolved("mail.localhost")
                .unwrap()
                .iter()
                .all(|address| address.ip().is_loopback())
        );
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        let error = resolved("mail.example.invalid").unwrap_err();
        assert_eq!(
            (error.kind(), error.reason(), error.stage()),
            (Kind::Connect, "not-found", Stage::Resolve)
        );
        assert_eq!(error.retry(), Retry::Never);
        assert_eq!(
            not_found("h", "Temporary failure in name resolution").retry(),
            Retry::Safe
        );
    }
}
