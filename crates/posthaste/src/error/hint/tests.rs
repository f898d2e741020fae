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
    let reply = Reply::new(ReplyCode::new(535).unwrap(), "5.7.8 no");
    let context = Context {
        by_token: true,
        ..Context::default()
    };
    let stage = At::Auth;
    let error = context.error(&Cause::Refused { stage, reply });
    assert!(error.hint().unwrap_or_default().contains("token"));
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
