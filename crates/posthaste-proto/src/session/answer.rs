//! Replies, matched to what was asked.

use super::Session;
use super::event::Event;
use super::report::Stage;
use super::state::{Asked, State};
use crate::error::{Cause, ProtocolError};
use crate::reply::{Reply, ReplyError, ReplyRef};

impl Session {
    /// A reply is whole. It answers a command, or nothing: then nobody asked for it.
    pub(super) fn reply(&mut self, asked: Option<Asked>, reply: &ReplyRef<'_>) {
        if self.state == State::Quitting {
            return self.close();
        }
        self.events.extend(reply.quirks().iter().map(Event::Quirk));
        let Some(asked) = asked else {
            return self.unasked_reply(reply);
        };
        let code = reply.code();
        if !asked.can_be_answered_by(code) {
            let error = ProtocolError::WrongClass(self.keep(reply));
            return self.fail(Cause::Protocol {
                stage: asked.stage(),
                error,
            });
        }
        match asked {
            _ if code == 421 => {
                self.tell_auth_detail();
                let reply = self.keep(reply);
                self.service_closing(asked, reply);
            }
            Asked::Opening(opening) => self.opening_reply(opening, reply),
            Asked::Reset if code.is_negative() => {
                let reply = self.keep(reply);
                let cause = Cause::Refused {
                    stage: Stage::Reset,
                    reply,
                };
                // A MAIL that is already behind it may join an old sender: nothing said after this counts.
                if self.awaited.is_empty() {
                    self.fail_politely(cause)
                } else {
                    self.fail(cause)
                }
            }
            Asked::Noop | Asked::Reset | Asked::Quit => {}
            Asked::Turn(id, turn) => {
                let reply = self.keep(reply);
                self.transaction_reply(id, turn, reply);
            }
        }
        if self.awaited.front() == Some(Asked::Quit) && self.state == State::Open {
            self.state = State::Quitting;
        }
    }

    pub(super) fn malformed(&mut self, error: ReplyError) {
        if self.state == State::Quitting {
            return self.close();
        }
        let error = error.masked(&self.login.traces);
        self.fail(Cause::Protocol {
            stage: self.stage(),
            error: ProtocolError::Reply(error),
        });
    }

    /// Keeps a reply, with every trace of a secret masked: servers do echo what they were sent.
    pub(super) fn keep(&self, reply: &ReplyRef<'_>) -> Reply {
        if self.login.traces.is_empty() {
            return reply.to_reply();
        }
        let mut text = reply.text().to_vec();
        self.login
            .traces
            .iter()
            .for_each(|trace| trace.mask_in(&mut text));
        Reply::keep(reply.code(), &text)
    }
}
