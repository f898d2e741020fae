//! One message's way: MAIL, RCPT for each recipient, DATA, the content, the final reply (RFC 5321 section 3.3).

use alloc::vec::Vec;

use super::config::RecipientPolicy;
use super::event::{Event, TransactionId};
use super::report::{Fate, Recipient, Report, Stage};
use super::state::{Asked, State, Turn};
use super::{Dialect, Session};
use crate::capability::Capabilities;
use crate::command::{self, Body, MailParameters, RcptParameters};
use crate::content::dot::DotStuffer;
use crate::content::{ContentSize, ContentSpec, Encoding};
use crate::envelope::Envelope;
use crate::error::{Cause, LocalRefusal};
use crate::reply::{Reply, ReplyClass};

pub(super) struct Transaction {
    pub(super) id: TransactionId,
    pub(super) envelope: Envelope,
    pub(super) spec: ContentSpec,
    pub(super) recipients: Vec<Slot>,
    pub(super) mail: Option<Reply>,
    pub(super) next: Next,
    pub(super) encoding: Encoding,
    pub(super) dots: DotStuffer,
    /// Where the terminator ends, in octets since the session began.
    pub(super) end: Option<u64>,
    pub(super) cancelled: bool,
}

/// What is known of one recipient so far.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) rcpt: Option<Reply>,
    pub(super) fate: Option<Fate>,
}

/// What the client does next in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Mail,
    Rcpt(usize),
    Data,
    /// DATA is queued: the reply decides.
    AwaitData,
    Content,
    /// The terminator is queued: the reply decides.
    AwaitEnd,
}

impl Transaction {
    pub(super) fn new(id: TransactionId, envelope: Envelope, spec: ContentSpec) -> Self {
        Self {
            id,
            recipients: envelope
                .recipients()
                .iter()
                .map(|_| Slot::default())
                .collect(),
            envelope,
            spec,
            mail: None,
            next: Next::Mail,
            encoding: Encoding::SEVEN_BIT,
            dots: DotStuffer::new(),
            end: None,
            cancelled: false,
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.next != Next::Mail
    }

    /// What it is about when no reply is awaited.
    pub(super) fn stage(&self) -> Stage {
        match self.next {
            Next::Mail => Stage::Idle,
            Next::Rcpt(_) => Stage::Rcpt,
            Next::Data | Next::AwaitData => Stage::Data,
            Next::Content => Stage::Content,
            Next::AwaitEnd => Stage::EndOfData,
        }
    }

    /// The terminator is in a write that was handed out, so it may have reached the peer.
    pub(super) fn is_in_doubt(&self, lent: u64) -> bool {
        self.end.is_some_and(|end| end <= lent)
    }

    /// Gives everyone without a fate this one.
    pub(super) fn decide(&mut self, fate: &Fate) {
        for slot in self
            .recipients
            .iter_mut()
            .filter(|slot| slot.fate.is_none())
        {
            slot.fate = Some(fate.clone());
        }
    }

    pub(super) fn into_report(self) -> Report {
        let undecided = || Fate::NotSent(Cause::NotStarted);
        let recipients = self.recipients.into_iter();
        Report {
            id: self.id,
            recipients: recipients
                .map(|slot| Recipient {
                    rcpt: slot.rcpt,
                    fate: slot.fate.unwrap_or_else(undecided),
                })
                .collect(),
            mail: self.mail,
            content: self.dots.octets(),
        }
    }

    fn mail_accepted(&self) -> bool {
        self.mail
            .as_ref()
            .is_some_and(|reply| !reply.code().is_negative())
    }

    fn mail_refused(&self) -> bool {
        self.mail
            .as_ref()
            .is_some_and(|reply| reply.code().is_negative())
    }

    /// Recipients that the server took and that nothing else has decided since.
    fn accepted(&self) -> impl Iterator<Item = usize> {
        let recipients = self.recipients.iter().enumerate();
        recipients
            .filter(|(_, slot)| slot.rcpt.is_some() && slot.fate.is_none())
            .map(|(index, _)| index)
    }

    /// Why DATA is not sent although every recipient was answered.
    fn stopped_by(&self, policy: RecipientPolicy) -> Option<Cause> {
        if self.cancelled {
            Some(Cause::Cancelled)
        } else if self.accepted().next().is_none()
            || policy == RecipientPolicy::All && self.accepted().count() < self.recipients.len()
        {
            Some(Cause::RecipientPolicy)
        } else {
            None
        }
    }

    /// Chooses the first encoding that the server can take, and the parameters of MAIL that go with it.
    fn choose(&mut self, server: &Capabilities) -> Result<MailParameters, LocalRefusal> {
        let mut refusal = LocalRefusal::NeedsEightBitMime;
        let addresses = !self.envelope.is_ascii();
        if addresses && !server.smtputf8 {
            return Err(LocalRefusal::NeedsSmtpUtf8);
        }
        for (encoding, size) in self.spec.offers() {
            let lacks = if encoding.binary {
                Some(LocalRefusal::NeedsBinaryMime)
            } else if encoding.utf8_headers && !server.smtputf8 {
                Some(LocalRefusal::NeedsSmtpUtf8)
            } else if encoding.eight_bit && !server.eight_bit_mime {
                Some(LocalRefusal::NeedsEightBitMime)
            } else {
                None
            };
            if let Some(lacks) = lacks {
                refusal = lacks;
                continue;
            }
            let mut parameters =
                MailParameters::new().with_smtputf8(addresses || encoding.utf8_headers);
            if let (ContentSize::Exact(size), Some(offered)) = (*size, server.size) {
                if let Some(limit) = offered.octets.filter(|limit| size > *limit) {
                    refusal = LocalRefusal::TooLarge { size, limit };
                    continue;
                }
                parameters = parameters.with_size(size);
            }
            if encoding.eight_bit {
                parameters = parameters.with_body(Body::EightBitMime);
            }
            self.encoding = *encoding;
            return Ok(parameters);
        }
        Err(refusal)
    }
}

impl Session {
    /// Queues whatever can be asked now. Does nothing when nothing can.
    pub(super) fn advance(&mut self) {
        while self.state == State::Open && !self.write_dead && self.advance_once() {}
    }

    fn advance_once(&mut self) -> bool {
        // Half a reply that nobody asked for: hear it out before asking anything.
        if self.awaited.is_empty() && !self.parser.is_empty() {
            return false;
        }
        let Some(transaction) = self.transactions.front_mut() else {
            return self.ask_for_nothing_else();
        };
        let mut line = core::mem::take(&mut self.scratch);
        line.clear();
        let waiting = !self.awaited.is_empty();
        let pipelining = self
            .capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.pipelining);
        let asked = match transaction.next {
            Next::AwaitData | Next::Content | Next::AwaitEnd => None,
            Next::Mail if waiting => None,
            Next::Mail if self.reset_needed => {
                command::encode_rset(&mut line);
                Some(Asked::Reset)
            }
            Next::Mail => match transaction
                .choose(self.capabilities.as_ref().unwrap_or(&Capabilities::NONE))
            {
                Ok(parameters) => {
                    command::encode_mail(
                        &mut line,
                        transaction.envelope.reverse_path(),
                        &parameters,
                    );
                    Some(Asked::Turn(Turn::Mail))
                }
                Err(refusal) => {
                    transaction.decide(&Fate::NotSent(Cause::LocalRefusal(refusal)));
                    self.scratch = line;
                    self.finish_transaction();
                    return true;
                }
            },
            Next::Rcpt(_) | Next::Data if waiting && !pipelining => None,
            // Answered refused, or no longer wanted: nothing is added to what is under way.
            Next::Rcpt(_) | Next::Data if transaction.mail_refused() || transaction.cancelled => {
                None
            }
            Next::Rcpt(index) => transaction.envelope.recipients().get(index).map(|path| {
                command::encode_rcpt(&mut line, path, &RcptParameters::new());
                Asked::Turn(Turn::Rcpt(index))
            }),
            Next::Data if waiting && self.config.recipients != RecipientPolicy::AtLeastOne => None,
            Next::Data => {
                command::encode_data(&mut line);
                Some(Asked::Turn(Turn::Data))
            }
        };
        let fits = !waiting
            || self.awaited.len() < self.config.limits.unanswered
                && self.awaited.octets() + line.len() <= self.config.limits.unanswered_octets;
        let goes = asked.filter(|_| fits);
        if let Some(asked) = goes {
            transaction.next = match transaction.next {
                Next::Mail if asked == Asked::Reset => Next::Mail,
                Next::Mail => Next::Rcpt(0),
                Next::Rcpt(index) if index + 1 == transaction.recipients.len() => Next::Data,
                Next::Rcpt(index) => Next::Rcpt(index + 1),
                Next::Data | Next::AwaitData => Next::AwaitData,
                Next::Content => Next::Content,
                Next::AwaitEnd => Next::AwaitEnd,
            };
            self.ask(asked, &line);
        }
        self.scratch = line;
        goes.is_some()
    }

    /// NOOP and QUIT, when no transaction is left.
    fn ask_for_nothing_else(&mut self) -> bool {
        if !self.awaited.is_empty() {
            return false;
        }
        let mut line = Vec::new();
        if core::mem::take(&mut self.noop_wanted) {
            command::encode_noop(&mut line);
            self.ask(Asked::Noop, &line);
        } else if self.quit_wanted {
            self.send_quit();
        }
        false
    }

    /// A reply to one of the transaction's commands.
    pub(super) fn transaction_reply(&mut self, turn: Turn, reply: Reply) {
        let negative = reply.code().is_negative();
        let refused = |stage| Fate::Refused(stage, reply.clone());
        let Some(transaction) = self.transactions.front_mut() else {
            return;
        };
        match turn {
            Turn::Mail => {
                if negative {
                    transaction.decide(&refused(Stage::Mail));
                }
                transaction.mail = Some(reply);
            }
            Turn::Rcpt(index) => {
                let Some(slot) = transaction.recipients.get_mut(index) else {
                    return;
                };
                if negative && slot.fate.is_none() {
                    slot.fate = Some(refused(Stage::Rcpt));
                }
                slot.rcpt = Some(reply.clone());
                self.events.push_back(Event::Recipient {
                    id: transaction.id,
                    index,
                    reply,
                });
            }
            Turn::Data => return self.data_reply(&reply),
            Turn::LoneDot => {
                if !negative && !transaction.mail_accepted() {
                    let fate = Fate::InDoubt(Cause::WrongEnvelope);
                    transaction
                        .recipients
                        .iter_mut()
                        .for_each(|slot| slot.fate = Some(fate.clone()));
                    return self.fail(Cause::WrongEnvelope);
                }
                return self.finish_transaction();
            }
            Turn::Final(recipient) => {
                let fate = if negative {
                    refused(Stage::EndOfData)
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
                if self.awaited.is_empty() {
                    self.finish_transaction();
                }
                return;
            }
        }
        self.settle();
    }

    fn data_reply(&mut self, reply: &Reply) {
        let Some(transaction) = self.transactions.front_mut() else {
            return;
        };
        if reply.code().class() != ReplyClass::Intermediate {
            transaction.decide(&Fate::Refused(Stage::Data, reply.clone()));
            self.reset_needed = transaction.mail_accepted();
            self.finish_transaction();
        } else if transaction.accepted().next().is_none() {
            // The server waits for content though nobody is to get it (RFC 2920 section 3.1).
            self.ask(Asked::Turn(Turn::LoneDot), b".\r\n");
        } else if transaction.cancelled {
            self.fail(Cause::Cancelled);
        } else {
            transaction.next = Next::Content;
        }
    }

    /// Ends the transaction when every reply is there and nothing more is to be asked.
    pub(super) fn settle(&mut self) {
        let Some(transaction) = self.transactions.front_mut() else {
            return;
        };
        if !self.awaited.is_empty() {
            return;
        }
        let over = match transaction.next {
            Next::Rcpt(_) if transaction.mail_refused() => Some(Cause::RecipientPolicy),
            Next::Rcpt(_) => transaction.cancelled.then_some(Cause::Cancelled),
            Next::Data => transaction.stopped_by(self.config.recipients),
            Next::Mail | Next::AwaitData | Next::Content | Next::AwaitEnd => None,
        };
        if let Some(cause) = over {
            transaction.decide(&Fate::NotSent(cause));
            self.reset_needed = transaction.mail_accepted();
            self.finish_transaction();
        }
    }

    /// Tells the end of the transaction whose turn it is.
    pub(super) fn finish_transaction(&mut self) {
        if let Some(transaction) = self.transactions.pop_front() {
            self.events.push_back(Event::Done {
                report: transaction.into_report(),
            });
        }
    }

    /// The content is whole: the terminator follows it in the same buffer.
    pub(super) fn finish_content(&mut self) {
        let Some(transaction) = self.transactions.front_mut() else {
            return;
        };
        let terminator = match transaction.dots.terminator() {
            Ok(terminator) => terminator,
            Err(at) => return self.fail(Cause::BareLineBreak(at.0)),
        };
        self.output.push(terminator);
        let end = self.output.queued();
        transaction.end = Some(end);
        transaction.next = Next::AwaitEnd;
        match self.config.dialect {
            Dialect::Smtp => self.awaited.push(Asked::Turn(Turn::Final(None)), end, 0),
            Dialect::Lmtp => {
                for index in transaction.accepted() {
                    self.awaited
                        .push(Asked::Turn(Turn::Final(Some(index))), end, 0);
                }
            }
        }
    }
}
