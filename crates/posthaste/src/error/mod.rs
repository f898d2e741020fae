//! The one error of this crate: what went wrong, where, whose word it is, and whether to try again.

mod cause;
mod context;
mod hint;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use posthaste_proto::envelope::EnvelopeError;
use posthaste_proto::reply::Reply;
use posthaste_proto::sasl::AuthDetail;
use posthaste_proto::session::Disposition;
use posthaste_proto::{Envelope, Report};

use crate::blocking::Link;
use crate::server::ServerError;

pub(crate) use cause::is_tls;
pub(crate) use context::Context;

/// Why nothing was accepted, or why nobody knows.
///
/// `Display` is one line: what went wrong, with the server's own words when it had any. The [hint](Self::hint) is apart.
///
/// Comparing `kind`, `reason` and `stage` as text is fine: the words are stable, new ones may come.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    reason: Cow<'static, str>,
    stage: Stage,
    reply: Option<Reply>,
    auth_detail: Option<AuthDetail>,
    retry: Retry,
    message: String,
    hint: Option<&'static str>,
    link: Option<Arc<Link>>,
    server: Option<String>,
    report: Option<Report>,
    envelope: Option<Envelope>,
}

/// What went wrong, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A 4yz or 5yz reply, 421 at any stage; without a reply when the refusal was decided here, from what the server
    /// said before (SIZE).
    Rejected,
    /// The server refused the credentials, or none of its mechanisms could be used.
    Auth,
    /// TLS was wanted and could not be had: not offered, the handshake failed, the certificate was not accepted.
    Tls,
    /// A reply that is malformed, that nobody asked for, that cannot answer its command, or that is over a limit.
    Protocol,
    /// Nothing, or not enough, came in time.
    Timeout,
    /// There never was a connection.
    Connect,
    /// The connection was lost.
    Connection,
    /// The message, an address or the source of the content.
    Input,
    /// The settings: a certificate file, a missing password; or this host gives no random octets.
    Config,
    /// The end of the message went out and no answer came: it may have been delivered.
    InDoubt,
}

/// Where it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Before anything was connected: settings, addresses, the message.
    Input,
    /// Looking up the host's addresses.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Waiting for the server's first word.
    Greeting,
    /// EHLO.
    Ehlo,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL, or the RSET before it.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// While the content was written.
    Content,
    /// After the end of the content.
    EndOfData,
    /// QUIT.
    Quit,
}

/// Whether sending the same message again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "yes, no and nobody knows")]
pub enum Retry {
    /// Nothing was accepted, and it may go better later.
    Safe,
    /// It would end the same way.
    Never,
    /// It may already have been delivered; sending again may deliver it twice.
    InDoubt,
}

impl Error {
    pub(crate) fn new(
        kind: Kind,
        reason: impl Into<Cow<'static, str>>,
        stage: Stage,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            reason: reason.into(),
            stage,
            reply: None,
            auth_detail: None,
            retry: Retry::Never,
            message: message.into(),
            hint: None,
            link: None,
            server: None,
            report: None,
            envelope: None,
        }))
    }

    /// What went wrong, in one word.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// A finer word: `name-mismatch`, `expired`, `unknown-issuer`, `wrong-mode`, `not-found`, `refused` and more to come.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Where it went wrong.
    pub fn stage(&self) -> Stage {
        self.0.stage
    }

    /// The reply that decided it. When the recipients' replies differ it is a 4yz one, if there is one.
    pub fn reply(&self) -> Option<&Reply> {
        self.0.reply.as_ref()
    }

    /// What the server told, within AUTH, of its refusal: the JSON of XOAUTH2 and OAUTHBEARER, the `e=` of SCRAM. Secrets are
    /// masked; [`message`](Self::message) has it too.
    pub fn auth_detail(&self) -> Option<&AuthDetail> {
        self.0.auth_detail.as_ref()
    }

    /// Whether sending again makes sense.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// What happened, one line, the server's reply included.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What could be done about it, when that is known: in the words of this crate.
    pub fn hint(&self) -> Option<String> {
        self.0
            .hint
            .map(|hint| hint::word(hint, hint::Reader::Program))
    }

    /// The same in the words of the command line, which has a flag where a program has a method.
    pub fn shell_hint(&self) -> Option<String> {
        self.0
            .hint
            .map(|hint| hint::word(hint, hint::Reader::Shell))
    }

    /// What is known of the connection, when there was one: TLS and authentication as far as they came.
    pub fn link(&self) -> Option<&Link> {
        self.0.link.as_deref()
    }

    /// `host:port`, when it is known which server it was about.
    pub fn server(&self) -> Option<&str> {
        self.0.server.as_deref()
    }

    /// The truth about each recipient, when a session got as far as taking the message on.
    pub fn report(&self) -> Option<&Report> {
        self.0.report.as_ref()
    }

    /// The envelope whose recipients [`report`](Self::report) speaks of, in its order.
    pub fn envelope(&self) -> Option<&Envelope> {
        self.0.envelope.as_ref()
    }

    /// True when nobody got it, nobody was refused, and another try is safe.
    pub(crate) fn was_not_sent(&self) -> bool {
        let nobody = |report: &Report| report.disposition() == Disposition::NotSent;
        self.0.retry == Retry::Safe && self.report().is_some_and(nobody)
    }

    fn with_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    pub(crate) fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    pub(crate) fn with_reply(mut self, reply: Reply) -> Self {
        self.0.reply = Some(reply);
        self
    }

    fn with_auth_detail(mut self, detail: &AuthDetail) -> Self {
        self.0.auth_detail = Some(detail.clone());
        self
    }

    pub(crate) fn with_hint(mut self, hint: Option<&'static str>) -> Self {
        self.0.hint = hint;
        self
    }

    pub(crate) fn with_link(mut self, link: Arc<Link>) -> Self {
        self.0.link = Some(link);
        self
    }

    pub(crate) fn at_server(mut self, server: String) -> Self {
        self.0.server = Some(server);
        self
    }

    pub(crate) fn with_report(mut self, report: Report, envelope: Option<Envelope>) -> Self {
        self.0.report = Some(report);
        self.0.envelope = envelope;
        self
    }
}

impl Kind {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Auth => "auth",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Connection => "connection",
            Self::Input => "input",
            Self::Config => "config",
            Self::InDoubt => "in-doubt",
        }
    }
}

impl Stage {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::StartTls => "starttls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Content => "content",
            Self::EndOfData => "end-of-data",
            Self::Quit => "quit",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.server {
            Some(server) => write!(f, "{server}: {}", self.0.message),
            None => f.write_str(&self.0.message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        // The sentence first: this is what a program shows whose `main` returns the error.
        f.debug_struct("Error")
            .field("message", &format_args!("{self}"))
            .field("hint", &self.hint())
            .field("kind", &inner.kind)
            .field("reason", &inner.reason)
            .field("stage", &inner.stage)
            .field("reply", &inner.reply)
            .field("auth_detail", &inner.auth_detail)
            .field("retry", &inner.retry)
            .field("report", &inner.report)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

impl From<ServerError> for Error {
    fn from(error: ServerError) -> Self {
        Self::new(Kind::Config, "server", Stage::Input, error.to_string())
    }
}

impl From<EnvelopeError> for Error {
    fn from(error: EnvelopeError) -> Self {
        Self::new(
            Kind::Input,
            "no-recipients",
            Stage::Input,
            error.to_string(),
        )
    }
}
