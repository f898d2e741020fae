//! Runs the real binary and looks at what it says.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use posthaste_inbox::Inbox;
use serde_json::Value;

/// The binary, with no variable that this machine may have set.
pub(crate) fn posthaste<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_posthaste"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("POSTHASTE_") {
            command.env_remove(name);
        }
    }
    command
        .env("TZ", "UTC")
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// What the program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        Self {
            code: output.status.code().expect("the program ends by itself"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    pub(crate) fn with_stdin(command: &mut Command, input: &[u8]) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that refuses before it reads closes the pipe; that is no fault of the test.
        let _ = child
            .stdin
            .take()
            .expect("stdin is a pipe")
            .write_all(input);
        let output = child.wait_with_output().expect("the program ends");
        Self {
            code: output.status.code().expect("the program ends by itself"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// The one JSON object on stdout.
    pub(crate) fn json(&self) -> Value {
        let text = std::str::from_utf8(&self.stdout).expect("JSON is UTF-8");
        assert_eq!(
            text.matches('\n').count(),
            1,
            "one line: {text}{}",
            self.stderr
        );
        let value: Value = serde_json::from_str(text).expect("stdout is JSON");
        assert_eq!(value["exit"], self.code, "{text}");
        value
    }

    /// (exit code, status, kind, reason, stage, retryable), which say all that a script wants to know.
    pub(crate) fn words(&self) -> (i32, String, String, String, String, String) {
        let json = self.json();
        let word = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let error = &json["error"];
        (
            self.code,
            word(&json["status"]),
            word(&error["kind"]),
            word(&error["reason"]),
            word(&error["stage"]),
            word(&json["retryable"]),
        )
    }
}

/// What [`Outcome::words`] gives.
pub(crate) type Words<'a> = (i32, &'a str, &'a str, &'a str, &'a str, &'a str);

/// Asserts the words and that stderr begins as it must.
#[track_caller]
pub(crate) fn assert_words(outcome: &Outcome, expected: Words<'_>) {
    let (exit, status, kind, reason, stage, retryable) = outcome.words();
    let words = (
        exit,
        status.as_str(),
        kind.as_str(),
        reason.as_str(),
        stage.as_str(),
        retryable.as_str(),
    );
    assert_eq!(words, expected, "{}", outcome.stderr);
    if exit != 10 {
        let head = if exit == 11 { "in doubt: " } else { "error: " };
        assert!(outcome.stderr.starts_with(head), "{}", outcome.stderr);
    }
}

/// Flags of a small message to two recipients, or to those that are given.
pub(crate) fn message() -> Vec<String> {
    [
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
        "-s",
        "hello",
        "-m",
        "Hi Bob",
    ]
    .map(String::from)
    .to_vec()
}

/// A folder with the authority of an inbox in a file.
pub(crate) struct Trust {
    folder: tempfile::TempDir,
}

impl Trust {
    pub(crate) fn of(inbox: &Inbox) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(
            folder.path().join("ca.pem"),
            inbox.ca_pem().expect("the inbox has TLS"),
        )
        .expect("a file");
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// `send --json` of the small message to this inbox, over STARTTLS with its authority trusted.
pub(crate) fn send(inbox: &Inbox, more: &[&str]) -> Outcome {
    let trust = Trust::of(inbox);
    let url = format!("smtp://127.0.0.1:{}", inbox.port());
    let mut command = posthaste(["send", "--json", "-S", &url]);
    command
        .arg("--tls-ca")
        .arg(trust.path())
        .args(message())
        .args(more);
    Outcome::of(&mut command)
}

/// A server for one connection that says its lines, and reads one line from the client after each of them.
pub(crate) fn scripted(lines: Vec<&'static str>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        for line in lines {
            let _ = stream.write_all(line.as_bytes());
            // What the client said must be read before the socket is closed: a reset would take our words away from it.
            let mut octet = [0];
            while matches!(stream.read(&mut octet), Ok(1)) && octet != *b"\n" {}
        }
    });
    (address, thread)
}

/// A server for one connection that takes everything, each AUTH included, and gives the lines it heard, content left out.
pub(crate) fn heard(offered: &'static [&str]) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut say = |words: &str| {
            let _ = stream.write_all(format!("{words}\r\n").as_bytes());
        };
        let mut heard = Vec::new();
        say("220 mx");
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return heard;
            }
            let line = line.trim_end().to_owned();
            match line.get(..4) {
                Some("EHLO") => {
                    let offers = offered.iter().map(|offer| format!("250-{offer}\r\n"));
                    say(&format!("250-mx\r\n{}250 HELP", offers.collect::<String>()));
                }
                // The user, then the password, whatever they are.
                Some("AUTH") if line == "AUTH LOGIN" => {
                    for prompt in ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"] {
                        say(&format!("334 {prompt}"));
                        let _ = reader.read_line(&mut String::new());
                    }
                    say("235 2.7.0 welcome");
                }
                Some("AUTH") => say("235 2.7.0 welcome"),
                Some("DATA") => {
                    say("354 go");
                    let mut content = String::new();
                    while reader.read_line(&mut content).expect("content") > 0
                        && !content.ends_with("\r\n.\r\n")
                    {}
                    say("250 2.0.0 ok");
                }
                Some("BDAT") => {
                    let size = line.split(' ').nth(1).and_then(|size| size.parse().ok());
                    let mut content = vec![0; size.expect("a size")];
                    reader.read_exact(&mut content).expect("a chunk");
                    say("250 2.0.0 ok");
                }
                Some("QUIT") => say("221 bye"),
                _ => say("250 2.1.0 ok"),
            }
            heard.push(line);
        }
    });
    (address, thread)
}
