//! One message's way: MAIL, RCPT for each recipient, DATA, the content, the final reply (RFC 5321 section 3.3).
//! What is asked stands in `flight`, what the answers mean in `verdict`.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::config::{Chunking, Dialect, RecipientPolicy};
use super::event::TransactionId;
use super::framing::Framing;
use super::report::{Fate, Recipient, Report, Stage};
use crate::capability::{Capabilities, Extension, Extensions};
use crate::command::{Body, MailParameters, RcptParameters};
use crate::content::chunk::Chunks;
use crate::content::dot::DotStuffer;
use crate::content::{ContentSize, ContentSpec, Encoding};
use crate::envelope::Envelope;
use crate::error::{Cause, LocalRefusal};
use crate::reply::Reply;

pub(super) struct Transaction {
    pub(super) id: TransactionId,
    pub(super) envelope: Envelope,
    pub(super) spec: ContentSpec,
    pub(super) recipients: Vec<Slot>,
    pub(super) mail: Option<Reply>,
    pub(super) next: Next,
    pub(super) parameters: MailParameters,
    /// What was asked for and may be left out, and the server does not offer.
    pub(super) left_out: Extensions,
    pub(super) encoding: Encoding,
    pub(super) framing: Framing,
    /// Where the terminator ends, in octets since the session began.
    pub(super) end: Option<u64>,
    pub(super) cancelled: bool,
    /// The dialect asks for each recipient, also where it stands a second time.
    asks_twice: bool,
    /// The same recipients were looked for.
    looked: bool,
}

/// What is known of one recipient so far.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) rcpt: Option<Reply>,
    pub(super) fate: Option<Fate>,
    /// The same recipient stands here already: it is not asked for again, and shares that one's end.
    pub(super) same_as: Option<usize>,
    /// Where it stands the next time.
    next_same: Option<usize>,
}

impl Slot {
    /// The server was never asked for this one.
    pub(super) fn is_over_limit(&self) -> bool {
        matches!(self.fate, Some(Fate::NotSent(Cause::OverLimit(_))))
    }
}

/// What the client does next in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Its turn has not come.
    Begin,
    Mail,
    Rcpt(usize),
    Data,
    /// DATA is queued: the reply decides.
    AwaitData,
    Content,
    /// The terminator is queued: the reply decides.
    AwaitEnd,
}

/// The transaction of this name. Takes the queue alone, so that the rest of a session stays free.
pub(super) fn find(
    transactions: &mut VecDeque<Transaction>,
    id: TransactionId,
) -> Option<&mut Transaction> {
    transactions
        .iter_mut()
        .find(|transaction| transaction.id == id)
}

impl Transaction {
    pub(super) fn new(
        id: TransactionId,
        envelope: Envelope,
        spec: ContentSpec,
        dialect: Dialect,
    ) -> Self {
        let mut recipients: Vec<Slot> = Vec::new();
        recipients.resize_with(envelope.recipients().len(), Slot::default);
        Self {
            id,
            recipients,
            envelope,
            spec,
            mail: None,
            next: Next::Begin,
            parameters: MailParameters::new(),
            left_out: Extensions::NONE,
            encoding: Encoding::SEVEN_BIT,
            framing: Framing::Dots(DotStuffer::new()),
            end: None,
            cancelled: false,
            // LMTP has an answer for each, the same path twice included (RFC 2033 section 4.2).
            asks_twice: dialect == Dialect::Lmtp,
            looked: false,
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.next != Next::Begin
    }

    /// What it is about when no reply is awaited.
    pub(super) fn stage(&self) -> Stage {
        match self.next {
            Next::Begin => Stage::Idle,
            Next::Mail => Stage::Mail,
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

    /// Content of it may have reached the peer: DATA was answered with 354, or the header of a chunk was handed out.
    pub(super) fn is_in_content(&self, lent: u64) -> bool {
        let begun = self
            .framing
            .chunks()
            .is_none_or(|chunks| chunks.first < lent);
        matches!(self.next, Next::Content | Next::AwaitEnd) && begun
    }

    /// A chunk was refused, or its content given up.
    pub(super) fn is_stopped(&self) -> bool {
        self.framing.chunks().is_some_and(|chunks| chunks.stopped)
    }

    /// Nobody knows what became of it, whatever was decided before. Those whom the server was never asked for keep their fate,
    /// and so do those whom it refused, in a transaction of which it knows.
    pub(super) fn doubt(&mut self, cause: &Cause) {
        let known = self.mail_accepted();
        let refused = |slot: &Slot| {
            slot.rcpt
                .as_ref()
                .is_some_and(|reply| reply.code().is_negative())
        };
        self.recipients
            .iter_mut()
            .filter(|slot| !(slot.is_over_limit() || known && refused(slot)))
            .for_each(|slot| slot.fate = Some(Fate::InDoubt(cause.clone())));
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

    /// The others that are this recipient too.
    pub(super) fn same_as(&self, index: usize) -> impl Iterator<Item = usize> {
        let next = |index: &usize| self.recipients.get(*index).and_then(|slot| slot.next_same);
        core::iter::successors(next(&index), next)
    }

    /// Finds recipients that stand more than once, when their addresses are as they are sent.
    fn look_for_the_same(&mut self) {
        if self.asks_twice || core::mem::replace(&mut self.looked, true) {
            return;
        }
        for (index, first) in self.envelope.duplicates() {
            // The newest goes to the front of the chain.
            let next = self
                .recipients
                .get_mut(first)
                .and_then(|slot| slot.next_same.replace(index));
            if let Some(slot) = self.recipients.get_mut(index) {
                (slot.same_as, slot.next_same) = (Some(first), next);
            }
        }
    }

    /// Decides whether the content may ride in the flight of its commands, which `may_join` allows as far as the session goes.
    pub(super) fn may_ride(&mut self, may_join: bool) -> bool {
        let Some(chunks) = self.framing.chunks_mut() else {
            return false;
        };
        chunks.may_ride = may_join && chunks.exact().is_some_and(|size| size <= Chunks::SMALL);
        chunks.may_ride
    }

    pub(super) fn into_report(mut self) -> Report {
        for index in 0..self.recipients.len() {
            let first = self.recipients.get(index).and_then(|slot| slot.same_as);
            let (rcpt, fate) = match first.and_then(|first| self.recipients.get(first)) {
                Some(first) => (first.rcpt.clone(), first.fate.clone()),
                None => continue,
            };
            if let Some(slot) = self.recipients.get_mut(index) {
                (slot.rcpt, slot.fate) = (rcpt, fate);
            }
        }
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
            left_out: self.left_out,
            content: self.framing.octets(),
        }
    }

    pub(super) fn mail_accepted(&self) -> bool {
        self.mail
            .as_ref()
            .is_some_and(|reply| !reply.code().is_negative())
    }

    pub(super) fn mail_refused(&self) -> bool {
        self.mail
            .as_ref()
            .is_some_and(|reply| reply.code().is_negative())
    }

    /// Recipients that the server took and that nothing else has decided since.
    pub(super) fn accepted(&self) -> impl Iterator<Item = usize> {
        let recipients = self.recipients.iter().enumerate();
        recipients
            .filter(|(_, slot)| slot.rcpt.is_some() && slot.fate.is_none())
            .map(|(index, _)| index)
    }

    /// Why DATA is not sent although every recipient was answered.
    pub(super) fn stopped_by(&self, policy: RecipientPolicy) -> Option<Cause> {
        if self.cancelled {
            Some(Cause::Cancelled)
        } else if self.accepted().next().is_none()
            || policy == RecipientPolicy::All && self.accepted().count() < self.asked()
        {
            Some(Cause::RecipientPolicy)
        } else {
            None
        }
    }

    /// How many recipients are different.
    fn asked(&self) -> usize {
        self.recipients
            .iter()
            .filter(|slot| slot.same_as.is_none())
            .count()
    }

    /// The next recipient from this place on that is to be asked for, or DATA. One that is beyond a limit of the server's
    /// has its fate already.
    pub(super) fn rcpt_from(&self, index: usize) -> Next {
        let rest = self.recipients.iter().enumerate().skip(index);
        let mut open = rest.filter(|(_, slot)| slot.fate.is_none() && slot.same_as.is_none());
        open.next()
            .map_or(Next::Data, |(index, _)| Next::Rcpt(index))
    }

    /// The parameters of RCPT for this recipient. What the server does not offer was refused, or is left out.
    pub(super) fn rcpt_parameters(&self, index: usize) -> RcptParameters {
        let options = self.envelope.recipient_options(index);
        if self.left_out.contains(Extension::Dsn) || !options.needs_dsn() {
            RcptParameters::new()
        } else {
            options.parameters(self.parameters.smtputf8())
        }
    }

    /// Whether everyone has a fate.
    pub(super) fn is_decided(&self) -> bool {
        self.recipients.iter().all(|slot| slot.fate.is_some())
    }

    /// Chooses the first encoding that the server can take, and the parameters of MAIL that go with it and with what
    /// the envelope asks for.
    pub(super) fn choose(
        &mut self,
        server: &Capabilities,
        encrypted: bool,
        chunking: Chunking,
    ) -> Result<(), LocalRefusal> {
        let chunks = server.chunking && chunking != Chunking::Never;
        let mut refusal = LocalRefusal::NeedsEightBitMime;
        self.envelope.prefer_a_labels();
        self.look_for_the_same();
        let addresses = !self.envelope.is_ascii();
        if addresses && !server.smtputf8 {
            return Err(LocalRefusal::NeedsSmtpUtf8);
        }
        let (options, left_out) = self.options(server, encrypted)?;
        self.left_out = left_out;
        for (encoding, size) in self.spec.offers() {
            let lacks = if encoding.binary && !(chunks && server.binarymime) {
                Some(LocalRefusal::NeedsBinaryMime)
            } else if encoding.utf8_headers && !server.smtputf8 {
                Some(LocalRefusal::NeedsSmtpUtf8)
            } else if encoding.eight_bit && !encoding.binary && !server.eight_bit_mime {
                Some(LocalRefusal::NeedsEightBitMime)
            } else {
                None
            };
            if let Some(lacks) = lacks {
                refusal = lacks;
                continue;
            }
            let mut parameters = options
                .clone()
                .with_smtputf8(addresses || encoding.utf8_headers);
            if let (ContentSize::Exact(size), Some(offered)) = (*size, server.size) {
                if let Some(limit) = offered.octets.filter(|limit| size > *limit) {
                    refusal = LocalRefusal::TooLarge { size, limit };
                    continue;
                }
                parameters = parameters.with_size(size);
            }
            if encoding.binary {
                parameters = parameters.with_body(Body::BinaryMime);
            } else if encoding.eight_bit {
                parameters = parameters.with_body(Body::EightBitMime);
            }
            if encoding.binary || chunks && chunking == Chunking::Always {
                self.framing = Framing::Chunks(Chunks::new(encoding.binary, *size));
            }
            self.encoding = *encoding;
            self.parameters = parameters;
            return Ok(());
        }
        Err(refusal)
    }

    /// What the envelope asks for, as far as this server offers it.
    fn options(
        &self,
        server: &Capabilities,
        encrypted: bool,
    ) -> Result<(MailParameters, Extensions), LocalRefusal> {
        let (parameters, mut left_out) = self.envelope.options().for_server(server, encrypted)?;
        if !server.dsn {
            let mut recipients = (0..self.recipients.len())
                .map(|index| self.envelope.recipient_options(index))
                .filter(|options| options.needs_dsn());
            if recipients
                .clone()
                .any(|options| !options.can_do_without_dsn())
            {
                return Err(LocalRefusal::NotOffered(Extension::Dsn));
            }
            if recipients.next().is_some() {
                left_out = left_out.with(Extension::Dsn);
            }
        }
        Ok((parameters, left_out))
    }
}
