//! Plays recorded dialogues of real servers through `Wire`: every reply answers its line, at every split.

#![allow(
    clippy::unwrap_used,
    reason = "a recording that cannot be read is a failed test"
)]

use std::collections::VecDeque;
use std::path::Path;

use posthaste_proto::reply::Quirk;
use posthaste_proto::wire::{CommandId, Heard, RawLine, Wire, WireLimits};

const RANDOM_SPLITS: u64 = 40;

/// What the recording of a server holds, so that nothing is lost unseen.
#[derive(Debug, Default, PartialEq)]
struct Facts {
    connections: usize,
    replies: usize,
    /// Replies with more than one line.
    multiline: usize,
    /// Replies with text outside ASCII.
    eight_bit: usize,
    /// Lines that no reply came to, since the server had hung up.
    unanswered: usize,
    /// Lines that several replies answer (LMTP).
    several_replies: usize,
}

const fn facts(
    connections: usize,
    replies: usize,
    multiline: usize,
    eight_bit: usize,
    unanswered: usize,
    several_replies: usize,
) -> Facts {
    Facts {
        connections,
        replies,
        multiline,
        eight_bit,
        unanswered,
        several_replies,
    }
}

/// chasquid and exim hang up after three errors, Dovecot's submission instead of refusing an oversized message, aiosmtpd and
/// Haraka when something else than a handshake follows the 220 by which they answer STARTTLS within TLS. The two LMTP servers
/// give one final reply for each accepted recipient, in two deliveries each. chasquid's help is outside ASCII.
const SERVERS: [(&str, Facts); 13] = [
    ("aiosmtpd", facts(11, 83, 11, 0, 1, 0)),
    ("chasquid", facts(16, 95, 16, 1, 7, 0)),
    ("dovecot-lmtp", facts(10, 79, 10, 0, 0, 2)),
    ("dovecot-submission", facts(14, 103, 14, 0, 2, 0)),
    ("exim", facts(15, 105, 19, 0, 2, 0)),
    ("exim-next", facts(15, 105, 19, 0, 2, 0)),
    ("haraka", facts(13, 95, 13, 0, 1, 0)),
    ("opensmtpd", facts(12, 86, 13, 0, 0, 0)),
    ("postfix", facts(15, 110, 15, 0, 0, 0)),
    ("postfix-next", facts(15, 110, 15, 0, 0, 0)),
    ("sendmail", facts(14, 102, 15, 0, 0, 0)),
    ("smtp-server", facts(14, 101, 14, 0, 0, 0)),
    ("smtp-server-lmtp", facts(14, 103, 14, 0, 0, 2)),
];

#[test]
fn every_reply_answers_its_line_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    for (server, expected) in SERVERS {
        let text = std::fs::read_to_string(folder.join(format!("{server}.txt"))).unwrap();
        let splits = [Split::Whole, Split::Bytes]
            .into_iter()
            .chain((1..=RANDOM_SPLITS).map(Split::Random));
        for split in splits {
            let mut found = Facts::default();
            for connection in text.split("\n== ").skip(1) {
                Dialogue::new(split, format!("{server}, {split:?}")).play(connection, &mut found);
            }
            assert_eq!(found, expected, "{server}, {split:?}");
        }
    }
}

/// How octets are cut on their way in and out.
#[derive(Debug, Clone, Copy)]
enum Split {
    Whole,
    Bytes,
    /// Pieces of 1 to 16 octets, by this state of a generator.
    Random(u64),
}

impl Split {
    fn piece(&mut self, length: usize) -> usize {
        match self {
            Self::Whole => length,
            Self::Bytes => length.min(1),
            Self::Random(state) => {
                *state = state
                    .wrapping_mul(0x5851_F42D_4C95_7F2D)
                    .wrapping_add(0x1405_7B7E_F767_814F);
                length.min((*state >> 40) as usize % 16 + 1)
            }
        }
    }
}

/// One connection.
struct Dialogue {
    split: Split,
    /// For messages of failed tests.
    place: String,
    wire: Wire,
    /// What the server has to have received.
    sent: Vec<u8>,
    written: Vec<u8>,
    /// The lines that await a reply, as the recording has them; `None` is the greeting.
    awaited: VecDeque<(Option<CommandId>, String)>,
    is_lmtp: bool,
    /// Recipients that were accepted since the last MAIL.
    accepted: usize,
}

impl Dialogue {
    fn new(split: Split, place: String) -> Self {
        Self {
            split,
            place,
            wire: Wire::new(WireLimits::default()),
            sent: Vec::new(),
            written: Vec::new(),
            awaited: [(None, String::new())].into(),
            is_lmtp: false,
            accepted: 0,
        }
    }

    fn play(mut self, connection: &str, found: &mut Facts) {
        found.connections += 1;
        let mut hung_up = false;
        let mut lines = connection.lines().skip(1).peekable();
        while let Some(line) = lines.next() {
            if let Some(text) = line.strip_prefix("C: ") {
                self.send(text, found);
                // A flight goes out as one, and a line that could not be written does not go out.
                let more = |next: &str| next.starts_with("C: (pipelined)");
                let waits =
                    text.starts_with("(pipelined)") && lines.peek().is_some_and(|l| more(l));
                if !waits && lines.peek() != Some(&"-- write failed") {
                    self.write();
                }
            } else if let Some(text) = line.strip_prefix("S: ") {
                // What the server sent in one go comes in one go, however many replies it is.
                let mut texts = vec![text];
                while let Some(text) = lines.peek().and_then(|line| line.strip_prefix("S: ")) {
                    texts.push(text);
                    lines.next();
                }
                self.hear(&texts, found);
            } else if line.starts_with("-- TLSv1.") {
                let at_its_beginning = self.sent.is_empty() && self.wire.unanswered() == 1;
                assert!(at_its_beginning || self.wire.is_quiet(), "{}", self.place);
            } else if line.starts_with("-- ") {
                let (_, text) = self.awaited.back().unwrap();
                let known = [
                    "-- connection reset",
                    "-- end of connection",
                    "-- write failed",
                ];
                assert!(known.contains(&line), "{}: {line} after {text}", self.place);
                hung_up = true;
            } else {
                assert!(line.is_empty(), "{}: no such line: {line}", self.place);
            }
        }
        assert_eq!(self.wire.unfinished(), None, "{}", self.place);
        assert_eq!(self.wire.unanswered(), self.awaited.len(), "{}", self.place);
        assert_eq!(hung_up, !self.awaited.is_empty(), "{}", self.place);
        found.unanswered += self.awaited.len();
    }

    /// Queues a line of the recording, with what stands for it where it is shortened.
    fn send(&mut self, text: &str, found: &mut Facts) {
        let line = text.strip_prefix("(pipelined) ").unwrap_or(text);
        self.is_lmtp |= line.starts_with("LHLO ");
        let finals = if self.is_lmtp { self.accepted } else { 1 };
        let mut replies = 1;
        let id = if line.starts_with("(message") {
            let length = if line.starts_with("(message of ") {
                70_000
            } else {
                100
            };
            let content = "Subject: recorded\r\n\r\nhello\r\n".repeat(length / 28);
            let mut left = content.as_bytes();
            while !left.is_empty() {
                let taken = self.wire.send_content(left);
                self.sent.extend(&left[..taken]);
                left = &left[taken..];
                if !left.is_empty() {
                    self.write();
                }
            }
            self.sent.extend(b".\r\n");
            replies = finals;
            self.wire.send_for(".".parse::<RawLine>().unwrap(), replies)
        } else if let Some((head, _)) = line.split_once(" + ") {
            let last = head.ends_with(" LAST");
            let chunk: &[u8] = if last {
                b"\r\nhello\r\n"
            } else {
                b"Subject: chunks\r\n"
            };
            if last {
                replies = finals;
            }
            self.sent.extend(format!("{head}\r\n").as_bytes());
            self.sent.extend(chunk);
            self.wire.send_chunk(chunk, last, replies)
        } else {
            let line = if line.ends_with("... (5008 characters)") {
                format!("NOOP {}", "z".repeat(5000))
            } else {
                assert!(
                    !line.contains("... ("),
                    "{}: unknown cut: {line}",
                    self.place
                );
                line.to_owned()
            };
            if line.starts_with("MAIL") {
                self.accepted = 0;
            }
            self.sent.extend(format!("{line}\r\n").as_bytes());
            self.wire.send(RawLine::new(line).unwrap())
        };
        let id = id.unwrap();
        found.several_replies += usize::from(replies > 1);
        for _ in 0..replies {
            self.awaited.push_back((Some(id), line.to_owned()));
        }
    }

    fn write(&mut self) {
        loop {
            let lent = self.wire.to_write();
            if lent.is_empty() {
                break;
            }
            let n = self.split.piece(lent.len());
            self.written.extend(&lent[..n]);
            self.wire.written(n);
        }
        assert_eq!(self.written, self.sent, "{}", self.place);
    }

    /// Takes in what the server said, and compares it with what the recording has.
    fn hear(&mut self, texts: &[&str], found: &mut Facts) {
        let octets: Vec<u8> = texts
            .iter()
            .flat_map(|text| text.bytes().chain(*b"\r\n"))
            .collect();
        let mut texts = texts.iter();
        let mut left = octets.as_slice();
        while !left.is_empty() {
            let (mut input, rest) = left.split_at(self.split.piece(left.len()));
            left = rest;
            loop {
                let heard = match self.wire.received(&mut input) {
                    Ok(None) => break,
                    Ok(Some(heard)) => heard,
                    Err(error) => panic!("{}: {error}", self.place),
                };
                let (awaited, line) = self.awaited.pop_front().unwrap();
                let more = self.awaited.front().map(|(next, _)| *next) == Some(awaited);
                let (to, reply) = match heard {
                    Heard::Greeting(reply) => (None, reply),
                    Heard::Answer { to, last, reply } => {
                        assert_eq!(last, !more, "{}: {line}", self.place);
                        (Some(to), reply)
                    }
                    Heard::Unsolicited(reply) => panic!("{}: {line}: {reply:?}", self.place),
                };
                assert_eq!(to, awaited, "{}: {line}: {reply:?}", self.place);
                let mut lines = 0;
                for raw in reply.raw_lines() {
                    let text = texts.next().unwrap();
                    assert_eq!(text[..3], reply.code().to_string(), "{}", self.place);
                    let said = text.get(4..).unwrap_or_default();
                    assert_eq!(raw, said.as_bytes(), "{}", self.place);
                    lines += 1;
                }
                found.replies += 1;
                found.multiline += usize::from(lines > 1);
                for quirk in reply.quirks().iter() {
                    assert_eq!(quirk, Quirk::EightBit, "{}: {reply:?}", self.place);
                    found.eight_bit += 1;
                }
                if line.starts_with("RCPT") && reply.code() == 250 {
                    self.accepted += 1;
                }
            }
        }
        assert_eq!(texts.next(), None, "{}", self.place);
    }
}
