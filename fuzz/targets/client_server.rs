//! Invariant: a client session and the inbox's server session, joined in memory at any split and cut at any octet, agree: what is
//! reported accepted was kept whole, what is reported not sent was not kept, and nothing that was cut short was kept at all.

use std::sync::Arc;
use std::time::Duration;

use posthaste_inbox::session as server;
use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{Chunking, Dialect, Fate, Limits, TlsInfo, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Envelope, Event, Session, Step};

const WORDS: [&str; 8] = [
    "Subject: x\r\n",
    "\r\n",
    ".",
    "..\r\n",
    "\r\n.\r\n",
    "QUIT\r\n",
    "a line\r\n",
    "no end",
];

/// Decisions, octet by octet; when they end, the connection is cut.
struct Decisions<'a>(&'a [u8]);

impl Decisions<'_> {
    fn next(&mut self) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(usize::from(*first))
    }
}

/// The server's side: what it has said and kept.
struct Server {
    session: server::Session,
    said: Vec<u8>,
    content: Vec<u8>,
    kept: Vec<Vec<u8>>,
}

impl Server {
    fn hear(&mut self, octets: &[u8]) {
        self.session.received(octets);
        loop {
            match self.session.poll() {
                server::Step::Write(octets) => {
                    let n = octets.len();
                    self.said.extend_from_slice(octets);
                    self.session.written(n);
                }
                server::Step::Read | server::Step::Close => return,
                server::Step::StartTls => self.session.tls_started("TLSv1.3"),
                server::Step::Begin(_) => {
                    self.content.clear();
                    self.session.stored();
                }
                server::Step::Content(octets) => {
                    self.content.extend_from_slice(octets);
                    self.session.stored();
                }
                server::Step::End(_) => {
                    self.kept.push(std::mem::take(&mut self.content));
                    self.session.accepted("1");
                }
                server::Step::Abort => self.session.stored(),
            }
        }
    }
}

/// Three octets choose configuration, number and content of the messages; each further one is a piece.
pub fn run(data: &[u8]) {
    let mut decisions = Decisions(data);
    let (Some(choice), Some(count), Some(seed)) =
        (decisions.next(), decisions.next(), decisions.next())
    else {
        return;
    };
    let contents: Vec<Vec<u8>> = (0..count % 3 + 1).map(|n| content(seed + n)).collect();

    let config = posthaste_inbox::Config::default().starttls(choice & 2 == 0);
    let config = if choice & 1 == 0 {
        config
    } else {
        config.hide(posthaste_inbox::Extension::Pipelining)
    };
    let mut server = Server {
        session: server::Session::new(Arc::new(config), None),
        said: Vec::new(),
        content: Vec::new(),
        kept: Vec::new(),
    };
    server.hear(b"");
    let limits = Limits {
        send_buffer: 4096,
        ..Limits::default()
    };
    let tls = if choice & 2 == 0 {
        TlsPolicy::Required
    } else {
        TlsPolicy::Never
    };
    let chunks = choice & 16 != 0;
    let config = Config::new("client.example.org".parse().expect("a name"))
        .tls(tls)
        .chunking(if chunks {
            Chunking::Always
        } else {
            Chunking::Never
        })
        .limits(limits)
        .dialect(Dialect::Smtp);
    let mut client = Session::new(config);
    for content in &contents {
        let recipients =
            ["bob@example.net", "cid@example.net"].map(|path| path.parse().expect("an address"));
        let envelope = Envelope::new("ann@example.org".parse().expect("an address"), recipients)
            .expect("recipients");
        let size = if choice & 32 == 0 {
            ContentSize::Exact(content.len() as u64)
        } else {
            ContentSize::Unknown
        };
        client.submit(envelope, ContentSpec::new(Encoding::SEVEN_BIT, size));
    }
    if choice & 4 == 0 {
        client.quit();
    }
    let (mut place, mut given, mut heard, mut reports) = (0, 0, 0, Vec::new());
    for _ in 0..50_000 {
        match client.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => match decisions.next() {
                Some(n) => {
                    let n = if n < 200 {
                        n % bytes.len() + 1
                    } else {
                        bytes.len()
                    };
                    let octets = bytes[..n].to_vec();
                    client.written(n);
                    server.hear(&octets);
                }
                None if choice & 8 == 0 => client.closed_by_peer(),
                None => client.write_failed(),
            },
            Step::Read { .. } => match decisions.next() {
                Some(n) if heard < server.said.len() => {
                    let left = &server.said[heard..];
                    let n = if n < 200 {
                        n % left.len() + 1
                    } else {
                        left.len()
                    };
                    client.received(&left[..n]);
                    heard += n;
                }
                Some(_) => panic!("both wait"),
                None => client.closed_by_peer(),
            },
            Step::StartTls { .. } => client.tls_started(TlsInfo::default()),
            Step::Content(handle) => {
                let octets = &contents[place][given..];
                if octets.is_empty() {
                    handle.finish();
                    (place, given) = (place + 1, 0);
                } else {
                    let n = decisions
                        .next()
                        .unwrap_or(usize::MAX)
                        .clamp(1, octets.len());
                    given += handle.push(&octets[..n]);
                }
            }
            Step::Event(Event::Done { report }) => reports.push(report),
            Step::Event(_) => {}
            Step::Idle => client.quit(),
            Step::Close { .. } => {
                reports.sort_by_key(|report: &posthaste_proto::Report| report.id);
                return judge(&contents, &reports, server.kept, chunks);
            }
            Step::Credentials(_) => panic!("nobody authenticates"),
        }
    }
    panic!("no end");
}

fn content(seed: usize) -> Vec<u8> {
    let words = (0..seed % 60).map(|n| WORDS[(seed * 7 + n * (seed / 3 + 1)) % WORDS.len()]);
    let once = words.collect::<String>();
    // Every now and then more than a send buffer.
    once.repeat(if seed.is_multiple_of(11) { 40 } else { 1 })
        .into_bytes()
}

fn judge(
    contents: &[Vec<u8>],
    reports: &[posthaste_proto::Report],
    kept: Vec<Vec<u8>>,
    chunks: bool,
) {
    assert_eq!(reports.len(), contents.len());
    let mut kept = kept.into_iter().peekable();
    for (content, report) in contents.iter().zip(reports) {
        let mut content = content.clone();
        // DATA ends with a line end; chunks go as they are.
        if !chunks && !content.is_empty() && !content.ends_with(b"\r\n") {
            content.extend_from_slice(b"\r\n");
        }
        match &report.recipients[0].fate {
            Fate::Accepted(_) => assert_eq!(kept.next(), Some(content), "accepted, and not kept"),
            Fate::InDoubt(_) => assert!(
                kept.next().is_none_or(|kept| kept == content),
                "kept otherwise than it was sent"
            ),
            Fate::NotSent(_) => {}
            Fate::Refused(stage, reply) => panic!("refused at {stage}: {reply}"),
        }
    }
    assert_eq!(kept.next(), None, "kept, and not known to be sent");
}
