//! Bytes to replies, at any split of the input. Every octet is looked at for a line end once.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::line::{Line, Word, scan, split_line, text_of};
use super::{EnhancedStatusCode, Quirk, Quirks, Reply, ReplyCode, printable};

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

/// What is known of the lines that are whole.
#[derive(Debug, Clone, Default)]
struct Lines {
    code: Option<ReplyCode>,
    /// Octets of the first line, line end included.
    first: usize,
    /// What a line begins with behind which more follow, as a number: three digits and a hyphen. 0 when there was none.
    begin: u32,
    octets: usize,
    count: usize,
    quirks: Quirks,
    failed: Option<ReplyError>,
}

/// What a line was.
enum Added {
    /// Blank, before the reply.
    Blank,
    /// One that more follow.
    More,
    /// The last of its reply.
    Last(ReplyCode),
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
    /// Octets of the first line, line end included.
    first: usize,
    /// Its lines as they came.
    raw: &'a [u8],
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
        self.full = self.line + room;
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
                self.full = self.line + room;
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

impl Added {
    fn last(self) -> Option<ReplyCode> {
        match self {
            Self::Last(code) => Some(code),
            Self::Blank | Self::More => None,
        }
    }
}

impl Lines {
    /// Adds one line, LF taken off.
    #[inline(always)]
    fn add(&mut self, line: &[u8], limit: usize) -> Result<Added, Failed> {
        let length = line.len() + 1;
        self.octets += length;
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
        // A line like those before needs no second look.
        if let (Some(code), true) = (self.code, self.begin != 0) {
            let differing = first_four(line) ^ self.begin;
            if differing == 0 {
                return Ok(Added::More);
            }
            if differing == u32::from_le_bytes([0, 0, 0, b'-' ^ b' ']) {
                return Ok(Added::Last(code));
            }
        }
        if line.is_empty() && self.code.is_none() {
            self.quirks.insert(Quirk::BlankLine);
            return Ok(Added::Blank);
        }
        let Some(parsed) = Line::parse(line) else {
            return Err(self.fail(ReplyError::Malformed(MalformedReply(line.to_vec()))));
        };
        match self.code {
            Some(first) if first != parsed.code => {
                let then = parsed.code;
                return Err(self.fail(ReplyError::CodesDisagree { first, then }));
            }
            Some(_) => {}
            None => {
                self.code = Some(parsed.code);
                self.first = length;
            }
        }
        if parsed.bare {
            self.quirks.insert(Quirk::BareCode);
        }
        if parsed.more {
            self.begin = first_four(line);
            Ok(Added::More)
        } else {
            Ok(Added::Last(parsed.code))
        }
    }

    /// Adds those of `lines` about which there is nothing to be said, and gives back what is behind them.
    #[inline(always)]
    fn add_alike<'a>(&mut self, lines: &'a [u8], limits: ReplyLimits) -> &'a [u8] {
        // In so many octets no limit can be met: the shortest line has six.
        let safe = limits
            .line
            .min(limits.reply.saturating_sub(self.octets))
            .min((limits.lines - self.count).saturating_mul(6));
        let (octets, count) = alike(lines.get(..safe).unwrap_or(lines), self.begin);
        self.octets += octets;
        self.count += count;
        lines.get(octets..).unwrap_or_default()
    }

    /// Codes and line ends are ASCII: what is not stands in the text.
    #[inline(always)]
    fn look_at(&mut self, ascii: bool) {
        if !ascii {
            self.quirks.insert(Quirk::EightBit);
        }
    }

    #[cold]
    fn fail(&mut self, error: ReplyError) -> Failed {
        self.failed = Some(error);
        Failed
    }

    fn clear(&mut self) {
        self.code = None;
        self.begin = 0;
        self.octets = 0;
        self.count = 0;
        self.quirks = Quirks::default();
    }
}

/// How many octets, and lines, begin like the one before, are ASCII and end with CR LF, as nearly all are that more follow.
#[inline(never)]
fn alike(lines: &[u8], begin: u32) -> (usize, usize) {
    let (mut octets, mut count) = (0, 0);
    if first_four(lines) != begin {
        return (octets, count);
    }
    let border = u64::from_le_bytes(*b"\r\n\0\0\0\0\0\0") | u64::from(begin) << 16;
    let (words, _) = lines.as_chunks();
    let mut index = 0;
    while let Some(mut ends) = words.get(index).and_then(|word| Word::of(word).ends()) {
        while !ends.is_empty() {
            // From the CR to what the next line begins with.
            let end = index * 8 + ends.first();
            let around = lines.get(end.wrapping_sub(1)..);
            let Some(around) = around.and_then(<[u8]>::first_chunk) else {
                return (octets, count);
            };
            let differing = Word::of(around).0 ^ border;
            if differing << 48 != 0 {
                return (octets, count);
            }
            octets = end + 1;
            count += 1;
            if differing << 16 != 0 {
                return (octets, count);
            }
            ends = ends.others();
        }
        index += 1;
    }
    (octets, count)
}

/// The first four octets as a number; 0 when there are not so many.
#[inline(always)]
fn first_four(line: &[u8]) -> u32 {
    line.first_chunk()
        .map_or(0, |octets| u32::from_le_bytes(*octets))
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
fn join(raw: &[u8], text: &mut Vec<u8>) {
    for (index, line) in texts(raw).enumerate() {
        if index > 0 {
            text.push(b'\n');
        }
        text.extend_from_slice(line);
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
        Reply::keep(self.code, &self.text())
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

impl fmt::Debug for ReplyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyRef({} {})", self.code, printable(&self.text()))
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
