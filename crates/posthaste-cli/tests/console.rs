//! Terminals and pipes: nothing that a terminal would obey, and no words about a reader that went away.

mod common;

use std::fs::{self, File};
use std::process::Stdio;

use common::{Outcome, message, posthaste, scripted};

#[track_caller]
fn assert_harmless(outcome: &Outcome) {
    let said = format!(
        "{}{}",
        outcome.stderr,
        String::from_utf8(outcome.stdout.clone()).expect("stdout is UTF-8")
    );
    let bad = said
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(bad, None, "{said:?}");
}

#[test]
fn escapes_of_a_server_do_not_reach_the_terminal() {
    let evil = "554 5.7.1 \u{1b}[2J\u{1b}]0;owned\u{7} \u{9b}31m \u{202e}txt\u{7f}\r\n";
    for loudness in [&[][..], &["-vv"], &["--json", "-vv"]] {
        let (address, server) = scripted(vec![evil]);
        let outcome = Outcome::of(
            posthaste(["send", "-S", &address.to_string()])
                .args(message())
                .args(loudness),
        );
        assert_eq!(outcome.code, 69, "{}", outcome.stderr);
        assert_harmless(&outcome);
        assert!(outcome.stderr.contains("\\x1b[2J"), "{}", outcome.stderr);
        server.join().unwrap();
    }
    // Octets that are no text, in the name that the server gives itself and in a refusal.
    let (address, server) = scripted(vec![
        "220 \u{85}\r\n",
        "250 a\r\n",
        "550 \u{1b}c\r\n",
        "221 bye\r\n",
    ]);
    let mut command = posthaste([
        "send",
        "--json",
        "-vv",
        "--tls",
        "none",
        "-S",
        &address.to_string(),
    ]);
    assert_harmless(&Outcome::of(command.args(message())));
    server.join().unwrap();
}

#[test]
fn escapes_in_a_message_or_a_flag_do_not_reach_the_terminal() {
    let place = tempfile::tempdir().unwrap();
    let server = format!("inbox:{}", place.path().display());
    let mut command = posthaste([
        "send",
        "--json",
        "-vv",
        "-S",
        &server,
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
    ]);
    let outcome =
        Outcome::of(command.args(["-s", "\u{202e}evil", "-m", "\u{1b}[31m\u{9b}2J\tred"]));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_harmless(&outcome);
    let outcome = Outcome::of(posthaste(["send", "--json", "-S", &server]).args([
        "-f",
        "a@b.org",
        "-t",
        "\u{1b}[2J",
        "-m",
        "Hi",
    ]));
    assert_eq!(outcome.code, 65);
    assert_harmless(&outcome);
}

#[test]
fn escapes_on_a_wrong_command_line_do_not_reach_the_terminal() {
    for evil in [
        "\u{1b}]0;owned\u{7}",
        "\u{1b}[2J\u{1b}[31m",
        "\u{9b}31m\u{202e}x",
        "a\rb",
    ] {
        for arguments in [
            vec![format!("--{evil}")],
            vec![evil.to_owned()],
            vec!["send".to_owned(), format!("--nope={evil}")],
            vec!["send".to_owned(), evil.to_owned()],
            vec!["send".to_owned(), "--tls".to_owned(), evil.to_owned()],
            vec!["send".to_owned(), "--timeout".to_owned(), evil.to_owned()],
            vec![
                "send".to_owned(),
                "--json".to_owned(),
                format!("-m{evil}"),
                evil.to_owned(),
            ],
        ] {
            // A terminal, as far as the parser of the command line can tell.
            let outcome = Outcome::of(posthaste(&arguments).env("CLICOLOR_FORCE", "1"));
            assert_eq!(outcome.code, 64, "{}", outcome.stderr);
            assert_harmless(&outcome);
            assert!(outcome.stderr.starts_with("error: "), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("\n\n"), "{}", outcome.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_the_program_is_its_own() {
    use std::os::unix::process::CommandExt;
    let mut command = posthaste(["--help"]);
    let outcome = Outcome::of(command.arg0("\u{1b}[2Jevil").env("CLICOLOR_FORCE", "1"));
    let said = String::from_utf8(outcome.stdout).unwrap();
    assert!(
        said.contains("posthaste") && !said.contains("evil"),
        "{said}"
    );
}

#[test]
fn a_reader_that_went_away_is_no_error_message() {
    let place = tempfile::tempdir().unwrap();
    // More than any pipe holds.
    fs::write(place.path().join("big.bin"), vec![0; 4 << 20]).unwrap();
    let mut command = posthaste(["compose", "-a", "big.bin"]);
    command
        .args(message())
        .current_dir(place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(74), &b""[..])
    );

    // The verdict of a message that was sent is not changed by who reads it.
    let server = format!("inbox:{}", place.path().join("mail").display());
    for stream in ["stdout", "stderr"] {
        let mut command = posthaste(["send", "--json", "-vv", "-S", &server]);
        let mut child = command
            .args(message())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        match stream {
            "stdout" => drop(child.stdout.take()),
            _ => drop(child.stderr.take()),
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{stream}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !said.contains("error") && !said.contains("warning") && !said.contains("panic"),
            "{said}"
        );
    }
    let mut child = posthaste(["send", "--help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait_with_output().unwrap().stderr.is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let output = posthaste(["compose"])
        .args(message())
        .stdout(full())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(74));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .starts_with("error: stdout cannot be written: ")
    );
    // A message that was sent is not to be sent again because nobody could be told.
    let place = tempfile::tempdir().unwrap();
    let server = format!("inbox:{}", place.path().display());
    let mut command = posthaste(["send", "--json", "-S", &server]);
    let output = command
        .args(message())
        .stdout(full())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("\nwarning: the JSON cannot be written")
    );
}
