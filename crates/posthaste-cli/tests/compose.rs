//! What `compose` writes, octet by octet where that can be fixed, and as Python's reader sees it.

mod common;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{Outcome, posthaste};
use serde_json::{Value, json};

const FIXED: [&str; 4] = [
    "--date",
    "Fri, 21 Nov 1997 09:55:06 -0600",
    "--message-id",
    "<1@example.org>",
];

fn compose(arguments: &[&str]) -> String {
    let outcome = Outcome::of(posthaste(["compose"]).args(FIXED).args(arguments));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    String::from_utf8(outcome.stdout).expect("it fits seven bits")
}

#[test]
fn fields_with_a_grammar() {
    let message = compose(&[
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
        "-m",
        "Hi",
        "-H",
        "Content-Language: zh-Hans, en",
        "-H",
        "Keywords: über, mail",
        "-H",
        "Disposition-Notification-To: Jürgen <j@example.org>",
    ]);
    for line in [
        "Content-Language: zh-Hans, en",
        "Keywords: =?UTF-8?B?w7xiZXI=?= , mail",
        "Disposition-Notification-To: =?UTF-8?Q?J=C3=BCrgen?= <j@example.org>",
    ] {
        assert!(message.contains(&format!("\r\n{line}\r\n")), "{message}");
    }
}

#[test]
fn a_plain_message_is_the_same_octets_every_time() {
    let message = compose(&[
        "-f",
        "Ann Lee <ann@example.org>",
        "-t",
        "bob@example.net, \"Lee, Cy\" <cy@example.net>",
        "-c",
        "dan@example.net",
        "-b",
        "eve@example.net",
        "--reply-to",
        "office@example.org",
        "-s",
        "Hello",
        "-m",
        "Hi Bob\nhow are you?\n",
        "-H",
        "X-Mailer:   by hand  ",
        "-H",
        "In-Reply-To: <0@example.org>",
        "-H",
        "References: <a@example.org> <0@example.org>",
    ]);
    assert_eq!(
        message,
        "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n\
         From: Ann Lee <ann@example.org>\r\n\
         Reply-To: office@example.org\r\n\
         To: bob@example.net, \"Lee, Cy\" <cy@example.net>\r\n\
         Cc: dan@example.net\r\n\
         Subject: Hello\r\n\
         Message-ID: <1@example.org>\r\n\
         In-Reply-To: <0@example.org>\r\n\
         References: <a@example.org> <0@example.org>\r\n\
         X-Mailer: by hand\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 7bit\r\n\
         \r\n\
         Hi Bob\r\nhow are you?\r\n"
    );
}

#[test]
fn other_scripts_fit_seven_bits() {
    let message = compose(&[
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
        "-s",
        "来自posthaste",
        "-m",
        "Grüße aus dem Norden\n",
    ]);
    assert_eq!(
        message,
        "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n\
         From: ann@example.org\r\n\
         To: bob@example.net\r\n\
         Subject: =?UTF-8?B?5p2l6IeqcG9zdGhhc3Rl?=\r\n\
         Message-ID: <1@example.org>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\
         \r\n\
         Gr=C3=BC=C3=9Fe aus dem Norden\r\n"
    );
}

#[test]
fn neither_a_text_nor_a_visible_recipient_is_needed() {
    let message = compose(&["-f", "ann@example.org", "-b", "eve@example.net", "-m", ""]);
    assert!(
        !message.contains("eve") && !message.to_lowercase().contains("bcc"),
        "{message}"
    );
    assert!(message.ends_with("\r\n\r\n"), "{message}");
    let message = compose(&[
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
        "-a",
        "/dev/null;name=empty.bin",
    ]);
    assert!(message.contains("filename=\"empty.bin\""), "{message}");
}

/// Reads a message on stdin with Python's own reader and says as JSON what is in it.
const PYTHON: &str = r#"
import sys, json, email, email.policy, hashlib
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def part(p):
    if p.is_multipart():
        return {"type": p.get_content_type(), "parts": [part(q) for q in p.iter_parts()], "defects": [str(d) for d in p.defects]}
    octets = p.get_payload(decode=True)
    text = octets.decode(p.get_content_charset() or "ascii") if p.get_content_maintype() == "text" else None
    return {"type": p.get_content_type(), "name": p.get_filename(), "disposition": p.get_content_disposition(),
            "cid": p["Content-ID"], "text": text, "sha256": hashlib.sha256(octets).hexdigest(), "defects": [str(d) for d in p.defects]}
print(json.dumps({"subject": m["Subject"], "from": str(m["From"]), "to": [a.addr_spec for a in m["To"].addresses],
                  "date": m["Date"].datetime.isoformat(), "root": part(m)}))
"#;

/// What Python says when it is given these octets on stdin.
fn python(code: &str, octets: &[u8]) -> Vec<u8> {
    let mut child = Command::new("python3")
        .args(["-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    stdin.write_all(octets).expect("python3 reads to the end");
    drop(stdin);
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success());
    output.stdout
}

#[test]
fn python_reads_what_was_meant() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    // Every octet, several times over, so that it is more than one block of base64.
    let octets: Vec<u8> = (0..300_000_u32)
        .map(|number| u8::try_from(number * 7 % 256).unwrap())
        .collect();
    fs::write(place.path().join("季度 报告 №7.bin"), &octets).unwrap();
    fs::write(place.path().join("logo.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    fs::write(
        place.path().join("page.html"),
        "\u{feff}<p>Grüße <img src=\"cid:logo\"></p>\n",
    )
    .unwrap();
    let long = "x".repeat(1500);
    let text = format!(".\n..two dots\n{long}\nFrom here 世界 \n");
    let mut command = posthaste([
        "compose",
        "-f",
        "Jörg <joerg@example.org>",
        "-t",
        "bob@example.net",
        "--text-file",
        "-",
    ]);
    command.args([
        "-s",
        "来自posthaste，这是一封测试邮件 – Grüße №7",
        "--html-file",
        "page.html",
    ]);
    command
        .args(["--inline", "logo.png;cid=logo", "-a", "季度 报告 №7.bin"])
        .args(FIXED)
        .current_dir(place.path());
    let outcome = Outcome::with_stdin(&mut command, text.as_bytes());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(outcome.stdout.is_ascii());
    let lines = outcome.stdout.split(|octet| *octet == b'\n');
    assert!(
        lines
            .clone()
            .all(|line| line.is_empty() || line.ends_with(b"\r")),
        "only CRLF ends a line"
    );
    assert!(lines.clone().all(|line| line.len() <= 999));

    let read: Value = serde_json::from_slice(&python(PYTHON, &outcome.stdout)).unwrap();
    let leaf = |media: &str,
                name: Value,
                disposition: Value,
                cid: Value,
                text: Value,
                octets: &[u8]| {
        json!({"type": media, "name": name, "disposition": disposition, "cid": cid, "text": text,
               "sha256": sha256(octets), "defects": []})
    };
    let plain = text.replace('\n', "\r\n");
    let html = "<p>Grüße <img src=\"cid:logo\"></p>\r\n";
    assert_eq!(
        read,
        json!({
            "subject": "来自posthaste，这是一封测试邮件 – Grüße №7",
            "from": "Jörg <joerg@example.org>",
            "to": ["bob@example.net"],
            "date": "1997-11-21T09:55:06-06:00",
            "root": {"type": "multipart/mixed", "defects": [], "parts": [
                {"type": "multipart/related", "defects": [], "parts": [
                    {"type": "multipart/alternative", "defects": [], "parts": [
                        leaf("text/plain", Value::Null, Value::Null, Value::Null, json!(plain), plain.as_bytes()),
                        leaf("text/html", Value::Null, Value::Null, Value::Null, json!(html), html.as_bytes()),
                    ]},
                    leaf("image/png", json!("logo.png"), json!("inline"), json!("<logo>"), Value::Null, b"\x89PNG\r\n\x1a\n"),
                ]},
                leaf("application/octet-stream", json!("季度 报告 №7.bin"), json!("attachment"), Value::Null, Value::Null, &octets),
            ]},
        })
    );
}

/// By the same Python, so that no crate is needed for it.
fn sha256(octets: &[u8]) -> String {
    let code =
        "import sys, hashlib; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest(), end='')";
    String::from_utf8(python(code, octets)).expect("hexadecimal digits")
}

#[test]
fn a_message_inside_of_a_message_is_not_encoded() {
    let place = tempfile::tempdir().unwrap();
    fs::write(
        place.path().join("inner.eml"),
        "From: a@example.org\nSubject: inner\n\nHi\n",
    )
    .unwrap();
    let mut command = posthaste([
        "compose",
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
        "-m",
        "see below",
    ]);
    command
        .args(["-a", "inner.eml;type=message/rfc822"])
        .current_dir(place.path());
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let message = String::from_utf8(outcome.stdout).unwrap();
    assert!(
        message.contains("\r\n\r\nFrom: a@example.org\r\nSubject: inner\r\n\r\nHi\r\n"),
        "{message}"
    );
}

#[test]
fn the_file_of_output_holds_the_message_and_stdout_the_verdict() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("x.eml");
    let base = [
        "-f",
        "ann@example.org",
        "-t",
        "bob@example.net",
        "-s",
        "x",
        "-m",
        "Hi",
    ];
    let mut command = posthaste(["compose", "--json", "-o"]);
    let outcome = Outcome::of(command.arg(&path).args(base).args(FIXED));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, compose(&base));
    let verdict = outcome.json();
    assert_eq!(verdict["status"], "composed");
    assert_eq!(verdict["bytes"], written.len());
    assert_eq!(verdict["message_id"], "<1@example.org>");

    // A refusal leaves what is there alone.
    let mut command = posthaste(["compose", "--json", "-o"]);
    let outcome = Outcome::of(command.arg(&path).args(base).args(["-H", "Subject: again"]));
    assert_eq!(
        (outcome.code, outcome.json()["error"]["reason"].as_str()),
        (65, Some("header"))
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), written);

    let outcome = Outcome::of(posthaste(["compose", "-o", "/no/such/folder/x.eml"]).args(base));
    assert_eq!(
        (outcome.code, outcome.stdout.len()),
        (73, 0),
        "{}",
        outcome.stderr
    );
    // Both on stdout would be neither.
    let outcome = Outcome::of(posthaste(["compose", "--json"]).args(base));
    assert_eq!(
        (outcome.code, outcome.stdout.len()),
        (64, 0),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_needs_an_extension_is_refused() {
    let outcome = Outcome::of(&mut posthaste([
        "compose",
        "-f",
        "ann@example.org",
        "-t",
        "jörg@example.org",
        "-m",
        "x",
    ]));
    assert_eq!((outcome.code, outcome.stdout.len()), (65, 0));
    assert!(
        outcome.stderr.to_lowercase().contains("smtputf8"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_pipe_or_a_file_on_stdin_is_the_text_when_nothing_else_is_said() {
    const NO_TEXT: &str =
        "error: no text: say -m TEXT, -m - to read it from stdin, or -m '' for an empty mail\n";
    let base = ["-f", "ann@example.org", "-t", "bob@example.net"];
    let with = |more: &[&str], input: &[u8]| {
        let mut command = posthaste(["compose"]);
        Outcome::with_stdin(command.args(base).args(more), input)
    };
    let body = |outcome: &Outcome| {
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let message = String::from_utf8(outcome.stdout.clone()).unwrap();
        message.split_once("\r\n\r\n").unwrap().1.to_owned()
    };
    assert_eq!(body(&with(&[], b"body\n")), "body\r\n");
    // Whoever says what the message holds is not asked for more.
    assert_eq!(body(&with(&["-m", ""], b"body\n")), "");
    assert_eq!(body(&with(&["--html", "<p>"], b"body\n")), "<p>\r\n");
    let attached = with(&["-a", "/dev/null;name=x.bin"], b"body\n");
    assert!(!body(&attached).contains("body"));
    let latin = with(&[], b"\xfcber");
    assert_eq!(latin.code, 65, "{}", latin.stderr);

    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("body.txt");
    fs::write(&path, "from a file\n").unwrap();
    let mut command = posthaste(["compose"]);
    command.args(base).stdin(fs::File::open(&path).unwrap());
    assert_eq!(body(&Outcome::of(&mut command)), "from a file\r\n");

    for subcommand in ["send", "compose"] {
        let mut empty_pipe = posthaste([subcommand, "-S", "127.0.0.1:1"]);
        let mut null = posthaste([subcommand, "-S", "127.0.0.1:1"]);
        null.stdin(Stdio::null());
        for outcome in [
            Outcome::with_stdin(empty_pipe.args(base), b""),
            Outcome::of(null.args(base)),
        ] {
            assert_eq!((outcome.code, outcome.stderr.as_str()), (64, NO_TEXT));
            assert!(outcome.stdout.is_empty());
        }
    }
    // What is on stdin is the password here.
    let mut command = posthaste([
        "send",
        "-S",
        "127.0.0.1:1",
        "-u",
        "ann",
        "--password-file",
        "-",
    ]);
    let outcome = Outcome::with_stdin(command.args(base), b"secret\n");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (64, NO_TEXT));
}
