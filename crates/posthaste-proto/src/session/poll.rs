//! The one question, and how its answer is found.

use core::time::Duration;

use super::Session;
use super::clock::Wait;
use super::content::Content;
use super::event::TransactionId;
use super::state::{Asked, State, Turn};
use super::step::{Request, Step, Timer, TlsMode};
use super::transaction::{Next, Transaction};
use crate::error::Cause;

/// What the next step is, before anything is lent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Todo {
    Write,
    Read,
    StartTls(TlsMode),
    Content(TransactionId),
    Credentials,
    Idle,
    Close,
}

impl Session {
    /// What to do now. `now` is the time since the session began; a clock that goes backwards is taken to stand still.
    pub fn poll(&mut self, now: Duration) -> Step<'_> {
        self.now = self.now.max(now);
        if core::mem::take(&mut self.heard) {
            self.heard_at = self.now;
        }
        let (todo, deadline) = loop {
            self.advance();
            if let Some(event) = self.events.pop_front() {
                return Step::Event(event);
            }
            let todo = self.todo();
            let Some((wait, timer)) = self.wait(todo) else {
                return Step::Idle;
            };
            let deadline = self
                .clock
                .deadline(wait, timer, self.now, &self.config.timeouts);
            if todo == Todo::Close || self.now < deadline.at {
                break (todo, deadline);
            }
            let may_read = matches!(todo, Todo::Read | Todo::Write | Todo::Content(_));
            if may_read && self.clock.allow_last_read() {
                break (Todo::Read, deadline);
            }
            self.timed_out(deadline.timer);
        };
        match todo {
            Todo::Write => {
                let may_read = self.may_read_while_writing();
                Step::Write {
                    bytes: self.output.lend(),
                    may_read,
                    deadline,
                }
            }
            Todo::Read => Step::Read { deadline },
            Todo::StartTls(mode) => Step::StartTls { mode, deadline },
            Todo::Content(id) => Step::Content(Content {
                session: self,
                id,
                deadline,
            }),
            Todo::Credentials => Step::Credentials(Request {
                mechanisms: &self.login.mechanisms,
                challenge: self.login.challenge.as_deref(),
                refused: self.login.refused.as_ref(),
                deadline,
            }),
            Todo::Idle => Step::Idle,
            Todo::Close => Step::Close { deadline },
        }
    }

    fn todo(&self) -> Todo {
        match self.state {
            State::Closed => Todo::Close,
            State::Handshake(mode) => Todo::StartTls(mode),
            State::AwaitingCredentials if self.input.hears_unasked() => Todo::Read,
            State::AwaitingCredentials => Todo::Credentials,
            _ if self.write_dead || self.input.hears_unasked() => Todo::Read,
            State::Opening | State::Open | State::Quitting => {
                if self.output.has_work() && !self.is_gathering() {
                    Todo::Write
                } else if let Some(id) = self.wants_content().map(|transaction| transaction.id) {
                    Todo::Content(id)
                } else if !self.awaited.is_empty() {
                    Todo::Read
                } else {
                    Todo::Idle
                }
            }
        }
    }

    /// Which wait a step is, and its timer. `None` for `Idle`, which may last.
    fn wait(&self, todo: Todo) -> Option<(Wait, Timer)> {
        let asked = self.awaited.front();
        Some(match todo {
            Todo::Close => (Wait::Close, Timer::Shutdown),
            Todo::StartTls(_) => (Wait::Tls, Timer::Tls),
            Todo::Credentials => (Wait::Credentials(self.login.asked), Timer::Auth),
            Todo::Content(_) => {
                let octets = self
                    .wants_content()
                    .map_or(0, |transaction| transaction.framing.octets());
                (Wait::Source(octets), Timer::Source)
            }
            Todo::Write => {
                let timer = match asked {
                    None | Some(Asked::Turn(_, Turn::Chunk(_) | Turn::Final(_))) => {
                        Timer::DataBlock
                    }
                    Some(asked) => asked.timer(),
                };
                (Wait::Write(self.output.flushes()), timer)
            }
            Todo::Read if self.write_dead => (Wait::LastWords, Timer::Shutdown),
            Todo::Read => match asked.filter(|_| !self.input.hears_unasked()) {
                Some(asked) => (Wait::Reply(self.awaited.answered()), asked.timer()),
                None => (Wait::Unasked, Timer::Shutdown),
            },
            Todo::Idle => return None,
        })
    }

    /// Could the peer have a reason to speak before all is written?
    fn may_read_while_writing(&self) -> bool {
        let in_content =
            |transaction: &Transaction| matches!(transaction.next, Next::Content | Next::AwaitEnd);
        self.transactions.iter().any(in_content) || self.awaited.len() > 1
    }

    fn timed_out(&mut self, timer: Timer) {
        if self.state == State::Quitting {
            self.close();
        } else if self.write_dead {
            self.peer_closed();
        } else {
            self.fail(Cause::TimedOut {
                stage: self.stage(),
                timer,
            });
        }
    }
}
