//! Every exit code that a server or its absence can bring about, with the words of the JSON output.

mod common;

use std::net::TcpListener;

use common::{Outcome, Trust, assert_words, message, posthaste, scripted, send};
use posthaste_inbox::{Certificate, Extension, Inbox, Stage};

#[test]
fn refusals_by_a_reply() {
    let inbox = Inbox::builder;
    for (builder, expected, reply) in [
        (
            inbox().reply(Stage::Greeting, 554, "5.7.1 go away"),
            (69, "rejected", "rejected", "refused", "greeting", "false"),
            "554 5.7.1 go away",
        ),
        (
            inbox().reply(Stage::Greeting, 421, "4.3.2 busy"),
            (75, "rejected", "rejected", "refused", "greeting", "true"),
            "421 4.3.2 busy",
        ),
        (
            inbox().reply(Stage::StartTls, 454, "4.7.0 no TLS now"),
            (75, "failed", "tls", "refused", "starttls", "true"),
            "454 4.7.0 no TLS now",
        ),
        (
            inbox().reply(Stage::StartTls, 554, "5.7.0 no TLS"),
            (69, "failed", "tls", "refused", "starttls", "false"),
            "554 5.7.0 no TLS",
        ),
        (
            inbox().reply(Stage::Mail, 452, "4.3.1 full"),
            (75, "rejected", "rejected", "refused", "mail", "true"),
            "452 4.3.1 full",
        ),
        (
            inbox().reply(Stage::Mail, 550, "5.7.1 not you"),
            (69, "rejected", "rejected", "refused", "mail", "false"),
            "550 5.7.1 not you",
        ),
        (
            inbox().reply(Stage::Rcpt, 450, "4.2.0 greylisted"),
            (75, "rejected", "rejected", "refused", "rcpt", "true"),
            "450 4.2.0 greylisted",
        ),
        (
            inbox().refuse_recipient("bob@example.net", 550, "5.1.1 User unknown"),
            (67, "rejected", "rejected", "refused", "rcpt", "false"),
            "550 5.1.1 User unknown",
        ),
        (
            inbox().reply(Stage::Data, 554, "5.5.1 no"),
            (69, "rejected", "rejected", "refused", "data", "false"),
            "554 5.5.1 no",
        ),
        (
            inbox().reply(Stage::EndOfData, 554, "5.6.0 bad content"),
            (
                65,
                "rejected",
                "rejected",
                "refused",
                "end-of-data",
                "false",
            ),
            "554 5.6.0 bad content",
        ),
        (
            inbox().reply(Stage::EndOfData, 451, "4.3.0 later"),
            (75, "rejected", "rejected", "refused", "end-of-data", "true"),
            "451 4.3.0 later",
        ),
    ] {
        let inbox = builder.start().unwrap();
        let outcome = send(&inbox, &[]);
        assert_words(&outcome, expected);
        let told = format!("\n  {reply}");
        assert!(
            outcome.stderr.contains(&told),
            "the server's words: {}",
            outcome.stderr
        );
        assert_eq!(
            outcome.stderr.matches(reply).count(),
            1,
            "told once: {}",
            outcome.stderr
        );
        let (code, text) = reply.split_once(' ').unwrap();
        let (enhanced, text) = text.split_once(' ').unwrap();
        let json = outcome.json();
        let expected = serde_json::json!({"code": code.parse::<u16>().unwrap(), "enhanced": enhanced, "text": [text]});
        assert_eq!(json["error"]["reply"], expected);
        assert_eq!(json["recipients"][0]["address"], "bob@example.net");
        assert_eq!(json["recipients"][0]["accepted"], false);
        assert!(inbox.messages().is_empty());
    }
}

#[test]
fn refusals_that_are_decided_here() {
    let utf8 = ["-t", "jörg@example.net"];
    let inbox = Inbox::builder;
    for (builder, flags, expected) in [
        (
            inbox().max_size(100),
            &[][..],
            (69, "rejected", "rejected", "too-large", "mail", "false"),
        ),
        (
            inbox().hide(Extension::SmtpUtf8),
            &utf8,
            (65, "failed", "input", "needs-smtputf8", "mail", "false"),
        ),
        (
            inbox().without_starttls(),
            &["--tls", "starttls"],
            (69, "failed", "tls", "not-offered", "starttls", "false"),
        ),
    ] {
        // Its authority is not needed where there is no TLS.
        let inbox = builder.start().unwrap();
        let url = format!("127.0.0.1:{}", inbox.port());
        let mut command = posthaste(["send", "--json", "-S", &url]);
        if let Some(pem) = inbox.ca_pem() {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
            command.arg("--tls-ca").arg(folder.path().join("ca.pem"));
            let outcome = Outcome::of(command.args(message()).args(flags));
            assert_words(&outcome, expected);
            assert!(outcome.json()["error"]["reply"].is_null());
        } else {
            assert_words(&Outcome::of(command.args(message()).args(flags)), expected);
        }
        assert!(inbox.messages().is_empty());
    }
}

#[test]
fn authentication() {
    let inbox = Inbox::builder()
        .auth("ann", "right one")
        .auth_required()
        .start()
        .unwrap();
    let trust = Trust::of(&inbox);
    let url = format!("smtp://ann@127.0.0.1:{}", inbox.port());
    let run = |password: &str| {
        let mut command = posthaste(["send", "--json", "-S", &url, "--password-env", "MAIL_PW"]);
        Outcome::of(
            command
                .env("MAIL_PW", password)
                .args(["--auth", "plain", "--tls-ca"])
                .arg(trust.path())
                .args(message()),
        )
    };
    let outcome = run("wrong one");
    assert_words(&outcome, (77, "failed", "auth", "refused", "auth", "false"));
    assert_eq!(outcome.json()["error"]["reply"]["code"], 535);
    assert!(
        outcome.stderr.contains("\n  535 ") && outcome.stderr.contains("\n  hint: "),
        "{}",
        outcome.stderr
    );
    let outcome = run("right one");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let json = outcome.json();
    assert_eq!(json["auth"], "plain");
    assert_eq!(
        json["tls"],
        serde_json::json!({"version": "1.3", "verified": true})
    );

    let inbox = Inbox::builder()
        .auth("ann", "right one")
        .reply(Stage::Auth, 454, "4.7.0 later")
        .start()
        .unwrap();
    let outcome = with_login(&inbox, &[]);
    assert_words(&outcome, (75, "failed", "auth", "refused", "auth", "true"));

    // No mechanism at all.
    let inbox = Inbox::builder().start().unwrap();
    assert_words(
        &with_login(&inbox, &[]),
        (77, "failed", "auth", "not-offered", "auth", "false"),
    );
}

fn with_login(inbox: &Inbox, more: &[&str]) -> Outcome {
    let trust = Trust::of(inbox);
    let url = format!("smtp://127.0.0.1:{}", inbox.port());
    let mut command = posthaste(["send", "--json", "-S", &url, "-u", "ann"]);
    command
        .env("POSTHASTE_PASSWORD", "right one")
        .arg("--tls-ca")
        .arg(trust.path());
    Outcome::of(command.args(message()).args(more))
}

#[test]
fn no_password_in_clear_unless_allowed_by_name() {
    let inbox = Inbox::builder()
        .auth("ann", "right one")
        .auth_required()
        .auth_in_clear()
        .start()
        .unwrap();
    let refused = with_login(&inbox, &["--tls", "none"]);
    assert_words(
        &refused,
        (77, "failed", "auth", "in-clear", "auth", "false"),
    );
    assert!(
        refused.stderr.contains("--allow-plaintext-auth"),
        "{}",
        refused.stderr
    );
    let allowed = with_login(&inbox, &["--tls", "none", "--allow-plaintext-auth"]);
    assert_eq!(allowed.code, 0, "{}", allowed.stderr);
    assert!(allowed.json()["tls"].is_null());
}

#[test]
fn certificates() {
    for (certificate, reason) in [
        (Certificate::WrongName, "name-mismatch"),
        (Certificate::Expired, "expired"),
        (Certificate::NotYetValid, "not-yet-valid"),
        (Certificate::SelfSigned, "unknown-issuer"),
    ] {
        let inbox = Inbox::builder()
            .certificate(certificate)
            .implicit_tls()
            .start()
            .unwrap();
        assert_words(
            &send(&inbox, &[]),
            (69, "failed", "tls", reason, "tls", "false"),
        );
        let url = format!("smtps://127.0.0.1:{}", inbox.tls_port().unwrap());
        let trust = Trust::of(&inbox);
        let mut command = posthaste(["send", "--json", "-S", &url]);
        let outcome = Outcome::of(command.arg("--tls-ca").arg(trust.path()).args(message()));
        assert_words(&outcome, (69, "failed", "tls", reason, "tls", "false"));
        assert!(inbox.messages().is_empty());
    }
    // The name that is expected can be another than the host's.
    let inbox = Inbox::builder()
        .certificate(Certificate::WrongName)
        .start()
        .unwrap();
    let outcome = send(&inbox, &["--tls-name", "wrong.invalid"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn tls_on_the_wrong_port() {
    let inbox = Inbox::builder().implicit_tls().start().unwrap();
    let trust = Trust::of(&inbox);
    for (url, stage) in [
        (format!("smtps://127.0.0.1:{}", inbox.port()), "tls"),
        (
            format!("smtp://127.0.0.1:{}", inbox.tls_port().unwrap()),
            "greeting",
        ),
    ] {
        // A server that waits for a ClientHello is silent; the limit makes that known early.
        let mut command = posthaste(["send", "--json", "--timeout", "500ms", "-S", &url]);
        let outcome = Outcome::of(command.arg("--tls-ca").arg(trust.path()).args(message()));
        assert_words(
            &outcome,
            (76, "failed", "tls", "wrong-mode", stage, "false"),
        );
        assert!(outcome.stderr.contains("\n  hint: "), "{}", outcome.stderr);
    }
}

#[test]
fn nobody_is_there() {
    let run =
        |server: &str| Outcome::of(posthaste(["send", "--json", "-S", server]).args(message()));
    let outcome = run("smtp://nowhere.invalid");
    assert_words(
        &outcome,
        (68, "failed", "connect", "not-found", "resolve", "false"),
    );
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let outcome = run(&format!("127.0.0.1:{port}"));
    assert_words(
        &outcome,
        (75, "failed", "connect", "refused", "connect", "true"),
    );
    assert_eq!(outcome.json()["server"], format!("127.0.0.1:{port}"));
    assert_eq!(outcome.json()["recipients"][0]["retryable"], true);
    assert_eq!(outcome.json()["recipients"][0]["status"], "not-sent");
}

#[test]
fn the_connection_is_lost() {
    let inbox = Inbox::builder().close_instead(Stage::Mail).start().unwrap();
    assert_words(
        &send(&inbox, &[]),
        (75, "failed", "connection", "closed", "mail", "true"),
    );
    let inbox = Inbox::builder()
        .close_instead(Stage::EndOfData)
        .start()
        .unwrap();
    let outcome = send(&inbox, &[]);
    assert_words(
        &outcome,
        (
            11,
            "in-doubt",
            "in-doubt",
            "closed",
            "end-of-data",
            "ambiguous",
        ),
    );
    assert_eq!(outcome.json()["recipients"][0]["retryable"], "ambiguous");
    assert_eq!(outcome.json()["recipients"][0]["status"], "in-doubt");
    assert!(
        outcome.stderr.ends_with("\n  in doubt bob@example.net\n"),
        "{}",
        outcome.stderr
    );
    // After the reply nothing can put it in doubt.
    let inbox = Inbox::builder().close_instead(Stage::Quit).start().unwrap();
    assert_eq!(send(&inbox, &[]).code, 0);
}

#[test]
fn no_smtp_at_all() {
    for (lines, expected) in [
        (
            vec!["SSH-2.0-x\r\n"],
            (
                76,
                "failed",
                "protocol",
                "malformed-reply",
                "greeting",
                "false",
            ),
        ),
        (
            vec!["220 a\r\n", "250 a\r\n250 b\r\n"],
            (
                76,
                "failed",
                "protocol",
                "unsolicited-reply",
                "mail",
                "false",
            ),
        ),
        (
            vec![
                "220 a\r\n",
                "250-a\r\n250 STARTTLS\r\n",
                "220 go\r\n250 evil\r\n",
            ],
            (
                76,
                "failed",
                "protocol",
                "plaintext-after-starttls",
                "starttls",
                "false",
            ),
        ),
    ] {
        let (address, server) = scripted(lines);
        let mut command = posthaste(["send", "--json", "-S", &address.to_string()]);
        let outcome = Outcome::of(command.args(message()));
        assert_words(&outcome, expected);
        assert_eq!(
            outcome.stderr.contains("\n  hint: check host and port"),
            expected.3 == "malformed-reply",
            "{}",
            outcome.stderr
        );
        server.join().unwrap();
    }
    // The same where TLS is begun at once.
    let (address, server) = scripted(vec!["SSH-2.0-x\r\n"]);
    let mut command = posthaste(["send", "--json", "-S", &format!("smtps://{address}")]);
    // An authority to trust, should this system have none.
    let inbox = Inbox::builder().start().unwrap();
    let trust = Trust::of(&inbox);
    let outcome = Outcome::of(command.arg("--tls-ca").arg(trust.path()).args(message()));
    assert_words(&outcome, (76, "failed", "tls", "not-tls", "tls", "false"));
    assert!(
        outcome
            .stderr
            .contains("\"SSH-2.0-x\"\n  hint: check host and port"),
        "{}",
        outcome.stderr
    );
    server.join().unwrap();
}

#[test]
fn silence_ends_at_the_limit() {
    let (address, server) = scripted(vec![""]);
    let mut command = posthaste([
        "send",
        "--json",
        "--timeout",
        "50ms",
        "-S",
        &address.to_string(),
    ]);
    let outcome = Outcome::of(command.args(message()));
    assert_words(
        &outcome,
        (75, "failed", "timeout", "greeting", "greeting", "true"),
    );
    server.join().unwrap();
}

#[test]
fn a_broken_source_of_trust_is_78() {
    let mut command = posthaste([
        "send",
        "--json",
        "-S",
        "127.0.0.1:1",
        "--tls-ca",
        "/no/such/file.pem",
    ]);
    let outcome = Outcome::of(command.args(message()));
    let (exit, _, kind, ..) = outcome.words();
    assert_eq!((exit, kind.as_str()), (78, "config"), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("--tls-ca: ") && outcome.stderr.contains("/no/such/file.pem"),
        "{}",
        outcome.stderr
    );
    let mut command = posthaste(["send", "--json", "-S", "127.0.0.1:1"]);
    command.env("POSTHASTE_TLS_CA", "/no/such/file.pem");
    let outcome = Outcome::of(command.args(message()));
    assert_eq!(outcome.code, 78);
    assert!(
        outcome.stderr.starts_with("error: POSTHASTE_TLS_CA: "),
        "{}",
        outcome.stderr
    );
}
