//! No secret of any mechanism is seen in anything but the write that carries it.

#![allow(
    clippy::unwrap_used,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use posthaste_proto::sasl::{BuiltIn, Preference};
use posthaste_proto::session::{TlsInfo, TlsPolicy};
use posthaste_proto::{Config, Credentials, Event, Session, Step};

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

/// What a server answers to AUTH and to each response, before it repeats what it heard.
type Challenge = fn(&str) -> String;

/// A SCRAM server's first message for the nonce that the client sent.
fn scram_first(line: &str) -> String {
    let first = STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap();
    let first = String::from_utf8(first).unwrap();
    let nonce = first.rsplit("r=").next().unwrap();
    let message = format!("r={nonce}more,s=c2FsdHNhbHQ=,i=4096");
    format!("334 {}\r\n", STANDARD.encode(message))
}

fn prompt(_: &str) -> String {
    "334 VXNlcm5hbWU6\r\n".to_owned()
}

/// Lets every mechanism run up to its last response, then has the server say `last` of all that it heard.
fn heard_and_shown(
    mechanism: BuiltIn,
    credentials: Credentials,
    challenges: &[Challenge],
    last: &dyn Fn(&str) -> String,
) -> (Vec<String>, String) {
    let config = Config::new("client.example.org".parse().unwrap())
        .tls(TlsPolicy::Implicit)
        .entropy([3; 32])
        .mechanisms(Preference::only([mechanism]))
        .credentials(credentials.clone());
    let mut shown = format!("{config:?} {credentials:?}");
    let mut session = Session::new(config);
    let (mut heard, mut next) = (Vec::new(), vec!["220 mx\r\n".to_owned()]);
    let mut challenges = challenges.iter();
    loop {
        shown += &format!("{session:?}\n");
        let step = session.poll(Duration::ZERO);
        shown += &format!("{step:?}\n");
        match step {
            Step::Write { bytes, .. } => {
                let line = String::from_utf8(bytes.to_vec()).unwrap();
                let n = bytes.len();
                session.written(n);
                let line = line.trim_end();
                next.push(if line.starts_with("EHLO") {
                    format!("250-mx\r\n250 AUTH {mechanism}\r\n")
                } else if line == "*" || line == "QUIT" {
                    "501 no\r\n".to_owned()
                } else {
                    heard.push(line.rsplit(' ').next().unwrap().to_owned());
                    match challenges.next() {
                        Some(challenge) => challenge(line),
                        None => last(&heard.join(" ")),
                    }
                });
            }
            Step::Read { .. } => match next.pop() {
                Some(reply) => session.received(reply.as_bytes()),
                None => session.closed_by_peer(),
            },
            Step::StartTls { .. } => {
                let mut tls = TlsInfo::default();
                tls.exporter = Some([9; 32]);
                session.tls_started(tls);
            }
            Step::Event(event) => shown += &format!("{event}", event = Shown(&event)),
            Step::Close { .. } => return (heard, shown),
            Step::Idle => session.quit(),
            step @ (Step::Content(_) | Step::Credentials(_)) => panic!("{step:?}"),
        }
    }
}

/// As a program would show it to a person.
struct Shown<'a>(&'a Event);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Event::Lost { cause } => write!(f, "{cause} {cause:?} {cause:#?}"),
            Event::AuthDetail(detail) => write!(f, "{detail} {detail:?}"),
            event @ (Event::Ready | Event::Recipient { .. } | Event::Done { .. } | _) => {
                write!(f, "{event:?}")
            }
        }
    }
}

#[test]
fn no_mechanism_shows_a_secret_that_the_server_repeats() {
    let password = || Credentials::new("ann", PASSWORD);
    let token = || Credentials::token("ann", PASSWORD);
    let cases: [(BuiltIn, Credentials, &[Challenge]); 12] = [
        (BuiltIn::Plain, password(), &[]),
        (BuiltIn::Plain, password().acting_as("bob"), &[]),
        (BuiltIn::Login, password(), &[prompt, prompt]),
        (BuiltIn::CramMd5, password(), &[prompt]),
        (BuiltIn::ScramSha1, password(), &[scram_first]),
        (BuiltIn::ScramSha256, password(), &[scram_first]),
        (BuiltIn::ScramSha512, password(), &[scram_first]),
        (BuiltIn::ScramSha256Plus, password(), &[scram_first]),
        (BuiltIn::XOAuth2, token(), &[]),
        (BuiltIn::XOAuth2, token(), &[prompt]),
        (BuiltIn::OAuthBearer, token(), &[]),
        (BuiltIn::OAuthBearer, token(), &[prompt]),
    ];
    let lasts: [&dyn Fn(&str) -> String; 7] = [
        &|heard| format!("535 5.7.8 {heard} {PASSWORD}\r\n"),
        &|heard| format!("535-5.7.8 {heard}\r\n535 5.7.8 no\r\n"),
        &|heard| format!("235 2.7.0 {heard} {PASSWORD}\r\n"),
        &|heard| format!("334 {heard} {PASSWORD}\r\n"),
        &|heard| {
            format!(
                "334 {}\r\n",
                STANDARD.encode(format!("e={heard} {PASSWORD}"))
            )
        },
        &|heard| format!("{heard} {PASSWORD}\r\n"),
        &|heard| format!("535 {heard} {PASSWORD}"),
    ];
    for (mechanism, credentials, challenges) in cases {
        for (which, last) in lasts.iter().enumerate() {
            let (heard, shown) = heard_and_shown(mechanism, credentials.clone(), challenges, last);
            assert!(
                heard.len() > challenges.len(),
                "{mechanism} did not come to its end"
            );
            // The user name is no secret, nor is what RFC 7628 answers to a refusal.
            let secret = |form: &&String| form.len() >= 8 && **form != mechanism.name();
            for secret in heard.iter().filter(secret).chain([&PASSWORD.to_owned()]) {
                assert!(
                    !shown.contains(secret.as_str()),
                    "{mechanism}, answer {which}: {secret} in\n{shown}"
                );
            }
        }
    }
}
