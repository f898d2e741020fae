//! LMTP (RFC 2033): LHLO, and one answer for each recipient after the content.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use posthaste::blocking::Client;
use posthaste::error::{Kind, Retry, Stage};
use posthaste::proto::session::{Dialect, Disposition, Fate, Stage as At};
use posthaste::{Envelope, Raw, Server, Tls};

/// A server for one connection: it offers these extensions, takes every recipient, and answers the content of each
/// message by these lines; an empty one hangs up. It gives what it was told, contents left out.
fn serve(
    offered: &'static [&str],
    answers: &'static [&[&str]],
) -> (Server, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let handle = thread::spawn(move || talk(listener.accept().unwrap().0, offered, answers));
    let server = format!("lmtp://127.0.0.1:{port}").parse().unwrap();
    (server, handle)
}

fn talk(mut stream: TcpStream, offered: &[&str], answers: &[&[&str]]) -> Vec<String> {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut told = Vec::new();
    let mut answers = answers.iter();
    // A whole line at a time: a client may answer as soon as it has it.
    let mut say = |words: &str| stream.write_all(format!("{words}\r\n").as_bytes()).unwrap();
    say("220 mx LMTP");
    while let Some(Ok(line)) = lines.next() {
        told.push(line.clone());
        match line.split(' ').next().unwrap() {
            "LHLO" => {
                say("250-mx");
                offered.iter().for_each(|name| say(&format!("250-{name}")));
                say("250 HELP");
            }
            "DATA" => {
                say("354 go");
                while lines.next().unwrap().unwrap() != "." {}
                for answer in *answers.next().unwrap() {
                    if answer.is_empty() {
                        return told;
                    }
                    say(answer);
                }
            }
            "MAIL" | "RCPT" | "RSET" => say("250 ok"),
            "QUIT" => say("221 bye"),
            _ => say("500 5.5.1 what"),
        }
    }
    told
}

fn envelope() -> Envelope {
    let to = ["bo@example.net", "cy@example.net", "di@example.net"];
    let to = to.map(|address| address.parse().unwrap());
    Envelope::new("ann@example.org".parse().unwrap(), to).unwrap()
}

fn short() -> Raw<'static> {
    Raw::bytes(&b"Subject: x\r\n\r\nbody\r\n"[..])
}

const ONE_REFUSED: &[&str] = &[
    "250 2.1.5 <bo@example.net> saved",
    "552 5.2.2 <cy@example.net> over quota",
    "250 2.1.5 <di@example.net> saved",
];

#[test]
fn one_of_three_is_refused_after_the_content() {
    for offered in [&[][..], &["PIPELINING", "ENHANCEDSTATUSCODES"][..]] {
        let (server, handle) = serve(offered, &[ONE_REFUSED]);
        let sent = Client::new(server)
            .unwrap()
            .send_raw(envelope(), short())
            .unwrap();
        assert_eq!(sent.report().disposition(), Disposition::Partial);
        assert_eq!(sent.link().dialect(), Dialect::Lmtp);
        let fates: Vec<_> = sent.recipients().map(|(_, told)| &told.fate).collect();
        assert!(
            matches!(
                fates[..],
                [
                    Fate::Accepted(_),
                    Fate::Refused(At::EndOfData, _),
                    Fate::Accepted(_)
                ]
            ),
            "{fates:?}"
        );
        let said = fates.iter().map(|fate| fate.reply().unwrap().to_string());
        assert_eq!(said.collect::<Vec<_>>(), ONE_REFUSED);
        let told = handle.join().unwrap();
        assert!(told[0].starts_with("LHLO "), "{told:?}");
        assert!(told.iter().any(|line| line == "QUIT"), "{told:?}");
    }
}

#[test]
fn a_session_goes_on_behind_its_answers() {
    let (server, handle) = serve(
        &["PIPELINING"],
        &[&["250 ok", "250 ok"], &["250 ok", "450 later"]],
    );
    let message = |text: &str| {
        posthaste::mime::Message::builder()
            .from("ann@example.org")
            .to("bo@example.net, cy@example.net")
            .text(text)
            .build(&posthaste::mime::Stamp::fixed(0))
            .unwrap()
    };
    let client = Client::new(server).unwrap();
    let results = client.send_all([&message("a\n"), &message("b\n")]);
    let sent: Vec<_> = results.into_iter().map(|sent| sent.unwrap()).collect();
    assert_eq!(
        [sent[0].all_accepted(), sent[1].all_accepted()],
        [true, false]
    );
    let told = handle.join().unwrap();
    let mails = told.iter().filter(|line| line.starts_with("MAIL"));
    assert_eq!(mails.count(), 2, "{told:?}");
}

#[test]
fn refused_for_everyone_is_an_error_with_each_fate() {
    let (server, handle) = serve(&[], &[&["550 no", "452 later", "550 no"]]);
    let error = Client::new(server)
        .unwrap()
        .send_raw(envelope(), short())
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), error.retry()),
        (Kind::Rejected, Stage::EndOfData, Retry::Safe),
        "{error}"
    );
    let report = error.report().unwrap();
    let codes = report.recipients.iter();
    let codes = codes.map(|told| told.fate.reply().unwrap().code().number());
    assert_eq!(codes.collect::<Vec<_>>(), [550, 452, 550]);
    handle.join().unwrap();
}

#[test]
fn a_loss_among_the_answers_puts_only_the_rest_in_doubt() {
    let (server, handle) = serve(&[], &[&["250 ok", "550 no", ""]]);
    let sent = Client::new(server)
        .unwrap()
        .send_raw(envelope(), short())
        .unwrap();
    let fates: Vec<_> = sent.recipients().map(|(_, told)| &told.fate).collect();
    assert!(matches!(fates[0], Fate::Accepted(_)), "{fates:?}");
    assert!(matches!(fates[1], Fate::Refused(..)), "{fates:?}");
    assert!(matches!(fates[2], Fate::InDoubt(_)), "{fates:?}");
    handle.join().unwrap();
}

#[test]
fn starttls_is_a_must_when_it_is_asked_for() {
    let (server, handle) = serve(&[], &[]);
    let pem = posthaste_inbox::Inbox::builder().start().unwrap();
    let pem = pem.ca_pem().unwrap().to_owned();
    let server = server.tls(Tls::StartTls).tls_ca_pem(pem);
    let error = Client::new(server).unwrap().test().unwrap_err();
    assert_eq!((error.kind(), error.reason()), (Kind::Tls, "not-offered"));
    let hint = error.hint().unwrap_or_default();
    assert!(
        hint.contains("Tls::Implicit") && !hint.contains("smtps"),
        "{hint}"
    );
    handle.join().unwrap();
}

#[test]
fn a_server_of_smtp_is_told_apart() {
    let inbox = posthaste_inbox::Inbox::builder().start().unwrap();
    let server: Server = format!("lmtp://localhost:{}", inbox.port())
        .parse()
        .unwrap();
    let error = Client::new(server).unwrap().test().unwrap_err();
    assert_eq!(
        (error.kind(), error.stage()),
        (Kind::Rejected, Stage::Ehlo),
        "{error}"
    );
    assert!(error.hint().unwrap_or_default().contains("smtp://"));
}
