//! Bytes to replies, at any split of the input. Lines are found by memchr; every octet is looked at once.

use alloc::vec::Vec;
use core::fmt;

use super::line::Line;
use super::{EnhancedStatusCode, Quirk, Quirks, Reply, ReplyCode, first_line, printable};

/// Collects lines until a reply is whole.
///
/// Feeding it `250 OK\r\n` whole, in two pieces or byte by byte gives the same replies and the same errors. It keeps
/// no more than [`ReplyLimits`] allow, and after an error it says the same error again.
#[derive(Debug, Clone)]
pub struct Parser {
    limits: ReplyLimits,
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    /// How long the line that is on its way may become; 0 between replies and after an error.
    room: usize,
    whole: Lines,
    /// `whole` is a reply that was already given out.
    taken: bool,
}

/// The lines of a reply that are whole.
#[derive(Debug, Clone, Default)]
struct Lines {
    /// Joined with LF.
    text: Vec<u8>,
    code: Option<ReplyCode>,
    octets: usize,
    count: usize,
    quirks: Quirks,
    failed: Option<ReplyError>,
}

/// [`Lines::failed`] says why. It stands for the error where results are made for each line.
struct Failed;

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

/// A whole reply, lent by the parser until it is fed again.
#[derive(Clone, Copy)]
pub struct ReplyRef<'a> {
    code: ReplyCode,
    text: &'a [u8],
    quirks: Quirks,
}

/// Why input is not a reply. All of these are the server's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyError {
    /// A line that does not begin with a reply code.
    Malformed(MalformedReply),
    /// The lines of one reply have different codes, so it says two things at once (RFC 5321 section 4.2.1).
    CodesDisagree {
        /// The code of the lines before.
        first: ReplyCode,
        /// The code of the line that differs.
        then: ReplyCode,
    },
    /// A line is longer than [`ReplyLimits::line`] octets.
    LineTooLong(usize),
    /// A reply is longer than [`ReplyLimits::reply`] octets.
    TooLong(usize),
    /// A reply has more than [`ReplyLimits::lines`] lines.
    TooManyLines(usize),
}

/// A line that is no reply line, of which the first octets are told. The session masks it before it cuts it: a secret that
/// was cut first could not be found any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedReply(Vec<u8>);

impl Parser {
    /// A parser that keeps to the given limits.
    pub fn new(limits: ReplyLimits) -> Self {
        Self {
            limits,
            partial: Vec::new(),
            room: limits.line.min(limits.reply),
            whole: Lines::default(),
            taken: false,
        }
    }

    /// Takes octets off `input` until a reply is whole. `None` means that all of `input` was taken and more is needed.
    #[inline]
    pub fn parse(&mut self, input: &mut &[u8]) -> Result<Option<ReplyRef<'_>>, ReplyError> {
        // A peer that sends octet by octet shall not cost a search for each.
        if let [octet @ (0..=b'\t' | b'\x0b'..=0x7f)] = **input
            && self.partial.len() < self.room
        {
            self.partial.push(octet);
            *input = &[];
            return Ok(None);
        }
        self.parse_lines(input)
    }

    fn parse_lines(&mut self, input: &mut &[u8]) -> Result<Option<ReplyRef<'_>>, ReplyError> {
        if self.taken {
            self.taken = false;
            self.whole.clear();
            self.measure_room();
        }
        match self.collect(input) {
            Ok(Some(code)) => {
                self.taken = true;
                self.room = 0;
                Ok(Some(ReplyRef {
                    code,
                    text: &self.whole.text,
                    quirks: self.whole.quirks,
                }))
            }
            Ok(None) => Ok(None),
            Err(Failed) => {
                self.room = 0;
                // There always is one: `Failed` comes from where it is set.
                self.whole.failed.clone().map_or(Ok(None), Err)
            }
        }
    }

    /// True when no octet of an unfinished reply is held; blank lines before a reply do not count.
    pub fn is_empty(&self) -> bool {
        self.taken || self.whole.code.is_none() && matches!(self.partial.as_slice(), [] | [b'\r'])
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
        let mut text = self.whole.text.clone();
        if !text.is_empty() && !self.partial.is_empty() {
            text.push(b'\n');
        }
        text.extend_from_slice(&self.partial);
        Some(text)
    }

    /// Takes whole lines off `input` until one of them ends the reply.
    fn collect(&mut self, input: &mut &[u8]) -> Result<Option<ReplyCode>, Failed> {
        if self.whole.failed.is_some() {
            return Err(Failed);
        }
        let given = *input;
        let last = self.take_lines(input);
        // Codes and line ends are ASCII: what is not stands in the text. Looked for once, not line by line.
        let taken = given.len() - input.len();
        if !given.get(..taken).unwrap_or_default().is_ascii() {
            self.whole.quirks.insert(Quirk::EightBit);
        }
        last
    }

    fn take_lines(&mut self, input: &mut &[u8]) -> Result<Option<ReplyCode>, Failed> {
        while let Some(at) = memchr::memchr(b'\n', input) {
            let (head, rest) = input.split_at(at);
            *input = rest.get(1..).unwrap_or_default();
            self.check_length(head.len())?;
            let line = if self.partial.is_empty() {
                head
            } else {
                self.partial.extend_from_slice(head);
                &self.partial
            };
            let last = self.whole.add(line, self.limits.lines);
            self.partial.clear();
            if let Some(code) = last? {
                return Ok(Some(code));
            }
            self.measure_room();
        }
        let rest = core::mem::take(input);
        self.check_length(rest.len())?;
        self.partial.extend_from_slice(rest);
        Ok(None)
    }

    /// Whether the line may grow by so many octets; the limit that it meets first, so that a line fed in pieces fails
    /// like a whole one.
    fn check_length(&mut self, added: usize) -> Result<(), Failed> {
        if self.partial.len() + added <= self.room {
            Ok(())
        } else if self.room == self.limits.line {
            Err(self.whole.fail(ReplyError::LineTooLong(self.limits.line)))
        } else {
            Err(self.whole.fail(ReplyError::TooLong(self.limits.reply)))
        }
    }

    fn measure_room(&mut self) {
        let left = self.limits.reply.saturating_sub(self.whole.octets);
        self.room = self.limits.line.min(left);
    }
}

impl Lines {
    /// Adds one line, LF taken off; the code when it was the last of its reply.
    #[inline]
    fn add(&mut self, line: &[u8], limit: usize) -> Result<Option<ReplyCode>, Failed> {
        self.octets += line.len() + 1;
        self.count += 1;
        if self.count > limit {
            return Err(self.fail(ReplyError::TooManyLines(limit)));
        }
        let line = match line.split_last() {
            Some((b'\r', line)) => line,
            Some(_) | None => {
                self.quirks.insert(Quirk::BareLf);
                line
            }
        };
        if line.is_empty() && self.code.is_none() {
            self.quirks.insert(Quirk::BlankLine);
            return Ok(None);
        }
        let Some(parsed) = Line::parse(line) else {
            return Err(self.fail(ReplyError::Malformed(MalformedReply(line.to_vec()))));
        };
        match self.code {
            Some(first) if first != parsed.code => {
                let then = parsed.code;
                return Err(self.fail(ReplyError::CodesDisagree { first, then }));
            }
            Some(_) => self.text.push(b'\n'),
            None => self.code = Some(parsed.code),
        }
        if parsed.bare {
            self.quirks.insert(Quirk::BareCode);
        }
        self.text.extend_from_slice(parsed.text);
        Ok((!parsed.more).then_some(parsed.code))
    }

    #[cold]
    fn fail(&mut self, error: ReplyError) -> Failed {
        self.failed = Some(error);
        Failed
    }

    fn clear(&mut self) {
        self.text.clear();
        self.code = None;
        self.octets = 0;
        self.count = 0;
        self.quirks = Quirks::default();
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

impl<'a> ReplyRef<'a> {
    /// The three digits.
    pub fn code(&self) -> ReplyCode {
        self.code
    }

    /// The enhanced status code of the first line.
    pub fn enhanced(&self) -> Option<EnhancedStatusCode> {
        EnhancedStatusCode::split_off(first_line(self.text), self.code)
            .map(|(enhanced, _)| enhanced)
    }

    /// The lines as sent, codes and line ends taken off, enhanced codes left in.
    pub fn raw_lines(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.text.split(|octet| *octet == b'\n')
    }

    /// What the server did beside the standard in this reply.
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Keeps it: one allocation, at most [`Reply::KEPT`] octets of text.
    pub fn to_reply(&self) -> Reply {
        Reply::keep(self.code, self.text)
    }

    pub(crate) fn text(&self) -> &'a [u8] {
        self.text
    }
}

impl fmt::Debug for ReplyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyRef({} {})", self.code, printable(self.text))
    }
}

impl MalformedReply {
    const EXCERPT: usize = 80;

    /// At most 80 octets of the line.
    pub fn octets(&self) -> &[u8] {
        self.0.get(..Self::EXCERPT).unwrap_or(&self.0)
    }
}

impl ReplyError {
    /// The same, with every trace of a secret masked.
    pub(crate) fn masked(mut self, secrets: &[crate::Secret]) -> Self {
        if let Self::Malformed(line) = &mut self {
            secrets
                .iter()
                .for_each(|secret| secret.mask_in(&mut line.0));
            line.0.truncate(MalformedReply::EXCERPT);
        }
        self
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(line) => {
                write!(f, "this is no SMTP reply: \"{}\"", printable(line.octets()))
            }
            Self::CodesDisagree { first, then } => {
                write!(f, "the lines of one reply disagree: {first} and {then}")
            }
            Self::LineTooLong(limit) => write!(f, "a reply line is longer than {limit} octets"),
            Self::TooLong(limit) => write!(f, "a reply is longer than {limit} octets"),
            Self::TooManyLines(limit) => write!(f, "a reply has more than {limit} lines"),
        }
    }
}

impl core::error::Error for ReplyError {}
