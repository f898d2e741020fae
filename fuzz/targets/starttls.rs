//! Invariant: with TLS required, nothing but EHLO, STARTTLS and QUIT is said in clear; a handshake is asked for only when no
//! octet stands behind the 220; and nothing that was learnt in clear survives it.

use std::time::Duration;

use posthaste_proto::session::{Disposition, TlsInfo, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope, Event, Session, Step};

/// The first two octets say where the server's words are cut, the rest is what is put between them.
pub fn run(data: &[u8]) {
    let [first, second, injected @ ..] = data else {
        return;
    };
    let words: &[u8] = b"220 mx\r\n250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n220 go\r\n";
    let at = usize::from(*first) % (words.len() + 1);
    let said = [&words[..at], injected, &words[at..]].concat();
    let piece = usize::from(*second) % 40 + 1;

    let config = Config::new("client.example.org".parse().expect("a name"))
        .tls(TlsPolicy::Required)
        .credentials(Credentials::new("ann", "correct-horse"));
    let mut session = Session::new(config);
    let envelope = Envelope::new(
        "ann@example.org".parse().expect("an address"),
        ["bob@example.net".parse().expect("an address")],
    );
    session.submit(envelope.expect("a recipient"), ContentSpec::seven_bit(0));
    let (mut left, mut wire, mut encrypted) = (said.as_slice(), Vec::new(), false);
    for _ in 0..10_000 {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                wire.extend_from_slice(bytes);
                session.written(n);
            }
            Step::Read { .. } if left.is_empty() => session.closed_by_peer(),
            Step::Read { .. } => {
                let (now, later) = left.split_at(piece.min(left.len()));
                left = later;
                session.received(now);
            }
            Step::StartTls { .. } => {
                assert!(!encrypted, "a second handshake");
                // The peer is gone behind the handshake: whatever was there before it must not count.
                encrypted = true;
                left = &[];
                assert!(session.capabilities().is_some());
                session.tls_started(TlsInfo::default());
                assert!(session.capabilities().is_none(), "learnt in clear");
            }
            Step::Event(Event::Done { report }) => {
                assert_eq!(report.disposition(), Disposition::NotSent)
            }
            Step::Event(_) => {}
            Step::Close { .. } => break,
            Step::Content(_) | Step::Credentials(_) | Step::Idle => {
                panic!("the session got further than TLS")
            }
        }
    }
    for line in wire
        .split(|octet| *octet == b'\n')
        .filter(|line| !line.is_empty())
    {
        let allowed: [&[u8]; 3] = [b"EHLO client.example.org\r", b"STARTTLS\r", b"QUIT\r"];
        assert!(
            allowed.contains(&line),
            "{:?} in clear",
            line.escape_ascii().to_string()
        );
    }
}
