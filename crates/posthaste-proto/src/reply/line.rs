//! The text of one complete reply line (RFC 5321 section 4.2, `Reply-line`).

use nom::IResult;
use nom::Parser as _;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::combinator::{eof, map_opt, value};

use super::ReplyCode;

/// One line, its line end taken off.
pub(super) struct Line<'a> {
    pub(super) code: ReplyCode,
    /// A hyphen follows the code: more lines come.
    pub(super) more: bool,
    /// Nothing follows the code, not even a blank.
    pub(super) bare: bool,
    pub(super) text: &'a [u8],
}

/// What stands between the code and the text.
#[derive(Clone, Copy)]
enum Separator {
    Hyphen,
    Blank,
    Nothing,
}

impl<'a> Line<'a> {
    /// `None` when the line is not of the grammar: three digits, the first of them 2 to 5, then a hyphen, a blank or nothing.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let (text, (code, separator)) = (code, separator).parse(line).ok()?;
        Some(Self {
            code,
            more: matches!(separator, Separator::Hyphen),
            bare: matches!(separator, Separator::Nothing),
            text,
        })
    }
}

fn code(input: &[u8]) -> IResult<&[u8], ReplyCode> {
    let digits = take_while_m_n(3, 3, |octet: u8| octet.is_ascii_digit());
    map_opt(digits, |digits: &[u8]| {
        ReplyCode::new(
            digits
                .iter()
                .fold(0, |number, digit| number * 10 + u16::from(digit - b'0')),
        )
    })
    .parse(input)
}

fn separator(input: &[u8]) -> IResult<&[u8], Separator> {
    alt((
        value(Separator::Blank, tag(&b" "[..])),
        value(Separator::Hyphen, tag(&b"-"[..])),
        value(Separator::Nothing, eof),
    ))
    .parse(input)
}
