//! A reply that is lent.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::line::text_of;
use super::scan::split_line;
use super::{EnhancedStatusCode, Quirks, Reply, ReplyCode, printable};

/// A whole reply, lent by the parser until it is fed again.
#[derive(Clone, Copy)]
pub struct ReplyRef<'a> {
    pub(super) code: ReplyCode,
    /// Octets of the first line, line end included.
    pub(super) first: usize,
    /// Its lines as they came.
    pub(super) raw: &'a [u8],
    pub(super) quirks: Quirks,
}

impl<'a> ReplyRef<'a> {
    /// The three digits.
    pub fn code(&self) -> ReplyCode {
        self.code
    }

    /// The enhanced status code of the first line.
    pub fn enhanced(&self) -> Option<EnhancedStatusCode> {
        let first = self.raw_lines().next().unwrap_or_default();
        EnhancedStatusCode::split_off(first, self.code).map(|(enhanced, _)| enhanced)
    }

    /// The lines as sent, codes and line ends taken off, enhanced codes left in.
    pub fn raw_lines(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        texts(self.raw)
    }

    /// What the server did beside the standard in this reply.
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Keeps it: one allocation, at most [`Reply::KEPT`] octets of text.
    pub fn to_reply(&self) -> Reply {
        if self.raw.len() == self.first {
            return Reply::keep(self.code, self.raw_lines().next().unwrap_or_default());
        }
        // One octet more tells that there is more than is kept.
        let mut kept = [0; Reply::KEPT + 1];
        let mut room = kept.as_mut_slice();
        for (index, line) in self.raw_lines().enumerate() {
            if index > 0 {
                room = fill(room, b"\n");
            }
            room = fill(room, line);
        }
        let length = Reply::KEPT + 1 - room.len();
        Reply::keep(self.code, kept.get(..length).unwrap_or_default())
    }

    /// The lines, joined with LF.
    pub(crate) fn text(&self) -> Cow<'a, [u8]> {
        if self.raw.len() == self.first {
            return Cow::Borrowed(self.raw_lines().next().unwrap_or_default());
        }
        let mut text = Vec::with_capacity(self.raw.len());
        join(self.raw, &mut text);
        Cow::Owned(text)
    }

    /// The lines behind the first one as they came, codes and line ends too.
    pub(crate) fn further_lines(&self) -> &'a [u8] {
        self.raw.get(self.first..).unwrap_or_default()
    }
}

/// Writes `octets`, as many as have room, and gives back the room that is left.
fn fill<'a>(room: &'a mut [u8], octets: &[u8]) -> &'a mut [u8] {
    let (place, left) = room.split_at_mut(octets.len().min(room.len()));
    let octets = octets.get(..place.len()).unwrap_or_default();
    place.copy_from_slice(octets);
    left
}

impl fmt::Debug for ReplyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyRef({} {})", self.code, printable(&self.text()))
    }
}

/// The texts of whole lines.
fn texts(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = raw;
    core::iter::from_fn(move || {
        let (line, behind) = split_line(rest)?;
        rest = behind;
        Some(text_of(line))
    })
}

/// Adds the texts of these lines to `text`, joined with LF.
pub(super) fn join(raw: &[u8], text: &mut Vec<u8>) {
    for (index, line) in texts(raw).enumerate() {
        if index > 0 {
            text.push(b'\n');
        }
        text.extend_from_slice(line);
    }
}
