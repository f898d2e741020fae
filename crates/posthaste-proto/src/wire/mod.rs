//! A connection without policy: any line goes out, every reply comes in with what it answers (RFC 5321 section 2.4 and 4.2,
//! RFC 2920).
//!
//! ```text
//!   send(line) -> CommandId       to_write() -> octets, written(n)
//!        |                                 ^
//!        v                                 |
//!   +--------+   octets out  --------------+
//!   |  Wire  |
//!   +--------+   octets in   received(&mut input) -> Heard::{Greeting, Answer { to, … }, Unsolicited}
//! ```
//!
//! A [`Session`](crate::Session) decides what to say and what it means. A [`Wire`] decides nothing: it is for a client that
//! asks a server something else (`XCLIENT`, `ETRN`, what `VRFY` tells), for tests that must say what no client would, and for
//! an explorer's dialogue. It knows no socket and no clock, and keeps to its [`WireLimits`] whatever the peer sends.
//!
//! Nothing is checked but the form: no TLS is demanded, and a password goes out in clear when it is put into a line.
//!
//! ```
//! use posthaste_proto::command::Command;
//! use posthaste_proto::wire::{Heard, RawLine, Wire, WireLimits};
//!
//! let mut wire = Wire::new(WireLimits::default());
//! let mut input: &[u8] = b"220 mx.example.org ESMTP\r\n";
//! assert!(matches!(wire.received(&mut input)?, Some(Heard::Greeting(reply)) if reply.code() == 220));
//!
//! // Two commands in one flight, one of them typed.
//! let etrn = wire.send("ETRN example.net".parse::<RawLine>()?)?;
//! let quit = wire.send(Command::Quit)?;
//! let n = wire.to_write().len();
//! assert_eq!(wire.to_write(), b"ETRN example.net\r\nQUIT\r\n");
//! wire.written(n);
//!
//! // However the octets are cut, each reply says which command it answers.
//! let mut heard = Vec::new();
//! for mut input in [&b"250 queu"[..], b"ing started\r\n221 2.0.0 by", b"e\r\n"] {
//!     while let Some(Heard::Answer { to, reply, .. }) = wire.received(&mut input)? {
//!         heard.push((to, reply.code().to_string()));
//!     }
//! }
//! assert_eq!(heard, [(etrn, "250".to_owned()), (quit, "221".to_owned())]);
//! assert!(wire.is_quiet());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/raw.rs` does the same over TCP.

mod error;
mod input;
mod line;
mod output;
mod pipeline;

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::command;
use crate::reply::{ReplyError, ReplyLimits, ReplyRef};

pub(crate) use input::Input;

pub use error::SendError;
pub use line::{RawLine, RawLineError};
pub(crate) use output::Output;
pub(crate) use pipeline::Pipeline;

/// Lines out, replies in, matched by their order. Any method may be called at any time.
pub struct Wire {
    limits: WireLimits,
    output: Output,
    input: Input,
    awaited: Pipeline<Asked>,
    next_id: u64,
}

/// A line that was sent, by its place in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandId(u64);

/// A whole reply, lent until the wire is used again.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a reply is the first, or has a command, or has none"
)]
pub enum Heard<'a> {
    /// The server's first words, before any command.
    Greeting(ReplyRef<'a>),
    /// A reply to what was sent.
    Answer {
        /// The line that it answers, as [`Wire::send`] named it.
        to: CommandId,
        /// No further reply is awaited for that line.
        last: bool,
        /// The reply.
        reply: ReplyRef<'a>,
    },
    /// A reply that nobody asked for: it began before the last octet of the oldest unanswered command was written, or there
    /// is no such command. Replies behind it may belong to other commands than it seems; who is careful closes.
    Unsolicited(ReplyRef<'a>),
}

/// Upper bounds of what a [`Wire`] keeps. Each is checked before anything is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain numbers, written with `..Default::default()`"
)]
pub struct WireLimits {
    /// Of one reply: 16 KiB a line, 64 KiB and 1,024 lines in all.
    pub reply: ReplyLimits,
    /// Octets of the send buffer: 64 KiB; at least 4 KiB are used. Lines may make it larger by `unanswered_octets`.
    pub send_buffer: usize,
    /// Replies that may be awaited at a time, the greeting not counted: 100.
    pub unanswered: usize,
    /// Octets of lines that may be unanswered at a time, content not counted: 16 KiB.
    pub unanswered_octets: usize,
}

/// What a reply can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Greeting,
    Line(CommandId),
}

impl Wire {
    /// A connection at its beginning: the server's greeting is awaited.
    #[must_use]
    pub fn new(limits: WireLimits) -> Self {
        let mut awaited = Pipeline::new();
        awaited.push(Asked::Greeting, 0, 0);
        Self {
            output: Output::new(limits.send_buffer),
            input: Input::new(limits.reply),
            awaited,
            limits,
            next_id: 0,
        }
    }

    /// Queues a line, which one reply will answer.
    ///
    /// # Errors
    ///
    /// When a limit on unanswered commands is met; nothing was queued then. Write and read first.
    pub fn send(&mut self, line: impl Into<RawLine>) -> Result<CommandId, SendError> {
        self.send_for(line, 1)
    }

    /// Queues a line that so many replies will answer: as many as recipients were accepted for the `.` behind LMTP's
    /// content (RFC 2033 section 4.2), none for a line of content. A line of content is dot-stuffed by the caller.
    ///
    /// # Errors
    ///
    /// When a limit on unanswered commands is met, or no reply is awaited and the send buffer is full; nothing was queued
    /// then.
    pub fn send_for(
        &mut self,
        line: impl Into<RawLine>,
        replies: usize,
    ) -> Result<CommandId, SendError> {
        let line = line.into();
        let length = line.octets().len() + 2;
        self.check(length, replies)?;
        if replies == 0 && length > self.output.free(0) {
            return Err(SendError::BufferFull {
                free: self.output.free(0),
            });
        }
        // One push, so that no packet ends in the middle; wiped, since a line may hold a password.
        let mut octets = Zeroizing::new(Vec::with_capacity(length));
        octets.extend_from_slice(line.octets());
        octets.extend_from_slice(b"\r\n");
        self.output.push_secret(&octets);
        Ok(self.await_replies(replies, length))
    }

    /// Queues octets that no reply answers, as they are: content behind a 354, dot-stuffed by the caller. Says how many were
    /// taken; the others come again when something was written.
    #[must_use = "not all octets may have been taken"]
    pub fn send_content(&mut self, octets: &[u8]) -> usize {
        let (taken, _) = octets.split_at(octets.len().min(self.output.free(0)));
        if !taken.is_empty() {
            self.output.push(taken);
        }
        taken.len()
    }

    /// Queues `BDAT` with its chunk (RFC 3030 section 2), which so many replies will answer: one, and for LMTP's last chunk
    /// as many as recipients were accepted.
    ///
    /// # Errors
    ///
    /// When a limit on unanswered commands is met, or the chunk does not fit into the free part of the send buffer; nothing
    /// was queued then.
    pub fn send_chunk(
        &mut self,
        chunk: &[u8],
        last: bool,
        replies: usize,
    ) -> Result<CommandId, SendError> {
        let mut header = Vec::new();
        command::encode_bdat(&mut header, chunk.len() as u64, last);
        self.check(header.len(), replies)?;
        let free = self.output.free(header.len());
        if chunk.len() > free {
            return Err(SendError::BufferFull { free });
        }
        self.output.push(&header);
        self.output.push(chunk);
        Ok(self.await_replies(replies, header.len()))
    }

    /// What is to be written; empty when there is nothing. The same octets are lent again until [`written`](Self::written).
    pub fn to_write(&mut self) -> &[u8] {
        self.output.lend()
    }

    /// The first `n` octets of what was lent left for the peer. To be called at once after a write: a reply that is taken
    /// in before it counts as unsolicited.
    pub fn written(&mut self, n: usize) {
        self.output.written(n);
    }

    /// Takes octets off `input` until a reply is whole. `None` means that all of `input` was taken and more is needed.
    ///
    /// Give all that was read before anything else is written, in a loop until `None`: whether a reply was asked for is
    /// judged when its first octet is taken in.
    ///
    /// # Errors
    ///
    /// When the input is no reply, or breaks a limit. From then on every call says the same.
    pub fn received(&mut self, input: &mut &[u8]) -> Result<Option<Heard<'_>>, ReplyError> {
        let sent = self.output.sent();
        let Some((asked, reply)) = self.input.take(input, &mut self.awaited, sent)? else {
            return Ok(None);
        };
        Ok(Some(match asked {
            None => Heard::Unsolicited(reply),
            Some(Asked::Greeting) => Heard::Greeting(reply),
            Some(asked @ Asked::Line(to)) => Heard::Answer {
                to,
                last: self.awaited.front() != Some(asked),
                reply,
            },
        }))
    }

    /// Is a reply awaited whose command was written, so that it makes sense to read?
    #[must_use]
    pub fn expects_reply(&self) -> bool {
        self.awaited.expects_reply(self.output.sent())
    }

    /// How many replies are awaited, the greeting included, whether or not their commands were written.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.awaited.len()
    }

    /// True when nothing waits to be written, no reply is awaited and none has begun. TLS may start only then, and only when
    /// no octet came behind the 220 to STARTTLS (RFC 3207 section 4.2; CVE-2021-38371).
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        !self.output.has_work() && self.awaited.is_empty() && self.input.parser().is_empty()
    }

    /// The text of a reply that has begun and is not whole, at most 1 KiB: what to tell when the peer closed.
    #[must_use]
    pub fn unfinished(&self) -> Option<Vec<u8>> {
        self.input.parser().unfinished()
    }

    fn check(&self, octets: usize, replies: usize) -> Result<(), SendError> {
        let greeting = usize::from(self.awaited.front() == Some(Asked::Greeting));
        let unanswered = (self.awaited.len() - greeting).saturating_add(replies);
        if unanswered > self.limits.unanswered {
            return Err(SendError::TooManyUnanswered(self.limits.unanswered));
        }
        if self.awaited.octets().saturating_add(octets) > self.limits.unanswered_octets {
            return Err(SendError::TooManyOctets(self.limits.unanswered_octets));
        }
        Ok(())
    }

    /// What was queued last awaits replies. Its octets count until the first of them.
    fn await_replies(&mut self, replies: usize, octets: usize) -> CommandId {
        let id = CommandId(self.next_id);
        self.next_id += 1;
        for nth in 0..replies {
            let octets = if nth == 0 { octets } else { 0 };
            self.awaited
                .push(Asked::Line(id), self.output.queued(), octets);
        }
        id
    }
}

impl Default for WireLimits {
    fn default() -> Self {
        Self {
            reply: ReplyLimits::default(),
            send_buffer: 64 * 1024,
            unanswered: 100,
            unanswered_octets: 16 * 1024,
        }
    }
}

/// Shows no octet of what is queued.
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("output", &self.output)
            .field("awaited", &self.awaited)
            .finish_non_exhaustive()
    }
}
