//! What goes out together: where writes end, whatever the limits are.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::session::{Limits, TlsPolicy};
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
