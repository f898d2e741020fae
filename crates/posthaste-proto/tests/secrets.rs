//! The password is seen in nothing but the write that carries it.

#![allow(
    clippy::unwrap_used,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::session::{TlsInfo, TlsPolicy};
use posthaste_proto::{Config, Credentials, Session, Step};

const PASSWORD: &str = "Tr0ub4dor&3";
/// The same in base64, alone and in PLAIN's message.
const FORMS: [&str; 3] = [PASSWORD, "VHIwdWI0ZG9yJjM=", "AGFubgBUcjB1YjRkb3ImMw=="];

/// Everything a session shows while a server echoes what it was sent.
fn shown(mechanism: &str, replies: &[String]) -> String {
    let credentials = Credentials::new("ann", PASSWORD);
    let config = Config::new("client.example.org".parse().unwrap())
        .tls(TlsPolicy::Implicit)
        .credentials(credentials);
    let mut shown = format!("{config:?}");
    let mut session = Session::new(config);
    let mut replies = [
        "220 mx\r\n".to_owned(),
        format!("250-mx\r\n250 AUTH {mechanism}\r\n"),
    ]
    .into_iter()
    .chain(replies.iter().cloned());
    loop {
        shown += &format!("{session:?}\n");
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => match replies.next() {
                Some(reply) => session.received(reply.as_bytes()),
                None => session.closed_by_peer(),
            },
            Step::StartTls { .. } => session.tls_started(TlsInfo::default()),
            Step::Event(event) => shown += &format!("{event:?}\n"),
            Step::Close { .. } => return shown,
            Step::Idle => session.quit(),
            step @ (Step::Content(_) | Step::Credentials(_)) => panic!("{step:?}"),
        }
    }
}

#[test]
fn a_server_that_echoes_the_password_does_not_get_it_shown() {
    for form in FORMS {
        for reply in [
            format!("535 5.7.8 {form} is wrong\r\n"),
            format!("535-5.7.8 no\r\n535 5.7.8 {form}{form}\r\n"),
            format!("{form}\r\n"),
            format!("535 {form}"),
            format!("235 welcome {form}\r\n"),
            format!("235 ok\r\n421 {form}\r\n"),
            format!("334 {form}\r\n"),
            // Where the text is cut, a part of the secret would be left.
            format!("{}{form}\r\n", "x".repeat(80 - form.len() / 2)),
            format!(
                "535 {}{form} and more\r\n",
                "x".repeat(1024 - form.len() / 2)
            ),
            format!(
                "535-{}{form} and more\r\n535 y",
                "x".repeat(1024 - form.len() / 2)
            ),
            format!("535 {}", &form[..form.len() - 1]),
        ] {
            for mechanism in ["PLAIN", "LOGIN"] {
                let prompts = if mechanism == "LOGIN" { 2 } else { 0 };
                let mut replies = vec!["334 go\r\n".to_owned(); prompts];
                replies.push(reply.clone());
                let shown = shown(mechanism, &replies);
                for secret in FORMS {
                    assert!(!shown.contains(secret), "{mechanism}, {reply:?}:\n{shown}");
                }
            }
        }
    }
}
