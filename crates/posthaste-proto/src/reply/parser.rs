//! Bytes to replies, at any split of the input. Lines are found by memchr; every octet is looked at once.

use alloc::vec::Vec;
use core::fmt;

use super::line::Line;
use super::{EnhancedStatusCode, Reply, ReplyCode, first_line, printable};

/// Collects lines until a reply is whole.
///
/// Feeding it `250 OK\r\n` whole, in two pieces or byte by byte gives the same replies and the same errors. It keeps
/// no more than [`ReplyLimits`] allow, and after an error it says the same error again.
#[derive(Debug, Clone)]
pub struct Parser {
    limits: ReplyLimits,
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    /// Text of the lines that are whole, joined with LF.
    text: Vec<u8>,
    code: Option<ReplyCode>,
    octets: usize,
    lines: usize,
    quirks: Quirks,
    /// `text` belongs to a reply that was already given out.
    taken: bool,
    failed: Option<ReplyError>,
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

/// A whole reply, lent by the parser until it is fed again.
#[derive(Clone, Copy)]
pub struct ReplyRef<'a> {
    code: ReplyCode,
    text: &'a [u8],
    quirks: Quirks,
}

/// What a server did that the standard does not allow and that does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// A line ended with LF alone.
    BareLf,
    /// A line held the three digits and nothing else, not even a blank.
    BareCode,
    /// The text has octets outside ASCII.
    EightBit,
    /// A blank line stood before the reply.
    BlankLine,
}

/// A set of [`Quirk`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Quirks(u8);

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

/// The first octets of a line that is no reply line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedReply(Vec<u8>);

impl Parser {
    /// A parser that keeps to the given limits.
    pub fn new(limits: ReplyLimits) -> Self {
        Self {
            limits,
            partial: Vec::new(),
            text: Vec::new(),
            code: None,
            octets: 0,
            lines: 0,
            quirks: Quirks::default(),
            taken: false,
            failed: None,
        }
    }

    /// Takes octets off `input` until a reply is whole. `None` means that all of `input` was taken and more is needed.
    pub fn parse(&mut self, input: &mut &[u8]) -> Result<Option<ReplyRef<'_>>, ReplyError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if self.taken {
            self.start_next();
        }
        match self.collect(input) {
            Ok(Some(code)) => {
                self.taken = true;
                Ok(Some(ReplyRef {
                    code,
                    text: &self.text,
                    quirks: self.quirks,
                }))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// True when no octet of an unfinished reply is held; blank lines before a reply do not count.
    pub fn is_empty(&self) -> bool {
        self.taken || self.code.is_none() && self.partial.is_empty()
    }

    /// The text of a reply that was begun and not finished, for an error's sake: at most [`Reply::KEPT`] octets.
    pub fn unfinished(&self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let mut text = self.text.clone();
        if !text.is_empty() && !self.partial.is_empty() {
            text.push(b'\n');
        }
        text.extend_from_slice(&self.partial);
        text.truncate(Reply::KEPT);
        Some(text)
    }

    /// Takes whole lines off `input` until one of them ends the reply.
    fn collect(&mut self, input: &mut &[u8]) -> Result<Option<ReplyCode>, ReplyError> {
        loop {
            let Some(at) = memchr::memchr(b'\n', input) else {
                self.check_length(self.partial.len() + input.len())?;
                self.partial.extend_from_slice(input);
                *input = &[];
                return Ok(None);
            };
            let (head, rest) = input.split_at(at);
            *input = rest.get(1..).unwrap_or_default();
            self.check_length(self.partial.len() + head.len())?;
            let last = if self.partial.is_empty() {
                self.line(head)?
            } else {
                let mut line = core::mem::take(&mut self.partial);
                line.extend_from_slice(head);
                let last = self.line(&line);
                line.clear();
                self.partial = line;
                last?
            };
            if last.is_some() {
                return Ok(last);
            }
        }
    }

    /// The limit that a line of `length` octets meets first, so that a line fed in pieces fails like a whole one.
    fn check_length(&self, length: usize) -> Result<(), ReplyError> {
        let left = self.limits.reply.saturating_sub(self.octets);
        if length <= self.limits.line.min(left) {
            Ok(())
        } else if self.limits.line <= left {
            Err(ReplyError::LineTooLong(self.limits.line))
        } else {
            Err(ReplyError::TooLong(self.limits.reply))
        }
    }

    /// Adds one line, LF taken off; the code when it was the last of its reply.
    fn line(&mut self, line: &[u8]) -> Result<Option<ReplyCode>, ReplyError> {
        self.octets += line.len() + 1;
        self.lines += 1;
        if self.lines > self.limits.lines {
            return Err(ReplyError::TooManyLines(self.limits.lines));
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
        let parsed = Line::parse(line)
            .ok_or_else(|| ReplyError::Malformed(MalformedReply::excerpt(line)))?;
        match self.code {
            Some(first) if first != parsed.code => {
                return Err(ReplyError::CodesDisagree {
                    first,
                    then: parsed.code,
                });
            }
            Some(_) => self.text.push(b'\n'),
            None => self.code = Some(parsed.code),
        }
        if parsed.bare {
            self.quirks.insert(Quirk::BareCode);
        }
        if !parsed.text.is_ascii() {
            self.quirks.insert(Quirk::EightBit);
        }
        self.text.extend_from_slice(parsed.text);
        Ok((!parsed.more).then_some(parsed.code))
    }

    fn start_next(&mut self) {
        self.text.clear();
        self.code = None;
        self.octets = 0;
        self.lines = 0;
        self.quirks = Quirks::default();
        self.taken = false;
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

impl Quirks {
    const ALL: [Quirk; 4] = [
        Quirk::BareLf,
        Quirk::BareCode,
        Quirk::EightBit,
        Quirk::BlankLine,
    ];

    /// Is this one among them?
    pub fn contains(self, quirk: Quirk) -> bool {
        self.0 & (1 << quirk as u8) != 0
    }

    /// All of them, in the order of [`Quirk`].
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Self::ALL
            .into_iter()
            .filter(move |quirk| self.contains(*quirk))
    }

    fn insert(&mut self, quirk: Quirk) {
        self.0 |= 1 << quirk as u8;
    }
}

impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BareLf => "a reply line ends with LF alone",
            Self::BareCode => "a reply line holds its code and no blank",
            Self::EightBit => "a reply has text outside ASCII",
            Self::BlankLine => "a blank line stands before a reply",
        })
    }
}

impl MalformedReply {
    const EXCERPT: usize = 80;

    fn excerpt(line: &[u8]) -> Self {
        Self(line.get(..Self::EXCERPT).unwrap_or(line).to_vec())
    }

    /// At most 80 octets of the line.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl ReplyError {
    /// The same, with every trace of a secret masked.
    pub(crate) fn masked(mut self, secrets: &[crate::Secret]) -> Self {
        if let Self::Malformed(line) = &mut self {
            secrets
                .iter()
                .for_each(|secret| secret.mask_in(&mut line.0));
        }
        self
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(line) => write!(f, "this is no SMTP reply: \"{}\"", printable(&line.0)),
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
