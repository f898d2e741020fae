use core::error::Error;
use core::fmt;

use crate::address::AddressError;

/// Why a line is no command, and the reply a server gives for it.
///
/// Nothing of the line is kept: it may hold a password.
///
/// ```
/// let error = posthaste_proto::command::parse(b"MAIL FROM:ann@example.org").unwrap_err();
/// assert_eq!((error.code(), error.enhanced()), (501, "5.1.7"));
/// assert_eq!(error.offset(), 10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandError {
    kind: CommandErrorKind,
    offset: usize,
}

impl CommandError {
    pub(super) const fn new(kind: CommandErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> CommandErrorKind {
        self.kind
    }

    /// The octet of the line where the trouble begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The reply code (RFC 5321 4.2.3).
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.kind.code()
    }

    /// The enhanced status code (RFC 3463, RFC 4954 6).
    #[must_use]
    pub const fn enhanced(&self) -> &'static str {
        self.kind.enhanced()
    }
}

/// The kinds of [`CommandError`]. Each knows its reply, also for a server that finds the fault by itself, as with
/// a parameter of an extension it did not offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandErrorKind {
    /// The verb is unknown, or there is none.
    UnknownCommand,
    /// The line is longer than a command may be.
    LineTooLong,
    /// The line has a control character, a bare CR or LF, or octets that are not UTF-8.
    NotText,
    /// An argument is missing.
    MissingArgument,
    /// The command takes no argument, or fewer.
    UnexpectedArgument,
    /// An argument is not what the command takes.
    Argument,
    /// The reverse-path is wrong.
    ReversePath(AddressError),
    /// The forward-path is wrong.
    ForwardPath(AddressError),
    /// A parameter is not `keyword` or `keyword=value`, or its value is not one of its keyword's.
    Parameter,
    /// A parameter is there twice.
    DuplicateParameter,
    /// A parameter belongs to no extension that the server offered. [`parse`](super::parse) keeps unknown parameters
    /// and leaves this to the server.
    UnknownParameter,
    /// The initial response is not base64.
    Base64,
}

impl CommandErrorKind {
    /// The reply code (RFC 5321 4.2.3).
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::UnknownCommand | Self::LineTooLong => 500,
            Self::NotText
            | Self::MissingArgument
            | Self::UnexpectedArgument
            | Self::Argument
            | Self::ReversePath(_)
            | Self::ForwardPath(_)
            | Self::Parameter
            | Self::DuplicateParameter
            | Self::Base64 => 501,
            Self::UnknownParameter => 555,
        }
    }

    /// The enhanced status code (RFC 3463, RFC 4954 6).
    #[must_use]
    pub const fn enhanced(self) -> &'static str {
        match self {
            Self::UnknownCommand => "5.5.1",
            Self::LineTooLong | Self::NotText | Self::Base64 => "5.5.2",
            Self::MissingArgument
            | Self::UnexpectedArgument
            | Self::Argument
            | Self::Parameter
            | Self::DuplicateParameter
            | Self::UnknownParameter => "5.5.4",
            Self::ReversePath(_) => "5.1.7",
            Self::ForwardPath(_) => "5.1.3",
        }
    }
}

/// The text for the reply: the fault and what to send instead.
impl fmt::Display for CommandErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownCommand => "unknown command",
            Self::LineTooLong => "the line is too long",
            Self::NotText => "the line has a control character or is not UTF-8",
            Self::MissingArgument => "an argument is missing",
            Self::UnexpectedArgument => "the command takes no such argument",
            Self::Argument => "the argument is not one the command takes",
            Self::ReversePath(error) => return write!(f, "bad sender: {}", error.kind()),
            Self::ForwardPath(error) => return write!(f, "bad recipient: {}", error.kind()),
            Self::Parameter => "bad parameter: send keyword or keyword=value",
            Self::DuplicateParameter => "a parameter is there twice",
            Self::UnknownParameter => "unknown parameter",
            Self::Base64 => "the response is not base64",
        })
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} (at octet {})",
            self.code(),
            self.enhanced(),
            self.kind,
            self.offset
        )
    }
}

impl Error for CommandError {}
