//! Large contents in a small send buffer: where writes end, and what is said of a connection cut at any octet.

#![allow(
    clippy::unwrap_used,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{Fate, Limits, Report, Stage, TlsPolicy};
use posthaste_proto::{Cause, Config, ContentSpec, Envelope, Event, Session, Step};

/// A server that takes everything, a client with a buffer of 4 KiB, and what is to go wrong.
struct Conversation {
    session: Session,
    content: Vec<u8>,
    given: usize,
    /// Everything the client wrote.
    wire: Vec<u8>,
    answered: usize,
    in_data: bool,
    /// Lengths of the writes that were lent whole.
    writes: Vec<usize>,
    offer: &'static str,
    report: Option<Report>,
}

/// What ends the conversation before its time.
#[derive(Clone, Copy)]
enum Fault {
    None,
    /// After so many octets, the connection is gone.
    Eof(usize),
    /// After so many octets, a write fails, and then the connection is gone.
    WriteFails(usize),
    /// After so many octets of content were given, the server says this.
    Says(usize, &'static str),
    /// After so many octets of content were given, the source fails.
    SourceFails(usize),
}

impl Conversation {
    fn new(content: Vec<u8>, offer: &'static str) -> Self {
        let limits = Limits {
            send_buffer: 4096,
            ..Limits::default()
        };
        let hello = "client.example.org".parse().unwrap();
        let mut session = Session::new(Config::new(hello).tls(TlsPolicy::Never).limits(limits));
        let envelope = Envelope::new(
            "ann@example.org".parse().unwrap(),
            ["bob@example.net".parse().unwrap()],
        );
        session.submit(
            envelope.unwrap(),
            ContentSpec::new(Encoding::SEVEN_BIT, ContentSize::Unknown),
        );
        session.received(b"220 mx\r\n");
        Self {
            session,
            content,
            given: 0,
            wire: Vec::new(),
            answered: 0,
            in_data: false,
            writes: Vec::new(),
            offer,
            report: None,
        }
    }

    fn run(mut self, fault: Fault) -> Self {
        let mut gone = false;
        loop {
            match self.session.poll(Duration::ZERO) {
                Step::Write { bytes, .. } => {
                    let limit = match fault {
                        Fault::Eof(at) | Fault::WriteFails(at) => {
                            at.saturating_sub(self.wire.len())
                        }
                        Fault::None | Fault::Says(..) | Fault::SourceFails(_) => usize::MAX,
                    };
                    let n = bytes.len().min(limit);
                    if n == 0 {
                        gone = true;
                        match fault {
                            Fault::WriteFails(_) => self.session.write_failed(),
                            Fault::None
                            | Fault::Eof(_)
                            | Fault::Says(..)
                            | Fault::SourceFails(_) => self.session.closed_by_peer(),
                        }
                        continue;
                    }
                    self.writes.push(bytes.len());
                    self.wire.extend_from_slice(&bytes[..n]);
                    self.session.written(n);
                }
                Step::Read { .. } if gone => self.session.closed_by_peer(),
                Step::Read { .. } => self.serve(),
                Step::Content(mut content) => {
                    if let Fault::SourceFails(at) = fault
                        && self.given >= at
                    {
                        content.abort();
                        continue;
                    }
                    if let Fault::Says(at, words) = fault
                        && self.given >= at
                    {
                        self.session.received(words.as_bytes());
                        continue;
                    }
                    let n = content
                        .room()
                        .min(self.content.len() - self.given)
                        .min(1000);
                    if n == 0 {
                        content.finish();
                    } else {
                        content.space()[..n]
                            .copy_from_slice(&self.content[self.given..self.given + n]);
                        content.filled(n);
                        self.given += n;
                    }
                }
                Step::Event(Event::Done { report }) => self.report = Some(report),
                Step::Event(_) => {}
                Step::Idle => self.session.quit(),
                Step::Close { .. } => return self,
                step @ (Step::StartTls { .. } | Step::Credentials(_)) => panic!("{step:?}"),
            }
        }
    }

    /// Answers what was written since.
    fn serve(&mut self) {
        let before = self.answered;
        loop {
            let new = &self.wire[self.answered..];
            let end = if self.in_data {
                // The blank CRLF before an empty content's dot is the one behind DATA.
                self.wire[self.answered - 2..]
                    .windows(5)
                    .position(|five| five == b"\r\n.\r\n")
                    .map(|at| at + 3)
            } else {
                new.windows(2)
                    .position(|two| two == b"\r\n")
                    .map(|at| at + 2)
            };
            let Some(end) = end else { break };
            let line = new[..end].to_vec();
            self.answered += end;
            let reply = match line.get(..4) {
                _ if std::mem::take(&mut self.in_data) => "250 queued\r\n".to_owned(),
                Some(b"EHLO") => format!("250-mx\r\n250 {}\r\n", self.offer),
                Some(b"DATA") => {
                    self.in_data = true;
                    "354 go\r\n".to_owned()
                }
                Some(b"QUIT") => "221 bye\r\n".to_owned(),
                _ => "250 ok\r\n".to_owned(),
            };
            self.session.received(reply.as_bytes());
            if self.in_data {
                return;
            }
        }
        assert!(
            self.answered > before,
            "both wait: {:?}",
            String::from_utf8_lossy(&self.wire)
        );
    }

    fn fate(&self) -> &Fate {
        &self.report.as_ref().unwrap().recipients[0].fate
    }

    /// Where the terminator ends in what was, or would have been, written.
    fn end_of_content(&self) -> usize {
        self.wire
            .windows(5)
            .rposition(|five| five == b"\r\n.\r\n")
            .unwrap()
            + 5
    }
}

fn text(octets: usize) -> Vec<u8> {
    b"a line of text\r\n.a line with a dot\r\n"
        .iter()
        .copied()
        .cycle()
        .take(octets)
        .collect::<Vec<_>>()
}

/// `text` ends anywhere; a CR at the end would be a bare one.
fn whole_lines(octets: usize) -> Vec<u8> {
    let mut text = text(octets);
    if text.ends_with(b"\r") {
        text.push(b'\n');
    }
    text
}

#[test]
fn a_cut_at_every_octet_gives_a_truthful_fate() {
    for offer in ["HELP", "PIPELINING"] {
        let whole = Conversation::new(whole_lines(4500), offer).run(Fault::None);
        assert!(
            matches!(whole.fate(), Fate::Accepted(_)),
            "{:?}",
            whole.fate()
        );
        let (end, last) = (whole.end_of_content(), whole.wire.len());
        for at in 0..last {
            for fault in [Fault::Eof(at), Fault::WriteFails(at)] {
                let cut = Conversation::new(whole_lines(4500), offer).run(fault);
                assert!(cut.wire.len() <= at);
                // The write that holds the terminator begins somewhere before its end; from there on there is doubt.
                match cut.fate() {
                    Fate::NotSent(Cause::Closed { .. }) => {
                        assert!(at < end, "cut at {at} of {end}: not sent")
                    }
                    Fate::InDoubt(Cause::Closed { .. }) => {
                        assert!(at < end, "cut at {at} of {end}: in doubt")
                    }
                    Fate::Accepted(_) => assert!(at >= end, "cut at {at} of {end}: accepted"),
                    other @ (Fate::NotSent(_) | Fate::InDoubt(_) | Fate::Refused(..)) => {
                        panic!("cut at {at}: {other:?}")
                    }
                }
            }
        }
    }
}

#[test]
fn the_terminator_never_goes_alone() {
    for octets in (0..64)
        .chain(2900..3200)
        .chain(4000..4200)
        .chain(7000..7400)
    {
        let content = whole_lines(octets);
        let done = Conversation::new(content.clone(), "HELP").run(Fault::None);
        assert!(
            matches!(done.fate(), Fate::Accepted(_)),
            "{octets}: {:?}",
            done.fate()
        );
        assert_eq!(done.report.as_ref().unwrap().content, content.len() as u64);
        // QUIT is the last write, the one before it ends the content.
        let last = done.writes[done.writes.len() - 2];
        assert!(
            octets == 0 || last > 3,
            "{octets} octets: the last write had {last}"
        );
    }
}

#[test]
fn an_early_reply_stops_the_content() {
    let stopped = Conversation::new(whole_lines(20_000), "HELP")
        .run(Fault::Says(9000, "552 5.3.4 too big\r\n"));
    let Fate::Refused(Stage::Content, reply) = stopped.fate() else {
        panic!("{:?}", stopped.fate())
    };
    assert_eq!(reply.code(), 552);
    assert!(!stopped.wire.ends_with(b"\r\n.\r\n") && stopped.wire.len() < 12_000);
}

#[test]
fn a_positive_reply_before_the_end_is_not_believed() {
    let stopped =
        Conversation::new(whole_lines(20_000), "HELP").run(Fault::Says(9000, "250 thank you\r\n"));
    assert!(matches!(
        stopped.fate(),
        Fate::NotSent(Cause::Protocol {
            stage: Stage::Content,
            ..
        })
    ));
}

#[test]
fn a_source_that_fails_leaves_no_terminator() {
    let stopped = Conversation::new(whole_lines(20_000), "HELP").run(Fault::SourceFails(9000));
    assert!(matches!(stopped.fate(), Fate::NotSent(Cause::SourceFailed)));
    assert!(!stopped.wire.windows(5).any(|five| five == b"\r\n.\r\n"));
    assert!(!stopped.wire.ends_with(b"QUIT\r\n"));
}
