//! The text of one complete reply line (RFC 5321 section 4.2, `Reply-line`).

use nom::bytes::complete::take;
use nom::combinator::map_opt;
use nom::{IResult, Parser as _};

use super::ReplyCode;

/// What one line begins with.
pub(super) struct Line {
    pub(super) code: ReplyCode,
    /// A hyphen follows the code: more lines come.
    pub(super) more: bool,
    /// Nothing follows the code, not even a blank.
    pub(super) bare: bool,
}

/// What stands between the code and the text.
#[derive(Clone, Copy)]
enum Separator {
    Hyphen,
    Blank,
    Nothing,
}

impl Line {
    /// `None` when the line is not of the grammar: three digits, the first of them 2 to 5, then a hyphen, a blank or nothing.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let (_, (code, separator)) = (code, separator).parse(line).ok()?;
        Some(Self {
            code,
            more: matches!(separator, Separator::Hyphen),
            bare: matches!(separator, Separator::Nothing),
        })
    }
}

/// What stands before the first LF, and what behind it.
#[inline(always)]
pub(crate) fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    match text.split_at_checked(scan(text).0)? {
        (line, [_, behind @ ..]) => Some((line, behind)),
        _ => None,
    }
}

/// How many octets stand before the first LF, or in all when there is none, and whether they are ASCII. Lines are mostly so
/// short that to call memchr costs more than to look at a few words of 8 octets.
#[inline(always)]
pub(super) fn scan(text: &[u8]) -> (usize, bool) {
    let (words, few) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        match Word::of(word).ends() {
            Some(ends) if ends.is_empty() => {}
            Some(ends) => return (index * 8 + ends.first(), true),
            None => return scan_any(text),
        }
    }
    if few.is_empty() {
        return (text.len(), true);
    }
    // The last word overlaps the one before, in which no LF is.
    let begin = text.len().saturating_sub(8);
    let last = text.last_chunk().copied();
    match Word::of(&last.unwrap_or_else(|| padded(text))).ends() {
        Some(ends) if ends.is_empty() => (text.len(), true),
        Some(ends) => (begin + ends.first(), true),
        None => scan_any(text),
    }
}

/// The same where octets outside ASCII are.
#[cold]
fn scan_any(text: &[u8]) -> (usize, bool) {
    let length = memchr::memchr(b'\n', text).unwrap_or(text.len());
    (length, text.get(..length).is_some_and(<[u8]>::is_ascii))
}

/// Eight octets, the first of them the lowest.
#[derive(Clone, Copy)]
pub(crate) struct Word(pub(crate) u64);

/// Where LFs are in a word: the top bit of each of them.
#[derive(Clone, Copy)]
pub(super) struct LineEnds(u64);

impl Word {
    const TOPS: u64 = u64::from_le_bytes([0x80; 8]);

    #[inline(always)]
    pub(crate) fn of(octets: &[u8; 8]) -> Self {
        Self(u64::from_le_bytes(*octets))
    }

    /// `None` when an octet is not ASCII.
    #[inline(always)]
    pub(super) fn ends(self) -> Option<LineEnds> {
        if self.0 & Self::TOPS != 0 {
            return None;
        }
        // No octet is over 0x7f: nothing is borrowed from the next, and only 0 leaves the top bit where it is.
        let differing = self.0 ^ u64::from_le_bytes([b'\n'; 8]);
        Some(LineEnds((Self::TOPS - differing) & Self::TOPS))
    }
}

impl LineEnds {
    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The place of the first, 0 to 7.
    #[inline(always)]
    pub(super) fn first(self) -> usize {
        self.0.trailing_zeros() as usize / 8
    }

    /// All but the first.
    #[inline(always)]
    pub(super) fn others(self) -> Self {
        Self(self.0 & self.0.wrapping_sub(1))
    }
}

/// Fewer than 8 octets, and NULs behind them.
#[cold]
pub(crate) fn padded(text: &[u8]) -> [u8; 8] {
    let mut octets = [0; 8];
    octets
        .iter_mut()
        .zip(text)
        .for_each(|(to, from)| *to = *from);
    octets
}

/// The text of a line that the parser took: what is behind code and hyphen or blank, line end taken off.
pub(super) fn text_of(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.get(4..).unwrap_or_default()
}

// Errors are `()`: nothing is said about a line that fails but its octets, and nothing is built on the way.

fn code(input: &[u8]) -> IResult<&[u8], ReplyCode, ()> {
    map_opt(take(3_usize), |digits: &[u8]| {
        let &[first, second, third] = digits.first_chunk()?;
        let number = digit(first)? * 100 + digit(second)? * 10 + digit(third)?;
        ReplyCode::new(number)
    })
    .parse(input)
}

fn digit(octet: u8) -> Option<u16> {
    octet.is_ascii_digit().then(|| u16::from(octet - b'0'))
}

fn separator(input: &[u8]) -> IResult<&[u8], Separator, ()> {
    match input.split_first() {
        Some((b' ', text)) => Ok((text, Separator::Blank)),
        Some((b'-', text)) => Ok((text, Separator::Hyphen)),
        Some(_) => Err(nom::Err::Error(())),
        None => Ok((input, Separator::Nothing)),
    }
}
