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
