//! The handle by which content goes in.
use super::event::TransactionId;
use super::step::Deadline;
use super::Session;
use crate::content::Encoding;

/// Lent by [`Step::Content`](super::Step::Content): the server takes content now. Dropping it unused changes nothing.
#[derive(Debug)]
pub struct Content<'a> { pub(super) session: &'a mut Session }

impl Content<'_> {
    /// Whose content.
    pub fn transaction(&self) -> TransactionId { todo!() }
    /// The encoding that was chosen.
    pub fn encoding(&self) -> Encoding { todo!() }
    /// When the session gives up waiting.
    pub fn deadline(&self) -> Deadline { todo!() }
    /// How many octets can be given now; at least one.
    pub fn room(&self) -> usize { todo!() }
    /// The place to put them, `room()` octets long. Then call `filled`.
    pub fn space(&mut self) -> &mut [u8] { todo!() }
    /// The first `n` octets of `space()` are content now.
    pub fn filled(self, _n: usize) { todo!() }
    /// Copies content in: at most `room()` octets are taken; says how many.
    pub fn push(self, _octets: &[u8]) -> usize { todo!() }
    /// The content is whole.
    pub fn finish(self) { todo!() }
    /// The content cannot be had. The message is not delivered, nor any part of it.
    pub fn abort(self) { todo!() }
}
