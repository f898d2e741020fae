//! From the cause that ended a session or a message to the one error. Pure.

use std::io;

use posthaste_proto::error::{
    AuthFailure, Cause, LocalRefusal, OverLimit, ProtocolError, TlsFailure,
};
use posthaste_proto::reply::Reply;
use posthaste_proto::sasl::BadChallenge;
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
            Cause::Refused { stage, reply } => self.refused(*stage, reply),
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
            Cause::Protocol {
                error: ProtocolError::BadChallenge(error),
                ..
            } if is_unproven(*error) => {
                let says = format!("the server cannot be trusted: {error}");
                Error::new(Kind::Protocol, "unproven-server", Stage::Auth, says)
            }
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

    fn refused(&self, stage: session::Stage, reply: &Reply) -> Error {
        let error = refused(stage, reply);
        match self.auth_detail {
            // The reply stays at the end, where programs that show it apart can leave it out.
            Some(detail) if stage == session::Stage::Auth => {
                let what = said_of(stage, reply);
                let message = format!("{what} (the server also said: {detail}): {reply}");
                error.with_message(message).with_auth_detail(detail)
            }
            Some(_) | None => error,
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
    let what = said_of(stage, reply);
    let retry = if reply.is_transient() {
        Retry::Safe
    } else {
        Retry::Never
    };
    Error::new(
        Kind::Rejected,
        "refused",
        place(stage),
        format!("{what}: {reply}"),
    )
    .with_reply(reply.clone())
    .with_retry(retry)
}

/// What was refused.
fn said_of(stage: session::Stage, reply: &Reply) -> &'static str {
    if reply.code() == 421 {
        return "the server ended the session";
    }
    match place(stage) {
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
    }
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

/// The exchange went as it should, and the one who answers did not show that it knows the password.
fn is_unproven(error: BadChallenge) -> bool {
    matches!(error, BadChallenge::Signature | BadChallenge::Unsigned)
}

fn protocol(error: &ProtocolError) -> &'static str {
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
mod tests;
