//! Invariant: whatever a server sends, in whatever pieces, with ends of file, failing writes and jumps of the clock at
//! any point, a session comes to its end; every transaction ends in exactly one report that tells the truth; every
//! command is one line; nothing but the handshake follows the 220 to STARTTLS; and a password goes out only under TLS.

use std::time::Duration;

use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{
    Chunking, Dialect, Fate, Limits, RecipientPolicy, TlsInfo, TlsPolicy, TransactionId,
};
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope, Event, Session, Step};

const PASSWORD: &str = "correct-horse";
const PASSWORD_BASE64: &[u8] = b"Y29ycmVjdC1ob3JzZQ==";
const PLAIN_BASE64: &[u8] = b"AGFubgBjb3JyZWN0LWhvcnNl";
const CONTENT: &[u8] = b"Subject: x\r\n\r\n.a line\r\n.\r\nlast\r\n";

/// What the input says, octet by octet; when it ends, the peer is gone.
struct Input<'a> {
    octets: &'a [u8],
}

impl<'a> Input<'a> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.octets.split_first()?;
        self.octets = rest;
        Some(*first)
    }

    fn take(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.octets.split_at(n.min(self.octets.len()));
        self.octets = rest;
        taken
    }
}

/// The first two octets choose the configuration; the rest answers each step.
pub fn run(data: &[u8]) {
    let mut input = Input { octets: data };
    let (Some(choice), Some(more)) = (input.octet(), input.octet()) else {
        return;
    };
    let spec = || content_spec(more);
    let (mut session, mut submitted) = start(choice, more);
    // A server that guesses the password of a session which has none is not our secret.
    let mut world = World {
        has_secret: choice & 0x48 == 8,
        chunks: more & 1 != 0,
        ..World::default()
    };
    let mut now = Duration::ZERO;
    for _ in 0..20_000 {
        match session.poll(now) {
            Step::Write { bytes, .. } => {
                assert!(!bytes.is_empty());
                world.lent(bytes);
                // Asked again without an answer, it says the same again.
                match input.octet() {
                    Some(0xff) | None => session.write_failed(),
                    Some(0xfe) => now += Duration::from_secs(400),
                    Some(n) => {
                        let n = if n < 0x40 {
                            usize::from(n) % bytes.len() + 1
                        } else {
                            bytes.len()
                        };
                        world.written(&bytes[..n]);
                        session.written(n);
                    }
                }
            }
            Step::Read { deadline } => match input.octet() {
                Some(0xff) => session.closed_by_peer(),
                Some(0xfe) => now = now.max(deadline.at),
                Some(n) if n < 0xe0 => {
                    let reply = CANNED[usize::from(n) % CANNED.len()];
                    session.received(reply.as_bytes());
                }
                Some(n) => session.received(input.take(usize::from(n - 0xdf))),
                None => session.closed_by_peer(),
            },
            Step::StartTls { .. } => match input.octet() {
                Some(n) if n < 0xc0 => {
                    world.encrypted = true;
                    world.wire.clear();
                    session.tls_started(TlsInfo::default());
                }
                Some(0xfe) => session.received(b"220 injected\r\n"),
                _ => session.tls_failed("no"),
            },
            Step::Credentials(_) => match input.octet() {
                Some(n) if n < 0xc0 => {
                    world.has_secret = true;
                    session.credentials(Credentials::new("ann", PASSWORD));
                }
                _ => session.auth_cancel(),
            },
            Step::Content(mut content) => {
                world.in_content = true;
                match input.octet() {
                    Some(n) if n < 0x20 => content.finish(),
                    Some(n) if n < 0xc0 => {
                        let n = usize::from(n).min(content.room()).min(CONTENT.len());
                        content.space()[..n].copy_from_slice(&CONTENT[..n]);
                        content.filled(n);
                    }
                    Some(n) if n < 0xd0 => session.received(b"552 5.3.4 too big\r\n"),
                    Some(n) if n < 0xe0 => session.received(b"250 2.0.0 queued early\r\n"),
                    Some(n) if n < 0xf0 => session.cancel(submitted[0]),
                    Some(0xfe) => now += Duration::from_secs(400),
                    _ => content.abort(),
                }
            }
            Step::Event(event) => world.told(&event),
            Step::Idle => match input.octet() {
                Some(n) if n < 0x80 && submitted.len() < 6 => {
                    submitted.push(session.submit(envelope(n), spec()))
                }
                Some(n) if n < 0xc0 => session.noop(),
                Some(0xff) => session.closed_by_peer(),
                Some(n) if n >= 0xf0 => session.received(b"421 idle too long\r\n"),
                _ => session.quit(),
            },
            Step::Close { .. } => {
                submitted.push(session.submit(envelope(0), spec()));
                while let Step::Event(event) = session.poll(now) {
                    world.told(&event);
                }
                let mut done: Vec<_> = world.done.iter().map(|(id, _)| *id).collect();
                done.sort_unstable();
                assert_eq!(done, submitted, "each transaction ends once");
                return;
            }
        }
        assert!(!format!("{session:?}").contains(PASSWORD));
    }
    panic!("the session does not come to an end");
}

/// Of known size, true or not, or of none; binary.
fn content_spec(more: u8) -> ContentSpec {
    match more >> 1 & 3 {
        0 => ContentSpec::seven_bit(9),
        1 => ContentSpec::new(Encoding::SEVEN_BIT, ContentSize::Unknown),
        2 => ContentSpec::seven_bit(0),
        _ => ContentSpec::new(Encoding::BINARY, ContentSize::Unknown)
            .or(Encoding::SEVEN_BIT, ContentSize::Unknown),
    }
}

fn start(choice: u8, more: u8) -> (Session, Vec<TransactionId>) {
    let spec = || content_spec(more);
    let limits = Limits {
        send_buffer: 4096,
        unanswered: if choice & 1 == 0 { 100 } else { 2 },
        ..Limits::default()
    };
    let hello = "client.example.org".parse().expect("a name");
    let mut config = Config::new(hello)
        .limits(limits)
        .tls(match choice >> 1 & 3 {
            0 => TlsPolicy::Implicit,
            1 => TlsPolicy::Required,
            2 => TlsPolicy::WhenOffered,
            _ => TlsPolicy::Never,
        });
    if choice & 8 != 0 {
        config = config.credentials(Credentials::new("ann", PASSWORD));
    }
    if choice & 16 != 0 {
        config = config.dialect(Dialect::Lmtp);
    }
    if choice & 32 != 0 {
        config = config.recipients(RecipientPolicy::All);
    }
    if more & 1 != 0 {
        config = config.chunking(Chunking::Always);
    }
    if more & 8 != 0 {
        config = config.entropy([more; 32]);
    }
    if more & 16 != 0 {
        config = config.try_next_mechanism();
    }
    if choice & 64 != 0 {
        config = config.auth(posthaste_proto::session::AuthPolicy::Ask);
    }
    let mut session = Session::new(config);
    let first = session.submit(envelope(choice), spec());
    let mut submitted = vec![first];
    if choice & 128 != 0 {
        submitted.push(session.submit(envelope(choice.wrapping_add(1) & 3), spec()));
        submitted.push(session.submit(envelope(0), spec()));
        session.quit();
    }
    (session, submitted)
}

fn envelope(choice: u8) -> Envelope {
    let recipients =
        (0..choice % 4 + 1).map(|n| format!("r{n}@example.net").parse().expect("an address"));
    Envelope::new("ann@example.org".parse().expect("an address"), recipients).expect("recipients")
}

/// What servers say, so that an input needs one octet to get on.
const CANNED: [&str; 27] = [
    "220 mx\r\n",
    "250 ok\r\n",
    "250-mx\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    "250-mx\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n",
    "250-mx\r\n250 PIPELINING\r\n",
    "250-mx\r\n250-SIZE 5\r\n250 STARTTLS\r\n",
    "250-mx\r\n250-PIPELINING\r\n250-BINARYMIME\r\n250 CHUNKING\r\n",
    "250-mx\r\n250-CHUNKING\r\n250 AUTH PLAIN CRAM-MD5 SCRAM-SHA-256\r\n",
    "334 PDE4OTYuNjk3MTcwOTUyQG14Pg==\r\n",
    "354 go\r\n",
    "235 ok\r\n",
    "334 \r\n",
    "550 no\r\n",
    "450 later\r\n",
    "421 bye\r\n",
    "221 bye\r\n",
    "503 what\r\n",
    "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
    "250 ok\r\n550 no\r\n550 no\r\n354 go\r\n",
    "550 no\r\n250 ok\r\n354 go\r\n250 ok\r\n",
    "25",
    "0 ok\r\n",
    "\r\n",
    "250-one\r\n550 two\r\n",
    "HTTP/1.1 400 Bad\r\n",
    "250\n",
    "535 5.7.8 correct-horse\r\n",
];

/// What an onlooker sees.
#[derive(Default)]
struct World {
    encrypted: bool,
    has_secret: bool,
    /// Content may go by BDAT, which client_server looks into.
    chunks: bool,
    in_content: bool,
    wire: Vec<u8>,
    /// The terminator of some content was lent.
    end_lent: bool,
    done: Vec<(TransactionId, usize)>,
}

impl World {
    fn lent(&mut self, bytes: &[u8]) {
        // The line end before the dot may have gone in the write before: with DATA, even.
        let before = self.wire.len().saturating_sub(4);
        let seen = [&self.wire[before..], bytes].concat();
        if self.in_content && seen.windows(5).any(|five| five == b"\r\n.\r\n") {
            self.end_lent = true;
        }
        if !self.encrypted {
            let seen = [self.wire.as_slice(), bytes].concat();
            for secret in [PASSWORD.as_bytes(), PASSWORD_BASE64, PLAIN_BASE64] {
                assert!(
                    !seen.windows(secret.len()).any(|window| window == secret),
                    "a password in clear"
                );
            }
        }
        if !self.in_content && !self.chunks {
            // A write may begin in the middle of a line, behind what was written of it.
            let begun = self.wire.rsplit(|octet| *octet == b'\n').next();
            let seen = [begun.unwrap_or_default(), bytes].concat();
            let mut lines = seen.split(|octet| *octet == b'\n');
            assert_eq!(
                lines.next_back(),
                Some(&b""[..]),
                "a command is whole lines"
            );
            assert!(
                lines.all(|line| line.ends_with(b"\r") && !line[..line.len() - 1].contains(&b'\r'))
            );
        }
    }

    fn written(&mut self, bytes: &[u8]) {
        self.wire.extend_from_slice(bytes);
    }

    fn told(&mut self, event: &Event) {
        let shown = format!("{event:?}");
        assert!(!self.has_secret || !shown.contains(PASSWORD), "{shown}");
        let Event::Done { report } = event else {
            return;
        };
        assert!(!report.recipients.is_empty());
        for recipient in &report.recipients {
            match &recipient.fate {
                Fate::Accepted(reply) => {
                    assert!(!reply.code().is_negative());
                    assert!(
                        self.end_lent || self.chunks,
                        "accepted before the end was lent"
                    );
                    assert!(
                        report
                            .mail
                            .as_ref()
                            .is_some_and(|mail| !mail.code().is_negative())
                    );
                    assert!(
                        recipient
                            .rcpt
                            .as_ref()
                            .is_some_and(|rcpt| !rcpt.code().is_negative())
                    );
                }
                Fate::InDoubt(_) => {
                    assert!(self.end_lent || report.mail.is_some() || self.chunks);
                }
                Fate::Refused(_, reply) => assert!(reply.code().is_negative()),
                Fate::NotSent(cause) => assert!(!cause.to_string().is_empty()),
            }
        }
        self.done.push((report.id, report.recipients.len()));
        (self.in_content, self.end_lent) = (false, false);
    }
}
