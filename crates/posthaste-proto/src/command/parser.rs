//! The server's side: a line becomes a [`Command`].

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nom::bytes::complete::{tag_no_case, take_till, take_while};
use nom::character::complete::{char, digit1, space0, space1};
use nom::combinator::{map_res, opt};
use nom::error::Error;
use nom::sequence::preceded;
use nom::{IResult, Parser as _};

use super::parameter::{Keyword, MailParameters, Parameter, ParameterError, RcptParameters, Value};
use super::{
    Argument, ArgumentError, Command, CommandError, CommandErrorKind as Kind, MechanismName,
};
use crate::Secret;
use crate::address::{AddressError, path};

/// The longest line of a command other than AUTH, with CRLF: 512 (RFC 5321 4.5.3.1.4) and what extensions add to
/// MAIL and RCPT, with room to spare.
pub const MAX_LINE: usize = 2048;

/// The longest AUTH line or response, with CRLF (RFC 4954 4).
pub const MAX_AUTH_LINE: usize = 12_288;

/// Reads one command line, with or without its CRLF.
///
/// Verbs and keywords have no case. Blanks at the end of the line and, as some clients send them, before a path are
/// tolerated; a path without angle brackets is not.
///
/// # Errors
///
/// With the reply that a server gives.
///
/// ```
/// use posthaste_proto::command::{self, Command};
///
/// assert_eq!(command::parse(b"data\r\n"), Ok(Command::Data));
/// assert_eq!(command::parse(b"FROBNICATE").unwrap_err().code(), 500);
/// ```
pub fn parse(line: &[u8]) -> Result<Command, CommandError> {
    let content = line.strip_suffix(b"\r\n").unwrap_or(line);
    let is_auth = content
        .get(..5)
        .is_some_and(|head| head.eq_ignore_ascii_case(b"AUTH "));
    let limit = if is_auth { MAX_AUTH_LINE } else { MAX_LINE };
    if content.len() + 2 > limit {
        return Err(CommandError::new(Kind::LineTooLong, limit - 2));
    }
    let text = match core::str::from_utf8(content) {
        Ok(text) => text.trim_end_matches([' ', '\t']),
        Err(error) => return Err(CommandError::new(Kind::NotText, error.valid_up_to())),
    };
    let line = Line(text);
    if let Some(offset) = text.find(|c: char| c.is_control() && c != '\t') {
        return Err(line.error_at(Kind::NotText, offset));
    }
    let (rest, verb) = verb(text).map_err(|_| line.error_at(Kind::UnknownCommand, 0))?;
    line.command(verb, rest)
}

/// Reads a response to a 334 challenge, with or without its CRLF. `None` is the line that cancels, `*`.
///
/// # Errors
///
/// When it is too long or not base64.
pub fn parse_auth_response(line: &[u8]) -> Result<Option<Secret>, CommandError> {
    let content = line.strip_suffix(b"\r\n").unwrap_or(line);
    if content.len() + 2 > MAX_AUTH_LINE {
        return Err(CommandError::new(Kind::LineTooLong, MAX_AUTH_LINE - 2));
    }
    if content == b"*" {
        Ok(None)
    } else {
        base64(content)
            .map(Some)
            .ok_or(CommandError::new(Kind::Base64, 0))
    }
}

type Parsed<'a, T> = IResult<&'a str, T, Error<&'a str>>;

/// A line, for offsets into it. Whatever is passed to its methods is a tail of it.
#[derive(Clone, Copy)]
struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    fn error(self, kind: Kind, rest: &str) -> CommandError {
        self.error_at(kind, self.0.len() - rest.len())
    }

    fn error_at(self, kind: Kind, offset: usize) -> CommandError {
        CommandError::new(kind, offset)
    }

    fn command(self, verb: &str, rest: &'a str) -> Result<Command, CommandError> {
        // The longest verb is STARTTLS; anything longer is none of ours.
        let mut upper = [0; 8];
        let Some(upper) = upper.get_mut(..verb.len()) else {
            return Err(self.error_at(Kind::UnknownCommand, 0));
        };
        upper.copy_from_slice(verb.as_bytes());
        upper.make_ascii_uppercase();
        match &*upper {
            b"EHLO" => self.argument(rest).map(Command::Ehlo),
            b"HELO" => self.argument(rest).map(Command::Helo),
            b"LHLO" => self.argument(rest).map(Command::Lhlo),
            b"MAIL" => self.mail(rest),
            b"RCPT" => self.rcpt(rest),
            b"DATA" => self.alone(rest, Command::Data),
            b"BDAT" => self.bdat(rest),
            b"RSET" => self.alone(rest, Command::Rset),
            b"NOOP" => self.optional_argument(rest).map(Command::Noop),
            b"QUIT" => self.alone(rest, Command::Quit),
            b"VRFY" => self.argument(rest).map(Command::Vrfy),
            b"EXPN" => self.argument(rest).map(Command::Expn),
            b"HELP" => self.optional_argument(rest).map(Command::Help),
            b"STARTTLS" => self.alone(rest, Command::StartTls),
            b"AUTH" => self.auth(rest),
            _ => Err(self.error_at(Kind::UnknownCommand, 0)),
        }
    }

    fn alone(self, rest: &str, command: Command) -> Result<Command, CommandError> {
        if rest.is_empty() {
            Ok(command)
        } else {
            Err(self.error(Kind::UnexpectedArgument, rest))
        }
    }

    fn argument(self, rest: &str) -> Result<Argument, CommandError> {
        self.optional_argument(rest)?
            .ok_or_else(|| self.error(Kind::MissingArgument, rest))
    }

    fn optional_argument(self, rest: &str) -> Result<Option<Argument>, CommandError> {
        let text = rest.trim_start_matches([' ', '\t']);
        if text.is_empty() {
            return Ok(None);
        }
        Argument::new(text).map(Some).map_err(|error| {
            let kind = match error {
                ArgumentError::TooLong => Kind::LineTooLong,
                ArgumentError::Empty | ArgumentError::Character { .. } => Kind::NotText,
            };
            self.error_at(kind, self.0.len() - text.len() + error.offset())
        })
    }

    fn mail(self, rest: &'a str) -> Result<Command, CommandError> {
        let at_path = self.path_behind("FROM", rest)?;
        let (mut rest, reverse_path) = path::reverse_path(at_path)
            .map_err(|error| self.path_error(Kind::ReversePath, at_path, error))?;
        let mut parameters = MailParameters::new();
        while let Some((tail, parameter)) = self.parameter(rest)? {
            parameters
                .read(parameter)
                .map_err(|error| self.wrong(error, rest))?;
            rest = tail;
        }
        Ok(Command::Mail {
            reverse_path,
            parameters,
        })
    }

    fn rcpt(self, rest: &'a str) -> Result<Command, CommandError> {
        let at_path = self.path_behind("TO", rest)?;
        let (mut rest, forward_path) = path::forward_path(at_path)
            .map_err(|error| self.path_error(Kind::ForwardPath, at_path, error))?;
        let mut parameters = RcptParameters::new();
        while let Some((tail, parameter)) = self.parameter(rest)? {
            parameters
                .read(parameter)
                .map_err(|error| self.wrong(error, rest))?;
            rest = tail;
        }
        Ok(Command::Rcpt {
            forward_path,
            parameters,
        })
    }

    /// `FROM:` or `TO:` with the blanks that some clients put around it.
    fn path_behind(self, word: &'static str, rest: &'a str) -> Result<&'a str, CommandError> {
        let mut rule = (
            space1::<_, Error<&str>>,
            tag_no_case(word),
            space0,
            char(':'),
            space0,
        );
        match rule.parse(rest) {
            Ok((at_path, _)) if at_path.is_empty() => {
                Err(self.error(Kind::MissingArgument, at_path))
            }
            Ok((at_path, _)) => Ok(at_path),
            Err(_) => Err(self.error(Kind::MissingArgument, rest)),
        }
    }

    fn path_error(
        self,
        kind: fn(AddressError) -> Kind,
        at_path: &str,
        error: AddressError,
    ) -> CommandError {
        let error = error.behind(self.0.len() - at_path.len());
        CommandError::new(kind(error), error.offset())
    }

    /// The next parameter and what follows it; `None` at the end of the line.
    fn parameter(self, rest: &'a str) -> Result<Option<(&'a str, Parameter)>, CommandError> {
        if rest.is_empty() {
            return Ok(None);
        }
        match parameter(rest) {
            Ok((tail, parameter)) if tail.is_empty() || tail.starts_with(' ') => {
                Ok(Some((tail, parameter)))
            }
            Ok(_) | Err(_) => Err(self.error(Kind::Parameter, rest.trim_start_matches(' '))),
        }
    }

    fn wrong(self, error: ParameterError, rest: &str) -> CommandError {
        let kind = match error {
            ParameterError::Duplicate => Kind::DuplicateParameter,
            ParameterError::Keyword | ParameterError::Value | ParameterError::Known => {
                Kind::Parameter
            }
        };
        self.error(kind, rest.trim_start_matches(' '))
    }

    fn bdat(self, rest: &str) -> Result<Command, CommandError> {
        let digits = map_res(digit1::<&str, Error<&str>>, str::parse::<u64>);
        let mut rule = (
            preceded(space1, digits),
            opt(preceded(space1, tag_no_case("LAST"))),
        );
        match rule.parse(rest) {
            Ok(("", (size, last))) => Ok(Command::Bdat {
                size,
                last: last.is_some(),
            }),
            Ok((tail, _)) => Err(self.error(Kind::UnexpectedArgument, tail)),
            Err(_) if rest.is_empty() => Err(self.error(Kind::MissingArgument, rest)),
            Err(_) => Err(self.error(Kind::Argument, rest)),
        }
    }

    fn auth(self, rest: &str) -> Result<Command, CommandError> {
        let name = rest.trim_start_matches(' ');
        if name.is_empty() {
            return Err(self.error(Kind::MissingArgument, name));
        }
        let (name, response) = match name.split_once(' ') {
            Some((name, response)) => (name, Some(response.trim_start_matches(' '))),
            None => (name, None),
        };
        let mechanism = MechanismName::new(name)
            .map_err(|_| self.error(Kind::Argument, rest.trim_start_matches(' ')))?;
        let initial_response = match response {
            None => None,
            Some("=") => Some(Secret::new(Vec::new())),
            Some(response) => Some(
                base64(response.as_bytes()).ok_or_else(|| self.error(Kind::Base64, response))?,
            ),
        };
        Ok(Command::Auth {
            mechanism,
            initial_response,
        })
    }
}

/// The verb: all up to the first blank, at least one character.
fn verb(text: &str) -> Parsed<'_, &str> {
    let (rest, verb) = take_till(|c| c == ' ' || c == '\t')(text)?;
    if verb.is_empty() {
        Err(nom::Err::Error(Error::new(
            text,
            nom::error::ErrorKind::Alpha,
        )))
    } else {
        Ok((rest, verb))
    }
}

/// `SP esmtp-keyword ["=" esmtp-value]`
fn parameter(text: &str) -> Parsed<'_, Parameter> {
    let is_keyword = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let keyword = map_res(take_while(is_keyword), Keyword::new);
    let value = map_res(take_till(|c: char| c == '=' || c == ' '), Value::new);
    let (rest, (keyword, value)) =
        preceded(space1, (keyword, opt(preceded(char('='), value)))).parse(text)?;
    Ok((rest, Parameter::new(keyword, value)))
}

fn base64(text: &[u8]) -> Option<Secret> {
    // Decoded into the vector that becomes the secret; the decoder makes no other copy.
    STANDARD.decode(text).ok().map(Secret::new)
}

#[cfg(test)]
mod tests;
