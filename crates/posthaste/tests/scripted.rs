//! The client against servers that do one odd thing each, as real ones do.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use posthaste::blocking::Client;
use posthaste::content::Raw;
use posthaste::error::{Kind, Retry, Stage};
use posthaste::proto::content::{ContentSize, Encoding};
use posthaste::proto::session::Timeouts;
use posthaste::{Envelope, Error, Server, Tls};

/// A server for one connection, and what it has to do.
fn serve(act: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (
        address,
        thread::spawn(move || act(listener.accept().unwrap().0)),
    )
}

fn server(address: SocketAddr) -> Server {
    format!("smtp://{address}")
        .parse::<Server>()
        .unwrap()
        .tls(Tls::DangerousNone)
}

fn client(address: SocketAddr) -> Client {
    Client::new(server(address)).unwrap()
}

fn envelope() -> Envelope {
    Envelope::new(
        "ann@example.org".parse().unwrap(),
        ["bo@example.net".parse().unwrap()],
    )
    .unwrap()
}

fn short() -> Raw<'static> {
    Raw::bytes(&b"Subject: x\r\n\r\nbody\r\n"[..])
}

/// Content without end: only the server can stop it.
fn endless() -> Raw<'static> {
    Raw::reader(
        std::io::repeat(b'x'),
        Encoding::SEVEN_BIT,
        ContentSize::Unknown,
    )
}

/// Reads until what came ends with `end`; says all of it.
fn hear(stream: &mut TcpStream, end: &str) -> String {
    let mut heard = Vec::new();
    let mut octet = [0];
    while !heard.ends_with(end.as_bytes()) && stream.read(&mut octet).unwrap() == 1 {
        heard.push(octet[0]);
    }
    String::from_utf8(heard).unwrap()
}

fn say(stream: &mut TcpStream, words: &str) {
    stream.write_all(words.as_bytes()).unwrap();
}

/// The greeting and EHLO without extensions, then MAIL, RCPT and DATA, one by one.
fn up_to_content(stream: &mut TcpStream) {
    say(stream, "220 mx\r\n");
    for reply in ["250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"] {
        hear(stream, "\r\n");
        say(stream, reply);
    }
}

fn message() -> posthaste::mime::Message {
    posthaste::mime::Message::builder()
        .from("ann@example.org")
        .to("bo@example.net")
        .text("hi\n")
        .build(&posthaste::mime::Stamp::fixed(0))
        .unwrap()
}

fn words(error: &Error) -> (Kind, &str, Stage, Retry) {
    (error.kind(), error.reason(), error.stage(), error.retry())
}

#[test]
fn an_early_refusal_is_heard_though_the_server_has_stopped_reading() {
    let (over, wait) = mpsc::channel::<()>();
    let (address, server) = serve(move |mut stream| {
        up_to_content(&mut stream);
        say(&mut stream, "552 5.3.4 too large\r\n");
        // Not an octet of the content is read.
        let _ = wait.recv();
    });
    let error = client(address).send_raw(envelope(), endless()).unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Rejected, "refused", Stage::Content, Retry::Never),
        "{error}"
    );
    assert_eq!(error.reply().unwrap().code(), 552);
    drop(over);
    server.join().unwrap();
}

#[test]
fn a_server_that_takes_nothing_cannot_hold_the_client() {
    let (over, wait) = mpsc::channel::<()>();
    let (address, server) = serve(move |mut stream| {
        up_to_content(&mut stream);
        let _ = wait.recv();
    });
    let timeouts = Timeouts {
        data_block: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let client = Client::new(self::server(address).timeouts(timeouts)).unwrap();
    let error = client.send_raw(envelope(), endless()).unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), error.retry()),
        (Kind::Timeout, Stage::Content, Retry::Safe),
        "{error}"
    );
    drop(over);
    server.join().unwrap();
}

#[test]
fn a_server_that_drips_cannot_stretch_a_deadline() {
    let (address, server) = serve(|mut stream| {
        say(&mut stream, "220-");
        while stream.write_all(b"x").is_ok() {
            thread::yield_now();
        }
    });
    let timeouts = Timeouts {
        greeting: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let error = Client::new(self::server(address).timeouts(timeouts))
        .unwrap()
        .test()
        .unwrap_err();
    // Either the time is up, or the line grew past its limit before.
    assert!(
        matches!(error.kind(), Kind::Timeout | Kind::Protocol),
        "{error}"
    );
    assert_eq!(error.stage(), Stage::Greeting);
    server.join().unwrap();
}

#[test]
fn the_end_without_an_answer_is_in_doubt() {
    let (address, server) = serve(|mut stream| {
        up_to_content(&mut stream);
        hear(&mut stream, "\r\n.\r\n");
    });
    let error = client(address).send_raw(envelope(), short()).unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::InDoubt, "closed", Stage::EndOfData, Retry::InDoubt)
    );
    assert!(
        error.message().contains("may have been delivered"),
        "{error}"
    );
    assert_eq!(error.report().unwrap().recipients.len(), 1);
    assert_eq!(error.envelope(), Some(&envelope()));
    server.join().unwrap();
}

#[test]
fn silence_after_the_end_is_in_doubt() {
    let (address, server) = serve(|mut stream| {
        up_to_content(&mut stream);
        hear(&mut stream, "\r\n.\r\n");
        hear(&mut stream, "never");
    });
    let timeouts = Timeouts {
        data_terminator: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let client = Client::new(self::server(address).timeouts(timeouts)).unwrap();
    let error = client.send_raw(envelope(), short()).unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (Kind::InDoubt, Retry::InDoubt),
        "{error}"
    );
    server.join().unwrap();
}

#[test]
fn an_alert_instead_of_a_greeting_is_the_wrong_mode() {
    let (address, server) = serve(|mut stream| {
        stream.write_all(b"\x15\x03\x01\x00\x02\x02\x16").unwrap();
    });
    let error = client(address).test().unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Tls, "wrong-mode", Stage::Greeting, Retry::Never),
        "{error}"
    );
    server.join().unwrap();
}

#[test]
fn what_is_no_smtp_is_a_protocol_error() {
    let (address, server) =
        serve(|mut stream| say(&mut stream, "HTTP/1.1 400 Bad Request\r\n\r\n"));
    let error = client(address).test().unwrap_err();
    assert_eq!(
        words(&error),
        (
            Kind::Protocol,
            "malformed-reply",
            Stage::Greeting,
            Retry::Never
        ),
        "{error}"
    );
    server.join().unwrap();
}

#[test]
fn words_in_clear_behind_the_answer_to_starttls_end_the_session() {
    let (address, server) = serve(|mut stream| {
        say(&mut stream, "220 mx\r\n");
        hear(&mut stream, "\r\n");
        say(&mut stream, "250-mx\r\n250 STARTTLS\r\n");
        hear(&mut stream, "\r\n");
        say(&mut stream, "220 go\r\n250 injected\r\n");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(!rest.starts_with(b"\x16"), "no handshake is begun");
    });
    let server_settings = server_with_an_authority(address);
    let error = Client::new(server_settings).unwrap().test().unwrap_err();
    assert_eq!(
        words(&error),
        (
            Kind::Protocol,
            "plaintext-after-starttls",
            Stage::StartTls,
            Retry::Never
        ),
        "{error}"
    );
    server.join().unwrap();
}

#[test]
fn a_reset_in_the_handshake_is_a_tls_error() {
    let (address, server) = serve(|mut stream| {
        say(&mut stream, "220 mx\r\n");
        hear(&mut stream, "\r\n");
        say(&mut stream, "250-mx\r\n250 STARTTLS\r\n");
        hear(&mut stream, "\r\n");
        say(&mut stream, "220 go\r\n");
        // The first octet of the ClientHello, and no more.
        assert_eq!(stream.read(&mut [0]).unwrap(), 1);
    });
    let error = Client::new(server_with_an_authority(address))
        .unwrap()
        .test()
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Tls, "closed", Stage::Tls, Retry::Safe),
        "{error}"
    );
    server.join().unwrap();
}

#[test]
fn a_handshake_that_never_ends_is_a_timeout() {
    let (address, server) = serve(|mut stream| {
        let mut hello = Vec::new();
        let _ = stream.read_to_end(&mut hello);
        assert!(hello.starts_with(b"\x16\x03"));
    });
    let timeouts = Timeouts {
        tls: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let server_settings = server_with_an_authority(address)
        .tls(Tls::Implicit)
        .timeouts(timeouts);
    let error = Client::new(server_settings).unwrap().test().unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Timeout, "tls", Stage::Tls, Retry::Safe),
        "{error}"
    );
    server.join().unwrap();
}

#[test]
fn a_connection_that_died_while_idle_fails_safely() {
    let (address, server) = serve(|mut stream| {
        say(&mut stream, "220 mx\r\n");
        hear(&mut stream, "\r\n");
        say(&mut stream, "250 mx\r\n");
    });
    let mut connection = client(address).connect().unwrap();
    server.join().unwrap();
    let error = connection.send_raw(envelope(), short()).unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (Kind::Connection, Retry::Safe),
        "{error}"
    );
    assert!(!connection.is_open());
    let error = connection.send_raw(envelope(), short()).unwrap_err();
    assert_eq!(error.kind(), Kind::Connection, "{error}");
    assert!(connection.quit().is_err());
}

#[test]
fn a_batch_does_not_knock_for_ever() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        // Greets, answers EHLO, and hangs up: nothing is delivered over it.
        let (mut stream, _) = listener.accept().unwrap();
        drop(listener);
        say(&mut stream, "220 mx\r\n");
        hear(&mut stream, "\r\n");
        say(&mut stream, "250 mx\r\n");
        hear(&mut stream, "\r\n");
    });
    let message = message();
    let results = client(address).send_all([&message, &message, &message]);
    assert!(results.iter().all(Result::is_err));
    assert_eq!(results.len(), 3);
    assert_eq!(results[2].as_ref().unwrap_err().kind(), Kind::Connect);
    server.join().unwrap();
}

#[test]
fn a_batch_goes_on_over_another_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        // The first connection dies after one message, the second one takes the rest.
        for messages in [1, 3] {
            let (mut stream, _) = listener.accept().unwrap();
            say(&mut stream, "220 mx\r\n");
            hear(&mut stream, "\r\n");
            say(&mut stream, "250 mx\r\n");
            for _ in 0..messages {
                for reply in ["250 ok\r\n", "250 ok\r\n", "354 go\r\n"] {
                    hear(&mut stream, "\r\n");
                    say(&mut stream, reply);
                }
                hear(&mut stream, "\r\n.\r\n");
                say(&mut stream, "250 ok\r\n");
            }
        }
    });
    let message = message();
    let results = client(address).send_all([&message, &message, &message, &message]);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    server.join().unwrap();
}

/// Somebody must be trusted where TLS may be spoken.
fn server_with_an_authority(address: SocketAddr) -> Server {
    let pem = posthaste_inbox::Inbox::builder()
        .start()
        .unwrap()
        .ca_pem()
        .unwrap()
        .to_owned();
    server(address).tls(Tls::StartTls).tls_ca_pem(pem)
}
