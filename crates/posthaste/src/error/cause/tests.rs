use posthaste_proto::reply::{ReplyCode, ReplyError};
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
            broken(
                At::Auth,
                ProtocolError::BadChallenge(BadChallenge::Signature),
            ),
            ("protocol", "unproven-server", "auth", Never),
        ),
        (
            broken(
                At::Auth,
                ProtocolError::BadChallenge(BadChallenge::Unsigned),
            ),
            ("protocol", "unproven-server", "auth", Never),
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
            Cause::Auth(AuthFailure::NeedsSaslPrep),
            ("auth", "needs-saslprep", "auth", Never),
        ),
        (
            Cause::Auth(AuthFailure::NeedsEntropy),
            ("auth", "needs-entropy", "auth", Never),
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
