//! What is refused before anything is connected: 64, 65, 66 and 78.

mod common;

use std::fs;

use common::{Outcome, message, posthaste};

/// Runs `send --json` to an inbox whose folder must not even come into being.
#[track_caller]
fn refused(arguments: &[&str], expected: (i32, &str, &str)) -> Outcome {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("mail");
    let server = format!("inbox:{}", folder.display());
    let outcome = Outcome::of(
        posthaste(["send", "--json", "-S", &server])
            .args(arguments)
            .current_dir(place.path()),
    );
    assert_refused(&outcome, expected, arguments);
    assert!(!folder.exists(), "the inbox was started: {arguments:?}");
    // compose refuses the same with not an octet on stdout.
    let composed = Outcome::of(
        posthaste(["compose"])
            .args(arguments)
            .current_dir(place.path()),
    );
    assert_eq!(
        (composed.code, composed.stdout.len()),
        (outcome.code, 0),
        "{arguments:?}: {}",
        composed.stderr
    );
    outcome
}

#[track_caller]
fn assert_refused(outcome: &Outcome, expected: (i32, &str, &str), what: &[&str]) {
    let (exit, status, kind, reason, stage, retryable) = outcome.words();
    assert_eq!(
        (exit, kind.as_str(), reason.as_str()),
        expected,
        "{what:?}: {}",
        outcome.stderr
    );
    assert_eq!(
        (status.as_str(), stage.as_str(), retryable.as_str()),
        ("failed", "input", "false"),
        "{what:?}"
    );
    assert!(outcome.stderr.starts_with("error: "), "{}", outcome.stderr);
}

#[test]
fn no_line_break_gets_into_a_message_or_an_envelope() {
    for evil in [
        "\r\nBcc: eve@example.org",
        "\nBcc: eve@example.org",
        "\r.\r",
        "\r\n ",
        "\n",
    ] {
        let with = |text: &str| format!("{text}{evil}x");
        let table: &[(&str, String, &str)] = &[
            ("-f", with("ann@example.org"), "address"),
            ("-f", format!("Ann{evil} <ann@example.org>"), "address"),
            ("-t", with("bob@example.net"), "address"),
            ("-c", format!("\"B{evil}ob\" <bob@example.net>"), "address"),
            ("-b", with("bob@example.net,"), "address"),
            ("--reply-to", with("bob@example.net"), "address"),
            ("--envelope-from", with("ann@example.org"), "address"),
            (
                "--envelope-from",
                format!("\"a{evil}\"@example.org"),
                "address",
            ),
            ("-s", with("hello"), "header"),
            ("-H", format!("X-A{evil}: b"), "header"),
            ("-H", with("X-A: b"), "header"),
            ("-H", with("List-Id: <a.example.org>"), "header"),
            ("-H", with("Sender: ann@example.org"), "address"),
            ("-H", with("References: <a@example.org>"), "header"),
            ("--date", with("1 Jan 2026 00:00:00 +0000"), "date"),
            ("--message-id", with("<a@example.org>"), "header"),
            ("-a", format!("file.txt;name=\"a{evil}.txt\""), "file-name"),
            ("-a", format!("file.txt;name=a{evil}.txt"), "file-name"),
            (
                "-a",
                format!("file.txt;type=\"text/plain{evil}\""),
                "media-type",
            ),
            (
                "--inline",
                format!("file.txt;cid=\"a{evil}\""),
                "content-id",
            ),
            ("-a", with("no such file"), "file-name"),
        ];
        for (flag, value, reason) in table {
            // A subject or a sender of its own would be a flag given twice.
            let base: Vec<String> = match *flag {
                "-f" => ["-t", "bob@example.net", "-s", "hello", "-m", "Hi"]
                    .map(String::from)
                    .to_vec(),
                "-s" => ["-t", "bob@example.net", "-f", "ann@example.org", "-m", "Hi"]
                    .map(String::from)
                    .to_vec(),
                _ => message(),
            };
            let mut arguments: Vec<&str> = base.iter().map(String::as_str).collect();
            arguments.extend([*flag, value]);
            let outcome = refused(&arguments, (65, "input", reason));
            assert!(!outcome.stderr.contains('\r'), "{}", outcome.stderr);
        }
    }
}

#[test]
fn what_comes_by_the_environment_or_a_file_is_checked_too() {
    let outcome = Outcome::of(
        posthaste([
            "send",
            "--json",
            "-S",
            "127.0.0.1:1",
            "-t",
            "bob@example.net",
            "-m",
            "x",
        ])
        .env("POSTHASTE_FROM", "ann@example.org\r\nBcc: eve@example.org"),
    );
    assert_refused(&outcome, (65, "input", "address"), &["POSTHASTE_FROM"]);
    assert!(
        outcome.stderr.starts_with("error: POSTHASTE_FROM 'ann"),
        "{}",
        outcome.stderr
    );
    let place = tempfile::tempdir().unwrap();
    let run = |octets: &[u8]| {
        fs::write(place.path().join("text"), octets).unwrap();
        let mut command = posthaste(["send", "--json", "-S", "127.0.0.1:1", "--text-file", "text"]);
        Outcome::of(
            command
                .args(["-f", "ann@example.org", "-t", "bob@example.net"])
                .current_dir(place.path()),
        )
    };
    assert_refused(
        &run(b"NUL \0 in a text"),
        (65, "input", "message"),
        &["NUL"],
    );
    let outcome = run(b"one\ntwo \xfcber\n");
    assert_refused(&outcome, (65, "input", "not-utf8"), &["Latin-1"]);
    assert!(
        outcome.stderr.contains("octet 0xFC at offset 8, in line 2"),
        "{}",
        outcome.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_file_whose_own_name_has_a_line_break_needs_another_name() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("a\r\nb.txt"), "x").unwrap();
    let run = |spec: &str| {
        Outcome::of(
            posthaste(["compose", "-a", spec])
                .args(message())
                .current_dir(place.path()),
        )
    };
    assert_eq!(run("a\r\nb.txt").code, 65);
    let renamed = run("a\r\nb.txt;name=ab.txt");
    assert_eq!(renamed.code, 0, "{}", renamed.stderr);
    assert!(
        String::from_utf8(renamed.stdout)
            .unwrap()
            .contains("filename=\"ab.txt\"")
    );
}

#[test]
fn files_that_cannot_be_read_are_66() {
    let base = message();
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    let with = |more: &[&'static str]| {
        base.iter()
            .copied()
            .chain(more.iter().copied())
            .collect::<Vec<_>>()
    };
    refused(&with(&["-a", "nothing.pdf"]), (66, "input", "not-found"));
    refused(
        &with(&["--inline", "nothing.png;cid=logo"]),
        (66, "input", "not-found"),
    );
    refused(
        &with(&["--html-file", "nothing.html"]),
        (66, "input", "not-found"),
    );
    refused(
        &[
            "-f",
            "a@example.org",
            "-t",
            "b@example.org",
            "--text-file",
            "nothing",
        ],
        (66, "input", "not-found"),
    );
    for folder in [".", "/", "/tmp", "./", ".."] {
        let outcome = refused(
            &[base.as_slice(), &["-a", folder]].concat(),
            (66, "input", "unreadable"),
        );
        let told = format!("error: --attach {folder}: this is a folder\n");
        assert_eq!(outcome.stderr, told);
    }
}

#[test]
fn a_message_must_be_sound() {
    let base = message();
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    let with = |more: &[&'static str]| {
        base.iter()
            .copied()
            .chain(more.iter().copied())
            .collect::<Vec<_>>()
    };
    for bare in [
        "root",
        "ann@",
        "@example.org",
        "ann@example..org",
        "ann example.org",
        "",
        ",",
    ] {
        refused(
            &["-f", "ann@example.org", "-t", bare, "-m", "Hi"],
            (65, "input", "address"),
        );
    }
    refused(
        &["-f", "root", "-t", "bob@example.net", "-m", "Hi"],
        (65, "input", "address"),
    );
    refused(
        &[
            "-f",
            "a@example.org, b@example.org",
            "-t",
            "bob@example.net",
            "-m",
            "Hi",
        ],
        (65, "input", "address"),
    );
    for field in [
        "Subject: again",
        "from: a@b",
        "BCC: eve@example.org",
        "Date: now",
        "MIME-Version: 2.0",
        "Content-Type: text/html",
        "Return-Path: <>",
        "Resent-Bcc: eve@example.org",
        "Resent-Date: now",
        "Resent-Message-ID: no at",
        "Content-Language: de_DE",
        "List-Unsubscribe-Post: yes",
        "Keywords: a,, b",
    ] {
        refused(&with(&["-H", field]), (65, "input", "header"));
    }
    for field in ["Resent-To: nobody here", "Disposition-Notification-To: yes"] {
        let outcome = refused(&with(&["-H", field]), (65, "input", "address"));
        let name = field.split(':').next().unwrap();
        let told = format!("error: --header {name}: ");
        assert!(outcome.stderr.starts_with(&told), "{}", outcome.stderr);
    }
    let outcome = refused(&with(&["--date", "yesterday"]), (65, "input", "date"));
    let error = outcome.stderr.lines().next().unwrap();
    assert_eq!(
        error,
        "error: --date 'yesterday': this is no date with time and zone"
    );
    refused(&with(&["--message-id", "no at"]), (65, "input", "header"));
    refused(
        &with(&["-a", "Cargo.toml;type=multipart/mixed"]),
        (66, "input", "not-found"),
    );
    refused(
        &with(&["-a", "/dev/null;type=multipart/mixed"]),
        (65, "input", "message"),
    );
    refused(
        &with(&["-a", "/dev/null;type=nonsense"]),
        (65, "input", "media-type"),
    );
}

#[test]
fn usage() {
    let base = message();
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    let with = |more: &[&'static str]| {
        base.iter()
            .copied()
            .chain(more.iter().copied())
            .collect::<Vec<_>>()
    };
    for arguments in [
        with(&["--no-such-flag"]),
        with(&["--timeout", "1h"]),
        with(&["--tls", "maybe"]),
        with(&["--text-file", "x"]),
        with(&["-q", "-v"]),
        with(&["-H", "no colon"]),
        with(&["-a", ""]),
        with(&["-a", "x;nmae=y"]),
        with(&["-a", "x;cid=y"]),
        with(&["--inline", "x"]),
        with(&["--html", "-", "--password-file", "-"]),
        with(&["--html-file", "-", "--password-file", "-"]),
        with(&["--html", "-", "--token-file", "-"]),
        with(&["--auth", "digest-md5"]),
        with(&["--chunking", "maybe"]),
        vec!["-t", "bob@example.net"],
        vec!["-f", "ann@example.org"],
        vec![
            "-f",
            "ann@example.org",
            "-t",
            "b@example.org",
            "-m",
            "-",
            "--html",
            "-",
        ],
    ] {
        let outcome = Outcome::of(posthaste(["send", "--json", "-S", "inbox:"]).args(&arguments));
        assert_refused(&outcome, (64, "input", "usage"), &arguments);
    }
    for server in [
        "smtp://ann@",
        "http://h",
        "h:x",
        "smtp://h/path",
        "h\r\nQUIT",
        "",
        "ann@h",
        "2001:db8::1",
    ] {
        let outcome = Outcome::of(posthaste(["send", "--json", "-S", server]).args(message()));
        assert_refused(&outcome, (64, "input", "usage"), &[server]);
    }
    for more in [
        ["--helo", "a b"],
        ["--helo", "x\r\nQUIT"],
        ["--tls-name", "a b"],
    ] {
        let outcome = Outcome::of(
            posthaste(["send", "--json", "-S", "inbox:"])
                .args(message())
                .args(more),
        );
        assert_refused(&outcome, (64, "input", "usage"), &more);
    }
    assert_refused(
        &Outcome::of(posthaste(["send", "--json"]).args(message())),
        (64, "input", "usage"),
        &["no server"],
    );
    let outcome = Outcome::of(posthaste(["send", "--json", "-S", "inbox:~/mail"]).args(message()));
    assert_refused(&outcome, (64, "input", "usage"), &["~"]);
    assert!(
        outcome.stderr.contains("the shell does not expand ~"),
        "{}",
        outcome.stderr
    );
    let outcome = Outcome::of(&mut posthaste(["send", "--json", "--subjekt", "x"]));
    let hint = &outcome.json()["error"]["hint"];
    assert_eq!(hint, "a similar argument exists: '--subject'");
    let nothing = Outcome::of(&mut posthaste([""; 0]));
    assert_eq!((nothing.code, nothing.stdout.len()), (64, 0));
    assert!(nothing.stderr.contains("Usage:"), "{}", nothing.stderr);
}

#[test]
fn secrets_are_not_taken_from_the_command_line() {
    for arguments in [
        vec!["--password", "hunter2-secret"],
        vec!["--password=hunter2-secret"],
        vec!["--password"],
        vec!["-S", "smtp://ann:hunter2-secret@127.0.0.1:1"],
        vec!["-S", "smtp://ann:hunter2-secret/x@127.0.0.1:1"],
        vec!["-S", "ann:hunter2-secret@127.0.0.1"],
        vec!["--pasword=hunter2-secret"],
        vec!["--token", "hunter2-secret"],
        vec!["--token=hunter2-secret"],
    ] {
        for json in [&["--json"][..], &["-vv"], &[]] {
            let mut command = posthaste(["send", "-u", "ann"]);
            let outcome = Outcome::of(command.args(message()).args(&arguments).args(json));
            assert_eq!(outcome.code, 64, "{arguments:?}: {}", outcome.stderr);
            let said = format!(
                "{}{}",
                outcome.stderr,
                String::from_utf8_lossy(&outcome.stdout)
            );
            assert!(!said.contains("hunter2"), "{said}");
            if arguments[0].starts_with("--token") {
                assert!(
                    said.contains("--token-env") && said.contains("--token-file"),
                    "{said}"
                );
            } else if arguments[0] != "--pasword=hunter2-secret" {
                assert!(
                    said.contains("--password-env") && said.contains("--password-file"),
                    "{said}"
                );
            }
        }
        let composed = Outcome::of(posthaste(["compose"]).args(message()).args(&arguments));
        assert_eq!(
            (composed.code, composed.stdout.len()),
            (64, 0),
            "{}",
            composed.stderr
        );
    }
    let help = Outcome::of(&mut posthaste(["send", "--help"]));
    assert!(
        !String::from_utf8(help.stdout)
            .unwrap()
            .contains("--password ")
    );
}

#[test]
fn a_login_needs_both_halves() {
    let send = |arguments: &[&str]| {
        let mut command = posthaste(["send", "--json"]);
        command.args(message()).args(arguments);
        command
    };
    let outcome = Outcome::of(&mut send(&["-S", "smtp://ann@127.0.0.1:1"]));
    assert_refused(&outcome, (64, "input", "usage"), &["no password"]);
    let outcome =
        Outcome::of(send(&["-S", "127.0.0.1:1", "--password-env", "PW"]).env("PW", "secret-word"));
    assert_refused(&outcome, (64, "input", "usage"), &["no user"]);
    let outcome =
        Outcome::of(send(&["-S", "127.0.0.1:1"]).env("POSTHASTE_PASSWORD", "secret-word"));
    assert_refused(&outcome, (64, "input", "usage"), &["no user, environment"]);
    for source in [
        &["--password-env", "UNSET"][..],
        &["--password-file", "/no/such/file"],
    ] {
        let outcome = Outcome::of(send(&["-S", "smtp://ann@127.0.0.1:1"]).args(source));
        let (exit, _, kind, ..) = outcome.words();
        assert_eq!((exit, kind.as_str()), (78, "config"), "{}", outcome.stderr);
    }
    let outcome = Outcome::of(send(&[]).env("POSTHASTE_SERVER", "smtp://ann:secret-word@"));
    let (exit, _, kind, ..) = outcome.words();
    assert_eq!((exit, kind.as_str()), (78, "config"), "{}", outcome.stderr);
    assert!(
        !outcome.stderr.contains("secret-word"),
        "{}",
        outcome.stderr
    );
}
