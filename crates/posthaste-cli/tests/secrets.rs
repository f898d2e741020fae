//! The password appears in nothing that is printed, whatever the server says.

mod common;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::{Outcome, Trust, message, posthaste, scripted};
use posthaste_inbox::{Inbox, Stage};

const PASSWORD: &str = "pässword~hunter2?>";

/// The password and what AUTH makes of it, as a grep would look for them.
fn forms() -> [String; 4] {
    [
        PASSWORD.to_owned(),
        "hunter2".to_owned(),
        STANDARD.encode(PASSWORD),
        STANDARD.encode(format!("\0ann\0{PASSWORD}")),
    ]
}

/// Every way of asking for output.
const LOUDNESS: [&[&str]; 6] = [
    &[],
    &["-q"],
    &["-v"],
    &["-vv"],
    &["--json"],
    &["--json", "-vv"],
];

fn run(server: &str, ca: &[String], loudness: &[&str], more: &[&str]) -> Outcome {
    let mut command = posthaste([
        "send",
        "-S",
        server,
        "-u",
        "ann",
        "--password-env",
        "MAIL_PW",
        "--auth",
        "plain,login",
    ]);
    Outcome::of(
        command
            .env("MAIL_PW", PASSWORD)
            .args(message())
            .args(ca)
            .args(loudness)
            .args(more),
    )
}

#[track_caller]
fn assert_silent(outcome: &Outcome) {
    let said = format!(
        "{}{}",
        outcome.stderr,
        String::from_utf8_lossy(&outcome.stdout)
    );
    for form in forms() {
        assert!(!said.contains(&form), "{form} was printed:\n{said}");
    }
}

#[test]
fn success_and_refusal_do_not_show_it() {
    let echo: Vec<String> = forms()
        .into_iter()
        .filter(|form| form != "hunter2")
        .collect();
    let echo = echo.join(" ");
    let good = Inbox::builder().auth("ann", PASSWORD);
    let refusing = Inbox::builder().auth("ann", PASSWORD).reply(
        Stage::Auth,
        535,
        &format!("5.7.8 no {echo}\n5.7.8 {echo}"),
    );
    // What was heard at AUTH may come back much later.
    let gossiping = Inbox::builder().auth("ann", PASSWORD).reply(
        Stage::Rcpt,
        550,
        &format!("5.1.1 {echo} is {echo}"),
    );
    let welcoming = Inbox::builder().auth("ann", PASSWORD).reply(
        Stage::EndOfData,
        250,
        &format!("2.0.0 {echo} queued as {echo}"),
    );
    let wrong = Inbox::builder().auth("ann", "another one");
    for (builder, code) in [
        (good, 0),
        (refusing, 77),
        (gossiping, 67),
        (welcoming, 0),
        (wrong, 77),
    ] {
        let inbox = builder.start().unwrap();
        let trust = Trust::of(&inbox);
        let server = format!("127.0.0.1:{}", inbox.port());
        let ca = ["--tls-ca".to_owned(), trust.path().display().to_string()];
        for loudness in LOUDNESS {
            let outcome = run(&server, &ca, loudness, &[]);
            assert_eq!(outcome.code, code, "{}", outcome.stderr);
            assert_silent(&outcome);
            if loudness.contains(&"-vv") {
                assert!(
                    outcome.stderr.contains(" > AUTH PLAIN <redacted>\n"),
                    "{}",
                    outcome.stderr
                );
            }
        }
    }
}

#[test]
fn the_embedded_inbox_does_not_show_it() {
    for loudness in LOUDNESS {
        let place = tempfile::tempdir().unwrap();
        let outcome = run(
            &format!("inbox:{}", place.path().display()),
            &[],
            loudness,
            &[],
        );
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_silent(&outcome);
    }
}

#[test]
fn login_and_a_lost_connection_do_not_show_it() {
    for lines in [
        vec![
            "220 a\r\n",
            "250-a\r\n250 AUTH LOGIN\r\n",
            "334 VXNlcm5hbWU6\r\n",
            "334 UGFzc3dvcmQ6\r\n",
            "535 5.7.8 no\r\n",
            "221 bye\r\n",
        ],
        vec!["220 a\r\n", "250-a\r\n250 AUTH PLAIN\r\n", "235"],
        vec!["220 a\r\n", "250-a\r\n250 AUTH PLAIN\r\n", "334 \r\n"],
    ] {
        for loudness in LOUDNESS {
            let (address, server) = scripted(lines.clone());
            let more = [
                "--tls",
                "none",
                "--allow-plaintext-auth",
                "--timeout",
                "200ms",
            ];
            let outcome = run(&address.to_string(), &[], loudness, &more);
            assert_ne!(outcome.code, 0);
            assert_silent(&outcome);
            server.join().unwrap();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_line_does_not_hold_it() {
    // What another user sees of a program that runs: the server holds it while we look.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap().to_string();
    let mut command = posthaste([
        "send",
        "-q",
        "--tls",
        "none",
        "-u",
        "ann",
        "--password-env",
        "MAIL_PW",
        "-S",
        &server,
    ]);
    let mut child = command
        .env("MAIL_PW", PASSWORD)
        .args(message())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (stream, _) = listener.accept().unwrap();
    let shown = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(String::from_utf8_lossy(&shown).contains("--password-env"));
    assert!(!String::from_utf8_lossy(&shown).contains("hunter2"));
    drop(stream);
    assert_eq!(child.wait().unwrap().code(), Some(75));
}
