//! What the replies to a transaction's commands mean, recipient by recipient.

use super::Session;
use super::event::{Event, TransactionId};
use super::report::{Fate, Stage};
use super::state::{Asked, Turn};
use super::transaction::{Next, Transaction, find};
use crate::error::Cause;
use crate::reply::{Reply, ReplyClass};

impl Session {
    /// A reply to one of a transaction's commands.
    pub(super) fn transaction_reply(&mut self, id: TransactionId, turn: Turn, reply: Reply) {
        let Some(transaction) = find(&mut self.transactions, id) else {
            return;
        };
        let negative = reply.code().is_negative();
        // Its content was given up, or refused: what is still owed is heard, and changes nothing but a wrong acceptance.
        let accepts = matches!(turn, Turn::Final(_)) && !negative;
        if transaction.is_stopped() && !accepts {
            return self.hear_out(id, turn, reply);
        }
        match turn {
            Turn::Mail => {
                if negative {
                    transaction.decide(&Fate::Refused(Stage::Mail, reply.clone()));
                }
                transaction.mail = Some(reply);
                self.settle(id);
            }
            Turn::Rcpt(index) => {
                if let Some(slot) = transaction.recipients.get_mut(index) {
                    if negative && slot.fate.is_none() {
                        slot.fate = Some(Fate::Refused(Stage::Rcpt, reply.clone()));
                    }
                    slot.rcpt = Some(reply.clone());
                }
                for index in core::iter::once(index).chain(transaction.same_as(index)) {
                    let reply = reply.clone();
                    self.events.push_back(Event::Recipient { id, index, reply });
                }
                self.settle(id);
            }
            Turn::Data => self.data_reply(id, &reply),
            Turn::Chunk(end) => self.chunk_reply(id, end, reply),
            Turn::Final(_) if accepts && transaction.is_stopped() => {
                self.accepted_in_part(id, reply);
            }
            Turn::LoneDot | Turn::Final(_) if !negative && !transaction.mail_accepted() => {
                transaction.doubt(&Cause::WrongEnvelope);
                self.fail(Cause::WrongEnvelope);
            }
            Turn::LoneDot => self.finish_transaction(id),
            Turn::Final(recipient) => {
                let fate = if negative {
                    Fate::Refused(Stage::EndOfData, reply)
                } else {
                    Fate::Accepted(reply)
                };
                match recipient {
                    None => transaction.decide(&fate),
                    Some(index) => {
                        if let Some(slot) = transaction.recipients.get_mut(index) {
                            slot.fate = Some(fate);
                        }
                    }
                }
                // RFC 3030 section 2: after a refused chunk only RSET makes the server's state known.
                let open = negative && transaction.framing.chunks().is_some();
                self.reset_needed |= open && transaction.mail_accepted();
                if !self.awaits(id) {
                    self.finish_transaction(id);
                }
            }
        }
    }

    fn data_reply(&mut self, id: TransactionId, reply: &Reply) {
        let Some(transaction) = find(&mut self.transactions, id) else {
            return;
        };
        if reply.code().class() != ReplyClass::Intermediate {
            transaction.decide(&Fate::Refused(Stage::Data, reply.clone()));
            self.reset_needed = transaction.mail_accepted();
            self.finish_transaction(id);
        } else if transaction.accepted().next().is_none() {
            // The server waits for content though nobody is to get it (RFC 2920 section 3.1).
            self.ask(Asked::Turn(id, Turn::LoneDot), b".\r\n");
        } else if transaction.cancelled {
            self.fail(Cause::Cancelled);
        } else {
            transaction.next = Next::Content;
        }
    }

    /// Ends a transaction when every reply is there and nothing more is to be asked.
    pub(super) fn settle(&mut self, id: TransactionId) {
        if self.awaits(id) {
            return;
        }
        let policy = self.config.recipients;
        let Some(transaction) = self.transaction(id) else {
            return;
        };
        let over = match transaction.next {
            Next::Rcpt(_) if transaction.mail_refused() => Some(Cause::RecipientPolicy),
            Next::Mail | Next::Rcpt(_) => transaction.cancelled.then_some(Cause::Cancelled),
            Next::Data => transaction.stopped_by(policy),
            Next::Begin | Next::AwaitData | Next::Content | Next::AwaitEnd => None,
        };
        if let Some(cause) = over {
            transaction.decide(&Fate::NotSent(cause));
            self.reset_needed = transaction.mail_accepted();
            self.finish_transaction(id);
        }
    }

    /// Tells the end of a transaction.
    pub(super) fn finish_transaction(&mut self, id: TransactionId) {
        let place = self
            .transactions
            .iter()
            .position(|transaction| transaction.id == id);
        if let Some(report) = place
            .and_then(|place| self.transactions.remove(place))
            .map(Transaction::into_report)
        {
            self.events.push_back(Event::Done { report });
        }
    }
}
