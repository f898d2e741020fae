//! Where a session stands, and what each question to the server may be answered with.

use core::time::Duration;

use super::config::Timeouts;
use super::event::TransactionId;
use super::report::Stage;
use super::step::{Timer, TlsMode};
use crate::reply::{ReplyClass, ReplyCode};

/// The life of a connection. What is asked at the moment stands in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing goes in or out but the handshake.
    Handshake(TlsMode),
    /// From the greeting to the end of AUTH.
    Opening,
    /// Opening goes on when the application gives credentials.
    AwaitingCredentials,
    /// Transactions may run.
    Open,
    /// QUIT was queued. Whatever comes now, the session ended well, or its end was already told.
    Quitting,
    /// Over.
    Closed,
}

/// What a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Opening(Opening),
    Noop,
    Reset,
    Turn(TransactionId, Turn),
    Quit,
}

/// The questions that open a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// Asked by connecting.
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Auth,
    /// `*`, after a challenge that the mechanism does not have.
    AuthCancel,
}

/// The questions of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Mail,
    /// The recipient's place in the envelope.
    Rcpt(usize),
    Data,
    /// A chunk that is not the last, and where it ends, in octets since the session began.
    Chunk(u64),
    /// The end of the content. In LMTP one for each accepted recipient, with its place.
    Final(Option<usize>),
    /// A terminator without content.
    LoneDot,
}

impl Asked {
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Opening(opening) => opening.stage(),
            Self::Noop => Stage::Idle,
            Self::Reset => Stage::Reset,
            Self::Turn(_, turn) => turn.stage(),
            Self::Quit => Stage::Quit,
        }
    }

    pub(super) fn timer(self) -> Timer {
        match self {
            Self::Opening(Opening::Greeting) => Timer::Greeting,
            Self::Opening(Opening::Ehlo | Opening::Helo) => Timer::Hello,
            Self::Opening(Opening::StartTls) => Timer::StartTls,
            Self::Opening(Opening::Auth | Opening::AuthCancel) => Timer::Auth,
            Self::Noop | Self::Reset | Self::Turn(_, Turn::Mail) => Timer::Mail,
            Self::Turn(_, Turn::Rcpt(_)) => Timer::Rcpt,
            Self::Turn(_, Turn::Data) => Timer::DataInit,
            Self::Turn(_, Turn::Chunk(_)) => Timer::DataBlock,
            Self::Turn(_, Turn::Final(_) | Turn::LoneDot) => Timer::DataTerminator,
            Self::Quit => Timer::Quit,
        }
    }

    /// Can a reply of this code answer it at all? By the first digit, never by a list of codes (RFC 5321 section 4.3.2),
    /// but where a wrong guess opens a door: only 235 is a login (RFC 4954 section 6), and a 220 behind TLS is a second
    /// greeting, not an answer to EHLO.
    pub(super) fn can_be_answered_by(self, code: ReplyCode) -> bool {
        match code.class() {
            ReplyClass::Transient | ReplyClass::Permanent => true,
            ReplyClass::Positive => match self {
                Self::Opening(Opening::Auth) => code == 235,
                Self::Opening(Opening::Ehlo | Opening::Helo) => code.number() / 10 == 25,
                Self::Turn(_, turn) => turn != Turn::Data,
                Self::Opening(Opening::Greeting | Opening::StartTls | Opening::AuthCancel)
                | Self::Noop
                | Self::Reset
                | Self::Quit => true,
            },
            ReplyClass::Intermediate => match self {
                Self::Opening(opening) => opening == Opening::Auth && code == 334,
                Self::Turn(_, turn) => turn == Turn::Data,
                Self::Noop | Self::Reset | Self::Quit => false,
            },
        }
    }
}

impl Opening {
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Greeting => Stage::Greeting,
            Self::Ehlo | Self::Helo => Stage::Hello,
            Self::StartTls => Stage::StartTls,
            Self::Auth | Self::AuthCancel => Stage::Auth,
        }
    }
}

impl Turn {
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Mail => Stage::Mail,
            Self::Rcpt(_) => Stage::Rcpt,
            Self::Data | Self::LoneDot => Stage::Data,
            Self::Chunk(_) => Stage::Content,
            Self::Final(_) => Stage::EndOfData,
        }
    }
}

impl Timeouts {
    pub(super) fn of(&self, timer: Timer) -> Duration {
        match timer {
            Timer::Greeting => self.greeting,
            Timer::Hello => self.hello,
            Timer::StartTls => self.starttls,
            Timer::Tls => self.tls,
            Timer::Auth => self.auth,
            Timer::Mail => self.mail,
            Timer::Rcpt => self.rcpt,
            Timer::DataInit => self.data_init,
            Timer::DataBlock => self.data_block,
            Timer::DataTerminator => self.data_terminator,
            Timer::Source => self.source,
            Timer::Quit => self.quit,
            Timer::Shutdown => self.shutdown,
            Timer::Total => self.total.unwrap_or(Duration::MAX),
        }
    }
}
