//! A driver whose socket is a transcript and whose clock is virtual.

use std::collections::VecDeque;
use std::time::Duration;

use posthaste_proto::session::{Fate, TlsInfo, TransactionId};
use posthaste_proto::{ContentSpec, Credentials, Envelope, Event, Session, Step};

use super::script::{Line, Script};

/// What is submitted, and the content that goes with it.
type Message = (Envelope, ContentSpec, Vec<u8>);

/// How octets are cut on their way in and out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Split {
    Whole,
    Bytes,
    /// Pieces of 1 to 16 octets, by this seed.
    Random(u64),
}

/// Plays the conversation and says what the session told, a line each.
///
/// # Panics
///
/// When the client says something else than the transcript.
pub(crate) fn play(script: &Script, split: Split) -> String {
    let mut session = Session::new(script.config.clone());
    let mut messages: VecDeque<_> = script.messages.iter().cloned().collect();
    let mut player = Player {
        split,
        lines: script.lines.iter().cloned().collect(),
        wire: Vec::new(),
        told: String::new(),
        contents: Vec::new(),
        now: Duration::ZERO,
        tells_queue_id: script.tells_queue_id,
    };
    // The first message is there from the beginning, the others come with `-- submit`.
    player.submit(&mut session, &mut messages);
    if script.batch {
        while !messages.is_empty() {
            player.submit(&mut session, &mut messages);
        }
        session.quit();
    }
    for _ in 0..2_000_000 {
        if player.step(&mut session, &mut messages) {
            // What the server says to nobody is no matter; what was to happen is.
            player
                .lines
                .retain(|line| !matches!(line, Line::Server(_) | Line::Together(_)));
            assert!(
                player.lines.is_empty(),
                "{split:?}: the session closed before {:?}",
                player.lines
            );
            assert!(
                player.wire.is_empty(),
                "{split:?}: the client said more: {:?}",
                String::from_utf8_lossy(&player.wire)
            );
            return player.told;
        }
    }
    panic!(
        "{split:?}: the session does not come to an end; left: {:?}",
        player.lines
    );
}

struct Player {
    split: Split,
    lines: VecDeque<Line>,
    /// What the client wrote and no line has matched yet.
    wire: Vec<u8>,
    told: String,
    contents: Vec<(TransactionId, VecDeque<u8>)>,
    now: Duration,
    tells_queue_id: bool,
}

impl Player {
    /// Does one step; true at the end.
    fn step(&mut self, session: &mut Session, messages: &mut VecDeque<Message>) -> bool {
        self.match_client();
        let now = self.now;
        match session.poll(now) {
            Step::Event(event) => self.tell(&event),
            Step::Write {
                bytes, deadline, ..
            } => {
                assert!(!bytes.is_empty(), "an empty write");
                match self.lines.front() {
                    Some(Line::World(world)) if world == "write fails" => {
                        self.lines.pop_front();
                        session.write_failed();
                    }
                    Some(Line::World(world)) if world == "stall" => {
                        // The peer takes nothing: the clock runs on until the session gives up.
                        self.lines.pop_front();
                        self.now = self.now.max(deadline.at);
                    }
                    _ => {
                        let n = self.piece(bytes.len());
                        self.wire.extend_from_slice(&bytes[..n]);
                        session.written(n);
                    }
                }
            }
            Step::Read { deadline } => self.read(session, deadline.at),
            Step::StartTls { deadline, .. } => match self.world() {
                Some("tls ok") => session.tls_started(TlsInfo::default()),
                Some("tls bound") => {
                    let mut tls = TlsInfo::default();
                    tls.exporter = Some([9; 32]);
                    tls.server_end_point = Some(vec![8; 32]);
                    session.tls_started(tls);
                }
                Some("tls fails") => session.tls_failed("bad certificate"),
                Some("silence") => self.now = deadline.at,
                other => panic!(
                    "{:?}: a handshake is wanted, and there is {other:?}",
                    self.split
                ),
            },
            Step::Credentials(request) => {
                let (mechanisms, again) =
                    (request.mechanisms.to_owned(), request.refused.is_some());
                let request_deadline = request.deadline.at;
                self.told += &match request.challenge {
                    Some(challenge) => format!(
                        "response wanted for {mechanisms}: {}\n",
                        String::from_utf8_lossy(challenge)
                    ),
                    None => format!(
                        "credentials wanted for {mechanisms}{}\n",
                        if again { " again" } else { "" }
                    ),
                };
                if let Some(Line::World(world)) = self.lines.front()
                    && let Some(response) = world.strip_prefix("response ")
                {
                    let response = (response != "none").then(|| response.into());
                    self.lines.pop_front();
                    session.auth_response(response);
                    return false;
                }
                match self.world() {
                    Some("token") => session.credentials(Credentials::token("ann", "t0ken")),
                    Some("silence") => self.now = self.now.max(request_deadline),
                    Some("credentials") => session.credentials(Credentials::new("ann", "secret")),
                    Some("declined") => session.auth_cancel(),
                    other => panic!("credentials are wanted, and there is {other:?}"),
                }
            }
            Step::Content(mut content) => {
                // What the server says early is heard before more is given.
                match self.lines.front() {
                    Some(Line::Server(_)) => return self.early(session),
                    Some(Line::World(world)) if world == "source fails" => {
                        self.lines.pop_front();
                        content.abort();
                    }
                    Some(Line::World(world)) if world == "silence" => {
                        self.now = self.now.max(content.deadline().at);
                        self.lines.pop_front();
                    }
                    Some(Line::World(world))
                        if !["write fails", "stall", "content"].contains(&world.as_str()) =>
                    {
                        self.application(session, messages);
                    }
                    _ => {
                        let id = content.transaction();
                        let room = content.room();
                        assert!(room > 0 && content.space().len() == room);
                        let (_, source) =
                            self.contents.iter_mut().find(|(of, _)| *of == id).unwrap();
                        let left = source.len();
                        if left == 0 {
                            content.finish();
                            self.take_world("content");
                        } else {
                            let n = piece(self.split, left.min(room), &mut self.told.len());
                            let octets: Vec<u8> = source.drain(..n).collect();
                            assert_eq!(content.push(&octets), n);
                        }
                    }
                }
            }
            Step::Idle => match self.lines.front() {
                Some(Line::Server(_) | Line::Together(_)) => return self.early(session),
                None | Some(Line::Client(_)) => session.quit(),
                Some(Line::World(_)) => self.application(session, messages),
            },
            Step::Close { .. } => {
                self.told += "close\n";
                return true;
            }
        }
        false
    }

    fn early(&mut self, session: &mut Session) -> bool {
        let at = self.now + Duration::from_secs(1);
        self.read(session, at);
        false
    }

    fn read(&mut self, session: &mut Session, deadline: Duration) {
        // The content was not wanted before this.
        self.take_world("content");
        match self.lines.front_mut() {
            Some(Line::Server(octets)) => {
                let n = piece(self.split, octets.len(), &mut self.wire.len());
                let now: Vec<u8> = octets.drain(..n).collect();
                let last = octets.is_empty();
                session.received(&now);
                if last {
                    self.lines.pop_front();
                    self.together(session);
                }
            }
            Some(Line::World(world)) if world == "eof" => {
                self.lines.pop_front();
                session.closed_by_peer();
            }
            Some(Line::World(world)) if world == "silence" => {
                if self.now >= deadline {
                    self.lines.pop_front();
                }
                self.now = self.now.max(deadline);
            }
            Some(Line::World(world)) if world.starts_with("cancel") => {
                let index: usize = world
                    .strip_prefix("cancel ")
                    .map_or(0, |index| index.parse().unwrap());
                self.lines.pop_front();
                session.cancel(self.contents[index].0);
            }
            // The deadline has passed and this is the read that must not block.
            _ if self.now >= deadline => {}
            other => panic!(
                "{:?}: the client reads where the transcript has {other:?}; it wrote {:?}",
                self.split,
                String::from_utf8_lossy(&self.wire)
            ),
        }
    }

    /// What comes before the client can write, also when it comes in pieces.
    fn together(&mut self, session: &mut Session) {
        while let Some(Line::Together(octets)) = self.lines.front_mut() {
            let mut octets = std::mem::take(octets);
            self.lines.pop_front();
            while !octets.is_empty() {
                let n = piece(self.split, octets.len(), &mut octets.len());
                session.received(&octets[..n]);
                octets.drain(..n);
            }
        }
    }

    fn take_world(&mut self, world: &str) {
        self.lines
            .pop_front_if(|line| *line == Line::World(world.to_owned()));
    }

    /// What an application may do at any time.
    fn application(&mut self, session: &mut Session, messages: &mut VecDeque<Message>) {
        match self.world() {
            Some("submit") => self.submit(session, messages),
            Some("cancel") => session.cancel(self.contents[0].0),
            Some("cancel 1") => session.cancel(self.contents[1].0),
            Some("quit") => session.quit(),
            Some("noop") => session.noop(),
            Some("rest") => self.now += Duration::from_secs(3600),
            Some("eof") => session.closed_by_peer(),
            other => panic!("{:?}: nobody acts on {other:?}", self.split),
        }
    }

    fn submit(&mut self, session: &mut Session, messages: &mut VecDeque<Message>) {
        if let Some((envelope, spec, content)) = messages.pop_front() {
            let id = session.submit(envelope, spec);
            self.contents.push((id, content.into()));
        }
    }

    fn world(&mut self) -> Option<&'static str> {
        const ALL: [&str; 14] = [
            "rest",
            "cancel 1",
            "token",
            "tls ok",
            "tls bound",
            "tls fails",
            "silence",
            "credentials",
            "declined",
            "submit",
            "cancel",
            "quit",
            "noop",
            "eof",
        ];
        let Some(Line::World(world)) = self.lines.front() else {
            return None;
        };
        let known = ALL.into_iter().find(|known| known == world);
        self.lines.pop_front();
        known
    }

    /// Takes the client's lines off what it wrote.
    fn match_client(&mut self) {
        while let Some(Line::Client(expected)) = self.lines.front() {
            let common = expected.len().min(self.wire.len());
            assert!(
                self.wire[..common] == expected[..common],
                "{:?}: the transcript has `C: {}`, and the client says {:?}",
                self.split,
                String::from_utf8_lossy(expected).trim_end(),
                String::from_utf8_lossy(&self.wire),
            );
            if common < expected.len() {
                return;
            }
            self.wire.drain(..common);
            self.lines.pop_front();
        }
    }

    fn piece(&self, length: usize) -> usize {
        piece(self.split, length, &mut self.wire.len())
    }

    fn tell(&mut self, event: &Event) {
        self.told += &match event {
            Event::Ready => "ready\n".to_owned(),
            Event::Recipient { id, index, reply } => {
                format!("message {id} recipient {index}: {reply}\n")
            }
            Event::Done { report } => {
                let mut told = format!("message {} done: {:?}\n", report.id, report.disposition());
                if !report.left_out.is_empty() {
                    told += &format!("  left out {:?}\n", report.left_out);
                }
                if self.tells_queue_id {
                    told += &format!("  queue id {:?}\n", report.queue_id());
                }
                for (index, recipient) in report.recipients.iter().enumerate() {
                    told += &format!("  recipient {index} {}\n", fate(&recipient.fate));
                }
                told
            }
            Event::Lost { cause } => format!("lost: {cause}\n"),
            Event::AuthDetail(detail) => format!("auth detail: {detail}\n"),
            Event::Quirk(quirk) => format!("quirk: {quirk}\n"),
            other => panic!("unknown event {other:?}"),
        };
    }
}

fn fate(fate: &Fate) -> String {
    fate.to_string()
}

/// How much of `length` octets goes at once.
fn piece(split: Split, length: usize, salt: &mut usize) -> usize {
    match split {
        Split::Whole => length,
        Split::Bytes => 1,
        Split::Random(seed) => {
            let mixed =
                (seed ^ (*salt as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (length as u64) << 17)
                    .wrapping_mul(0xD134_2543_DE82_EF95);
            ((mixed >> 40) as usize % 16 + 1).min(length)
        }
    }
}
