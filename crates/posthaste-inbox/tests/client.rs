//! posthaste-proto's client against this server, both without IO: every split, and the connection cut anywhere.
//! What the client's report says is compared with what the server kept.

#![allow(
    clippy::unwrap_used,
    reason = "a conversation that cannot be held is a failed test"
)]

mod common;

use std::time::Duration;

use common::{Dice, Driven};
use posthaste_inbox::{Config, Reply};
use posthaste_proto::session::{self, Fate, Limits, TlsInfo, TlsPolicy};
use posthaste_proto::{ContentSpec, Credentials, Envelope, Event, Report, Session, Step};

const BOB: &str = "bob@example.net";
const REFUSED: &str = "nobody@example.net";

/// One conversation: what is sent, in what pieces, and after how many octets of the client's the connection is gone.
struct Run {
    messages: Vec<Vec<u8>>,
    cut: Option<usize>,
    pipelining: bool,
    write_fails: bool,
}

fn converse(run: &Run, dice: &mut Dice) -> (Vec<Report>, Vec<String>, usize) {
    let mut config = Config::default()
        .starttls(true)
        .auth("ann", "secret")
        .refuse_recipient(
            REFUSED.parse().unwrap(),
            Reply::new(550, "5.1.1 no such user").unwrap(),
        );
    if !run.pipelining {
        config = config.hide(posthaste_inbox::Extension::Pipelining);
    }
    let mut server = Driven::new(config, None);
    let limits = Limits {
        send_buffer: 4096,
        ..Limits::default()
    };
    let config = session::Config::new("client.example.org".parse().unwrap())
        .tls(TlsPolicy::Required)
        .credentials(Credentials::new("ann", "secret"))
        .limits(limits);
    let mut client = Session::new(config);
    for content in &run.messages {
        let recipients = [BOB, REFUSED, "cid@example.net"].map(|path| path.parse().unwrap());
        let envelope = Envelope::new("ann@example.org".parse().unwrap(), recipients).unwrap();
        client.submit(envelope, ContentSpec::seven_bit(content.len() as u64));
    }
    let (mut contents, mut given) = (run.messages.iter(), 0);
    let mut content = contents.next();
    let (mut reports, mut wrote, mut heard) = (Vec::new(), 0, 0);
    let mut gone = false;
    loop {
        match client.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let left = run.cut.map_or(usize::MAX, |cut| cut - wrote);
                let n = (dice.roll(bytes.len()) + 1).min(left);
                if n == 0 {
                    gone = true;
                    if run.write_fails {
                        client.write_failed()
                    } else {
                        client.closed_by_peer()
                    }
                    continue;
                }
                let bytes = bytes[..n].to_vec();
                client.written(n);
                wrote += n;
                server.feed(&bytes);
            }
            // The peer is gone; what it said before that may still be on its way.
            Step::Read { .. } if gone && (heard == server.output.len() || dice.roll(2) == 0) => {
                client.closed_by_peer()
            }
            Step::Read { .. } => {
                assert!(heard < server.output.len(), "both wait");
                let n = dice.roll(server.output.len() - heard) + 1;
                client.received(&server.output[heard..heard + n]);
                heard += n;
            }
            Step::StartTls { .. } => client.tls_started(TlsInfo::default()),
            Step::Content(mut handle) => {
                let octets = &content.unwrap()[given..];
                if octets.is_empty() {
                    handle.finish();
                    (content, given) = (contents.next(), 0);
                } else {
                    let n = (dice.roll(octets.len()) + 1).min(handle.room());
                    handle.space()[..n].copy_from_slice(&octets[..n]);
                    handle.filled(n);
                    given += n;
                }
            }
            Step::Event(Event::Done { report }) => reports.push(report),
            Step::Event(_) => {}
            Step::Idle => client.quit(),
            Step::Close { .. } => break,
            step @ Step::Credentials(_) => panic!("{step:?}"),
        }
    }
    let kept = server
        .events
        .iter()
        .filter(|event| event.starts_with("message"))
        .cloned()
        .collect();
    (reports, kept, wrote)
}

fn content(dice: &mut Dice) -> Vec<u8> {
    let words = [
        "Subject: x\r\n",
        ".",
        "..\r\n",
        "\r\n.\r\n",
        "a line\r\n",
        "QUIT\r\n",
        "no end",
    ];
    (0..dice.roll(40) * dice.roll(12))
        .map(|_| words[dice.roll(words.len())])
        .collect::<String>()
        .into_bytes()
}

/// What the server keeps of a content: a last line that had no end got one.
fn kept_form(content: &[u8]) -> String {
    let mut content = content.to_vec();
    if !content.is_empty() && !content.ends_with(b"\r\n") {
        content.extend_from_slice(b"\r\n");
    }
    format!(
        "message <ann@example.org> <{BOB},cid@example.net> {}",
        content.escape_ascii()
    )
}

#[test]
fn what_was_sent_is_what_is_kept_at_any_split() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let messages: Vec<_> = (0..dice.roll(3) + 1).map(|_| content(&mut dice)).collect();
        let run = Run {
            messages,
            cut: None,
            pipelining: seed % 2 == 0,
            write_fails: false,
        };
        let (reports, kept, _) = converse(&run, &mut dice);
        assert_eq!(reports.len(), run.messages.len());
        for report in &reports {
            let fates: Vec<_> = report
                .recipients
                .iter()
                .map(|recipient| &recipient.fate)
                .collect();
            assert!(
                matches!(
                    fates[..],
                    [Fate::Accepted(_), Fate::Refused(..), Fate::Accepted(_)]
                ),
                "{fates:?}"
            );
        }
        assert_eq!(
            kept,
            run.messages
                .iter()
                .map(|content| kept_form(content))
                .collect::<Vec<_>>()
        );
    }
}

#[test]
fn reports_of_cut_connections_tell_the_truth() {
    let mut doubts = 0;
    for seed in 0..3000 {
        let mut dice = Dice(seed);
        let messages: Vec<_> = (0..dice.roll(2) + 1).map(|_| content(&mut dice)).collect();
        let mut run = Run {
            messages,
            cut: None,
            pipelining: seed % 2 == 0,
            write_fails: seed % 3 == 0,
        };
        let (_, _, octets) = converse(&run, &mut dice);
        run.cut = Some(dice.roll(octets));
        let (reports, kept, _) = converse(&run, &mut dice);
        assert_eq!(reports.len(), run.messages.len());
        let mut kept = kept.into_iter();
        for (content, report) in run.messages.iter().zip(&reports) {
            match &report.recipients[0].fate {
                Fate::Accepted(_) => assert_eq!(
                    kept.next(),
                    Some(kept_form(content)),
                    "accepted, and not kept"
                ),
                // Whether or not it was kept, it was not cut short.
                Fate::InDoubt(_) => {
                    doubts += 1;
                    assert!(kept.next().is_none_or(|kept| kept == kept_form(content)));
                }
                Fate::NotSent(_) => {}
                Fate::Refused(stage, reply) => panic!("refused at {stage}: {reply}"),
            }
        }
        assert_eq!(kept.next(), None, "kept, and not known to be sent");
    }
    assert!(doubts > 10, "the cuts never met the moment of doubt");
}
