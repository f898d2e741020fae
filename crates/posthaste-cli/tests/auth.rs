//! `--auth`, `--auth-identity`, tokens, and `--chunking`.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

mod common;

use std::net::SocketAddr;
use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::{Outcome, assert_words, heard, message, posthaste, scripted};

const TOKEN: &str = "ya29.hunter2-token~";
const PASSWORD: &str = "hunter2 password";

/// `send --json` in clear, which is allowed here, as ann.
fn send(address: SocketAddr, more: &[&str]) -> Command {
    let url = format!("smtp://ann@{address}");
    let mut command = posthaste(["send", "--json", "-S", &url, "--tls", "none"]);
    command
        .env("MAIL_PW", PASSWORD)
        .env("MAIL_TOKEN", TOKEN)
        .arg("--allow-plaintext-auth")
        .args(message())
        .args(more);
    command
}

/// What it says in AUTH to a server that offers these and takes everything, and the `auth` of the verdict.
fn login(offered: &'static [&str], more: &[&str]) -> (Option<String>, Option<String>) {
    let (address, server) = heard(offered);
    let outcome = Outcome::of(&mut send(address, more));
    assert_eq!(outcome.code, 0, "{more:?}: {}", outcome.stderr);
    let lines = server.join().unwrap();
    let auth = lines.iter().find_map(|line| line.strip_prefix("AUTH "));
    let told = outcome.json()["auth"].as_str().map(str::to_owned);
    (auth.map(str::to_owned), told)
}

#[test]
fn the_list_is_an_order_and_the_verdict_names_what_was_used() {
    const OFFERED: &[&str] = &["AUTH LOGIN PLAIN EXTERNAL ANONYMOUS XOAUTH2 OAUTHBEARER"];
    let password = ["--password-env", "MAIL_PW"];
    let token = ["--token-env", "MAIL_TOKEN"];
    let plain = format!("PLAIN {}", STANDARD.encode(format!("\0ann\0{PASSWORD}")));
    let acting = format!("PLAIN {}", STANDARD.encode(format!("cy\0ann\0{PASSWORD}")));
    let xoauth2 = format!("user=ann\x01auth=Bearer {TOKEN}\x01\x01");
    let xoauth2 = format!("XOAUTH2 {}", STANDARD.encode(xoauth2));
    let bearer = format!("n,a=ann,\x01auth=Bearer {TOKEN}\x01\x01");
    let bearer = format!("OAUTHBEARER {}", STANDARD.encode(bearer));
    for (secret, more, said) in [
        (&password[..], &[][..], plain.as_str()),
        (&password, &["--auth", "auto"], &plain),
        (&password, &["--auth", "scram-sha-1,plain,login"], &plain),
        (&password, &["--auth", "xoauth2,login"], "LOGIN"),
        (
            &password,
            &["--auth", "plain", "--auth-identity", "cy"],
            &acting,
        ),
        // LOGIN has no place for it.
        (
            &password,
            &["--auth", "login,plain", "--auth-identity", "cy"],
            &acting,
        ),
        (&token, &[], &bearer),
        (&token, &["--auth", "xoauth2,plain"], &xoauth2),
        (&[], &["--auth", "external"], "EXTERNAL ="),
        (
            &[],
            &["--auth", "external", "--auth-identity", "cy"],
            "EXTERNAL Y3k=",
        ),
        (&[], &["--auth", "anonymous"], "ANONYMOUS YW5u"),
    ] {
        let (auth, told) = login(OFFERED, &[secret, more].concat());
        assert_eq!(auth.as_deref(), Some(said), "{more:?}");
        let mechanism = said.split(' ').next().unwrap().to_lowercase();
        assert_eq!(told, Some(mechanism));
    }
    // Whatever the URL says.
    assert_eq!(login(OFFERED, &["--auth", "none"]), (None, None));
    // The mechanism is there, and the list has it not.
    let (address, server) = heard(&["AUTH PLAIN"]);
    let more = [&password[..], &["--auth", "scram-sha-256,login"]].concat();
    let outcome = Outcome::of(&mut send(address, &more));
    assert_words(
        &outcome,
        (77, "failed", "auth", "no-mechanism", "auth", "false"),
    );
    server.join().unwrap();
}

#[test]
fn a_password_in_the_url_of_the_environment_may_act_and_choose() {
    for (more, said) in [
        (&["--auth", "login,plain"][..], "LOGIN"),
        (&["--auth-identity", "cy"], "PLAIN Y3kAYW5uAHB3"),
    ] {
        let (address, server) = heard(&["AUTH LOGIN PLAIN"]);
        let mut command = posthaste(["send", "--json", "--tls", "none", "--allow-plaintext-auth"]);
        command
            .env("POSTHASTE_SERVER", format!("smtp://ann:pw@{address}"))
            .args(message())
            .args(more);
        let outcome = Outcome::of(&mut command);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let lines = server.join().unwrap();
        assert!(lines.contains(&format!("AUTH {said}")), "{lines:?}");
    }
}

#[test]
fn a_token_comes_from_a_file_or_stdin_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\r\n")).unwrap();
    for (path, stdin) in [(file.to_str().unwrap(), ""), ("-", "ya29.hunter2-token~\n")] {
        let (address, server) = heard(&["AUTH XOAUTH2"]);
        let mut command = send(address, &["--token-file", path]);
        // A flag beats the environment.
        command.env("POSTHASTE_PASSWORD", "another");
        let outcome = Outcome::with_stdin(&mut command, stdin.as_bytes());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let said = STANDARD.encode(format!("user=ann\x01auth=Bearer {TOKEN}\x01\x01"));
        let lines = server.join().unwrap();
        assert!(lines.contains(&format!("AUTH XOAUTH2 {said}")), "{lines:?}");
    }
}

#[test]
fn a_refused_token_is_told_in_the_servers_words_and_never_shown() {
    let json = format!(r#"{{"status":"400","schemes":"Bearer","token":"{TOKEN}"}}"#);
    let challenge: &'static str = format!("334 {}\r\n", STANDARD.encode(&json)).leak();
    let gossip: &'static str = format!("535 5.7.8 {TOKEN} is no token\r\n").leak();
    for loudness in [&[][..], &["-q"], &["-v"], &["-vv"]] {
        let (address, server) = scripted(vec![
            "220 a\r\n",
            "250-a\r\n250 AUTH XOAUTH2\r\n",
            challenge,
            gossip,
            "221 bye\r\n",
        ]);
        let more = [&["--token-env", "MAIL_TOKEN"], loudness].concat();
        let outcome = Outcome::of(&mut send(address, &more));
        server.join().unwrap();
        let (exit, status, kind, reason, ..) = outcome.words();
        assert_eq!(
            (exit, status.as_str(), kind.as_str(), reason.as_str()),
            (77, "failed", "auth", "refused")
        );
        let error = &outcome.json()["error"];
        let text = error["message"].as_str().unwrap();
        assert!(
            text.ends_with(r#"authentication failed (the server also said: {"status":"400","schemes":"Bearer","token":"***"})"#),
            "{text}"
        );
        assert_eq!(error["reply"]["text"][0], "*** is no token");
        assert!(error["hint"].as_str().unwrap().contains("--token-env"));
        let said = format!(
            "{}{}",
            outcome.stderr,
            String::from_utf8_lossy(&outcome.stdout)
        );
        let wire = format!("user=ann\x01auth=Bearer {TOKEN}\x01\x01");
        for form in [TOKEN, &STANDARD.encode(TOKEN), &STANDARD.encode(wire)] {
            assert!(!said.contains(form), "{form}: {said}");
        }
    }
}

#[test]
fn a_server_that_does_not_prove_itself_is_76() {
    // It says yes to whatever comes, as one does that holds no keys.
    let (address, server) = scripted(vec![
        "220 a\r\n",
        "250-a\r\n250 AUTH SCRAM-SHA-256\r\n",
        "235 2.7.0 welcome\r\n",
    ]);
    let outcome = Outcome::of(&mut send(address, &["--password-env", "MAIL_PW"]));
    server.join().unwrap();
    assert_words(
        &outcome,
        (76, "failed", "protocol", "unproven-server", "auth", "false"),
    );
    assert!(outcome.stderr.contains("\n  hint: "), "{}", outcome.stderr);
}

#[test]
fn what_does_not_go_together_is_64() {
    let nowhere: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let password = &["--password-env", "MAIL_PW"][..];
    let token = &["--token-env", "MAIL_TOKEN"][..];
    for (secret, more, word) in [
        (password, &["--auth", "xoauth2"][..], "takes a password"),
        (&[], &["--auth", "xoauth2"], "a token comes by --token-env"),
        (token, &["--auth", "plain,scram-sha-256"], "takes a token"),
        (
            password,
            &["--auth", "login,cram-md5", "--auth-identity", "cy"],
            "--auth-identity",
        ),
        (token, &["--auth-identity", "cy"], "--auth-identity"),
        (
            password,
            &["--auth", "none"],
            "--auth none has no use for --password-env",
        ),
        (&[], &["--auth", "none", "-u", "ann"], "no use for --user"),
        (
            &[],
            &["--auth", "none", "--auth-identity", "cy"],
            "no use for --auth-identity",
        ),
        (token, &["--auth", "external"], "no use for --token-env"),
        (
            &[],
            &["--auth", "external", "-u", "ann"],
            "no use for --user",
        ),
        (
            &[],
            &["--auth", "anonymous", "--auth-identity", "cy"],
            "no use for --auth-identity",
        ),
        (password, &["--auth", "plain,external"], "stands alone"),
        (password, &["--auth", "plain,plain"], "twice"),
        (password, &["--auth", "gssapi"], "none of"),
        (password, token, "cannot be used with"),
        (token, &["--token-file", "x"], "cannot be used with"),
        (token, &["--password-file", "x"], "cannot be used with"),
    ] {
        let outcome = Outcome::of(&mut send(nowhere, &[secret, more].concat()));
        assert_words(&outcome, (64, "failed", "input", "usage", "input", "false"));
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    for (more, word) in [
        (token, "a token is given and no user"),
        (&["--auth", "plain"], "--auth is given and no user"),
        (
            &["--auth-identity", "cy"],
            "--auth-identity is given and no user",
        ),
    ] {
        let mut command = posthaste(["send", "--json", "-S", "127.0.0.1:1"]);
        command.env("MAIL_TOKEN", TOKEN).args(message()).args(more);
        let outcome = Outcome::of(&mut command);
        assert_words(&outcome, (64, "failed", "input", "usage", "input", "false"));
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
    // A source that is broken is not a wrong flag.
    for more in [["--token-env", "UNSET"], ["--token-file", "/no/such/file"]] {
        let outcome = Outcome::of(&mut send(nowhere, &more));
        assert_words(
            &outcome,
            (78, "failed", "config", "secret", "input", "false"),
        );
    }
}

#[test]
fn compose_takes_them_and_needs_none() {
    let flags = [
        "--auth",
        "external",
        "--auth-identity",
        "x",
        "--token-env",
        "UNSET",
    ];
    let mut command = posthaste(["compose", "--chunking", "always"]);
    let outcome = Outcome::of(command.args(flags).args(message()));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn v_says_how_nobody_in_particular_logged_in() {
    let (address, server) = heard(&["AUTH EXTERNAL"]);
    let outcome = Outcome::of(&mut send(address, &["--auth", "external", "-v"]));
    server.join().unwrap();
    assert!(
        outcome.stderr.contains("authenticated (EXTERNAL)\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn chunks_only_where_they_are_wanted_and_offered() {
    const CHUNKING: &[&str] = &["PIPELINING", "CHUNKING"];
    for (offered, more, command) in [
        (CHUNKING, &["--chunking", "always"][..], "BDAT"),
        (CHUNKING, &["--chunking", "never"], "DATA"),
        (CHUNKING, &["--chunking", "auto"], "DATA"),
        (CHUNKING, &[], "DATA"),
        (&["PIPELINING"], &["--chunking", "always"], "DATA"),
    ] {
        let (address, server) = heard(offered);
        let url = address.to_string();
        let mut send = posthaste(["send", "--json", "--tls", "none", "-S", &url]);
        let outcome = Outcome::of(send.args(message()).args(more));
        assert_eq!(outcome.code, 0, "{more:?}: {}", outcome.stderr);
        let lines = server.join().unwrap();
        let octets = outcome.json()["bytes"].as_u64().unwrap();
        let last = match command {
            "BDAT" => format!("BDAT {octets} LAST"),
            _ => command.to_owned(),
        };
        assert!(lines.contains(&last), "{more:?}: {lines:?}");
    }
}

#[test]
fn the_embedded_inbox_takes_every_kind_of_login() {
    let password = ["-u", "ann", "--password-env", "MAIL_PW"];
    let token = ["-u", "ann", "--token-env", "MAIL_TOKEN"];
    for (login, list, used) in [
        (&password[..], "auto", "scram-sha-512-plus"),
        (&password, "scram-sha-1-plus,plain", "scram-sha-1-plus"),
        (&password, "scram-sha-256", "scram-sha-256"),
        (&password, "cram-md5", "cram-md5"),
        (&password, "login", "login"),
        (&token, "auto", "oauthbearer"),
        (&token, "xoauth2", "xoauth2"),
        (&[], "external", "external"),
        (&[], "anonymous", "anonymous"),
    ] {
        let place = tempfile::tempdir().unwrap();
        let server = format!("inbox:{}", place.path().display());
        let mut command = posthaste(["send", "--json", "-vv", "-S", &server, "--auth", list]);
        command
            .env("MAIL_PW", PASSWORD)
            .env("MAIL_TOKEN", TOKEN)
            .args(login)
            .args(message());
        let outcome = Outcome::of(&mut command);
        assert_eq!(outcome.code, 0, "{list}: {}", outcome.stderr);
        assert_eq!(outcome.json()["auth"], used);
        assert!(
            !outcome.stderr.contains("hunter2"),
            "{list}: {}",
            outcome.stderr
        );
    }
}
