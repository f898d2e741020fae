//! Commands of SMTP: what a client writes and a server reads (RFC 5321 4.1).
//!
//! ```text
//!  client                                              server
//!  encode_mail(&mut out, &path, &parameters)           parse(line) -> Command::Mail { .. }
//!  Command::encode(&mut out)     MAIL FROM:<...> ...   or a CommandError that knows its reply
//! ```
//!
//! Every part of a [`Command`] is a type that was checked when it was made, so what is encoded is always exactly one
//! line. The `encode_…` functions write from references, for a client that keeps its envelope.
//!
//! ```
//! use posthaste_proto::command::{self, Body, Command, MailParameters};
//!
//! let parameters = MailParameters::new().with_size(1200).with_body(Body::EightBitMime);
//! let mut out = Vec::new();
//! command::encode_mail(&mut out, &"ann@example.org".parse()?, &parameters);
//! assert_eq!(out, b"MAIL FROM:<ann@example.org> SIZE=1200 BODY=8BITMIME\r\n");
//!
//! let Ok(Command::Mail { reverse_path, parameters: read }) = command::parse(&out) else { panic!() };
//! assert_eq!(reverse_path.to_string(), "ann@example.org");
//! assert_eq!(read, parameters);
//! # Ok::<(), posthaste_proto::address::AddressError>(())
//! ```

use alloc::vec::Vec;

use crate::Secret;
use crate::address::{ForwardPath, ReversePath};

mod argument;
mod encode;
mod error;
pub mod parameter;
mod parser;

pub use argument::{Argument, ArgumentError, MechanismName};
pub use encode::{
    encode_auth, encode_auth_cancel, encode_auth_response, encode_bdat, encode_data, encode_ehlo,
    encode_helo, encode_lhlo, encode_mail, encode_noop, encode_quit, encode_rcpt, encode_rset,
    encode_starttls,
};
pub use error::{CommandError, CommandErrorKind};
pub use parameter::{
    Body, DeliverBy, EnvelopeId, FutureRelease, HoldFor, Keyword, MailParameters, Notify,
    OriginalRecipient, Parameter, ParameterError, Priority, RcptParameters, Return, Submitter,
    UtcTime, Value, ValueError, Xtext,
};
pub use parser::{MAX_AUTH_LINE, MAX_LINE, parse, parse_auth_response};

/// One command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// `EHLO name`. Servers get odd names, so this is any printable text; a client passes its `ClientName`.
    Ehlo(Argument),
    /// `HELO name`
    Helo(Argument),
    /// `LHLO name` (RFC 2033)
    Lhlo(Argument),
    /// `MAIL FROM:<path> parameters`
    Mail {
        /// Where reports of failure go.
        reverse_path: ReversePath,
        /// What follows the path.
        parameters: MailParameters,
    },
    /// `RCPT TO:<path> parameters`
    Rcpt {
        /// The recipient.
        forward_path: ForwardPath,
        /// What follows the path.
        parameters: RcptParameters,
    },
    /// `DATA`
    Data,
    /// `BDAT size [LAST]` (RFC 3030 2); `size` octets follow behind the line end.
    Bdat {
        /// Octets of the chunk.
        size: u64,
        /// Whether it is the last chunk of the message.
        last: bool,
    },
    /// `RSET`
    Rset,
    /// `NOOP [text]`
    Noop(Option<Argument>),
    /// `QUIT`
    Quit,
    /// `VRFY text`
    Vrfy(Argument),
    /// `EXPN text`
    Expn(Argument),
    /// `HELP [text]`
    Help(Option<Argument>),
    /// `STARTTLS` (RFC 3207)
    StartTls,
    /// `AUTH mechanism [initial-response]` (RFC 4954 4)
    Auth {
        /// The SASL mechanism.
        mechanism: MechanismName,
        /// The initial response, base64 removed. Empty is different from none: it is sent as `=`.
        initial_response: Option<Secret>,
    },
}

impl Command {
    /// Appends the command line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Ehlo(name) => encode::encode_with(out, "EHLO", name),
            Self::Helo(name) => encode::encode_with(out, "HELO", name),
            Self::Lhlo(name) => encode::encode_with(out, "LHLO", name),
            Self::Mail {
                reverse_path,
                parameters,
            } => encode_mail(out, reverse_path, parameters),
            Self::Rcpt {
                forward_path,
                parameters,
            } => encode_rcpt(out, forward_path, parameters),
            Self::Data => encode_data(out),
            Self::Bdat { size, last } => encode_bdat(out, *size, *last),
            Self::Rset => encode_rset(out),
            Self::Noop(None) => encode_noop(out),
            Self::Noop(Some(text)) => encode::encode_with(out, "NOOP", text),
            Self::Quit => encode_quit(out),
            Self::Vrfy(text) => encode::encode_with(out, "VRFY", text),
            Self::Expn(text) => encode::encode_with(out, "EXPN", text),
            Self::Help(None) => out.extend_from_slice(b"HELP\r\n"),
            Self::Help(Some(text)) => encode::encode_with(out, "HELP", text),
            Self::StartTls => encode_starttls(out),
            Self::Auth {
                mechanism,
                initial_response,
            } => encode_auth(out, mechanism, initial_response.as_ref()),
        }
    }
}

#[cfg(test)]
mod strategy;

#[cfg(test)]
mod tests {
    use super::strategy::command;
    use super::*;
    use alloc::format;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_parses_back(command in command()) {
            let mut line = Vec::new();
            command.encode(&mut line);
            prop_assert!(line.ends_with(b"\r\n"));
            prop_assert!(!line[..line.len() - 2].iter().any(|b| b.is_ascii_control()));
            prop_assert_eq!(parse(&line).unwrap(), command.clone());
            prop_assert_eq!(parse(&line[..line.len() - 2]).unwrap(), command);
        }

        #[test]
        fn case_and_trailing_blanks_do_not_matter(command in command()) {
            let mut line = Vec::new();
            command.encode(&mut line);
            let verb = line.iter().position(|b| !b.is_ascii_alphabetic()).unwrap();
            line[..verb].make_ascii_lowercase();
            line.truncate(line.len() - 2);
            line.extend_from_slice(b" \t ");
            prop_assert_eq!(parse(&line).unwrap(), command);
        }

        #[test]
        fn any_octets_give_a_command_or_a_reply(line in prop::collection::vec(any::<u8>(), 0..80)) {
            match parse(&line) {
                Ok(command) => {
                    let mut again = Vec::new();
                    command.encode(&mut again);
                    prop_assert_eq!(parse(&again).unwrap(), command);
                }
                Err(error) => {
                    prop_assert!((500..=599).contains(&error.code()));
                    prop_assert!(error.offset() <= line.len());
                }
            }
        }

        #[test]
        fn any_mail_line_gives_one_that_encodes_to_the_same(tail in "[ :<>@a-z=.\"\\\\A-Z0-9é]{0,40}") {
            if let Ok(command) = parse(format!("MAIL FROM:{tail}").as_bytes()) {
                let mut again = Vec::new();
                command.encode(&mut again);
                prop_assert_eq!(parse(&again).unwrap(), command);
            }
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let command = parse(b"AUTH PLAIN AGFubgBodW50ZXIy").unwrap();
        let Command::Auth {
            initial_response: Some(response),
            ..
        } = &command
        else {
            panic!()
        };
        assert_eq!(response.expose(), b"\0ann\0hunter2");
        assert!(!format!("{command:?}").contains("hunter"));
        let error = parse(b"AUTH PLAIN hunter2!").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter"));
        assert_eq!(
            error.to_string(),
            "501 5.5.2 the response is not base64 (at octet 11)"
        );
    }
}
