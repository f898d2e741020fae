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
        |seen| seen.kind == Kind::Auth && seen.code == 535,
        "user name or password are wrong, or the provider wants an application password",
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
        "PLAIN and LOGIN are known here; a server that offers neither may do so over TLS, or under another port or name",
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
mod tests {
    use posthaste_proto::error::{AuthFailure, Cause, ProtocolError, TlsFailure};
    use posthaste_proto::reply::{Reply, ReplyCode};
    use posthaste_proto::session::Stage as At;

    use super::*;
    use crate::stream::{TlsError, TlsErrorKind};

    fn hint_of(stage: At, code: u16, text: &str) -> String {
        let reply = Reply::new(ReplyCode::new(code).unwrap(), text);
        let error = Context::default().error(&Cause::Refused { stage, reply });
        error.shell_hint().unwrap_or_default()
    }

    #[test]
    fn symptoms_of_real_servers() {
        for (stage, code, text, word) in [
            (
                At::Auth,
                535,
                "5.7.139 Authentication unsuccessful",
                "tenant",
            ),
            (
                At::Auth,
                534,
                "5.7.9 Application-specific password required.",
                "application password",
            ),
            (
                At::Auth,
                535,
                "5.7.8 Username and Password not accepted",
                "wrong",
            ),
            (At::Auth, 538, "5.7.11 Encryption required", "TLS"),
            (
                At::Mail,
                530,
                "5.7.0 Must issue a STARTTLS command first",
                "starttls",
            ),
            (
                At::Mail,
                530,
                "5.7.0 Authentication Required",
                "user and a password",
            ),
            (
                At::Rcpt,
                554,
                "5.7.1 <a@b>: Relay access denied",
                "user and a password",
            ),
            (
                At::Mail,
                552,
                "5.3.4 Message size exceeds fixed limit",
                "smaller",
            ),
            (
                At::Rcpt,
                450,
                "4.2.0 Greylisted, see http://example.org",
                "minutes",
            ),
        ] {
            let hint = hint_of(stage, code, text);
            assert!(hint.contains(word), "{code} {text}: {hint}");
        }
        assert_eq!(hint_of(At::Rcpt, 550, "5.1.1 User unknown"), "");
    }

    #[test]
    fn each_reader_gets_its_own_words() {
        for (_, advice) in [TABLE, SMTP, LMTP].into_iter().flatten() {
            assert_eq!(
                advice.matches("[[").count(),
                advice.matches("]]").count(),
                "{advice}"
            );
            let shell = word(advice, Reader::Shell);
            let program = word(advice, Reader::Program);
            for hint in [&shell, &program] {
                assert!(!hint.contains("[[") && !hint.contains('|'), "{hint}");
            }
            assert!(!shell.contains("()") && !shell.contains("::"), "{shell}");
            assert!(!program.contains("--"), "{program}");
        }
    }

    #[test]
    fn starttls_that_is_missing() {
        let error = Context::default().error(&Cause::Tls(TlsFailure::NotOffered));
        assert!(error.hint().unwrap_or_default().contains("smtps://"));
        let error = lmtp().error(&Cause::Tls(TlsFailure::NotOffered));
        let hint = error.hint().unwrap_or_default();
        assert!(
            hint.contains("Implicit") && !hint.contains("smtps"),
            "{hint}"
        );
    }

    fn lmtp() -> Context<'static> {
        Context {
            dialect: Dialect::Lmtp,
            ..Context::default()
        }
    }

    #[test]
    fn the_other_protocol_is_recognised_by_its_first_command() {
        let stage = At::Hello;
        let reply = Reply::new(ReplyCode::new(500).unwrap(), "5.5.1 no such command");
        let refused = Cause::Refused { stage, reply };
        for (context, other) in [(Context::default(), "lmtp://"), (lmtp(), "smtp://")] {
            let error = context.error(&refused);
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains(other), "{hint}");
        }
    }

    #[test]
    fn what_is_no_mail_server_or_knows_no_mechanism() {
        let not_smtp = Cause::Protocol {
            stage: At::Greeting,
            error: ProtocolError::Unsolicited(Reply::new(ReplyCode::new(250).unwrap(), "")),
        };
        let error = Context::default().error(&not_smtp);
        assert_eq!(error.shell_hint(), None);
        let offered = AuthFailure::NoCommonMechanism("GSSAPI".to_owned());
        let error = Context::default().error(&Cause::Auth(offered));
        assert!(error.shell_hint().unwrap_or_default().contains("PLAIN"));
        let lost = TlsError::new(TlsErrorKind::NotTls, "x");
        let context = Context {
            tls: Some(&lost),
            ..Context::default()
        };
        let error = context.error(&Cause::Tls(TlsFailure::Handshake("x".to_owned())));
        assert_eq!((error.kind(), error.reason()), (Kind::Tls, "not-tls"));
        assert!(error.shell_hint().unwrap_or_default().contains("port"));
        for (reason, word) in [("not-found", "spelling"), ("resolver", "network")] {
            let error = Error::new(Kind::Connect, reason, Stage::Resolve, "x");
            let error = Context::default().finish(error);
            assert!(error.shell_hint().unwrap_or_default().contains(word));
        }
    }
}
