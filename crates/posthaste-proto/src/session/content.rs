//! The handle by which content goes in.

use super::Session;
use super::event::TransactionId;
use super::framing::Framing;
use super::step::Deadline;
use super::transaction::{Next, Transaction, find};
use crate::content::Encoding;
use crate::content::dot::DotStuffer;
use crate::error::Cause;

/// Lent by [`Step::Content`](super::Step::Content): the server takes content now.
///
/// Put octets into [`space`](Self::space) and say how many by [`filled`](Self::filled), or copy them in by
/// [`push`](Self::push); after the last of them, [`finish`](Self::finish). Dropping the handle unused changes nothing:
/// the next poll lends it again.
#[derive(Debug)]
#[must_use = "the session waits for content"]
pub struct Content<'a> {
    pub(super) session: &'a mut Session,
    pub(super) id: TransactionId,
    pub(super) deadline: Deadline,
}

/// Octets of content that stay in the buffer until more come or the content ends, so that the terminator never goes alone.
const HELD_BACK: usize = 2;

impl Content<'_> {
    /// Whose content is wanted.
    pub fn transaction(&self) -> TransactionId {
        self.id
    }

    /// The encoding that was chosen from the [`ContentSpec`](crate::ContentSpec).
    pub fn encoding(&self) -> Encoding {
        self.session
            .sending()
            .map_or(Encoding::SEVEN_BIT, |transaction| transaction.encoding)
    }

    /// When the session gives up.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// How many octets can be taken now; never 0.
    pub fn room(&self) -> usize {
        self.session.content_room()
    }

    /// Where they go: `room()` octets. What stands in it means nothing.
    pub fn space(&mut self) -> &mut [u8] {
        let room = self.room();
        let space = self.session.output.space(0);
        space.get_mut(..room).unwrap_or_default()
    }

    /// The first `n` octets of `space()` are content now; more than `room()` is taken for `room()`.
    pub fn filled(self, n: usize) {
        let n = n.min(self.room());
        self.session.take_content(self.id, n);
    }

    /// Copies octets in, as many as there is room for, and says how many that were.
    pub fn push(mut self, octets: &[u8]) -> usize {
        let n = octets.len().min(self.room());
        let (taken, _) = octets.split_at(n);
        self.space()[..n].copy_from_slice(taken);
        self.session.take_content(self.id, n);
        n
    }

    /// The content is whole.
    pub fn finish(self) {
        self.session.finish_content(self.id);
    }

    /// The content cannot be had. A message that was cut short must not be delivered: behind DATA the connection is closed
    /// without the terminator; of chunks, the last is not sent, and RSET follows where that is possible. The transaction
    /// ends as `NotSent(SourceFailed)`.
    pub fn abort(self) {
        self.session.stop_content(self.id, Cause::SourceFailed);
    }
}

impl Session {
    /// The transaction that the server waits for.
    pub(super) fn wants_content(&self) -> Option<&Transaction> {
        self.sending().filter(|transaction| {
            transaction.next == Next::Content
                && (transaction.framing.chunks().is_none() || self.may_chunk(transaction.id))
        })
    }

    fn content_room(&self) -> usize {
        match self.sending().map(|transaction| &transaction.framing) {
            Some(Framing::Chunks(chunks)) => self.chunk_room(chunks),
            Some(Framing::Dots(_)) | None => {
                DotStuffer::room(self.output.free(DotStuffer::TERMINATOR))
            }
        }
    }

    /// Takes what was put into the buffer, and has it written when the buffer is nearly full.
    fn take_content(&mut self, id: TransactionId, n: usize) {
        let Some(Transaction { framing, .. }) = find(&mut self.transactions, id) else {
            return;
        };
        let Framing::Dots(dots) = framing else {
            return self.take_chunk(id, n);
        };
        let (buffer, start) = self.output.raw();
        match dots.stuff(buffer, start, n) {
            Ok(length) => self.output.filled(length, HELD_BACK),
            Err(at) => return self.fail(Cause::BareLineBreak(at.0)),
        }
        if self.content_room() < self.output.capacity() / 4 {
            self.output.start_block();
        }
    }
}
