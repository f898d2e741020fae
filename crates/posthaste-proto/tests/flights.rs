//! What goes out together: where writes end, whatever the limits are.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{Chunking, Disposition, Limits, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Envelope, Event, Session, Step};

/// Quirk 37: some servers drop what stands behind the last whole command of a packet.
#[test]
fn a_write_ends_where_a_command_ends() {
    for (unanswered, octets) in [(100, 16 * 1024), (7, 16 * 1024), (100, 300), (1, 1)] {
        let limits = Limits {
            send_buffer: 4096,
            unanswered,
            unanswered_octets: octets,
            ..Limits::default()
        };
        let config = Config::new("client.example.org".parse().unwrap())
            .tls(TlsPolicy::Never)
            .limits(limits);
        let mut session = Session::new(config);
        let paths = (0..400).map(|n| format!("recipient-{n}@example.net").parse().unwrap());
        let envelope = Envelope::new("ann@example.org".parse().unwrap(), paths).unwrap();
        session.submit(envelope, ContentSpec::seven_bit(0));
        session.received(b"220 mx\r\n");
        let (mut commands, mut most) = (0, 0);
        loop {
            match session.poll(Duration::ZERO) {
                Step::Write { bytes, .. } => {
                    assert!(bytes.ends_with(b"\r\n"), "a command is cut");
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    let n = bytes.len();
                    session.written(n);
                    let lines = text.lines().count();
                    commands += lines;
                    most = most.max(lines);
                    assert!(
                        lines <= unanswered && (lines == 1 || text.len() <= octets),
                        "{lines} commands of {} octets at once",
                        text.len()
                    );
                    for line in text.lines() {
                        session.received(match line.get(..4) {
                            Some("EHLO") => b"250-mx\r\n250 PIPELINING\r\n",
                            Some("DATA") => b"354 go\r\n",
                            _ => b"250 ok\r\n",
                        });
                    }
                }
                Step::Content(handle) => handle.finish(),
                Step::Event(Event::Done { report }) => {
                    assert_eq!(report.recipients.len(), 400);
                    break;
                }
                Step::Event(_) => {}
                step => panic!("{step:?}"),
            }
        }
        // EHLO, MAIL, RCPT for each, DATA and the dot.
        assert_eq!(commands, 404);
        assert!(most == 1 || unanswered > 1, "{most}");
    }
}

/// A small chunk is gathered before its flight is written. Nobody else's octets and replies wait for that.
#[test]
fn a_source_that_is_silent_holds_up_no_other_message() {
    let config = Config::new("client.example.org".parse().unwrap())
        .tls(TlsPolicy::Never)
        .chunking(Chunking::Always);
    let mut session = Session::new(config);
    let ids: Vec<_> = (0..5)
        .map(|_| {
            let to = "bob@example.net".parse().unwrap();
            let envelope = Envelope::new("ann@example.org".parse().unwrap(), [to]).unwrap();
            session.submit(envelope, ContentSpec::seven_bit(3))
        })
        .collect();
    session.received(b"220 mx\r\n");
    let (mut done, mut now, mut heard) = (Vec::new(), Duration::ZERO, Vec::new());
    loop {
        match session.poll(now) {
            Step::Write { bytes, .. } => {
                heard.extend_from_slice(bytes);
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => {
                let text = String::from_utf8(std::mem::take(&mut heard)).unwrap();
                let mut replies = String::new();
                for line in text.lines().filter(|line| *line != "x") {
                    replies += match line.get(..4) {
                        Some("EHLO") => "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
                        _ => "250 ok\r\n",
                    };
                }
                session.received(replies.as_bytes());
            }
            Step::Content(handle) if handle.transaction() == ids[4] => {
                now = handle.deadline().at;
            }
            Step::Content(handle) if handle.room() == 3 => {
                assert_eq!(handle.push(b"x\r\n"), 3);
            }
            Step::Content(handle) => handle.finish(),
            Step::Event(Event::Done { report }) => done.push(report.disposition()),
            Step::Event(_) => {}
            Step::Close { .. } => break,
            step => panic!("{step:?}"),
        }
    }
    let (first, last) = done.split_at(4);
    assert_eq!(first, [Disposition::Accepted; 4]);
    assert_eq!(last, [Disposition::NotSent]);
}

/// A chunk is refused while the next is whole and not yet handed out: it is taken back, and RSET goes before the next message.
#[test]
fn nothing_follows_a_chunk_that_is_known_to_be_refused() {
    let limits = Limits {
        send_buffer: 4096,
        ..Limits::default()
    };
    let config = Config::new("client.example.org".parse().unwrap())
        .tls(TlsPolicy::Never)
        .chunking(Chunking::Always)
        .limits(limits);
    let mut session = Session::new(config);
    for size in [ContentSize::Unknown, ContentSize::Exact(0)] {
        let to = "bob@example.net".parse().unwrap();
        let envelope = Envelope::new("ann@example.org".parse().unwrap(), [to]).unwrap();
        session.submit(envelope, ContentSpec::new(Encoding::SEVEN_BIT, size));
    }
    session.received(b"220 mx\r\n");
    let (mut wire, mut given, mut refused, mut done) = (String::new(), 0, false, Vec::new());
    let mut waiting = 0;
    loop {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let text = String::from_utf8(bytes.to_vec()).unwrap();
                let n = bytes.len();
                session.written(n);
                waiting = text.lines().filter(|line| !line.starts_with('x')).count();
                wire += &text;
            }
            Step::Read { .. } => {
                assert!(waiting > 0, "both wait: {wire}");
                let hello = wire
                    .lines()
                    .last()
                    .is_some_and(|line| line.starts_with("EHLO"));
                let reply: &[u8] = if hello {
                    b"250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
                } else {
                    b"250 ok\r\n"
                };
                (0..std::mem::take(&mut waiting)).for_each(|_| session.received(reply));
            }
            Step::Content(handle) if given < 3500 => given += handle.push(&[b'x'; 100]),
            Step::Content(handle) => {
                handle.finish();
                if !refused {
                    // Before anything more is handed out.
                    refused = true;
                    waiting = 0;
                    session.received(b"552 5.3.4 too large\r\n");
                }
            }
            Step::Event(Event::Done { report }) => done.push(report.disposition()),
            Step::Event(_) => {}
            Step::Idle => break,
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(done, [Disposition::Refused, Disposition::Accepted]);
    let commands: Vec<_> = wire
        .split("\r\n")
        .map(|line| line.trim_start_matches('x'))
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(
        commands[3..],
        [
            "BDAT 3072",
            "RSET",
            "MAIL FROM:<ann@example.org>",
            "RCPT TO:<bob@example.net>",
            "BDAT 0 LAST"
        ]
    );
}
