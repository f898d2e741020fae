//! What could be done about it: symptoms and advice, one table.

use posthaste_proto::session::Dialect;

use super::{Context, Error, Kind, Stage};

/// The first row that fits.
pub(super) fn find(error: &Error, context: &Context<'_>) -> Option<&'static str> {
    let seen = Seen::of(error, context);
    let first = match context.dialect {
        Dialect::Smtp => SMTP,
        Dialect::Lmtp => LMTP,
    };
    first
        .iter()
        .chain(TABLE)
        .find(|(fits, _)| fits(&seen))
        .map(|(_, advice)| *advice)
}

/// Who reads a hint: what is to be written where differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// A person at a shell.
    Shell,
    /// A person with a program that uses this crate.
    Program,
}

/// The advice in the reader's words: of each `[[shell|program]]` the right half.
pub(super) fn word(advice: &str, reader: Reader) -> String {
    let mut words = String::with_capacity(advice.len());
    let mut rest = advice;
    while let Some((before, after)) = rest.split_once("[[") {
        let (both, after) = after.split_once("]]").unwrap_or((after, ""));
        let (shell, program) = both.split_once('|').unwrap_or((both, both));
        words += before;
        words += match reader {
            Reader::Shell => shell,
            Reader::Program => program,
        };
        rest = after;
    }
    words + rest
}

/// What the table looks at.
struct Seen<'a> {
    kind: Kind,
    reason: &'a str,
    stage: Stage,
    code: u16,
    enhanced: (u16, u16),
    /// Of the reply, in lower case.
    text: String,
    /// Of the JSON that came before the refusal of a token.
    status: &'a str,
    by_token: bool,
    port: &'a str,
}

impl<'a> Seen<'a> {
    fn of(error: &'a Error, context: &Context<'a>) -> Self {
        let reply = error.reply();
        Self {
            kind: error.kind(),
            reason: error.reason(),
            stage: error.stage(),
            code: reply.map_or(0, |reply| reply.code().number()),
            enhanced: reply
                .and_then(|reply| reply.enhanced())
                .map_or((0, 0), |code| (code.subject(), code.detail())),
            text: reply
                .map(|reply| String::from_utf8_lossy(reply.raw_text()).to_lowercase())
                .unwrap_or_default(),
            status: error
                .auth_detail()
                .and_then(|detail| detail.status())
                .unwrap_or_default(),
            by_token: context.by_token,
            port: context.server.rsplit(':').next().unwrap_or_default(),
        }
    }

    fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// RFC 2033 section 4.1: neither protocol knows the other's first command.
    fn refuses_hello(&self) -> bool {
        self.stage == Stage::Ehlo && matches!(self.code, 500..=504)
    }

    fn is(&self, kind: Kind, reason: &str) -> bool {
        self.kind == kind && self.reason == reason
    }
}

type Row = (fn(&Seen<'_>) -> bool, &'static str);

/// What differs between the two protocols: a submission server has its ports and schemes.
const SMTP: &[Row] = &[
    (
        |seen| seen.is(Kind::Tls, "not-offered"),
        "a server on port 465 speaks TLS from the first octet: smtps://[[, --tls implicit|]]; if it has no TLS at all, \
         that must be allowed by name: [[--tls none|Tls::DangerousNone]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "wrong-mode") && seen.stage == Stage::Greeting,
        "use smtps:// or [[--tls implicit|Tls::Implicit]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "wrong-mode"),
        "use smtp:// or [[--tls starttls|Tls::StartTls]]",
    ),
    (
        |seen| {
            seen.is(Kind::Tls, "not-tls")
                || (seen.is(Kind::Protocol, "malformed-reply") && seen.stage == Stage::Greeting)
        },
        "check host and port: submission is on port 587 (STARTTLS) or 465 (TLS)",
    ),
    (
        |seen| seen.kind == Kind::Timeout && seen.stage == Stage::Greeting,
        "the server said nothing: if it expects TLS from the first octet, use smtps:// or [[--tls implicit|Tls::Implicit]]",
    ),
    (
        |seen| seen.is(Kind::Connect, "not-found"),
        "check the spelling of the server's name; it is often smtp. or mail. before the domain of the address",
    ),
    (
        |seen| seen.is(Kind::Connect, "timed-out") && seen.port == "25",
        "many networks let nothing out on port 25; submission is on port 587 or 465",
    ),
    (
        |seen| seen.is(Kind::Connect, "refused"),
        "nothing listens there: submission is on port 587 (STARTTLS) or 465 (TLS)",
    ),
    (
        |seen| seen.refuses_hello(),
        "a server that does not know EHLO may speak LMTP: [[lmtp://HOST:PORT|lmtp://host:port]]",
    ),
];

const LMTP: &[Row] = &[
    (
        |seen| seen.is(Kind::Tls, "not-offered"),
        "if the server speaks TLS from the first octet, say so: [[--tls implicit|Tls::Implicit]]; if it has no TLS at \
         all, that must be allowed by name: [[--tls none|Tls::DangerousNone]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "wrong-mode") && seen.stage == Stage::Greeting,
        "use [[--tls implicit|Tls::Implicit]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "wrong-mode"),
        "use [[--tls starttls|Tls::StartTls]]",
    ),
    (
        |seen| {
            seen.is(Kind::Tls, "not-tls")
                || (seen.is(Kind::Protocol, "malformed-reply") && seen.stage == Stage::Greeting)
        },
        "check host and port: LMTP has no usual port, the server's settings say it",
    ),
    (
        |seen| seen.kind == Kind::Timeout && seen.stage == Stage::Greeting,
        "the server said nothing: if it expects TLS from the first octet, use [[--tls implicit|Tls::Implicit]]",
    ),
    (
        |seen| seen.is(Kind::Connect, "not-found"),
        "check the spelling of the server's name",
    ),
    (
        |seen| seen.is(Kind::Connect, "refused"),
        "nothing listens there: LMTP has no usual port, the server's settings say it",
    ),
    (
        |seen| seen.refuses_hello(),
        "a server that does not know LHLO may speak SMTP: smtp://",
    ),
];

/// What holds for both.
const TABLE: &[Row] = &[
    (
        |seen| seen.enhanced == (7, 139) || seen.says("smtpclientauthentication is disabled"),
        "SMTP AUTH is switched off for this tenant or mailbox; an administrator must enable it, or use OAuth",
    ),
    (
        |seen| {
            seen.stage == Stage::Auth
                && (seen.code == 534 || seen.says("application-specific password"))
        },
        "the account wants an application password (or OAuth): make one in its security settings and use it here",
    ),
    (
        |seen| seen.stage == Stage::Auth && (seen.code == 538 || seen.enhanced == (7, 11)),
        "the server takes these credentials only over TLS",
    ),
    (
        |seen| seen.kind == Kind::Auth && matches!(seen.status, "invalid_token" | "400" | "401"),
        "the access token has expired or was never valid for this: get a fresh one[[ and give it by --token-env or --token-file|]]",
    ),
    (
        |seen| seen.kind == Kind::Auth && seen.code == 535 && seen.by_token,
        "the access token has expired, is another user's, or lacks the scope for sending mail: get a fresh one",
    ),
    (
        |seen| seen.is(Kind::Protocol, "unproven-server"),
        "somebody between here and the server answers in its place, or the server is broken: find out which before the \
         password is used there again",
    ),
    (
        |seen| seen.is(Kind::Config, "no-password"),
        "give one: [[--password-env, --password-file, --token-env or --token-file|password(..), or token(user, ..)]]",
    ),
    (
        |seen| seen.kind == Kind::Auth && seen.code == 535,
        "user name or password are wrong, the provider wants an application password, or nobody may act as the identity that was asked for",
    ),
    (
        |seen| seen.is(Kind::Auth, "in-clear"),
        "use TLS, or allow it by name: [[--allow-plaintext-auth|dangerous_auth_in_clear()]]",
    ),
    (
        |seen| seen.is(Kind::Auth, "not-offered"),
        "many servers offer AUTH only over TLS, and on port 587 or 465 rather than 25",
    ),
    (
        |seen| seen.is(Kind::Auth, "no-mechanism"),
        "passwords go by SCRAM, PLAIN, LOGIN or CRAM-MD5, tokens by OAUTHBEARER or XOAUTH2; a server may offer more over TLS, \
         or under another port or name",
    ),
    (
        |seen| seen.code == 530 && seen.says("starttls"),
        "the server wants TLS first: [[--tls starttls|Tls::StartTls]]",
    ),
    (
        |seen| {
            seen.code == 530 && seen.kind == Kind::Rejected
                || (seen.code >= 550 && seen.says("relay"))
                || seen.says("authentication required")
        },
        "the server does not know who is sending: give a user and a password[[ (--user, --password-file or --password-env)|]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "unknown-issuer"),
        "if it is a private authority's, give that authority's certificate: [[--tls-ca FILE|tls_ca_file()]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "name-mismatch"),
        "connect by a name that the certificate has, or say which name it must have: [[--tls-name NAME|tls_name()]]",
    ),
    (
        |seen| seen.is(Kind::Tls, "expired") || seen.is(Kind::Tls, "not-yet-valid"),
        "the server's certificate must be renewed; if it looks right, check this host's clock",
    ),
    (
        |seen| seen.is(Kind::Tls, "incompatible"),
        "this side speaks TLS 1.2 and 1.3; the server may be older than that",
    ),
    (
        |seen| {
            seen.reason == "too-large"
                || (seen.kind == Kind::Rejected && seen.enhanced == (3, 4))
                || seen.code == 552
        },
        "make the message smaller, or send a link instead of the attachment",
    ),
    (
        |seen| seen.is(Kind::Connect, "resolver"),
        "no name server answers here: check this host's network",
    ),
    (
        |seen| seen.kind == Kind::InDoubt,
        "look whether it arrived before sending it again",
    ),
    (
        |seen| seen.says("greylist") || seen.says("graylist"),
        "the server wants to see a second try: send again in some minutes",
    ),
];

#[cfg(test)]
mod tests;
