//! What must never print.

mod common;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::Driven;
use posthaste_inbox::session::{Session, TlsFacts};
use posthaste_inbox::{Config, Inbox};

#[test]
fn passwords_do_not_print() {
    let config = Config::new().auth("ann", "hunter2").auth_in_clear();
    let mut driven = Driven::new(config, None);
    driven.feed(b"EHLO c\r\nAUTH LOGIN\r\nYW5u\r\naHVudGVy");
    let shown = format!("{:?}", driven.session);
    assert!(
        shown.contains("ann") && !shown.contains("hunter") && !shown.contains("aHVud"),
        "{shown}"
    );
    driven.feed(b"Mg==\r\n");
    assert!(driven.text().ends_with("235 2.7.0 authenticated\r\n"));
}

/// Whatever is configured, sent and under way: no secret in any form prints.
#[test]
fn no_password_token_or_binding_prints_at_any_octet() {
    let facts = {
        let mut facts = TlsFacts::from("TLSv1.3");
        facts.exporter = Some(*b"exported exported exported expor");
        facts
    };
    let config = Config::new()
        .auth("ann", "hunter2")
        .token("bob", "t0ken-of-bob");
    let base64 = |text: &str| STANDARD.encode(text);
    let plain = base64("\0ann\0hunter2");
    let xoauth2 = base64("user=bob\u{1}auth=Bearer t0ken-of-bob\u{1}\u{1}");
    let bearer = base64("n,a=bob,\u{1}auth=Bearer bad-token\u{1}\u{1}");
    let scram = base64("p=tls-exporter,,n=ann,r=abc");
    let secrets = [
        "hunter2",
        "t0ken-of-bob",
        "bad-token",
        "exported",
        // As numbers, which is how octets print.
        "104, 117, 110, 116",
        "116, 48, 107, 101",
        "98, 97, 100, 45",
        "101, 120, 112, 111",
        // As an AUTH line has them.
        "aHVudGVyMg",
        &plain[..12],
        &xoauth2[20..40],
        &bearer[20..40],
        // The seed.
        "77, 77, 77",
    ];
    let conversation = format!(
        "EHLO c\r\nAUTH PLAIN {plain}x\r\nAUTH LOGIN\r\nYW5u\r\naHVudGVyMg\r\nAUTH XOAUTH2\r\n*\r\n\
         AUTH OAUTHBEARER {bearer}\r\nAQ==\r\nAUTH SCRAM-SHA-256-PLUS {scram}\r\n*\r\n\
         AUTH XOAUTH2\r\n{xoauth2}\r\nMAIL FROM:<a@b>\r\n"
    );
    let session = Session::new(Arc::new(config.clone()), Some(facts.clone()));
    let mut driven = Driven::of(session.with_entropy([77; 32]));
    let mut shown = format!("{config:?} {facts:?}");
    for octet in conversation.as_bytes() {
        driven.session.received(&[*octet]);
        shown.push_str(&format!("{:?}", driven.session));
        shown.push_str(&format!("{:?}", driven.session.poll()));
        driven.run();
        shown.push_str(&format!("{:?}", driven.session));
    }
    assert!(
        driven
            .text()
            .ends_with("235 2.7.0 authenticated\r\n250 2.1.0 ok\r\n"),
        "{}",
        driven.text()
    );
    for secret in secrets {
        let at = shown.find(secret);
        let context = at.map(|at| &shown[at.saturating_sub(300)..at + secret.len()]);
        assert_eq!(context, None, "{secret} prints");
    }
    let builder = Inbox::builder()
        .auth("ann", "hunter2")
        .token("bob", "t0ken-of-bob");
    let shown = format!("{builder:?}");
    assert!(
        shown.contains("ann") && !shown.contains("hunter2") && !shown.contains("t0ken"),
        "{shown}"
    );
    let inbox = builder.start().unwrap();
    let shown = format!("{inbox:?}");
    assert!(
        shown.contains("ann") && !shown.contains("hunter2") && !shown.contains("t0ken"),
        "{shown}"
    );
}
