//! From the cause that ended a session or a message to the one error. Pure.

use std::io;

use posthaste_proto::error::{AuthFailure, Cause, LocalRefusal, OverLimit, TlsFailure};
use posthaste_proto::reply::Reply;
use posthaste_proto::session;

use super::{Context, Error, Kind, Retry, Stage};
use crate::stream::TlsErrorKind;

impl Context<'_> {
    /// Without hint and server.
    pub(super) fn of(&self, cause: &Cause) -> Error {
        let says = cause.to_string();
        match cause {
            Cause::Cancelled => {
                Error::new(Kind::Input, "cancelled", Stage::Input, says).with_retry(Retry::Safe)
            }
            Cause::NotStarted => Error::new(Kind::Connection, "not-started", Stage::Mail, says)
                .with_retry(Retry::Safe),
            Cause::SourceFailed => {
                let why = self
                    .source
                    .map(|error| format!(": {error}"))
                    .unwrap_or_default();
                Error::new(
                    Kind::Input,
                    "source-failed",
                    Stage::Content,
                    format!("the content could not be read{why}"),
                )
            }
            Cause::BareLineBreak(_) => {
                Error::new(Kind::Input, "bare-line-break", Stage::Content, says)
            }
            Cause::WrongSize { .. } => Error::new(Kind::Input, "wrong-size", Stage::Content, says),
            Cause::LocalRefusal(refusal) => local(*refusal, says),
            // Decided here, from what the server said before; a further session may take it.
            Cause::OverLimit(limit) => {
                let stage = match limit {
                    OverLimit::Messages(_) => Stage::Mail,
                    // RCPTMAX and RCPTDOMAINMAX, and what is younger than this table.
                    OverLimit::Recipients(_) | OverLimit::Domains(_) | _ => Stage::Rcpt,
                };
                Error::new(Kind::Rejected, "over-limit", stage, says).with_retry(Retry::Safe)
            }
            Cause::RecipientPolicy => Error::new(Kind::Rejected, "all-or-none", Stage::Rcpt, says),
            Cause::Refused { stage, reply } => refused(*stage, reply),
            Cause::Closed { stage, unfinished } => {
                let tls = unfinished
                    .as_ref()
                    .is_some_and(|unfinished| is_tls(unfinished.octets().first().copied()));
                self.closed(*stage, says, tls)
            }
            Cause::TimedOut {
                stage: session::Stage::Greeting,
                ..
            } if self.heard_tls => Error::wrong_mode(),
            Cause::TimedOut { stage, timer } => {
                Error::new(Kind::Timeout, timer.to_string(), place(*stage), says)
                    .with_retry(Retry::Safe)
            }
            Cause::Protocol {
                stage: session::Stage::Greeting,
                ..
            } if self.heard_tls => Error::wrong_mode(),
            Cause::Protocol { stage, error } => {
                Error::new(Kind::Protocol, protocol(error), place(*stage), says)
            }
            Cause::Tls(TlsFailure::NotOffered) => {
                Error::new(Kind::Tls, "not-offered", Stage::StartTls, says)
            }
            Cause::Tls(failure) => self.handshake(failure),
            Cause::Auth(failure) => auth(failure, says),
            Cause::WrongEnvelope => {
                Error::new(Kind::Protocol, "wrong-envelope", Stage::EndOfData, says)
            }
            // A cause that is younger than this table.
            _ => Error::new(Kind::Protocol, "unknown", Stage::Mail, says),
        }
    }

    fn closed(&self, stage: session::Stage, says: String, tls: bool) -> Error {
        if stage == session::Stage::Greeting && (tls || self.heard_tls) {
            return Error::wrong_mode();
        }
        let reset = self
            .io
            .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionReset);
        let (reason, says) = match self.io {
            Some(error) if reset => ("reset", format!("{says} ({error})")),
            Some(error) => ("broken", format!("{says} ({error})")),
            None => ("closed", says),
        };
        let kind = if stage == session::Stage::Tls {
            Kind::Tls
        } else {
            Kind::Connection
        };
        Error::new(kind, reason, place(stage), says).with_retry(Retry::Safe)
    }

    fn handshake(&self, failure: &TlsFailure) -> Error {
        let Some(tls) = self.tls else {
            return Error::new(Kind::Tls, "handshake", Stage::Tls, failure.to_string());
        };
        let ours = matches!(
            tls.kind(),
            TlsErrorKind::NoRoots | TlsErrorKind::Unsupported
        );
        let kind = if ours { Kind::Config } else { Kind::Tls };
        let retry = if tls.kind() == TlsErrorKind::Closed {
            Retry::Safe
        } else {
            Retry::Never
        };
        Error::new(kind, tls.kind().as_str(), Stage::Tls, tls.to_string()).with_retry(retry)
    }
}

/// The first octet of a TLS record: an alert, or a handshake message.
pub(crate) fn is_tls(first: Option<u8>) -> bool {
    matches!(first, Some(0x15 | 0x16))
}

impl Error {
    /// The server waits for TLS where it was to speak first, or answered plain text with it.
    pub(crate) fn wrong_mode() -> Self {
        let message = "the server expects TLS from the first octet, but was spoken to in plain text (STARTTLS)";
        Self::new(Kind::Tls, "wrong-mode", Stage::Greeting, message)
    }
}

fn refused(stage: session::Stage, reply: &Reply) -> Error {
    let kind = if reply.code() == 421 {
        Kind::Rejected
    } else if stage == session::Stage::Auth {
        Kind::Auth
    } else if stage == session::Stage::StartTls {
        Kind::Tls
    } else {
        Kind::Rejected
    };
    rejected(stage, reply).with_kind(kind)
}

pub(super) fn rejected(stage: session::Stage, reply: &Reply) -> Error {
    let place = place(stage);
    let what = match place {
        Stage::Greeting | Stage::Input | Stage::Resolve | Stage::Connect | Stage::Tls => {
            "the server refused service"
        }
        Stage::Ehlo => "the server refused the first command (EHLO, LHLO in LMTP)",
        Stage::StartTls => "the server refused STARTTLS",
        Stage::Auth => "authentication failed",
        Stage::Mail => "the sender was refused",
        Stage::Rcpt => "the recipient was refused",
        Stage::Data | Stage::Content | Stage::EndOfData => "the message was refused",
        Stage::Quit => "the server refused QUIT",
    };
    let what = if reply.code() == 421 {
        "the server ended the session"
    } else {
        what
    };
    let retry = if reply.is_transient() {
        Retry::Safe
    } else {
        Retry::Never
    };
    Error::new(Kind::Rejected, "refused", place, format!("{what}: {reply}"))
        .with_reply(reply.clone())
        .with_retry(retry)
}

fn local(refusal: LocalRefusal, says: String) -> Error {
    match refusal {
        LocalRefusal::TooLarge { .. } => Error::new(Kind::Rejected, "too-large", Stage::Mail, says),
        LocalRefusal::NeedsSmtpUtf8 => Error::new(Kind::Input, "needs-smtputf8", Stage::Mail, says),
        LocalRefusal::NeedsEightBitMime => {
            Error::new(Kind::Input, "needs-8bitmime", Stage::Mail, says)
        }
        LocalRefusal::NeedsBinaryMime => {
            Error::new(Kind::Input, "needs-binarymime", Stage::Mail, says)
        }
        LocalRefusal::NotOffered(_)
        | LocalRefusal::OutsideLimits(_)
        | LocalRefusal::RequireTlsInClear
        | _ => Error::new(Kind::Input, "not-supported", Stage::Mail, says),
    }
}

fn auth(failure: &AuthFailure, says: String) -> Error {
    let reason = match failure {
        AuthFailure::NotOffered { .. } => "not-offered",
        AuthFailure::NoCommonMechanism(_) => "no-mechanism",
        AuthFailure::InClear => "in-clear",
        AuthFailure::Unencodable => "unencodable",
        AuthFailure::NeedsSaslPrep => "needs-saslprep",
        AuthFailure::NeedsEntropy => "needs-entropy",
        AuthFailure::TooLong => "too-long",
        AuthFailure::Declined => "declined",
        _ => "not-possible",
    };
    Error::new(Kind::Auth, reason, Stage::Auth, says)
}

fn protocol(error: &posthaste_proto::error::ProtocolError) -> &'static str {
    use posthaste_proto::error::ProtocolError;
    match error {
        ProtocolError::Reply(_) => "malformed-reply",
        ProtocolError::Unsolicited(_) => "unsolicited-reply",
        ProtocolError::WrongClass(_) => "wrong-class",
        ProtocolError::PlaintextAfterStartTls => "plaintext-after-starttls",
        ProtocolError::BadChallenge(_) => "bad-challenge",
        _ => "other",
    }
}

/// The session's stages in the words of errors. RSET and waiting go with MAIL, which comes next.
fn place(stage: session::Stage) -> Stage {
    match stage {
        session::Stage::Greeting => Stage::Greeting,
        session::Stage::Hello => Stage::Ehlo,
        session::Stage::StartTls => Stage::StartTls,
        session::Stage::Tls => Stage::Tls,
        session::Stage::Auth => Stage::Auth,
        session::Stage::Idle | session::Stage::Reset | session::Stage::Mail => Stage::Mail,
        session::Stage::Rcpt => Stage::Rcpt,
        session::Stage::Data => Stage::Data,
        session::Stage::Content => Stage::Content,
        session::Stage::EndOfData => Stage::EndOfData,
        session::Stage::Quit => Stage::Quit,
        _ => Stage::Mail,
    }
}

#[cfg(test)]
mod tests {
    use posthaste_proto::error::ProtocolError;
    use posthaste_proto::reply::{ReplyCode, ReplyError};
    use posthaste_proto::sasl::BadChallenge;
    use posthaste_proto::session::{Stage as At, Timer};

    use super::*;
    use crate::stream::TlsError;

    fn reply(code: u16, text: &str) -> Reply {
        Reply::new(ReplyCode::new(code).unwrap(), text)
    }

    fn words(error: &Error) -> (&str, &str, &str, Retry) {
        (
            error.kind().as_str(),
            error.reason(),
            error.stage().as_str(),
            error.retry(),
        )
    }

    #[test]
    fn every_cause_has_its_words() {
        use Retry::{Never, Safe};
        let context = Context::default();
        let refused = |stage, code| Cause::Refused {
            stage,
            reply: reply(code, "no"),
        };
        let closed = |stage| Cause::Closed {
            stage,
            unfinished: None,
        };
        let broken = |stage, error| Cause::Protocol { stage, error };
        for (cause, expected) in [
            (Cause::Cancelled, ("input", "cancelled", "input", Safe)),
            (
                Cause::NotStarted,
                ("connection", "not-started", "mail", Safe),
            ),
            (
                Cause::SourceFailed,
                ("input", "source-failed", "content", Never),
            ),
            (
                Cause::BareLineBreak(7),
                ("input", "bare-line-break", "content", Never),
            ),
            (
                Cause::WrongSize { said: 5, given: 6 },
                ("input", "wrong-size", "content", Never),
            ),
            (
                Cause::LocalRefusal(LocalRefusal::TooLarge { size: 2, limit: 1 }),
                ("rejected", "too-large", "mail", Never),
            ),
            (
                Cause::LocalRefusal(LocalRefusal::NeedsSmtpUtf8),
                ("input", "needs-smtputf8", "mail", Never),
            ),
            (
                Cause::LocalRefusal(LocalRefusal::NeedsEightBitMime),
                ("input", "needs-8bitmime", "mail", Never),
            ),
            (
                Cause::LocalRefusal(LocalRefusal::NeedsBinaryMime),
                ("input", "needs-binarymime", "mail", Never),
            ),
            (
                Cause::RecipientPolicy,
                ("rejected", "all-or-none", "rcpt", Never),
            ),
            (
                Cause::OverLimit(OverLimit::Recipients(1)),
                ("rejected", "over-limit", "rcpt", Safe),
            ),
            (
                Cause::OverLimit(OverLimit::Messages(1)),
                ("rejected", "over-limit", "mail", Safe),
            ),
            (
                Cause::LocalRefusal(LocalRefusal::RequireTlsInClear),
                ("input", "not-supported", "mail", Never),
            ),
            (
                refused(At::Greeting, 554),
                ("rejected", "refused", "greeting", Never),
            ),
            (
                refused(At::Hello, 450),
                ("rejected", "refused", "ehlo", Safe),
            ),
            (
                refused(At::StartTls, 454),
                ("tls", "refused", "starttls", Safe),
            ),
            (
                refused(At::StartTls, 421),
                ("rejected", "refused", "starttls", Safe),
            ),
            (refused(At::Auth, 535), ("auth", "refused", "auth", Never)),
            (refused(At::Auth, 454), ("auth", "refused", "auth", Safe)),
            (
                refused(At::Auth, 421),
                ("rejected", "refused", "auth", Safe),
            ),
            (
                refused(At::Reset, 421),
                ("rejected", "refused", "mail", Safe),
            ),
            (
                closed(At::Greeting),
                ("connection", "closed", "greeting", Safe),
            ),
            (closed(At::Tls), ("tls", "closed", "tls", Safe)),
            (
                closed(At::Content),
                ("connection", "closed", "content", Safe),
            ),
            (
                Cause::TimedOut {
                    stage: At::Hello,
                    timer: Timer::Hello,
                },
                ("timeout", "hello", "ehlo", Safe),
            ),
            (
                broken(At::Rcpt, ProtocolError::Unsolicited(reply(250, ""))),
                ("protocol", "unsolicited-reply", "rcpt", Never),
            ),
            (
                broken(At::Data, ProtocolError::WrongClass(reply(250, ""))),
                ("protocol", "wrong-class", "data", Never),
            ),
            (
                broken(At::StartTls, ProtocolError::PlaintextAfterStartTls),
                ("protocol", "plaintext-after-starttls", "starttls", Never),
            ),
            (
                broken(
                    At::Auth,
                    ProtocolError::BadChallenge(BadChallenge::OneTooMany),
                ),
                ("protocol", "bad-challenge", "auth", Never),
            ),
            (
                Cause::Tls(TlsFailure::NotOffered),
                ("tls", "not-offered", "starttls", Never),
            ),
            (
                Cause::Tls(TlsFailure::Handshake("x".to_owned())),
                ("tls", "handshake", "tls", Never),
            ),
            (
                Cause::Auth(AuthFailure::NotOffered { encrypted: true }),
                ("auth", "not-offered", "auth", Never),
            ),
            (
                Cause::Auth(AuthFailure::NoCommonMechanism("X".to_owned())),
                ("auth", "no-mechanism", "auth", Never),
            ),
            (
                Cause::Auth(AuthFailure::InClear),
                ("auth", "in-clear", "auth", Never),
            ),
            (
                Cause::Auth(AuthFailure::Unencodable),
                ("auth", "unencodable", "auth", Never),
            ),
            (
                Cause::Auth(AuthFailure::TooLong),
                ("auth", "too-long", "auth", Never),
            ),
            (
                Cause::Auth(AuthFailure::Declined),
                ("auth", "declined", "auth", Never),
            ),
            (
                Cause::WrongEnvelope,
                ("protocol", "wrong-envelope", "end-of-data", Never),
            ),
        ] {
            let error = context.error(&cause);
            assert_eq!(words(&error), expected, "{cause:?}");
            assert_eq!(
                error.reply().is_some(),
                matches!(cause, Cause::Refused { .. }),
                "{cause:?}"
            );
            assert!(!error.message().is_empty());
        }
    }

    #[test]
    fn what_the_transport_knows_is_finer() {
        let timed_out = Cause::TimedOut {
            stage: At::Greeting,
            timer: Timer::Greeting,
        };
        let heard = Context {
            heard_tls: true,
            ..Context::default()
        };
        assert_eq!(
            words(&heard.error(&timed_out)),
            ("tls", "wrong-mode", "greeting", Retry::Never)
        );
        let closed = Cause::Closed {
            stage: At::Greeting,
            unfinished: None,
        };
        assert_eq!(heard.error(&closed).reason(), "wrong-mode");
        let malformed = Cause::Protocol {
            stage: At::Greeting,
            error: ProtocolError::Reply(some_reply_error()),
        };
        assert_eq!(heard.error(&malformed).kind(), Kind::Tls);
        assert_eq!(
            words(&Context::default().error(&malformed)),
            ("protocol", "malformed-reply", "greeting", Retry::Never)
        );

        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        let context = Context {
            io: Some(&reset),
            ..Context::default()
        };
        assert_eq!(
            context
                .error(&Cause::Closed {
                    stage: At::Mail,
                    unfinished: None
                })
                .reason(),
            "reset"
        );

        let tls = TlsError::new(
            TlsErrorKind::Expired,
            "the certificate expired on 2020-01-01",
        );
        let context = Context {
            tls: Some(&tls),
            server: "h:25",
            ..Context::default()
        };
        let error = context.error(&Cause::Tls(TlsFailure::Handshake("x".to_owned())));
        assert_eq!(words(&error), ("tls", "expired", "tls", Retry::Never));
        assert_eq!(
            error.to_string(),
            "h:25: the certificate expired on 2020-01-01"
        );

        let tls = TlsError::new(TlsErrorKind::NoRoots, "nobody");
        let context = Context {
            tls: Some(&tls),
            ..Context::default()
        };
        assert_eq!(
            context
                .error(&Cause::Tls(TlsFailure::Handshake("x".to_owned())))
                .kind(),
            Kind::Config
        );
    }

    fn some_reply_error() -> ReplyError {
        let mut parser = posthaste_proto::reply::Parser::new(Default::default());
        let mut input = &b"\x15\x03\x03\r\n"[..];
        parser.parse(&mut input).unwrap_err()
    }
}
