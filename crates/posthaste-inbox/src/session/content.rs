//! A message on its way in: DATA and BDAT (RFC 5321 4.1.1.4, RFC 3030 2).

use posthaste_proto::command::Body;

use super::{Envelope, Mode, Session, Unstuffer};
use crate::config::Extension;
use crate::fault::{Close, Stage};
use crate::reply::Reply;

/// What the store is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Begin,
    Content,
    End,
    Abort,
}

/// A chunk of BDAT.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Octets of it that are to come.
    remaining: u64,
    last: bool,
    /// The first one of a message.
    first: bool,
    /// When it is refused, its octets are thrown away before this is said (RFC 3030 2).
    refused: Option<Reply>,
}

/// A message of which not all is here, or not all is stored.
#[derive(Debug)]
pub(super) struct Incoming {
    envelope: Envelope,
    /// DATA, not BDAT.
    is_data: bool,
    /// The store has begun it.
    stored: bool,
    /// Content for the store.
    buffer: Vec<u8>,
    /// No more content will come.
    ended: bool,
    /// It will be refused with this; its content is read and thrown away.
    refusal: Option<Reply>,
    /// The transaction is over before its end: nobody waits for a reply.
    cut_off: bool,
}

impl Incoming {
    const fn new(envelope: Envelope, is_data: bool) -> Self {
        Self {
            envelope,
            is_data,
            stored: false,
            buffer: Vec::new(),
            ended: false,
            refusal: None,
            cut_off: false,
        }
    }

    pub(super) fn work(&self) -> Option<Work> {
        if self.cut_off || self.refusal.is_some() {
            self.stored.then_some(Work::Abort)
        } else if !self.stored {
            Some(Work::Begin)
        } else if !self.buffer.is_empty() {
            Some(Work::Content)
        } else {
            self.ended.then_some(Work::End)
        }
    }

    pub(super) const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    pub(super) fn content(&self) -> &[u8] {
        &self.buffer
    }

    pub(super) const fn is_data(&self) -> bool {
        self.is_data
    }

    pub(super) const fn begun(&mut self) {
        self.stored = true;
    }

    pub(super) fn stored(&mut self) {
        self.buffer.clear();
    }

    pub(super) const fn aborted(&mut self) {
        self.stored = false;
    }

    pub(super) fn fail(&mut self, reply: Reply) {
        self.buffer.clear();
        self.refusal.get_or_insert(reply);
    }

    pub(super) const fn cut_off(&mut self) {
        self.cut_off = true;
    }

    /// So many octets are announced: a message that they make too large is refused before they come, and the store is
    /// not troubled with them.
    fn expect(&mut self, octets: u64, max_size: u64) {
        if self.envelope.size.saturating_add(octets) > max_size {
            self.fail(too_large(max_size));
        }
    }

    /// Counts what was just put into the buffer, and refuses the message when it is too large.
    fn count(&mut self, max_size: u64) {
        if self.refusal.is_some() {
            self.buffer.clear();
            return;
        }
        self.envelope.size += self.buffer.len() as u64;
        if self.envelope.size > max_size {
            self.fail(too_large(max_size));
        }
    }
}

pub(super) fn too_large(max_size: u64) -> Reply {
    Reply::own(
        552,
        format!("5.3.4 the message is larger than {max_size} octets"),
    )
}

impl Session {
    pub(super) fn data(&mut self) {
        let Some(transaction) = &self.transaction else {
            return self.reply(503, "5.5.1 MAIL first");
        };
        if transaction.chunked {
            return self.reply(503, "5.5.1 BDAT has begun: DATA cannot follow");
        }
        if transaction.parameters.body() == Some(Body::BinaryMime) {
            return self.reply(503, "5.5.1 BINARYMIME needs BDAT");
        }
        if transaction.recipients.is_empty() {
            return self.reply(554, "5.5.1 no valid recipients");
        }
        let fault = self.config.faults.at(Stage::Data);
        let refused = fault
            .reply
            .as_ref()
            .is_some_and(|reply| reply.code() != 354);
        if refused || fault.close.is_some() {
            self.reply_at(Stage::Data, Reply::own(354, "end with <CRLF>.<CRLF>"));
            return;
        }
        self.incoming = self
            .envelope()
            .map(|envelope| Incoming::new(envelope, true));
    }

    pub(super) fn bdat(&mut self, size: u64, last: bool) {
        if !self.config.offers(Extension::Chunking) {
            // What follows is content and not commands; nobody can tell where it ends.
            self.reply(502, "5.5.1 CHUNKING is not offered");
            return self.close();
        }
        let mut chunk = Chunk {
            remaining: size,
            last,
            first: false,
            refused: None,
        };
        match &mut self.transaction {
            _ if self.turned_away => chunk.refused = Some(Self::no_service()),
            None => chunk.refused = Some(Reply::own(503, "5.5.1 MAIL first")),
            Some(transaction) if transaction.recipients.is_empty() => {
                chunk.refused = Some(Reply::own(554, "5.5.1 no valid recipients"));
            }
            Some(transaction) => {
                transaction.chunked = true;
                chunk.first = self.incoming.is_none();
            }
        }
        if chunk.first {
            let fault = self.config.faults.at(Stage::Data);
            if fault.close == Some(Close::Instead) {
                return self.close();
            }
            chunk.refused = fault.reply.filter(|reply| !reply.is_positive());
            if chunk.refused.is_none() {
                self.incoming = self
                    .envelope()
                    .map(|envelope| Incoming::new(envelope, false));
            }
        }
        if let Some(incoming) = self.incoming.as_mut().filter(|_| chunk.refused.is_none()) {
            incoming.expect(size, self.config.max_size);
        }
        self.mode = Mode::Chunk(chunk);
    }

    fn envelope(&self) -> Option<Envelope> {
        let (hello, transaction) = (self.hello.as_ref()?, self.transaction.as_ref()?);
        Some(Envelope {
            hello: hello.name.clone(),
            esmtp: hello.esmtp,
            tls: self.tls.as_ref().map(|tls| tls.version.clone()),
            auth: self.auth.clone(),
            reverse_path: transaction.reverse_path.clone(),
            mail_parameters: transaction.parameters.clone(),
            recipients: transaction.recipients.clone(),
            size: 0,
        })
    }

    /// Works on content; false when it needs more input.
    pub(super) fn advance_content(&mut self) -> bool {
        match core::mem::replace(&mut self.mode, Mode::Command) {
            Mode::Data(unstuffer) => self.advance_data(unstuffer),
            Mode::Chunk(chunk) => self.advance_chunk(chunk),
            other @ (Mode::Command | Mode::Auth(_) | Mode::StartTls) => {
                self.mode = other;
                false
            }
        }
    }

    fn advance_data(&mut self, mut unstuffer: Unstuffer) -> bool {
        let Some(incoming) = &mut self.incoming else {
            return false;
        };
        if self.input.is_empty() {
            self.mode = Mode::Data(unstuffer);
            return false;
        }
        let used = unstuffer.unstuff(self.input.octets(), &mut incoming.buffer);
        self.input.take(used);
        incoming.count(self.config.max_size);
        if unstuffer.is_ended() {
            self.end_content();
        } else {
            self.mode = Mode::Data(unstuffer);
        }
        true
    }

    fn advance_chunk(&mut self, mut chunk: Chunk) -> bool {
        if chunk.remaining > 0 {
            let waiting = self.input.octets();
            let length = usize::try_from(chunk.remaining)
                .unwrap_or(usize::MAX)
                .min(waiting.len());
            let octets = waiting.get(..length).unwrap_or_default();
            if let Some(incoming) = self.incoming.as_mut().filter(|_| chunk.refused.is_none()) {
                incoming.buffer.extend_from_slice(octets);
                incoming.count(self.config.max_size);
            }
            self.input.take(length);
            chunk.remaining -= length as u64;
            self.mode = Mode::Chunk(chunk);
            return length > 0;
        }
        let refusal = chunk.refused.or_else(|| {
            self.incoming
                .as_ref()
                .and_then(|incoming| incoming.refusal.clone())
        });
        match refusal {
            None if chunk.last => self.end_content(),
            None if chunk.first => {
                self.reply_at(Stage::Data, Reply::own(250, "2.0.0 chunk received"));
            }
            None => self.reply(250, "2.0.0 chunk received"),
            Some(refusal) => {
                // After a refused chunk the whole transaction has failed (RFC 3030 2).
                self.say(&refusal);
                self.reset();
                if chunk.first && self.config.faults.at(Stage::Data).close.is_some() {
                    self.close();
                }
            }
        }
        true
    }

    fn end_content(&mut self) {
        let fault = self.config.faults.at(Stage::EndOfData).reply;
        if let Some(incoming) = &mut self.incoming {
            incoming.ended = true;
            if let Some(reply) = fault.filter(|reply| !reply.is_positive()) {
                incoming.fail(reply);
            }
        }
        self.finish_content();
    }

    /// When the store has nothing to do any more for a message that is not to be kept, it is over.
    pub(super) fn finish_content(&mut self) {
        let Some(incoming) = &mut self.incoming else {
            return;
        };
        if incoming.work().is_some() {
            return;
        }
        if incoming.cut_off {
            self.incoming = None;
        } else if incoming.ended
            && let Some(refusal) = incoming.refusal.take()
        {
            self.incoming = None;
            self.transaction = None;
            self.reply_at(Stage::EndOfData, refusal);
        }
    }

    /// Ends the transaction without a message. What is stored of one is given up.
    pub(super) fn reset(&mut self) {
        self.transaction = None;
        if let Some(incoming) = &mut self.incoming {
            incoming.cut_off();
        }
        self.finish_content();
    }
}
