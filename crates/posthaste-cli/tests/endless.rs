//! What has no end is not read for ever, and what cannot be written is not called done.
#![cfg(target_os = "linux")]

mod common;

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use common::{Outcome, message, posthaste};

/// The program under a shell that gives it this much memory, in KiB; more, and it is killed or stops.
fn within(kib: u32, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {kib}; exec \"$0\" \"$@\"");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_posthaste")])
        .args(arguments)
        .stdin(Stdio::null());
    command
}

#[test]
fn devices_are_refused() {
    let base = message();
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    let no_text = &base[..base.len() - 2];
    for (start, flags, code, reason) in [
        (&base[..], &["-a", "/dev/zero"][..], 66, "unreadable"),
        (
            &base,
            &["-a", "/dev/zero;type=message/rfc822"],
            66,
            "unreadable",
        ),
        (&base, &["--inline", "/dev/urandom;cid=x"], 66, "unreadable"),
        (no_text, &["--text-file", "/dev/zero"], 66, "unreadable"),
        (&base, &["--html-file", "/dev/full"], 66, "unreadable"),
        (
            &base,
            &["--password-file", "/dev/zero", "-u", "ann"],
            78,
            "secret",
        ),
        (
            &base,
            &["--token-file", "/dev/zero", "-u", "ann"],
            78,
            "secret",
        ),
        (&base, &["--tls-ca", "/dev/zero"], 78, "tls-ca"),
    ] {
        let send = [&["send", "--json", "-S", "127.0.0.1:1"], start, flags].concat();
        let outcome = Outcome::of(&mut within(400_000, &send));
        let words = outcome.words();
        assert_eq!(
            (outcome.code, words.3.as_str()),
            (code, reason),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("this is a device"),
            "{}",
            outcome.stderr
        );
    }
    let mut command = posthaste(["send", "--json", "-S", "127.0.0.1:1"]);
    let outcome = Outcome::of(command.args(&base).env("POSTHASTE_TLS_CA", "/dev/zero"));
    assert_eq!(outcome.code, 78);
    // The empty device is an empty file.
    let composed = Outcome::of(posthaste(["compose", "-a", "/dev/null"]).args(&base));
    assert_eq!(composed.code, 0, "{}", composed.stderr);
}

/// A program whose stdin never ends.
struct Endless(Child);

impl Endless {
    fn new(octet: &str) -> Self {
        let yes = Command::new("yes")
            .arg(octet)
            .stdout(Stdio::piped())
            .spawn()
            .expect("yes starts");
        Self(yes)
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn pipes_without_end_are_refused_with_the_limit() {
    let base = message();
    let base: Vec<&str> = base.iter().map(String::as_str).collect();
    let no_text = &base[..base.len() - 2];
    for (start, flags, code, limit) in [
        (no_text, &[][..], 66, "64 MiB"),
        (no_text, &["-m", "-"], 66, "64 MiB"),
        (no_text, &["--text-file", "/dev/stdin"], 66, "64 MiB"),
        (&base[..], &["--html", "-"], 66, "64 MiB"),
        (&base, &["-a", "/dev/stdin"], 66, "256 MiB"),
        (&base, &["--password-file", "-", "-u", "ann"], 78, "1 MiB"),
        (&base, &["--token-file", "-", "-u", "ann"], 78, "1 MiB"),
        (
            &base,
            &["--password-file", "/dev/stdin", "-u", "ann"],
            78,
            "1 MiB",
        ),
        (&base, &["--tls-ca", "/dev/stdin"], 78, "1 MiB"),
    ] {
        let mut endless = Endless::new("x");
        let send = [&["send", "--json", "-S", "127.0.0.1:1"], start, flags].concat();
        let mut command = within(1_500_000, &send);
        let outcome = Outcome::of(command.stdin(endless.0.stdout.take().expect("a pipe")));
        assert_eq!(outcome.words().0, code, "{flags:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(limit),
            "{flags:?}: {}",
            outcome.stderr
        );
        if limit == "256 MiB" {
            assert!(
                outcome.stderr.contains("regular file"),
                "{}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn certificates_come_out_of_a_pipe_too() {
    let inbox = posthaste_inbox::Inbox::builder().start().expect("an inbox");
    let pem = inbox.ca_pem().expect("it has TLS").to_owned();
    let url = format!("smtp://127.0.0.1:{}", inbox.port());
    let mut command = posthaste(["send", "--json", "-S", &url, "--tls", "starttls"]);
    command.args(["--tls-ca", "/dev/stdin"]).args(message());
    let outcome = Outcome::with_stdin(&mut command, pem.as_bytes());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(inbox.stop().len(), 1);
}

#[test]
fn a_file_of_certificates_has_a_limit() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("ca.pem");
    File::create(&path)
        .and_then(|mut file| file.write_all(&vec![b'#'; (1 << 20) + 1]))
        .expect("a file");
    let mut command = posthaste(["send", "--json", "-S", "inbox:"]);
    let outcome = Outcome::of(command.arg("--tls-ca").arg(&path).args(message()));
    assert_eq!(outcome.words().0, 78);
    assert!(outcome.stderr.contains("1 MiB"), "{}", outcome.stderr);
}

#[test]
fn help_that_cannot_be_written_is_74() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["send", "-h"],
        &["help", "compose"],
    ] {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("/dev/full");
        let output = posthaste(arguments)
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .expect("the program starts");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(74), "{arguments:?}: {said}");
        assert!(
            said.starts_with("error: stdout cannot be written: "),
            "{said}"
        );
    }
}
