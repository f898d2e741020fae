//! How a session ends: every transaction told once, then the cause, then nothing.

use super::Session;
use super::event::Event;
use super::report::{Fate, Stage};
use super::state::{Asked, State, Turn};
use super::transaction::Transaction;
use crate::command;
use crate::error::{Cause, ProtocolError, Unfinished};
use crate::reply::{Reply, ReplyRef};

impl Session {
    /// Ends the session at once.
    pub(super) fn fail(&mut self, cause: Cause) {
        self.end_transactions(&cause);
        self.events.push_back(Event::Lost { cause });
        self.close();
    }

    /// Ends the session with QUIT: the server did nothing worse than to refuse.
    pub(super) fn fail_politely(&mut self, cause: Cause) {
        if self.write_dead {
            return self.fail(cause);
        }
        self.end_transactions(&cause);
        self.events.push_back(Event::Lost { cause });
        self.awaited.clear();
        self.send_quit();
    }

    pub(super) fn send_quit(&mut self) {
        let alone = self.awaited.is_empty();
        self.ask_plainly(Asked::Quit, command::encode_quit);
        self.quit_sent = true;
        if alone {
            self.state = State::Quitting;
        }
    }

    pub(super) fn close(&mut self) {
        self.state = State::Closed;
        self.awaited.clear();
    }

    /// 421: the server hangs up (RFC 5321 section 3.8). Whoever it was said to is refused, nobody else was asked.
    pub(super) fn service_closing(&mut self, asked: Asked, reply: Reply) {
        let stage = asked.stage();
        if let Asked::Turn(id, turn) = asked
            && let Some(transaction) = self.transaction(id)
        {
            let fate = Fate::Refused(stage, reply.clone());
            match turn {
                Turn::Mail => {
                    transaction.decide(&fate);
                    transaction.mail = Some(reply.clone());
                }
                Turn::Data | Turn::Chunk(_) | Turn::Final(None) => transaction.decide(&fate),
                Turn::Rcpt(index) | Turn::Final(Some(index)) => {
                    if let Some(slot) = transaction.recipients.get_mut(index) {
                        slot.fate.get_or_insert(fate);
                        slot.rcpt.get_or_insert_with(|| reply.clone());
                    }
                }
                Turn::LoneDot => {}
            }
        }
        self.fail(Cause::Refused { stage, reply });
    }

    /// A reply that answers no command whose last octet was written.
    pub(super) fn unasked_reply(&mut self, reply: &ReplyRef<'_>) {
        let reply = self.keep(reply);
        let stage = self.stage();
        let lent = self.output.lent();
        let in_content = |transaction: &&mut Transaction| transaction.is_in_content(lent);
        let content = self.transactions.iter_mut().find(in_content);
        if let Some(transaction) = content
            && reply.code().is_negative()
            && !transaction.is_in_doubt(lent)
        {
            transaction.decide(&Fate::Refused(Stage::Content, reply.clone()));
            return self.fail(Cause::Refused {
                stage: Stage::Content,
                reply,
            });
        }
        let hangs_up = reply.code() == 421 || self.write_dead && reply.code().is_negative();
        self.fail(if hangs_up && stage != Stage::EndOfData {
            Cause::Refused { stage, reply }
        } else {
            Cause::Protocol {
                stage,
                error: ProtocolError::Unsolicited(reply),
            }
        });
    }

    pub(super) fn peer_closed(&mut self) {
        let stage = self.stage();
        let unfinished = self.input.parser().held().map(|mut text| {
            for trace in &self.login.traces {
                trace.mask_in(&mut text);
                trace.mask_at_end(&mut text);
            }
            text.truncate(Reply::KEPT);
            Unfinished(text)
        });
        self.fail(Cause::Closed { stage, unfinished });
    }

    /// What the session is about at the moment.
    pub(super) fn stage(&self) -> Stage {
        match self.state {
            State::Handshake(_) => Stage::Tls,
            State::AwaitingCredentials => Stage::Auth,
            State::Quitting => Stage::Quit,
            State::Opening | State::Open | State::Closed => match self.awaited.front() {
                Some(asked @ Asked::Turn(id, Turn::Final(_))) => {
                    let lent = self.output.lent();
                    let transaction = self
                        .transactions
                        .iter()
                        .find(|transaction| transaction.id == id);
                    let handed_out =
                        transaction.is_some_and(|transaction| transaction.is_in_doubt(lent));
                    if handed_out {
                        asked.stage()
                    } else {
                        Stage::Content
                    }
                }
                Some(asked) => asked.stage(),
                None => self.sending().map_or(Stage::Idle, Transaction::stage),
            },
        }
    }

    /// The transaction under way gets the cause, in doubt or not; so do those behind it, unless the cause is its own.
    fn end_transactions(&mut self, cause: &Cause) {
        let lent = self.output.lent();
        let own = match cause {
            Cause::Cancelled
            | Cause::SourceFailed
            | Cause::BareLineBreak(_)
            | Cause::WrongSize { .. }
            | Cause::WrongEnvelope => true,
            Cause::NotStarted
            | Cause::LocalRefusal(_)
            | Cause::RecipientPolicy
            | Cause::OverLimit(_)
            | Cause::Refused { .. }
            | Cause::Closed { .. }
            | Cause::TimedOut { .. }
            | Cause::Protocol { .. }
            | Cause::Tls(_)
            | Cause::Auth(_) => false,
        };
        for mut transaction in core::mem::take(&mut self.transactions) {
            transaction.decide(&fate(&transaction, cause, own, lent));
            self.events.push_back(Event::Done {
                report: transaction.into_report(),
            });
        }
        self.ended = Some(if own {
            Cause::NotStarted
        } else {
            cause.clone()
        });
    }
}

fn fate(transaction: &Transaction, cause: &Cause, own: bool, lent: u64) -> Fate {
    if transaction.is_in_doubt(lent) {
        Fate::InDoubt(cause.clone())
    } else if own && !transaction.has_begun() {
        Fate::NotSent(Cause::NotStarted)
    } else {
        Fate::NotSent(cause.clone())
    }
}
