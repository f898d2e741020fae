//! Content by BDAT (RFC 3030 section 2): when chunks begin, how they are cut, and what a refusal among them means.
//!
//! A content of known size is one chunk with LAST. Any other is cut into chunks of the send buffer, at most eight of them
//! unanswered. A small one may ride in the flight of its MAIL and RCPT, where nothing speaks against that.

use alloc::vec::Vec;
use core::time::Duration;

use super::Session;
use super::config::{Dialect, RecipientPolicy};
use super::event::{Event, TransactionId};
use super::report::{Fate, Stage};
use super::state::{Asked, Turn};
use super::transaction::{Next, find};
use crate::capability::Extension;
use crate::command;
use crate::content::chunk::{Chunks, Unfit};
use crate::error::{Cause, ProtocolError};
use crate::reply::Reply;

/// The last octets of a chunk stay until more comes or the content ends, so that no empty chunk ends it.
const CARRIED: usize = 2;

/// After so long a rest the connection may be gone without a sign. Content that was handed out then would be in doubt for
/// nothing, so it waits for the replies.
const LONG_IDLE: Duration = Duration::from_secs(30);

impl Session {
    /// Every RCPT was asked for; `owed` says that replies are still missing. Lets the content begin, if it may now.
    pub(super) fn begin_chunks(&mut self, id: TransactionId, owed: bool) -> bool {
        let header = self.output.queued();
        let free = self.output.free(0);
        let fits = self.fits(Chunks::HEADER);
        let Some(transaction) = find(&mut self.transactions, id) else {
            return false;
        };
        let Some(chunks) = transaction.framing.chunks_mut() else {
            return false;
        };
        let mut line = Vec::with_capacity(Chunks::HEADER);
        match chunks.exact() {
            Some(size) => command::encode_bdat(&mut line, size, true),
            None => line.resize(Chunks::HEADER, 0),
        }
        if owed {
            let room = free.saturating_sub(line.len()) as u64;
            if !chunks.may_ride || !fits || chunks.exact().is_none_or(|size| size >= room) {
                return false;
            }
            chunks.joined = true;
        }
        (chunks.header, chunks.first) = (header, header);
        transaction.next = Next::Content;
        self.output.hold(&line);
        true
    }

    /// Whether content may go out before its envelope is accepted. Not to a server that may ask for a login, or for TLS, first:
    /// one that refuses without reading the chunk would take it for commands.
    pub(super) fn may_join(&self) -> bool {
        let open = |server: &crate::Capabilities| {
            server.pipelining
                && (self.login.done.is_some() || !server.offers(Extension::Auth))
                && (self.tls.is_some() || !server.starttls)
        };
        let rested = self.now.saturating_sub(self.heard_at) > LONG_IDLE;
        !rested
            && self.config.dialect == Dialect::Smtp
            && self.config.recipients == RecipientPolicy::AtLeastOne
            && self.capabilities.as_ref().is_some_and(open)
    }

    /// Content is gathered for the flight that it rides in: nothing is written before it is whole.
    pub(super) fn is_gathering(&self) -> bool {
        self.wants_content()
            .and_then(|transaction| transaction.framing.chunks())
            .is_some_and(|chunks| chunks.joined)
    }

    /// What is known of this transaction's chunks.
    fn chunks(&mut self, id: TransactionId) -> Option<&mut Chunks> {
        find(&mut self.transactions, id)?.framing.chunks_mut()
    }

    /// May another chunk begin while so many are unanswered?
    pub(super) fn may_chunk(&self, id: TransactionId) -> bool {
        let most = if self.may_pipeline() {
            Chunks::UNANSWERED
        } else {
            1
        };
        let is_chunk = |asked| matches!(asked, Asked::Turn(of, Turn::Chunk(_)) if of == id);
        self.awaited.ends(is_chunk).count() < most && self.fits(Chunks::HEADER)
    }

    /// Room for content in the chunk that is put together; never 0, so that a content that is longer than was said is noticed.
    pub(super) fn chunk_room(&self, chunks: &Chunks) -> usize {
        let begun = self.output.queued() - chunks.header;
        let whole = (self.chunk_size() + CARRIED + Chunks::HEADER) as u64;
        let left = chunks.left();
        let left = left.unwrap_or_else(|| whole.saturating_sub(begun));
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        self.output.free(0).min(left.max(1))
    }

    /// How large a chunk is that is not the last: the same however the content comes.
    fn chunk_size(&self) -> usize {
        (self.output.size() - Chunks::HEADER - CARRIED) / 1024 * 1024
    }

    /// `n` octets of content were put behind what waits.
    pub(super) fn take_chunk(&mut self, id: TransactionId, n: usize) {
        let Some(transaction) = find(&mut self.transactions, id) else {
            return;
        };
        let Some(chunks) = transaction.framing.chunks_mut() else {
            return;
        };
        let (buffer, start) = self.output.raw();
        let content = buffer.get(start..start + n).unwrap_or_default();
        if let Err(unfit) = chunks.take(content) {
            return self.stop_content(id, unfit.into());
        }
        let begun = self.output.queued() + n as u64 - chunks.header;
        let begun = usize::try_from(begun).unwrap_or(usize::MAX);
        match (chunks.exact(), chunks.joined) {
            (Some(_), false) => {
                self.output.filled(n, CARRIED);
                if self.output.free(0) < self.output.size() / 4 {
                    self.output.start_block();
                }
            }
            (Some(_), true) => self.output.filled(n, begun),
            (None, _) => {
                self.output.filled(n, begun);
                if begun - Chunks::HEADER >= self.chunk_size() + CARRIED {
                    self.cut_chunk(id);
                }
            }
        }
    }

    /// What was put together is a chunk, but for the last octets.
    fn cut_chunk(&mut self, id: TransactionId) {
        let carried = self.output.last(CARRIED).to_vec();
        self.output.take_off(carried.len());
        let length = self.close_chunk(id, false);
        let end = self.output.queued();
        self.awaited
            .push(Asked::Turn(id, Turn::Chunk(end)), end, length);
        if let Some(chunks) = self.chunks(id) {
            chunks.header = end;
        }
        self.output.hold(&[0; Chunks::HEADER]);
        self.output.hold(&carried);
    }

    /// Writes the header of the chunk whose octets are all there, and says how long it is.
    fn close_chunk(&mut self, id: TransactionId, last: bool) -> usize {
        let mut header = Vec::with_capacity(Chunks::HEADER);
        if let Some(chunks) = self.chunks(id)
            && chunks.exact().is_none()
        {
            let place = chunks.header;
            let whole = self.output.queued() - place;
            command::encode_bdat(&mut header, whole - Chunks::HEADER as u64, last);
            self.output.replace(place, Chunks::HEADER, &header);
        }
        self.output.flush();
        header.len()
    }

    /// The content is whole: the last chunk goes out.
    pub(super) fn finish_chunks(&mut self, id: TransactionId) {
        let fit = self.chunks(id).map_or(Ok(()), |chunks| chunks.end());
        if let Err(unfit) = fit {
            return self.stop_content(id, unfit.into());
        }
        self.close_chunk(id, true);
        self.await_final(id);
    }

    /// The content will not be whole, or is not wanted any more. What was not handed out is taken back, and RSET ends what was; a
    /// chunk that was begun can only be cut off with the connection.
    pub(super) fn stop_content(&mut self, id: TransactionId, cause: Cause) {
        if !self.take_back(id) {
            return self.fail(cause);
        }
        if let Some(transaction) = find(&mut self.transactions, id) {
            transaction.decide(&Fate::NotSent(cause));
        }
        self.end_of_chunks(id);
    }

    /// The reply to a chunk that is not the last, and that ends there.
    pub(super) fn chunk_reply(&mut self, id: TransactionId, end: u64, reply: Reply) {
        let Some(transaction) = find(&mut self.transactions, id) else {
            return;
        };
        if let Some(chunks) = transaction.framing.chunks_mut() {
            chunks.answered = end;
        }
        if !reply.code().is_negative() {
            return;
        }
        transaction.decide(&Fate::Refused(Stage::Content, reply.clone()));
        // A chunk whose header is out goes to its end; no other goes anywhere.
        self.take_back(id);
        self.end_of_chunks(id);
        // Nobody knows how many replies follow a last chunk then.
        if self.config.dialect == Dialect::Lmtp && self.awaits_final(id) {
            let stage = Stage::Content;
            self.fail(Cause::Refused { stage, reply });
        }
    }

    /// Takes back the chunks of which nothing was handed out. False when one is left whose end is not there to be written, or
    /// the last is on its way.
    fn take_back(&mut self, id: TransactionId) -> bool {
        let lent = self.output.lent();
        let Some(transaction) = find(&mut self.transactions, id) else {
            return false;
        };
        let (next, end) = (transaction.next, transaction.end);
        let Some(chunks) = transaction.framing.chunks_mut() else {
            return false;
        };
        chunks.stopped = true;
        // Chunks begin where others end, and the first where the commands do.
        let own =
            |asked| matches!(asked, Asked::Turn(of, Turn::Chunk(_) | Turn::Final(_)) if of == id);
        let begins = [chunks.first, chunks.answered]
            .into_iter()
            .chain(self.awaited.ends(own));
        let Some(place) = begins.filter(|begin| *begin >= lent).min() else {
            return false;
        };
        let over = next == Next::AwaitEnd && end.is_none_or(|end| end <= place);
        // What another message has behind it stays, and so does this.
        if over || !self.awaited.all_behind(place, own) {
            return false;
        }
        transaction.end = None;
        self.awaited.forget_behind(place);
        self.output.withdraw(place)
    }

    fn awaits_final(&self, id: TransactionId) -> bool {
        self.awaited
            .any(|asked| matches!(asked, Asked::Turn(of, Turn::Final(_)) if of == id))
    }

    /// A reply to a transaction whose content was stopped.
    pub(super) fn hear_out(&mut self, id: TransactionId, turn: Turn, reply: Reply) {
        if let Some(transaction) = find(&mut self.transactions, id) {
            match turn {
                Turn::Mail => transaction.mail = Some(reply),
                Turn::Rcpt(index) => {
                    if let Some(slot) = transaction.recipients.get_mut(index) {
                        slot.rcpt = Some(reply.clone());
                    }
                    for index in core::iter::once(index).chain(transaction.same_as(index)) {
                        let reply = reply.clone();
                        self.events.push_back(Event::Recipient { id, index, reply });
                    }
                }
                Turn::Data | Turn::Chunk(_) | Turn::Final(_) | Turn::LoneDot => {}
            }
        }
        if !self.awaits(id) {
            self.finish_transaction(id);
        }
    }

    /// A final 2yz to a content whose first chunks were refused: whatever the server took, it is not this message.
    pub(super) fn accepted_in_part(&mut self, id: TransactionId, reply: Reply) {
        let cause = Cause::Protocol {
            stage: Stage::EndOfData,
            error: ProtocolError::WrongClass(reply),
        };
        if let Some(transaction) = find(&mut self.transactions, id) {
            transaction.doubt(&cause);
        }
        self.fail(cause);
    }

    /// No more of the content goes out. The transaction is over when what is owed to it has come, and RSET clears it away.
    fn end_of_chunks(&mut self, id: TransactionId) {
        if let Some(transaction) = find(&mut self.transactions, id) {
            transaction.next = Next::AwaitEnd;
        }
        // A MAIL that is refused later opens nothing, and RSET does no harm then.
        self.reset_needed = true;
        if !self.awaits(id) {
            self.finish_transaction(id);
        }
    }
}

impl From<Unfit> for Cause {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::BareLineBreak(at) => Self::BareLineBreak(at),
            Unfit::Size { said, given } => Self::WrongSize { said, given },
        }
    }
}
