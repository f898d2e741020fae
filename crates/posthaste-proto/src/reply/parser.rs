//! Bytes to replies, at any split of the input. What comes is kept as it came: one copy, however many lines there are.

use alloc::vec::Vec;

use super::lines::{Added, Failed, Lines};
use super::reply_ref::join;
use super::scan::scan;
use super::{Reply, ReplyCode, ReplyError, ReplyRef};

/// Collects lines until a reply is whole.
///
/// Feeding it `250 OK\r\n` whole, in two pieces or byte by byte gives the same replies and the same errors. It keeps
/// no more than [`ReplyLimits`] allow, and after an error it says the same error again.
#[derive(Debug, Clone)]
pub struct Parser {
    limits: ReplyLimits,
    /// The lines of the reply as they came, codes and line ends too, and the beginning of a line whose end has not come yet.
    raw: Vec<u8>,
    /// Where in `raw` that last line begins.
    line: usize,
    /// How long `raw` may become before that line ends; 0 between replies and after an error.
    full: usize,
    whole: Lines,
    /// `raw` is a reply that was already given out.
    taken: bool,
}

/// Upper bounds of one reply, checked before anything is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain numbers, written with `..Default::default()`"
)]
pub struct ReplyLimits {
    /// Octets of one line, line end excluded. 16 KiB by default; RFC 5321 section 4.5.3.1.5 asks for 512.
    pub line: usize,
    /// Octets of one reply. 64 KiB by default.
    pub reply: usize,
    /// Lines of one reply, blank lines before it counted. 1,024 by default.
    pub lines: usize,
}

impl Parser {
    /// A parser that keeps to the given limits.
    pub fn new(limits: ReplyLimits) -> Self {
        Self {
            limits,
            raw: Vec::new(),
            line: 0,
            full: limits.line.min(limits.reply),
            whole: Lines::default(),
            taken: false,
        }
    }

    /// Takes octets off `input` until a reply is whole. `None` means that all of `input` was taken and more is needed.
    #[inline]
    pub fn parse(&mut self, input: &mut &[u8]) -> Result<Option<ReplyRef<'_>>, ReplyError> {
        // A peer that sends octet by octet shall not cost a search for each.
        if let [octet @ (0..=b'\t' | b'\x0b'..=0x7f)] = **input
            && self.raw.len() < self.full
        {
            self.raw.push(octet);
            *input = &[];
            return Ok(None);
        }
        self.parse_lines(input)
    }

    fn parse_lines(&mut self, input: &mut &[u8]) -> Result<Option<ReplyRef<'_>>, ReplyError> {
        if self.taken {
            self.taken = false;
            self.raw.clear();
            self.whole.clear();
            self.expect_line(self.room());
        }
        match self.collect(input) {
            Ok(Some(code)) => {
                self.taken = true;
                self.full = 0;
                Ok(Some(ReplyRef {
                    code,
                    first: self.whole.first,
                    raw: &self.raw,
                    quirks: self.whole.quirks,
                }))
            }
            Ok(None) => Ok(None),
            Err(Failed) => {
                self.raw.clear();
                self.whole.code = None;
                self.expect_line(0);
                // There always is one: `Failed` comes from where it is set.
                self.whole.failed.clone().map_or(Ok(None), Err)
            }
        }
    }

    /// True when no octet of an unfinished reply is held; blank lines before a reply do not count.
    pub fn is_empty(&self) -> bool {
        self.taken || self.whole.code.is_none() && matches!(self.begun(), [] | [b'\r'])
    }

    /// The text of a reply that was begun and not finished, for an error's sake: at most [`Reply::KEPT`] octets.
    pub fn unfinished(&self) -> Option<Vec<u8>> {
        let mut text = self.held()?;
        text.truncate(Reply::KEPT);
        Some(text)
    }

    /// All of it, to be masked before it is cut.
    pub(crate) fn held(&self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let begun = self.begun();
        let mut text = Vec::with_capacity(self.raw.len());
        join(self.raw.get(..self.line).unwrap_or_default(), &mut text);
        if !text.is_empty() && !begun.is_empty() {
            text.push(b'\n');
        }
        text.extend_from_slice(begun);
        Some(text)
    }

    /// The beginning of a line whose end has not come yet.
    fn begun(&self) -> &[u8] {
        self.raw.get(self.line..).unwrap_or_default()
    }

    /// How long the next line may become.
    fn room(&self) -> usize {
        let left = self.limits.reply.saturating_sub(self.whole.octets);
        self.limits.line.min(left)
    }

    /// A line begins here, of at most so many octets.
    fn expect_line(&mut self, room: usize) {
        self.line = self.raw.len();
        self.full = self.line.saturating_add(room);
    }

    /// Takes whole lines off `input` until one of them ends the reply.
    fn collect(&mut self, input: &mut &[u8]) -> Result<Option<ReplyCode>, Failed> {
        if self.whole.failed.is_some() {
            return Err(Failed);
        }
        let mut last = None;
        if self.line < self.raw.len() {
            last = self.end_line(input)?;
        }
        if last.is_none() && !input.is_empty() {
            last = self.take_lines(input)?;
        }
        Ok(last)
    }

    /// Goes on with the line that was begun.
    fn end_line(&mut self, input: &mut &[u8]) -> Result<Option<ReplyCode>, Failed> {
        let (length, ascii) = match **input {
            [b'\n', ..] => (0, true),
            _ => scan(input),
        };
        let (head, rest) = input.split_at(length);
        if self.raw.len() + length > self.full {
            return Err(self.too_long(self.full - self.line));
        }
        self.whole.look_at(ascii);
        self.raw.extend_from_slice(head);
        let Some((lf, rest)) = rest.split_first() else {
            *input = rest;
            return Ok(None);
        };
        *input = rest;
        let line = self.raw.get(self.line..).unwrap_or_default();
        let added = self.whole.add(line, self.limits.lines)?;
        match added {
            Added::Blank => self.raw.clear(),
            Added::More | Added::Last(_) => self.raw.push(*lf),
        }
        self.expect_line(self.room());
        Ok(added.last())
    }

    /// Takes lines, the first of which begins where `input` does. They are kept in one piece.
    #[inline]
    fn take_lines(&mut self, input: &mut &[u8]) -> Result<Option<ReplyCode>, Failed> {
        let mut lines = *input;
        let mut rest = lines;
        let mut room = self.full - self.line;
        loop {
            let (length, ascii) = scan(rest);
            if length > room {
                return Err(self.too_long(room));
            }
            self.whole.look_at(ascii);
            let Some((line, [_, behind @ ..])) = rest.split_at_checked(length) else {
                *input = &[];
                self.raw.extend_from_slice(lines);
                self.line = self.raw.len() - rest.len();
                self.full = self.line.saturating_add(room);
                return Ok(None);
            };
            rest = behind;
            match self.whole.add(line, self.limits.lines)? {
                Added::Blank => lines = rest,
                Added::More => rest = self.whole.add_alike(rest, self.limits),
                Added::Last(code) => {
                    *input = rest;
                    let whole = lines.len() - rest.len();
                    self.raw
                        .extend_from_slice(lines.get(..whole).unwrap_or_default());
                    return Ok(Some(code));
                }
            }
            room = self.room();
        }
    }

    /// The limit that a line meets first, so that a line fed in pieces fails like a whole one.
    #[cold]
    fn too_long(&mut self, room: usize) -> Failed {
        self.whole.fail(if room == self.limits.line {
            ReplyError::LineTooLong(self.limits.line)
        } else {
            ReplyError::TooLong(self.limits.reply)
        })
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new(ReplyLimits::default())
    }
}

impl Default for ReplyLimits {
    fn default() -> Self {
        Self {
            line: 16 * 1024,
            reply: 64 * 1024,
            lines: 1024,
        }
    }
}
