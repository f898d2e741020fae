//! posthaste-proto's client sends by BDAT to this server, both without IO, and the connection is cut behind every octet: what
//! the client reports is compared with what the server kept.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a conversation that cannot be held is a failed test"
)]

mod common;

use std::time::Duration;

use common::{Dice, Driven};
use posthaste_inbox::{Config, Extension, Reply};
use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{self, Chunking, Fate, Limits, TlsPolicy};
use posthaste_proto::{ContentSpec, Envelope, Event, Report, Session, Step};

const BOB: &str = "bob@example.net";
const REFUSED: &str = "nobody@example.net";

/// What is sent, and how.
#[derive(Clone)]
struct Plan {
    pipelining: bool,
    exact: bool,
    binary: bool,
    recipients: Vec<&'static str>,
    contents: Vec<Vec<u8>>,
    /// The server refuses a message that is larger.
    most: Option<u64>,
    /// The source of the first content fails after so many octets.
    fails_at: Option<usize>,
    /// The first message is cancelled before this step.
    cancel_at: Option<usize>,
    /// By DATA instead.
    data: bool,
    seed: u64,
}

/// How the connection ends before its time: after so many octets of the client's.
#[derive(Clone, Copy)]
enum Cut {
    Never,
    Eof(usize),
    WriteFails(usize),
}

struct Outcome {
    reports: Vec<Report>,
    kept: Vec<String>,
    wrote: Vec<u8>,
}

impl Plan {
    fn small(pipelining: bool, exact: bool) -> Self {
        Self {
            pipelining,
            exact,
            binary: false,
            recipients: vec![BOB],
            contents: vec![
                b"Subject: x\r\n\r\n.one\r\n".to_vec(),
                b"Subject: y\r\n\r\ntwo, without an end".to_vec(),
            ],
            most: None,
            fails_at: None,
            cancel_at: None,
            data: false,
            seed: 1,
        }
    }

    fn run(&self, cut: Cut) -> Outcome {
        let mut dice = Dice(self.seed);
        let refused = Reply::new(550, "5.1.1 no such user").unwrap();
        let mut config = Config::default().refuse_recipient(REFUSED.parse().unwrap(), refused);
        if !self.pipelining {
            config = config.hide(Extension::Pipelining);
        }
        if let Some(most) = self.most {
            config = config.max_size(most).hide(Extension::Size);
        }
        let mut server = Driven::new(config, None);
        let limits = Limits {
            send_buffer: 4096,
            ..Limits::default()
        };
        let config = session::Config::new("client.example.org".parse().unwrap())
            .tls(TlsPolicy::Never)
            .chunking(if self.data {
                Chunking::Never
            } else {
                Chunking::Always
            })
            .limits(limits);
        let mut client = Session::new(config);
        let mut ids = Vec::new();
        for content in &self.contents {
            let paths = self.recipients.iter().map(|path| path.parse().unwrap());
            let envelope = Envelope::new("ann@example.org".parse().unwrap(), paths).unwrap();
            let encoding = if self.binary {
                Encoding::BINARY
            } else {
                Encoding::SEVEN_BIT
            };
            let size = if self.exact {
                ContentSize::Exact(content.len() as u64)
            } else {
                ContentSize::Unknown
            };
            ids.push(client.submit(envelope, ContentSpec::new(encoding, size)));
        }
        let mut given = vec![0; self.contents.len()];
        let (mut reports, mut wrote, mut heard) = (Vec::new(), Vec::new(), 0);
        let mut gone = false;
        for step in 0.. {
            if self.cancel_at == Some(step) {
                client.cancel(ids[0]);
            }
            match client.poll(Duration::ZERO) {
                Step::Write { bytes, .. } => {
                    let left = match cut {
                        Cut::Never => usize::MAX,
                        Cut::Eof(at) | Cut::WriteFails(at) => at - wrote.len(),
                    };
                    let n = (dice.roll(bytes.len()) + 1).min(left);
                    if n == 0 {
                        gone = true;
                        match cut {
                            Cut::WriteFails(_) => client.write_failed(),
                            Cut::Never | Cut::Eof(_) => client.closed_by_peer(),
                        }
                        continue;
                    }
                    wrote.extend_from_slice(&bytes[..n]);
                    client.written(n);
                    server.feed(&wrote[wrote.len() - n..]);
                }
                Step::Read { .. } if gone && heard == server.output.len() => {
                    client.closed_by_peer()
                }
                Step::Read { .. } => {
                    assert!(heard < server.output.len(), "both wait");
                    let n = dice.roll(server.output.len() - heard) + 1;
                    client.received(&server.output[heard..heard + n]);
                    heard += n;
                }
                Step::Content(mut handle) => {
                    let place = handle.transaction().to_string().parse::<usize>().unwrap();
                    let octets = &self.contents[place][given[place]..];
                    if place == 0 && self.fails_at.is_some_and(|at| given[0] >= at) {
                        handle.abort();
                    } else if octets.is_empty() {
                        handle.finish();
                    } else {
                        let n = (dice.roll(octets.len()) + 1).min(handle.room());
                        handle.space()[..n].copy_from_slice(&octets[..n]);
                        handle.filled(n);
                        given[place] += n;
                    }
                }
                Step::Event(Event::Done { report }) => reports.push(report),
                Step::Event(_) => {}
                Step::Idle => client.quit(),
                Step::Close { .. } => break,
                step @ (Step::StartTls { .. } | Step::Credentials(_)) => panic!("{step:?}"),
            }
        }
        reports.sort_by_key(|report| report.id);
        let kept = server
            .events
            .iter()
            .filter(|event| event.starts_with("message"))
            .cloned()
            .collect();
        Outcome {
            reports,
            kept,
            wrote,
        }
    }

    /// What the server keeps of this content: every octet, as it is.
    fn kept(&self, place: usize) -> String {
        let accepted: Vec<_> = self
            .recipients
            .iter()
            .filter(|path| **path != REFUSED)
            .copied()
            .collect();
        let mut content = self.contents[place].clone();
        // DATA ends with a line end; chunks go as they are.
        if self.data && !content.ends_with(b"\r\n") {
            content.extend_from_slice(b"\r\n");
        }
        format!(
            "message <ann@example.org> <{}> {}",
            accepted.join(","),
            content.escape_ascii()
        )
    }

    /// Cuts behind every octet, or every so-many-th.
    fn cut_everywhere(&self, step: usize) {
        let whole = self.run(Cut::Never);
        let mut doubts = 0;
        for at in (0..whole.wrote.len()).step_by(step) {
            for cut in [Cut::Eof(at), Cut::WriteFails(at)] {
                let outcome = self.run(cut);
                assert_eq!(outcome.reports.len(), self.contents.len());
                let mut kept = outcome.kept.into_iter();
                for (place, report) in outcome.reports.iter().enumerate() {
                    match &report.recipients[0].fate {
                        Fate::Accepted(_) => assert_eq!(kept.next(), Some(self.kept(place))),
                        // Whether or not it was kept, it was not cut short.
                        Fate::InDoubt(_) => {
                            doubts += 1;
                            assert!(kept.next().is_none_or(|kept| kept == self.kept(place)));
                        }
                        Fate::NotSent(_) | Fate::Refused(..) => {}
                    }
                }
                assert_eq!(
                    kept.next(),
                    None,
                    "cut at {at}: kept, and not known to be sent"
                );
            }
        }
        assert!(doubts > 0, "the cuts never met the moment of doubt");
    }
}

#[test]
fn small_contents_cut_behind_every_octet() {
    for pipelining in [true, false] {
        for exact in [true, false] {
            let plan = Plan::small(pipelining, exact);
            let whole = plan.run(Cut::Never);
            assert_eq!(whole.kept, [plan.kept(0), plan.kept(1)]);
            assert!(whole.reports.iter().all(|report| {
                report
                    .recipients
                    .iter()
                    .all(|one| matches!(one.fate, Fate::Accepted(_)))
            }));
            plan.cut_everywhere(1);
        }
    }
}

#[test]
fn one_refused_recipient_and_all_of_them() {
    for pipelining in [true, false] {
        for exact in [true, false] {
            let some = Plan {
                recipients: vec![BOB, REFUSED],
                ..Plan::small(pipelining, exact)
            };
            assert_eq!(some.run(Cut::Never).kept, [some.kept(0), some.kept(1)]);
            some.cut_everywhere(1);

            let none = Plan {
                recipients: vec![REFUSED],
                ..Plan::small(pipelining, exact)
            };
            let whole = none.run(Cut::Never);
            assert_eq!(whole.kept, [""; 0]);
            assert!(whole.reports.iter().all(|report| {
                matches!(&report.recipients[0].fate, Fate::Refused(_, reply) if reply.code() == 550)
            }));
        }
    }
}

#[test]
fn many_chunks() {
    let lines = |octets: usize| -> Vec<u8> {
        b"a line of text\r\n.a line with a dot\r\n\r\n"
            .iter()
            .copied()
            .cycle()
            .take(octets)
            .collect()
    };
    for pipelining in [true, false] {
        for exact in [true, false] {
            let mut plan = Plan {
                contents: vec![lines(20_000 / 39 * 39), lines(39)],
                ..Plan::small(pipelining, exact)
            };
            for seed in 0..20 {
                plan.seed = seed;
                assert_eq!(plan.run(Cut::Never).kept, [plan.kept(0), plan.kept(1)]);
            }
            plan.cut_everywhere(if pipelining { 211 } else { 97 });
        }
    }
}

#[test]
fn binary_content_of_every_octet() {
    for exact in [true, false] {
        let octets: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        let plan = Plan {
            binary: true,
            contents: vec![octets.clone(), octets.repeat(20)],
            ..Plan::small(true, exact)
        };
        assert_eq!(plan.run(Cut::Never).kept, [plan.kept(0), plan.kept(1)]);
        plan.cut_everywhere(53);
    }
}

#[test]
fn a_chunk_that_is_refused_ends_its_message_alone() {
    for pipelining in [true, false] {
        for exact in [true, false] {
            let plan = Plan {
                contents: vec![b"x\r\n".repeat(7000), b"fits\r\n".to_vec()],
                most: Some(5000),
                ..Plan::small(pipelining, exact)
            };
            for seed in 0..20 {
                let outcome = Plan {
                    seed,
                    ..plan.clone()
                }
                .run(Cut::Never);
                let [large, fits] = &outcome.reports[..] else {
                    panic!("{:?}", outcome.reports)
                };
                assert!(
                    matches!(&large.recipients[0].fate, Fate::Refused(_, reply) if reply.code() == 552),
                    "{large:?}"
                );
                // One chunk of known size may be refused while it is sent, and then only the connection can end it.
                match &fits.recipients[0].fate {
                    Fate::Accepted(_) => assert_eq!(outcome.kept, [plan.kept(1)]),
                    Fate::NotSent(_) if exact => assert_eq!(outcome.kept, [""; 0]),
                    fate => panic!("{fate}"),
                }
            }
        }
    }
}

#[test]
fn a_source_that_fails_anywhere() {
    for pipelining in [true, false] {
        for exact in [true, false] {
            for fails_at in (0..9000).step_by(173) {
                let plan = Plan {
                    contents: vec![b"x\r\n".repeat(3000), b"fits\r\n".to_vec()],
                    fails_at: Some(fails_at),
                    ..Plan::small(pipelining, exact)
                };
                let outcome = plan.run(Cut::Never);
                let fates: Vec<_> = outcome
                    .reports
                    .iter()
                    .map(|report| &report.recipients[0].fate)
                    .collect();
                match fates[..] {
                    [Fate::NotSent(_), Fate::Accepted(_)] => {
                        assert_eq!(outcome.kept, [plan.kept(1)]);
                    }
                    [Fate::NotSent(_), Fate::NotSent(_)] if exact => {
                        assert_eq!(outcome.kept, [""; 0]);
                    }
                    _ => panic!("{fates:?}"),
                }
            }
        }
    }
}

/// What is told of a message that is cancelled at any step is true, and the one behind it goes where the connection is left.
#[test]
fn a_cancellation_at_every_step() {
    let mut ends = [0; 3];
    for (pipelining, exact, data) in
        (0..8).map(|bits| (bits & 1 == 0, bits & 2 == 0, bits & 4 == 0))
    {
        for cancel_at in 0..400 {
            let plan = Plan {
                contents: vec![b".x\r\n".repeat(1500), b"fits\r\n".to_vec()],
                cancel_at: Some(cancel_at),
                data,
                seed: cancel_at as u64,
                ..Plan::small(pipelining, exact)
            };
            let outcome = plan.run(Cut::Never);
            let [first, second] = &outcome.reports[..] else {
                panic!("{:?}", outcome.reports)
            };
            let (first, second) = (&first.recipients[0].fate, &second.recipients[0].fate);
            let kept = |places: &[usize]| -> Vec<_> {
                places.iter().map(|place| plan.kept(*place)).collect()
            };
            match (first, second) {
                // Too late, or over before.
                (Fate::Accepted(_), Fate::Accepted(_)) => {
                    assert_eq!(outcome.kept, kept(&[0, 1]));
                    ends[0] += 1;
                }
                (Fate::NotSent(_), Fate::Accepted(_)) => {
                    assert_eq!(outcome.kept, kept(&[1]));
                    ends[1] += 1;
                }
                (Fate::NotSent(_), Fate::NotSent(_)) => {
                    assert_eq!(outcome.kept, kept(&[]));
                    ends[2] += 1;
                }
                fates => panic!("{fates:?}"),
            }
        }
    }
    assert!(ends.iter().all(|end| *end > 100), "{ends:?}");
}
