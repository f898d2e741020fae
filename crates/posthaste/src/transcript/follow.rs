//! Where in the conversation an octet stands: a command, an answer to a challenge, content.

use std::collections::VecDeque;

/// Follows both directions.
#[derive(Debug)]
pub(super) struct Follower {
    /// Commands without their reply, oldest first.
    awaited: VecDeque<Asked>,
    mode: Mode,
    /// LHLO was said: the end of a content is answered once for each recipient that was accepted (RFC 2033).
    lmtp: bool,
    /// The AUTH that was begun last is SCRAM.
    scram: bool,
    /// Recipients that were accepted since MAIL.
    accepted: usize,
    sent: Vec<u8>,
    received: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// The greeting, or a command that needs no watching.
    Plain,
    Auth,
    Mail,
    Rcpt,
    Data,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Command,
    /// After 354, with the octets that were sent.
    Lines {
        octets: u64,
    },
    /// Behind BDAT, with the octets of the chunk and those that are left of it.
    Chunk {
        size: u64,
        left: u64,
    },
}

/// What was sent.
pub(super) enum Seen<'a> {
    Line(&'a [u8]),
    Auth {
        mechanism: &'a [u8],
        /// The initial response, where there is one.
        response: Option<&'a [u8]>,
    },
    /// An answer to a challenge.
    Response(&'a [u8]),
    Content(&'a [u8]),
    /// The content, or a chunk of it, is whole: so many octets.
    ContentEnd(u64),
}

/// What the server said.
pub(super) enum Heard<'a> {
    Line(&'a [u8]),
    /// 334 in SCRAM: the salt, or the signature.
    Challenge(&'a [u8]),
    /// 235 to SCRAM, in which some servers sign.
    Signed(&'a [u8]),
}

impl Default for Follower {
    fn default() -> Self {
        Self {
            awaited: [Asked::Plain].into(),
            mode: Mode::Command,
            lmtp: false,
            scram: false,
            accepted: 0,
            sent: Vec::new(),
            received: Vec::new(),
        }
    }
}

impl Follower {
    /// A line that is longer than this is taken for two: nothing is kept without bound.
    const LONGEST: usize = 64 * 1024;

    pub(super) fn sent(&mut self, mut octets: &[u8], tell: &mut dyn FnMut(Seen<'_>)) {
        while !octets.is_empty() {
            if let Mode::Chunk { size, left } = &mut self.mode {
                let n = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(octets.len());
                let (chunk, rest) = octets.split_at(n);
                octets = rest;
                tell(Seen::Content(chunk));
                *left -= u64::try_from(n).unwrap_or(u64::MAX);
                if *left == 0 {
                    tell(Seen::ContentEnd(*size));
                    self.mode = Mode::Command;
                }
                continue;
            }
            let Some(line) = take_line(&mut self.sent, &mut octets, Self::LONGEST) else {
                return;
            };
            self.line(&line, tell);
        }
    }

    pub(super) fn received(&mut self, mut octets: &[u8], tell: &mut dyn FnMut(Heard<'_>)) {
        while let Some(line) = take_line(&mut self.received, &mut octets, Self::LONGEST) {
            let line = without_end(&line);
            tell(self.heard(line));
            // A blank line answers nothing; some servers send one before a reply.
            if !line.is_empty() && line.get(3) != Some(&b'-') {
                self.reply(line);
            }
        }
    }

    /// What is without its end: whether a line of this side was begun, how many octets of content went out, and the
    /// beginning of a line of the server.
    pub(super) fn unfinished(&self) -> (bool, u64, &[u8]) {
        let begun = u64::try_from(self.sent.len()).unwrap_or(u64::MAX);
        let content = match self.mode {
            Mode::Command => 0,
            Mode::Lines { octets } => octets + begun,
            Mode::Chunk { size, left } => size - left,
        };
        (begun > 0, content, &self.received)
    }

    /// What a line of the server is, whole or not.
    pub(super) fn heard<'a>(&self, line: &'a [u8]) -> Heard<'a> {
        // The client's proof is not shown. But the salt and the server's signature are as good for guessing the password,
        // by whoever sees both.
        let proof = self.scram && self.awaited.front() == Some(&Asked::Auth);
        if proof && line.starts_with(b"3") {
            Heard::Challenge(line)
        } else if proof && line.starts_with(b"2") {
            Heard::Signed(line)
        } else {
            Heard::Line(line)
        }
    }

    fn line(&mut self, whole: &[u8], tell: &mut dyn FnMut(Seen<'_>)) {
        let line = without_end(whole);
        if let Mode::Lines { octets } = &mut self.mode {
            tell(Seen::Content(line));
            if whole == b".\r\n" {
                tell(Seen::ContentEnd(*octets));
                self.mode = Mode::Command;
                self.await_end();
            } else {
                *octets += u64::try_from(whole.len()).unwrap_or(u64::MAX);
            }
            return;
        }
        // Nothing can be pipelined behind AUTH: whatever comes before its reply belongs to it.
        if self.awaited.contains(&Asked::Auth) {
            return tell(Seen::Response(line));
        }
        let mut words = line.splitn(3, |octet| *octet == b' ');
        let verb = words.next().unwrap_or_default();
        let argument = words.next().unwrap_or_default();
        let rest = words.next().unwrap_or_default();
        let asked = if verb.eq_ignore_ascii_case(b"AUTH") {
            self.scram = argument
                .get(..6)
                .is_some_and(|begin| begin.eq_ignore_ascii_case(b"SCRAM-"));
            tell(Seen::Auth {
                mechanism: argument,
                response: Some(rest).filter(|rest| !rest.is_empty()),
            });
            Asked::Auth
        } else {
            tell(Seen::Line(line));
            let is = |name: &[u8]| verb.eq_ignore_ascii_case(name);
            self.lmtp |= is(b"LHLO");
            if is(b"BDAT") {
                let size = std::str::from_utf8(argument)
                    .ok()
                    .and_then(|digits| digits.parse().ok())
                    .unwrap_or(0);
                if size > 0 {
                    self.mode = Mode::Chunk { size, left: size };
                }
                if rest.eq_ignore_ascii_case(b"LAST") {
                    return self.await_end();
                }
            }
            if is(b"DATA") {
                Asked::Data
            } else if is(b"MAIL") {
                Asked::Mail
            } else if is(b"RCPT") {
                Asked::Rcpt
            } else {
                Asked::Plain
            }
        };
        self.awaited.push_back(asked);
    }

    /// In LMTP no content is sent before every RCPT is answered, so the number of replies to its end is known here.
    fn await_end(&mut self) {
        let replies = if self.lmtp { self.accepted } else { 1 };
        self.awaited
            .extend(std::iter::repeat_n(Asked::Plain, replies));
    }

    fn reply(&mut self, line: &[u8]) {
        let go_on = line.starts_with(b"3");
        match self.awaited.front() {
            Some(Asked::Mail) => self.accepted = 0,
            Some(Asked::Rcpt) if line.starts_with(b"2") => self.accepted += 1,
            Some(_) | None => {}
        }
        match self.awaited.front() {
            Some(Asked::Auth) if go_on => {}
            Some(Asked::Data) if go_on => {
                self.awaited.pop_front();
                self.mode = Mode::Lines { octets: 0 };
            }
            Some(_) | None => {
                self.awaited.pop_front();
            }
        }
    }
}

/// The next whole line, its end included; without one, what there is waits in `begun`.
fn take_line(begun: &mut Vec<u8>, octets: &mut &[u8], longest: usize) -> Option<Vec<u8>> {
    let end = octets
        .iter()
        .position(|octet| *octet == b'\n')
        .map(|at| at + 1);
    let (line, rest) = octets.split_at(end.unwrap_or(octets.len()));
    *octets = rest;
    begun.extend_from_slice(line);
    (end.is_some() || begun.len() >= longest).then(|| std::mem::take(begun))
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
