//! From what the transport says to one verdict.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use posthaste::blocking::Sent;
use posthaste::error::{Kind, Retry, Stage};
use posthaste_proto::Cause;
use posthaste_proto::reply::Reply;
use posthaste_proto::session::{Dialect, Disposition, Fate, Recipient, TlsInfo};

use crate::exit::Exit;
use crate::failure::{Failure, Retryable};
use crate::input::message::Prepared;

/// What became of one run.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) exit: Exit,
    pub(crate) retryable: Retryable,
    pub(crate) message_id: Option<String>,
    pub(crate) queue_id: Option<String>,
    /// `host:port`.
    pub(crate) server: Option<String>,
    /// What is spoken there.
    pub(crate) protocol: Option<&'static str>,
    pub(crate) tls: Option<Tls>,
    /// The SASL mechanism, in lower case.
    pub(crate) auth: Option<String>,
    /// Octets of the message as it went out.
    pub(crate) octets: Option<u64>,
    /// The server's last word on the message.
    pub(crate) reply: Option<Reply>,
    pub(crate) recipients: Vec<Fated>,
    pub(crate) error: Option<Failure>,
    /// The file in which the embedded inbox kept the message, or that `compose` wrote.
    pub(crate) file: Option<PathBuf>,
    /// What arrived, for people who want to see it.
    pub(crate) epilogue: String,
    pub(crate) elapsed: Option<Duration>,
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Accepted for all.
    Sent,
    /// Accepted for some.
    Partial,
    /// Refused for all.
    Rejected,
    /// Nothing was accepted.
    Failed,
    /// The end of the message went out and no reply came.
    InDoubt,
    /// `compose`: the message was written.
    Composed,
}

/// How the connection was encrypted. There is none without a certificate that was verified.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    pub(crate) version: Option<String>,
    pub(crate) verified: bool,
}

/// One recipient, and what became of the message for it.
#[derive(Debug, Clone)]
pub(crate) struct Fated {
    pub(crate) address: String,
    pub(crate) fate: Fortune,
    /// Whether it makes sense to try this recipient again; said when it was not accepted.
    pub(crate) retryable: Option<Retryable>,
    pub(crate) reply: Option<Reply>,
}

/// What became of it, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fortune {
    /// The server took the message for it.
    Accepted,
    /// The server refused it: the recipient, or the message.
    Refused,
    /// It did not come so far.
    NotSent,
    /// The end of the message went out and no answer came.
    InDoubt,
}

impl Verdict {
    fn new(status: Status, exit: Exit) -> Self {
        Self {
            status,
            exit,
            retryable: Retryable::No,
            message_id: None,
            queue_id: None,
            server: None,
            protocol: None,
            tls: None,
            auth: None,
            octets: None,
            reply: None,
            recipients: Vec::new(),
            error: None,
            file: None,
            epilogue: String::new(),
            elapsed: None,
        }
    }

    /// It ended before anything was connected.
    pub(crate) fn refused(failure: Failure) -> Self {
        let mut verdict = Self::new(Status::Failed, failure.exit);
        verdict.retryable = failure.retryable;
        verdict.error = Some(failure);
        verdict
    }

    /// `compose` wrote the message.
    pub(crate) fn composed(prepared: &Prepared, octets: u64, file: Option<PathBuf>) -> Self {
        let mut verdict = Self::new(Status::Composed, Exit::Done).about(prepared);
        verdict.octets = Some(octets);
        verdict.file = file;
        verdict.recipients.clear();
        verdict
    }

    /// At least one recipient was accepted.
    pub(crate) fn sent(prepared: &Prepared, sent: &Sent) -> Self {
        let report = sent.report();
        let dialect = sent.link().dialect();
        let (status, exit) = match report.disposition() {
            Disposition::Accepted => (Status::Sent, Exit::Done),
            Disposition::Partial
            | Disposition::InDoubt
            | Disposition::Refused
            | Disposition::NotSent => (Status::Partial, Exit::Partial),
        };
        let mut verdict = Self::new(status, exit).about(prepared);
        verdict.recipients = sent
            .recipients()
            .map(|(path, fate)| fated(path.to_string(), fate, Retryable::No, dialect))
            .collect();
        verdict.retryable = worst(&verdict.recipients);
        verdict.queue_id = sent.queue_id().map(str::to_owned);
        verdict.octets = Some(sent.octets());
        verdict.reply = report
            .recipients
            .iter()
            .find_map(|recipient| match &recipient.fate {
                Fate::Accepted(reply) => Some(reply.clone()),
                Fate::NotSent(_) | Fate::Refused(..) | Fate::InDoubt(_) => None,
            });
        let link = sent.link();
        verdict.server = Some(link.server().to_owned());
        verdict.protocol = Some(protocol(dialect));
        verdict.tls = link.tls().map(Tls::from);
        verdict.auth = link.mechanism().map(str::to_ascii_lowercase);
        verdict
    }

    /// Nobody was accepted, or nobody knows.
    pub(crate) fn failed(prepared: &Prepared, error: &posthaste::Error, dialect: Dialect) -> Self {
        #[allow(
            clippy::wildcard_enum_match_arm,
            reason = "a kind to come means that nothing was accepted"
        )]
        let status = match error.kind() {
            Kind::Rejected => Status::Rejected,
            Kind::InDoubt => Status::InDoubt,
            _ => Status::Failed,
        };
        let mut verdict = Self::new(status, exit_of(error)).about(prepared);
        verdict.retryable = Retryable::from(error.retry());
        verdict.server = error.server().map(str::to_owned);
        verdict.protocol = verdict.server.as_ref().map(|_| protocol(dialect));
        verdict.reply = error.reply().cloned();
        if let Some(link) = error.link() {
            verdict.tls = link.tls().map(Tls::from);
            verdict.auth = link.mechanism().map(str::to_ascii_lowercase);
        }
        for recipient in &mut verdict.recipients {
            recipient.retryable = Some(verdict.retryable);
            if status == Status::InDoubt {
                recipient.fate = Fortune::InDoubt;
            }
        }
        if let (Some(report), Some(envelope)) = (error.report(), error.envelope()) {
            let pairs = envelope.recipients().iter().zip(&report.recipients);
            verdict.recipients = pairs
                .map(|(path, fate)| fated(path.to_string(), fate, verdict.retryable, dialect))
                .collect();
            verdict.octets = Some(report.content);
        }
        verdict.error = Some(failure_of(error, verdict.exit));
        verdict
    }

    fn about(mut self, prepared: &Prepared) -> Self {
        self.message_id = Some(prepared.message.message_id().to_string());
        let unsent = |address: String| Fated {
            address,
            fate: Fortune::NotSent,
            retryable: None,
            reply: None,
        };
        self.recipients = prepared
            .envelope
            .recipients()
            .iter()
            .map(|path| unsent(plain_path(&path.to_string())))
            .collect();
        self
    }
}

/// The address without the angle brackets of a path.
fn plain_path(path: &str) -> String {
    path.strip_prefix('<')
        .and_then(|path| path.strip_suffix('>'))
        .unwrap_or(path)
        .to_owned()
}

fn protocol(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Smtp => "smtp",
        Dialect::Lmtp => "lmtp",
    }
}

fn fated(address: String, recipient: &Recipient, otherwise: Retryable, dialect: Dialect) -> Fated {
    let by = |reply: &Reply| {
        Some(if reply.is_transient() {
            Retryable::Yes
        } else {
            Retryable::No
        })
    };
    let (fate, retryable, reply) = match &recipient.fate {
        Fate::Accepted(reply) => {
            // What was said to RCPT is about this recipient; what was said to the message is told once, for all. In
            // LMTP the last word is about this recipient too.
            let about = match (dialect, &recipient.rcpt) {
                (Dialect::Smtp, Some(rcpt)) => rcpt,
                (Dialect::Smtp, None) | (Dialect::Lmtp, _) => reply,
            };
            (Fortune::Accepted, None, Some(about))
        }
        Fate::Refused(_, reply) => (Fortune::Refused, by(reply), Some(reply)),
        Fate::NotSent(Cause::Refused { reply, .. }) => (Fortune::NotSent, by(reply), Some(reply)),
        Fate::NotSent(_) => (Fortune::NotSent, Some(otherwise), None),
        Fate::InDoubt(_) => (Fortune::InDoubt, Some(Retryable::Ambiguous), None),
    };
    Fated {
        address: plain_path(&address),
        fate,
        retryable,
        reply: reply.cloned(),
    }
}

/// True as soon as one recipient may be tried again.
fn worst(recipients: &[Fated]) -> Retryable {
    let any = |wanted| {
        recipients
            .iter()
            .any(|recipient| recipient.retryable == Some(wanted))
    };
    if any(Retryable::Yes) {
        Retryable::Yes
    } else if any(Retryable::Ambiguous) {
        Retryable::Ambiguous
    } else {
        Retryable::No
    }
}

/// The table of exit codes.
fn exit_of(error: &posthaste::Error) -> Exit {
    let permanent = error.reply().is_none_or(Reply::is_permanent) && error.retry() != Retry::Safe;
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "what is to come is decided by whether it may be tried again"
    )]
    match (error.kind(), error.stage()) {
        (Kind::InDoubt, _) => Exit::InDoubt,
        (Kind::Config, _) => Exit::Config,
        (Kind::Input, _) if error.reason() == "source-failed" => Exit::Io,
        (Kind::Input, _) => Exit::Data,
        (Kind::Protocol, _) => Exit::Protocol,
        (Kind::Tls, _) if TLS_REFUSED.contains(&error.reason()) => {
            if permanent {
                Exit::Unavailable
            } else {
                Exit::TempFail
            }
        }
        (Kind::Tls, _) => Exit::Protocol,
        (Kind::Auth, _) if permanent => Exit::NoPermission,
        (Kind::Connect, _) if error.reason() == "not-found" => Exit::NoHost,
        (Kind::Rejected, Stage::Rcpt) if permanent => Exit::NoUser,
        (Kind::Rejected, Stage::Content | Stage::EndOfData)
            if permanent && error.reply().is_some() =>
        {
            Exit::Data
        }
        (Kind::Rejected, _) if permanent => Exit::Unavailable,
        _ => Exit::TempFail,
    }
}

/// The reasons of kind `tls` that are a refusal: STARTTLS by the server, the certificate by us. The others mean that no
/// handshake was possible.
const TLS_REFUSED: [&str; 8] = [
    "not-offered",
    "refused",
    "name-mismatch",
    "expired",
    "not-yet-valid",
    "unknown-issuer",
    "revoked",
    "certificate",
];

fn failure_of(error: &posthaste::Error, exit: Exit) -> Failure {
    let mut message = match error.server() {
        Some(server) if !error.message().contains(server) => {
            format!("{server}: {}", error.message())
        }
        _ => error.message().to_owned(),
    };
    // The server's words stand on a line of their own, or with the recipients.
    if let Some(reply) = error.reply()
        && let Some(own) = message.strip_suffix(&reply.to_string())
    {
        message.truncate(own.trim_end_matches([' ', ':']).len());
    }
    Failure {
        exit,
        kind: error.kind().as_str(),
        reason: Some(Cow::Owned(error.reason().to_owned())),
        stage: error.stage().as_str(),
        message: Cow::Owned(message),
        reply: error.reply().cloned().map(Box::new),
        hint: error.shell_hint().map(Cow::Owned),
        retryable: Retryable::from(error.retry()),
    }
}

impl From<&posthaste::Error> for Failure {
    fn from(error: &posthaste::Error) -> Self {
        failure_of(error, exit_of(error))
    }
}

impl From<Retry> for Retryable {
    fn from(retry: Retry) -> Self {
        match retry {
            Retry::Safe => Self::Yes,
            Retry::Never => Self::No,
            Retry::InDoubt => Self::Ambiguous,
        }
    }
}

impl From<&TlsInfo> for Tls {
    fn from(info: &TlsInfo) -> Self {
        let version = info
            .protocol
            .as_deref()
            .map(|name| name.trim_start_matches("TLSv").to_owned());
        // The transport completes no handshake without a certificate that it verified.
        Self {
            version,
            verified: true,
        }
    }
}

impl Fortune {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::NotSent => "not-sent",
            Self::InDoubt => "in-doubt",
        }
    }
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Partial => "partial",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::InDoubt => "in-doubt",
            Self::Composed => "composed",
        }
    }
}
