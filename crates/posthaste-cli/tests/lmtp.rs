//! `--server lmtp://host:port`: one answer for each recipient.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use common::{Outcome, message, posthaste};

/// A server for one connection that answers the content by these lines.
fn lmtp(answers: &'static [&str]) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        // A whole line at a time: a client may answer as soon as it has it.
        let mut say = |words: &str| stream.write_all(format!("{words}\r\n").as_bytes()).unwrap();
        say("220 mx");
        while let Some(Ok(line)) = lines.next() {
            match line.get(..4) {
                Some("DATA") => {
                    say("354 go");
                    while lines.next().unwrap().unwrap() != "." {}
                    answers.iter().for_each(|answer| say(answer));
                }
                Some("EHLO" | "HELO") => say("500 5.5.1 this is LMTP"),
                Some("QUIT") => say("221 bye"),
                _ => say("250 2.1.5 fine"),
            }
        }
    });
    (address, thread)
}

fn send(scheme: &str, address: SocketAddr) -> Outcome {
    let server = format!("{scheme}://{address}");
    let mut command = posthaste(["send", "--json", "-S", &server]);
    command
        .args(message())
        .args(["-c", "cy@example.net, di@example.net"]);
    Outcome::of(&mut command)
}

#[test]
fn each_recipient_has_its_own_answer() {
    let (address, server) = lmtp(&[
        "250 2.1.5 bob saved",
        "452 4.2.2 cy has no room",
        "250 2.1.5 di saved",
    ]);
    let outcome = send("lmtp", address);
    let json = outcome.json();
    assert_eq!(outcome.code, 10, "{}", outcome.stderr);
    assert_eq!(json["protocol"], "lmtp");
    assert_eq!(json["retryable"], true);
    assert_eq!(json["reply"]["text"][0], "bob saved");
    let told: Vec<_> = (0..3)
        .map(|at| &json["recipients"][at])
        .map(|told| {
            let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            (word(&told["status"]), word(&told["reply"]["text"][0]))
        })
        .collect();
    let wanted = [
        ("accepted", "bob saved"),
        ("refused", "cy has no room"),
        ("accepted", "di saved"),
    ];
    assert_eq!(told, wanted.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert!(
        outcome.stderr.contains(
            "  refused  cy@example.net    452 4.2.2 cy has no room   (try again later)\n"
        ),
        "{}",
        outcome.stderr
    );
    server.join().unwrap();
}

#[test]
fn the_wrong_protocol_is_named() {
    let (address, server) = lmtp(&[]);
    let outcome = send("smtp", address);
    assert_eq!(outcome.code, 69, "{}", outcome.stderr);
    let json = outcome.json();
    assert_eq!(json["protocol"], "smtp");
    let hint = json["error"]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("lmtp://HOST:PORT"), "{hint}");
    server.join().unwrap();
}

#[test]
fn a_port_must_be_given() {
    let mut command = posthaste(["send", "--json", "-S", "lmtp://localhost"]);
    let outcome = Outcome::of(command.args(message()));
    assert_eq!(outcome.code, 64);
    let json = outcome.json();
    let said = json["error"]["message"].as_str().unwrap_or_default();
    assert!(said.contains("lmtp://host:port"), "{said}");
}
