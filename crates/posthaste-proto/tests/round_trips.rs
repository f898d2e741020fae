//! How often a client waits for the network: one for each time it has nothing left to write and must read. The TCP and
//! TLS 1.3 handshakes are one each, and counted here as the transport would do them.

#![allow(
    clippy::unwrap_used,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::session::{Chunking, TlsInfo, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope, Event, Session, Step};

const CONTENT: &[u8] = b"Subject: x\r\n\r\nhello\r\n";

/// A server that answers everything it has heard at once, with PIPELINING.
#[derive(Default)]
struct Server {
    heard: Vec<u8>,
    encrypted: bool,
    in_content: bool,
    /// Octets of a chunk that are still to come.
    chunk: usize,
}

impl Server {
    fn answer(&mut self) -> Vec<u8> {
        let mut answers = Vec::new();
        loop {
            if self.chunk > 0 {
                let n = self.chunk.min(self.heard.len());
                self.heard.drain(..n);
                self.chunk -= n;
                if self.chunk > 0 {
                    return answers;
                }
                answers.extend_from_slice(b"250 2.0.0 queued\r\n");
            }
            let end: &[u8] = if self.in_content { b".\r\n" } else { b"\r\n" };
            let Some(at) = self
                .heard
                .windows(end.len())
                .position(|window| window == end)
            else {
                return answers;
            };
            let line: Vec<u8> = self.heard.drain(..at + end.len()).collect();
            let answer: &[u8] = match line.get(..4) {
                _ if self.in_content => {
                    self.in_content = false;
                    b"250 2.0.0 queued\r\n"
                }
                Some(b"EHLO") if self.encrypted => {
                    b"250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n"
                }
                Some(b"EHLO") => b"250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
                Some(b"STAR") => b"220 go\r\n",
                Some(b"AUTH") => b"235 ok\r\n",
                Some(b"DATA") => {
                    self.in_content = true;
                    b"354 go\r\n"
                }
                Some(b"BDAT") => {
                    let size = line[5..].split(|octet| *octet == b' ').next().unwrap();
                    self.chunk = std::str::from_utf8(size).unwrap().parse().unwrap();
                    continue;
                }
                Some(b"QUIT") => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            answers.extend_from_slice(answer);
            if self.in_content {
                return answers;
            }
        }
    }
}

/// Round trips when each message was done, counted from the beginning, and at the end.
fn count(
    tls: TlsPolicy,
    chunking: Chunking,
    messages: usize,
    recipients: usize,
    batch: bool,
) -> Vec<usize> {
    let config = Config::new("client.example.org".parse().unwrap())
        .tls(tls)
        .chunking(chunking);
    let mut session = Session::new(config.credentials(Credentials::new("ann", "secret")));
    let mut server = Server::default();
    let mut waiting: Vec<u8> = b"220 mx\r\n".to_vec();
    let envelope = || {
        let paths = (0..recipients).map(|n| format!("r{n}@example.net").parse().unwrap());
        Envelope::new("ann@example.org".parse().unwrap(), paths).unwrap()
    };
    let mut left = messages;
    let mut submit = |session: &mut Session| {
        session.submit(envelope(), ContentSpec::seven_bit(CONTENT.len() as u64));
        left -= 1;
        if left == 0 {
            session.quit();
        }
        left > 0
    };
    while submit(&mut session) && batch {}
    // The TCP handshake.
    let (mut trips, mut done, mut given) = (1, Vec::new(), false);
    loop {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                server.heard.extend_from_slice(bytes);
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => {
                trips += 1;
                waiting.extend(server.answer());
                assert!(!waiting.is_empty(), "both wait");
                session.received(&std::mem::take(&mut waiting));
            }
            Step::StartTls { .. } => {
                trips += 1;
                server.encrypted = true;
                session.tls_started(TlsInfo::default());
            }
            Step::Content(handle) if given => {
                given = false;
                handle.finish();
            }
            Step::Content(handle) => {
                given = true;
                assert_eq!(handle.push(CONTENT), CONTENT.len());
            }
            Step::Event(Event::Done { .. }) => done.push(trips),
            Step::Event(_) => {}
            Step::Idle => {
                submit(&mut session);
            }
            Step::Close { .. } => {
                done.push(trips);
                return done;
            }
            step @ Step::Credentials(_) => panic!("{step:?}"),
        }
    }
}

#[test]
fn the_first_message_and_those_behind_it() {
    for recipients in [1, 50] {
        // Message 1, and QUIT that rides with it.
        assert_eq!(
            count(TlsPolicy::Required, Chunking::Never, 1, recipients, false),
            [9, 9],
            "STARTTLS, {recipients}"
        );
        assert_eq!(
            count(TlsPolicy::Implicit, Chunking::Never, 1, recipients, false),
            [7, 7],
            "implicit TLS, {recipients}"
        );
        // Each next message: two alone, one in a batch.
        assert_eq!(
            count(TlsPolicy::Implicit, Chunking::Never, 3, recipients, false),
            [7, 9, 11, 11],
            "alone, {recipients}"
        );
        assert_eq!(
            count(TlsPolicy::Implicit, Chunking::Never, 4, recipients, true),
            [7, 8, 9, 10, 10],
            "in a batch, {recipients}"
        );
    }
}

#[test]
fn with_chunks_one_less_for_each_message() {
    use Chunking::Always;
    for recipients in [1, 50] {
        assert_eq!(
            count(TlsPolicy::Required, Always, 1, recipients, false),
            [8, 8],
            "STARTTLS, {recipients}"
        );
        assert_eq!(
            count(TlsPolicy::Implicit, Always, 1, recipients, false),
            [6, 6],
            "implicit TLS, {recipients}"
        );
        assert_eq!(
            count(TlsPolicy::Implicit, Always, 3, recipients, false),
            [6, 7, 8, 8],
            "alone, {recipients}"
        );
    }
}
