//! Invariant: what a session sends by BDAT is chunks whose sizes are true, in a number of unanswered ones that is bounded, with LAST
//! once and at the end; put together they are the content, octet by octet, however it was given and written; and after a
//! refused chunk no other begins before RSET.

use std::time::Duration;

use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{Chunking, Fate, Limits, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Envelope, Event, Session, Step};

/// A server that knows BDAT and nothing of the crate under test.
#[derive(Default)]
struct Server {
    heard: Vec<u8>,
    said: Vec<u8>,
    /// Octets of the chunk that are still to come, and whether it is the last.
    chunk: Option<(usize, bool)>,
    content: Vec<u8>,
    kept: Vec<Vec<u8>>,
    chunks: usize,
    refuse: Option<usize>,
    refused: bool,
}

impl Server {
    fn hear(&mut self, octets: &[u8], offer: &str) {
        self.heard.extend_from_slice(octets);
        loop {
            if let Some((left, last)) = self.chunk {
                let n = left.min(self.heard.len());
                self.content.extend(self.heard.drain(..n));
                if n < left {
                    self.chunk = Some((left - n, last));
                    return;
                }
                self.chunk = None;
                self.chunks += 1;
                if self.refused || self.refuse == Some(self.chunks) {
                    self.refused = true;
                    self.said.extend_from_slice(b"552 5.3.4 no\r\n");
                } else {
                    self.said.extend_from_slice(b"250 2.0.0 ok\r\n");
                    if last {
                        self.kept.push(std::mem::take(&mut self.content));
                    }
                }
                continue;
            }
            let Some(end) = self.heard.windows(2).position(|two| two == b"\r\n") else {
                return;
            };
            let line: Vec<u8> = self.heard.drain(..end + 2).collect();
            let line = String::from_utf8(line).expect("a command is ASCII here");
            let mut words = line.trim_end().split(' ');
            match words.next() {
                Some("EHLO") => self
                    .said
                    .extend_from_slice(format!("250-mx\r\n{offer}250 CHUNKING\r\n").as_bytes()),
                Some("BDAT") => {
                    let size = words.next().and_then(|size| size.parse().ok());
                    let last = words.next() == Some("LAST");
                    self.chunk = Some((size.expect("a size"), last));
                }
                Some("RSET") => {
                    (self.refused, self.chunks) = (false, 0);
                    self.content.clear();
                    self.said.extend_from_slice(b"250 2.0.0 ok\r\n");
                }
                Some("MAIL" | "RCPT") => self.said.extend_from_slice(b"250 2.1.0 ok\r\n"),
                Some("QUIT") => self.said.extend_from_slice(b"221 2.0.0 bye\r\n"),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Four octets choose; each further one is the size of a piece.
pub fn run(data: &[u8]) {
    let Some((&[choice, length, more, refuse], pieces)) = data.split_first_chunk() else {
        return;
    };
    let mut sizes = pieces.iter().copied().cycle();
    let mut left = 3000;
    // Small pieces first; then all at once, so that an input comes to its end soon.
    let mut piece = move |most: usize| {
        left -= i32::from(left > 0);
        let size = sizes.next().filter(|_| left > 0);
        size.map_or(most, |size| (1 + usize::from(size) * 7).min(most))
    };
    let length = usize::from(length) * 67 + usize::from(more);
    let binary = choice & 1 != 0;
    let content: Vec<u8> = if binary {
        (0..length).map(|n| (n * 31 % 256) as u8).collect()
    } else {
        b".a line\r\n"
            .iter()
            .copied()
            .cycle()
            .take(length / 9 * 9)
            .collect()
    };
    let offer = match choice >> 1 & 3 {
        0 => "",
        1 => "250-PIPELINING\r\n",
        2 => "250-BINARYMIME\r\n",
        _ => "250-PIPELINING\r\n250-BINARYMIME\r\n",
    };
    let mut server = Server {
        said: b"220 mx\r\n".to_vec(),
        refuse: (refuse != 0).then_some(usize::from(refuse)),
        ..Server::default()
    };
    let limits = Limits {
        send_buffer: 4096,
        ..Limits::default()
    };
    let config = Config::new("client.example.org".parse().expect("a name"))
        .tls(TlsPolicy::Never)
        .chunking(Chunking::Always)
        .limits(limits);
    let mut session = Session::new(config);
    let size = if choice & 8 == 0 {
        ContentSize::Exact(content.len() as u64)
    } else {
        ContentSize::Unknown
    };
    let encoding = if binary {
        Encoding::BINARY
    } else {
        Encoding::SEVEN_BIT
    };
    for _ in 0..2 {
        let envelope = Envelope::new(
            "ann@example.org".parse().expect("an address"),
            ["bob@example.net".parse().expect("an address")],
        );
        session.submit(
            envelope.expect("recipients"),
            ContentSpec::new(encoding, size),
        );
    }
    let mut given = [0; 2];
    let mut fates = Vec::new();
    for _ in 0..20_000 {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let n = piece(bytes.len());
                let octets = bytes[..n].to_vec();
                session.written(n);
                server.hear(&octets, offer);
            }
            Step::Read { .. } => {
                assert!(!server.said.is_empty(), "both wait");
                let n = piece(server.said.len());
                let said: Vec<u8> = server.said.drain(..n).collect();
                session.received(&said);
            }
            Step::Content(handle) => {
                let place: usize = handle.transaction().to_string().parse().expect("a number");
                let octets = &content[given[place]..];
                if octets.is_empty() {
                    handle.finish();
                } else {
                    given[place] += handle.push(&octets[..piece(octets.len())]);
                }
            }
            Step::Event(Event::Done { report }) => {
                fates.push((report.id, report.recipients[0].fate.clone()));
            }
            Step::Event(_) => {}
            Step::Idle => session.quit(),
            Step::Close { .. } => {
                fates.sort_by_key(|(id, _)| *id);
                let accepted = fates
                    .iter()
                    .filter(|(_, fate)| matches!(fate, Fate::Accepted(_)));
                assert_eq!(accepted.count(), server.kept.len(), "{fates:?}");
                assert!(
                    server.kept.iter().all(|kept| *kept == content),
                    "another content"
                );
                assert_eq!(fates.len(), 2);
                return;
            }
            step => panic!("{step:?}"),
        }
    }
    panic!("no end");
}
