//! What arrives in the embedded inbox, and what is shown of it.

mod common;

use std::fs;
use std::path::Path;

use common::{Outcome, message, posthaste};
use posthaste_inbox::Inbox;
use serde_json::Value;

const FIXED: [&str; 4] = [
    "--date",
    "Fri, 21 Nov 1997 09:55:06 -0600",
    "--message-id",
    "<1@example.org>",
];

fn to_folder(folder: &Path, arguments: &[&str]) -> Outcome {
    let server = format!("inbox:{}", folder.display());
    Outcome::of(
        posthaste(["send", "--json", "-S", &server])
            .args(message())
            .args(FIXED)
            .args(arguments),
    )
}

/// Boundaries are random; what they part is not.
fn without_boundaries(message: &[u8]) -> String {
    let text = String::from_utf8(message.to_vec()).expect("it is UTF-8");
    let seed = text
        .split("boundary=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let seed = seed.map(|boundary| {
        boundary
            .get(boundary.len() - 32..)
            .expect("a boundary is longer than that")
            .to_owned()
    });
    match seed {
        Some(seed) => text.replace(&seed, "SEED"),
        None => text,
    }
}

#[test]
fn the_inbox_keeps_what_compose_writes() {
    for more in [
        &[][..],
        &[
            "--html",
            "<p>Hi</p>",
            "-a",
            "Cargo.toml",
            "--inline",
            "Cargo.toml;cid=x",
        ],
        &["-c", "cy@example.net"],
    ] {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("mail");
        let outcome = to_folder(&folder, more);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let kept = fs::read(folder.join("0001.eml")).unwrap();
        let composed = Outcome::of(
            posthaste(["compose"])
                .args(message())
                .args(FIXED)
                .args(more),
        );
        assert_eq!(
            without_boundaries(&kept),
            without_boundaries(&composed.stdout)
        );
        let verdict = outcome.json();
        assert_eq!(
            verdict["path"],
            folder.join("0001.eml").display().to_string()
        );
        assert_eq!(verdict["bytes"], kept.len());
        assert_eq!(verdict["message_id"], "<1@example.org>");
        assert_eq!(verdict["tls"]["verified"], true);
        // The next one gets the next number.
        assert_eq!(to_folder(&folder, more).code, 0);
        assert!(folder.join("0002.eml").exists());
    }
}

#[test]
fn the_envelope_is_what_the_flags_say() {
    let place = tempfile::tempdir().unwrap();
    let more = [
        "-t",
        "BOB@example.net,bob@EXAMPLE.net",
        "-c",
        "cy@example.net",
        "-b",
        "eve@example.net",
        "--envelope-from",
        "",
    ];
    let outcome = to_folder(place.path(), &more);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let record: Value =
        serde_json::from_slice(&fs::read(place.path().join("0001.json")).unwrap()).unwrap();
    assert_eq!(record["mail_from"], "");
    let recipients: Vec<&str> = record["rcpt_to"]
        .as_array()
        .unwrap()
        .iter()
        .map(|to| to["address"].as_str().unwrap())
        .collect();
    assert_eq!(
        recipients,
        [
            "bob@example.net",
            "BOB@example.net",
            "cy@example.net",
            "eve@example.net"
        ]
    );
    assert!(
        !fs::read_to_string(place.path().join("0001.eml"))
            .unwrap()
            .contains("eve")
    );

    assert_eq!(
        to_folder(
            place.path(),
            &[
                "--envelope-from",
                "bounce@example.org",
                "--helo",
                "me.example.org"
            ]
        )
        .code,
        0
    );
    let record: Value =
        serde_json::from_slice(&fs::read(place.path().join("0002.json")).unwrap()).unwrap();
    assert_eq!(
        (&record["mail_from"], &record["hello"]),
        (&"bounce@example.org".into(), &"me.example.org".into())
    );
}

#[test]
fn the_environment_stands_in_for_flags() {
    let inbox = Inbox::builder()
        .auth("ann", "from a file")
        .auth_required()
        .start()
        .unwrap();
    let trust = common::Trust::of(&inbox);
    fs::write(trust.folder().join("pw"), "from a file\n").unwrap();
    let mut command = posthaste(["send", "--json", "-t", "bob@example.net", "-m", "Hi"]);
    command
        .env("POSTHASTE_SERVER", format!("127.0.0.1:{}", inbox.port()))
        .env("POSTHASTE_USER", "ann")
        .env("POSTHASTE_PASSWORD_FILE", trust.folder().join("pw"))
        .env("POSTHASTE_FROM", "Ann <ann@example.org>")
        .env("POSTHASTE_TLS_CA", trust.path());
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.json()["auth"], "scram-sha-512-plus");
    // A flag beats it.
    let outcome = Outcome::of(command.args(["-f", "cy@example.org"]));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let senders: Vec<String> = inbox
        .messages()
        .iter()
        .map(|kept| kept.record().mail_from.clone())
        .collect();
    assert_eq!(senders, ["ann@example.org", "cy@example.org"]);
    // In the environment a URL may hold the password.
    command
        .env_remove("POSTHASTE_USER")
        .env_remove("POSTHASTE_PASSWORD_FILE");
    command.env(
        "POSTHASTE_SERVER",
        format!("smtp://ann:from%20a%20file@127.0.0.1:{}", inbox.port()),
    );
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    // But not for somebody else.
    assert_eq!(Outcome::of(command.args(["-u", "cy"])).code, 64);
}

#[test]
fn implicit_tls_and_clear() {
    let inbox = Inbox::builder().implicit_tls().start().unwrap();
    let trust = common::Trust::of(&inbox);
    let mut command = posthaste([
        "send",
        "--json",
        "-S",
        &format!("smtps://127.0.0.1:{}", inbox.tls_port().unwrap()),
    ]);
    let outcome = Outcome::of(command.arg("--tls-ca").arg(trust.path()).args(message()));
    assert_eq!(
        outcome.json()["tls"]["version"],
        "1.3",
        "{}",
        outcome.stderr
    );
    let url = format!("127.0.0.1:{}", inbox.port());
    let outcome =
        Outcome::of(posthaste(["send", "--json", "--tls", "none", "-S", &url]).args(message()));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.json()["tls"].is_null());
}

#[test]
fn the_whole_story_is_on_stderr_and_stdout_stays_free() {
    let place = tempfile::tempdir().unwrap();
    let server = format!("inbox:{}", place.path().display());
    let mut command = posthaste([
        "send",
        "-S",
        &server,
        "-vv",
        "-f",
        "Ann <ann@example.org>",
        "-t",
        "bob@example.net",
    ]);
    let outcome = Outcome::of(command.args([
        "-s",
        "来自posthaste",
        "-m",
        "Hi\n.dot\n\u{1b}[31mred\n",
        "--html",
        "<p>Hi</p>",
        "-a",
        "Cargo.toml",
    ]));
    assert_eq!((outcome.code, outcome.stdout.len()), (0, 0));
    let told = outcome.stderr;
    let kept = format!("\nreceived: {}/0001.eml (", place.path().display());
    let mut at = 0;
    for piece in [
        " * connect 127.0.0.1:",
        " < 220 ",
        " > EHLO ",
        " > STARTTLS\n",
        " * TLSv1.3 ",
        " > MAIL FROM:<ann@example.org>",
        " > RCPT TO:<bob@example.net>\n",
        " > QUIT\n",
        "\nsent: 1 recipient, ",
        kept.as_str(),
        "\n  envelope from <ann@example.org> to bob@example.net\n",
        "\n  From:       Ann <ann@example.org>\n",
        "\n  Subject:    来自posthaste\n",
        "\n    multipart/mixed\n      multipart/alternative\n        text/plain; charset=utf-8  ",
        "\n        text/html; charset=utf-8  9 B\n",
        "\"Cargo.toml\"",
        "\n    | Hi\n    | .dot\n    | \\x1b[31mred\n",
    ] {
        let found = told[at..].find(piece);
        assert!(
            found.is_some(),
            "{piece:?} is missing behind octet {at}:\n{told}"
        );
        at += found.unwrap();
    }
    let quiet = Outcome::of(posthaste(["send", "-q", "-S", &server]).args(message()));
    assert_eq!(
        (quiet.code, quiet.stdout.len(), quiet.stderr.as_str()),
        (0, 0, "")
    );
    let plain = Outcome::of(posthaste(["send", "-S", &server]).args(message()));
    assert!(
        plain.stderr.starts_with("sent: 1 recipient, ") && plain.stderr.contains("\nkept: "),
        "{}",
        plain.stderr
    );
}

#[test]
fn a_fresh_folder_is_named_and_an_unused_one_is_removed() {
    let place = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let mut command = posthaste(["send", "--json", "-S", "inbox:"]);
        Outcome::of(
            command
                .env("TMPDIR", place.path())
                .args(message())
                .args(more),
        )
    };
    let outcome = run(&[]);
    let path = outcome.json()["path"].as_str().unwrap().to_owned();
    assert!(
        path.starts_with(place.path().to_str().unwrap()) && Path::new(&path).is_file(),
        "{path}"
    );
    assert!(outcome.stderr.contains(&path), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    // TLS from the first octet is not what the inbox speaks.
    let outcome = run(&["--tls", "implicit"]);
    assert_eq!(outcome.code, 76, "{}", outcome.stderr);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn the_inbox_takes_one_user_and_one_password() {
    let place = tempfile::tempdir().unwrap();
    let server = format!("inbox:{}", place.path().display());
    let mut command = posthaste([
        "send",
        "--json",
        "-S",
        &server,
        "-u",
        "ann",
        "--password-file",
        "-",
    ]);
    let outcome = Outcome::with_stdin(command.args(message()), "pässword with blanks\n".as_bytes());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let record: Value =
        serde_json::from_slice(&fs::read(place.path().join("0001.json")).unwrap()).unwrap();
    assert_eq!(record["auth"], "ann");
}

#[test]
fn v_tells_the_stages_in_words() {
    let inbox = Inbox::builder()
        .auth("ann", "right one")
        .refuse_recipient("bad@example.net", 550, "5.1.1 User unknown")
        .start()
        .unwrap();
    let trust = common::Trust::of(&inbox);
    let url = format!("smtp://ann@localhost:{}", inbox.port());
    let mut command = posthaste(["send", "-v", "-S", &url, "-c", "bad@example.net"]);
    command.args(["--auth", "plain"]);
    command
        .env("POSTHASTE_PASSWORD", "right one")
        .arg("--tls-ca")
        .arg(trust.path());
    let outcome = Outcome::of(command.args(message()));
    assert_eq!(outcome.code, 10, "{}", outcome.stderr);
    let mut at = 0;
    for piece in [
        "looking up localhost…\n",
        "connecting to ",
        "the server greets: 220 ",
        "asking for TLS (STARTTLS)…\n",
        "encrypted: TLS 1.3, ",
        "logging in (PLAIN)…\n",
        "authenticated as ann\n",
        "giving sender and recipients…\n",
        "recipient bob@example.net accepted: 250 ",
        "recipient bad@example.net refused: 550 5.1.1 User unknown\n",
        "connection closed\n",
        "partly sent: 1 of 2 recipients, ",
    ] {
        let found = outcome.stderr[at..].find(piece);
        assert!(
            found.is_some(),
            "{piece:?} is missing behind octet {at}:\n{}",
            outcome.stderr
        );
        at += found.unwrap();
    }
    let url = format!("127.0.0.1:{}", inbox.port());
    let clear = Outcome::of(posthaste(["send", "-v", "--tls", "none", "-S", &url]).args(message()));
    assert!(
        clear.stderr.contains("not encrypted: ") && !clear.stderr.contains("authenticated"),
        "{}",
        clear.stderr
    );
}
