//! The grammar of RFC 5321 4.1.2 and 4.1.3, with the UTF-8 additions of RFC 6531 3.3.
//!
//! No rule calls itself and none looks back further than one token. The text's length is capped and its control
//! characters are refused before the first rule runs, so parsing costs linear time at most and small constants.

use alloc::string::String;
use core::net::{Ipv4Addr, Ipv6Addr};

use nom::branch::alt;
use nom::bytes::complete::{is_not, take_while, take_while1};
use nom::character::complete::{char, satisfy};
use nom::combinator::{opt, recognize};
use nom::error::{ErrorKind, ParseError};
use nom::multi::{fold_many0, many0_count};
use nom::sequence::preceded;
use nom::{Err, IResult, Parser as _};

use super::{
    AddressError, AddressErrorKind, AddressLiteral, Domain, DomainName, GeneralLiteral, LocalPart,
    Mailbox,
};

/// Generous room for needless quoting (64 escaped octets) and the longest domain; beyond it nothing can fit.
const MAX_INPUT: usize = 512;

/// Runs `rule` over the whole of `text`.
pub(crate) fn whole<'a, T>(
    text: &'a str,
    rule: impl Fn(&'a str) -> Parsed<'a, T>,
) -> Result<T, AddressError> {
    if text.is_empty() {
        return Err(AddressError::new(AddressErrorKind::Empty, 0));
    }
    if text.len() > MAX_INPUT {
        return Err(AddressError::new(
            AddressErrorKind::PathTooLong,
            text.floor_char_boundary(MAX_INPUT),
        ));
    }
    no_controls(text)?;
    match rule(text) {
        Ok(("", value)) => Ok(value),
        Ok((rest, _)) => Err(AddressError::new(
            trailing_kind(rest),
            text.len() - rest.len(),
        )),
        Err(error) => Err(located(text, error)),
    }
}

/// Runs `rule` over the head of `line`, whose length the caller has capped, and returns what follows.
pub(crate) fn leading<'a, T>(
    line: &'a str,
    rule: impl Fn(&'a str) -> Parsed<'a, T>,
) -> Result<(&'a str, T), AddressError> {
    no_controls(line)?;
    rule(line).map_err(|error| located(line, error))
}

/// Refuses control characters of ASCII and of Latin-1, and the two separators that Unicode counts as line ends.
pub(crate) fn no_controls(text: &str) -> Result<(), AddressError> {
    match text.find(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        Some(offset) => Err(AddressError::new(AddressErrorKind::Control, offset)),
        None => Ok(()),
    }
}

/// Whether `text` can stand as a local part without quotes.
pub(crate) fn is_dot_string(text: &str) -> bool {
    text.split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

pub(crate) type Parsed<'a, T> = IResult<&'a str, T, Failure<'a>>;

/// Where a rule failed, and as what that is to be told.
#[derive(Debug)]
pub(crate) struct Failure<'a> {
    rest: &'a str,
    kind: AddressErrorKind,
}

impl<'a> ParseError<&'a str> for Failure<'a> {
    fn from_error_kind(rest: &'a str, _: ErrorKind) -> Self {
        // Every rule below names its own kind; this one stands for a token inside such a rule.
        Self {
            rest,
            kind: AddressErrorKind::Trailing,
        }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

fn fail<T>(rest: &str, kind: AddressErrorKind) -> Parsed<'_, T> {
    Err(Err::Failure(Failure { rest, kind }))
}

/// Runs a rule of tokens; its failure is told as `kind`, at the token that failed.
fn named<'a, T>(
    kind: AddressErrorKind,
    mut rule: impl nom::Parser<&'a str, Output = T, Error = Failure<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, T> {
    move |text| {
        rule.parse(text)
            .map_err(|error| error.map(|Failure { rest, .. }| Failure { rest, kind }))
            .map_err(|error| match error {
                Err::Error(failure) | Err::Failure(failure) => Err::Failure(failure),
                Err::Incomplete(needed) => Err::Incomplete(needed),
            })
    }
}

/// An error of a constructor, moved to where its part began.
fn constructed<'a, T>(
    part: &'a str,
    result: Result<T, AddressError>,
) -> Result<T, Err<Failure<'a>>> {
    result.map_err(|error| {
        Err::Failure(Failure {
            rest: part.get(error.offset()..).unwrap_or_default(),
            kind: error.kind(),
        })
    })
}

fn located(text: &str, error: Err<Failure<'_>>) -> AddressError {
    match error {
        Err::Error(failure) | Err::Failure(failure) => {
            AddressError::new(failure.kind, text.len() - failure.rest.len())
        }
        // Only the streaming rules of nom say this and none is used.
        Err::Incomplete(_) => AddressError::new(AddressErrorKind::Trailing, text.len()),
    }
}

/// A complete domain followed by a character that looks like one of a domain is a domain with a bad character.
fn trailing_kind(rest: &str) -> AddressErrorKind {
    match rest.chars().next() {
        Some(c) if !c.is_ascii() => AddressErrorKind::Domain,
        Some(_) | None => AddressErrorKind::Trailing,
    }
}

/// `Path = "<" [ A-d-l ":" ] Mailbox ">"`, the route dropped.
pub(crate) fn path(text: &str) -> Parsed<'_, Mailbox> {
    let (inner, _) = named(AddressErrorKind::Bracket, char('<'))(text)?;
    let (inner, _) = opt(source_route).parse(inner)?;
    let (rest, mailbox) = mailbox(inner)?;
    let (rest, _) = named(AddressErrorKind::Bracket, char('>'))(rest)?;
    Ok((rest, mailbox))
}

/// `A-d-l ":"` with `A-d-l = At-domain *( "," At-domain )`.
fn source_route(text: &str) -> Parsed<'_, ()> {
    let (rest, _) = char('@')(text)?;
    let (rest, _) = domain(rest)?;
    let (rest, _) = many0_count(preceded((char(','), char('@')), domain)).parse(rest)?;
    let (rest, _) = named(AddressErrorKind::Bracket, char(':'))(rest)?;
    Ok((rest, ()))
}

/// `Mailbox = Local-part "@" ( Domain / address-literal )`
pub(crate) fn mailbox(text: &str) -> Parsed<'_, Mailbox> {
    let (rest, local_part) = local_part(text)?;
    let kind = match rest.chars().next() {
        // The quoted string is over, or nothing follows: the local part is fine and the @ is what lacks.
        None => AddressErrorKind::MissingAt,
        Some(_) if text.starts_with('"') => AddressErrorKind::MissingAt,
        Some(_) => AddressErrorKind::LocalPart,
    };
    let (rest, _) = named(kind, char('@'))(rest)?;
    let (rest, domain) = domain(rest)?;
    let mailbox = Mailbox::new(local_part, domain).map_err(|error| {
        Err::Failure(Failure {
            rest: text.get(error.offset()..).unwrap_or(rest),
            kind: error.kind(),
        })
    })?;
    Ok((rest, mailbox))
}

/// `Local-part = Dot-string / Quoted-string`
pub(crate) fn local_part(text: &str) -> Parsed<'_, LocalPart> {
    let (rest, meaning) = if text.starts_with('"') {
        quoted_string(text)?
    } else {
        dot_string(text)?
    };
    let local_part = LocalPart::new(meaning).map_err(|error| {
        Err::Failure(Failure {
            rest: text,
            kind: error.kind(),
        })
    })?;
    Ok((rest, local_part))
}

/// `Dot-string = Atom *("." Atom)`; a dot always wants an atom behind it, so that `a..b` fails where it is wrong.
fn dot_string(text: &str) -> Parsed<'_, String> {
    let atom = || named(AddressErrorKind::LocalPart, take_while1(is_atext));
    let (rest, string) =
        recognize((atom(), many0_count(preceded(char('.'), atom())))).parse(text)?;
    Ok((rest, String::from(string)))
}

/// `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`, without quotes and backslashes.
fn quoted_string(text: &str) -> Parsed<'_, String> {
    let quoted_pair = preceded(
        char('\\'),
        named(
            AddressErrorKind::QuotedString,
            recognize(satisfy(|c| c == ' ' || c.is_ascii_graphic())),
        ),
    );
    let (rest, _) = char('"')(text)?;
    let (rest, meaning) = fold_many0(
        alt((is_not("\"\\"), quoted_pair)),
        String::new,
        |mut meaning: String, run: &str| {
            meaning.push_str(run);
            meaning
        },
    )
    .parse(rest)?;
    let (rest, _) = named(AddressErrorKind::QuotedString, char('"'))(rest)?;
    Ok((rest, meaning))
}

/// `Domain / address-literal`
pub(crate) fn domain(text: &str) -> Parsed<'_, Domain> {
    if text.starts_with('[') {
        let (rest, literal) = address_literal(text)?;
        Ok((rest, Domain::Literal(literal)))
    } else {
        let (rest, name) = domain_name(text)?;
        Ok((rest, Domain::Name(name)))
    }
}

/// `Domain = sub-domain *("." sub-domain)`
pub(crate) fn domain_name(text: &str) -> Parsed<'_, DomainName> {
    let (rest, name) =
        recognize((sub_domain, many0_count(preceded(char('.'), sub_domain)))).parse(text)?;
    Ok((rest, constructed(text, DomainName::checked(name))?))
}

/// `sub-domain = Let-dig [Ldh-str] / U-label`
fn sub_domain(text: &str) -> Parsed<'_, &str> {
    let (rest, label) = named(AddressErrorKind::Domain, take_while1(is_label))(text)?;
    if label.starts_with('-') {
        return fail(text, AddressErrorKind::Domain);
    }
    if let Some(inner) = label.strip_suffix('-') {
        return fail(
            text.get(inner.len()..).unwrap_or(rest),
            AddressErrorKind::Domain,
        );
    }
    Ok((rest, label))
}

/// `address-literal = "[" ( IPv4 / "IPv6:" IPv6 / General ) "]"`
pub(crate) fn address_literal(text: &str) -> Parsed<'_, AddressLiteral> {
    let (inner, _) = named(AddressErrorKind::Literal, char('['))(text)?;
    let (rest, content) = take_while(is_literal)(inner)?;
    let (rest, _) = named(AddressErrorKind::Literal, char(']'))(rest)?;
    // A literal stands in the place of a domain, and has its limit (RFC 5321 4.5.3.1.2).
    if content.len() + "[]".len() > DomainName::MAX {
        return fail(text, AddressErrorKind::DomainTooLong);
    }
    match literal_content(content) {
        Some(literal) => Ok((rest, literal)),
        None => fail(inner, AddressErrorKind::Literal),
    }
}

fn literal_content(content: &str) -> Option<AddressLiteral> {
    let Some((tag, value)) = content.split_once(':') else {
        return content.parse::<Ipv4Addr>().ok().map(AddressLiteral::V4);
    };
    if tag.eq_ignore_ascii_case("IPv6") {
        return value.parse::<Ipv6Addr>().ok().map(AddressLiteral::V6);
    }
    // A hexadecimal first group would make an untagged IPv6 address look like a tag of its own.
    let tag_like = tag.ends_with(|c: char| c.is_ascii_alphanumeric())
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && content.parse::<Ipv6Addr>().is_err();
    (tag_like && !value.is_empty())
        .then(|| AddressLiteral::General(GeneralLiteral::checked(tag, value)))
}

/// `atext` of RFC 5322 3.2.3, and UTF-8.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(c)
        || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
}

/// `dcontent`, any printable but `[`, `]` and backslash.
fn is_literal(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '[' | ']' | '\\')
}

/// A character of a label: letters, digits, hyphen, or UTF-8 that cannot be taken for a dot, a blank, ASCII of
/// another width or nothing.
fn is_label(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '-';
    }
    !c.is_control()
        && !c.is_whitespace()
        && !matches!(c,
            '\u{3002}' | '\u{ff00}'..='\u{ffef}'      // dots and letters of other widths, mapped to ASCII by IDNA
            | '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}'             // invisible
            | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // direction
            | '\u{fff0}'..='\u{ffff}' | '\u{2024}' | '\u{fe52}')
}
