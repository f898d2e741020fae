//! The whole server over loopback.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use posthaste_inbox::{Certificate, Inbox, Record, Stage, StartError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const PATIENCE: Duration = Duration::from_secs(30);

/// Sends all at once and returns all that is said until the server closes.
fn talk(inbox: &Inbox, octets: &[u8]) -> String {
    let mut client = TcpStream::connect(inbox.address()).unwrap();
    client.write_all(octets).unwrap();
    let mut replies = String::new();
    client.read_to_string(&mut replies).unwrap();
    replies
}

fn tls_client(inbox: &Inbox, name: &str) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(inbox.ca_pem().unwrap().as_bytes()).unwrap())
        .unwrap();
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    ClientConnection::new(
        Arc::new(config),
        ServerName::try_from(name.to_owned()).unwrap(),
    )
    .unwrap()
}

fn handshake(inbox: &Inbox, name: &str) -> io::Result<String> {
    let stream = TcpStream::connect(inbox.tls_address().unwrap())?;
    let mut tls = StreamOwned::new(tls_client(inbox, name), stream);
    tls.write_all(b"QUIT\r\n")?;
    let mut replies = String::new();
    tls.read_to_string(&mut replies)?;
    Ok(replies)
}

#[test]
fn messages_become_files() {
    let place = tempfile::tempdir().unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_366_400);
    let inbox = Inbox::builder()
        .dir(place.path())
        .clock(move || now)
        .start()
        .unwrap();
    let replies = talk(
        &inbox,
        b"EHLO client.example.org\r\n\
          MAIL FROM:<ann@example.org> SIZE=20 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<j\xc3\xbcrgen@example.net>\r\nDATA\r\n\
          a\r\n..b\xff\0\n.\r\n\r\n.\r\n\
          MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n.\r\nQUIT\r\n",
    );
    assert!(
        replies.contains("250 2.0.0 queued as 0001\r\n")
            && replies.contains("250 2.0.0 queued as 0002\r\n")
    );

    let messages = inbox.stop();
    assert_eq!(messages[0].path().unwrap(), place.path().join("0001.eml"));
    assert_eq!(
        fs::read(place.path().join("0001.eml")).unwrap(),
        b"a\r\n.b\xff\0\n.\r\n\r\n"
    );
    assert_eq!(messages[1].content().unwrap(), b"");
    let json = fs::read_to_string(place.path().join("0001.json")).unwrap();
    let expected = r#"{
  "received": "2026-03-01T12:00:00Z",
  "hello": "client.example.org",
  "tls": null,
  "auth": null,
  "mail_from": "ann@example.org",
  "params": {
    "BODY": "8BITMIME",
    "SIZE": "20",
    "SMTPUTF8": null
  },
  "rcpt_to": [
    {
      "address": "jürgen@example.net",
      "params": {}
    }
  ],
  "size": 13
}
"#;
    assert_eq!(json, expected);
    assert_eq!(
        &serde_json::from_str::<Record>(&json).unwrap(),
        messages[0].record()
    );
    let mut files: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["0001.eml", "0001.json", "0002.eml", "0002.json"]);
}

#[test]
fn a_message_cut_off_leaves_no_file() {
    let place = tempfile::tempdir().unwrap();
    let inbox = Inbox::builder().dir(place.path()).start().unwrap();
    let mut client = TcpStream::connect(inbox.address()).unwrap();
    client
        .write_all(b"HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf\r\n")
        .unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    // The server has seen the end when it has closed.
    client.read_to_end(&mut Vec::new()).unwrap();
    assert!(inbox.stop().is_empty());
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn certificates_are_as_good_or_bad_as_asked_for() {
    let refused = |certificate, name: &str| {
        let inbox = Inbox::builder()
            .implicit_tls()
            .certificate(certificate)
            .start()
            .unwrap();
        let error = handshake(&inbox, name).unwrap_err();
        let error = error
            .get_ref()
            .and_then(|error| error.downcast_ref::<rustls::Error>())
            .cloned()
            .unwrap();
        let rustls::Error::InvalidCertificate(error) = error else {
            panic!("{error}")
        };
        // And the server lives on.
        assert!(talk(&inbox, b"QUIT\r\n").ends_with("221 2.0.0 bye\r\n"));
        error
    };
    let good = Inbox::builder().implicit_tls().start().unwrap();
    for name in ["localhost", "127.0.0.1", "::1"] {
        assert_eq!(
            handshake(&good, name).unwrap(),
            "220 localhost ESMTP posthaste\r\n221 2.0.0 bye\r\n"
        );
    }
    assert!(handshake(&good, "example.org").is_err());
    assert!(matches!(
        refused(Certificate::Expired, "localhost"),
        CertificateError::ExpiredContext { .. }
    ));
    assert!(matches!(
        refused(Certificate::NotYetValid, "localhost"),
        CertificateError::NotValidYetContext { .. }
    ));
    assert!(matches!(
        refused(Certificate::WrongName, "localhost"),
        CertificateError::NotValidForNameContext { .. }
    ));
    assert!(matches!(
        refused(Certificate::SelfSigned, "localhost"),
        CertificateError::UnknownIssuer
    ));
}

#[test]
fn plaintext_behind_starttls_ends_the_connection() {
    let inbox = Inbox::builder().start().unwrap();
    let replies = talk(&inbox, b"EHLO c\r\nSTARTTLS\r\nMAIL FROM:<eve@b>\r\n");
    assert!(
        replies.ends_with("554 5.5.1 octets came behind STARTTLS\r\n"),
        "{replies}"
    );
}

#[test]
fn stopping_says_goodbye_to_idle_clients() {
    let inbox = Inbox::builder().implicit_tls().start().unwrap();
    let mut idle = TcpStream::connect(inbox.address()).unwrap();
    let mut tls_idle = StreamOwned::new(
        tls_client(&inbox, "localhost"),
        TcpStream::connect(inbox.tls_address().unwrap()).unwrap(),
    );
    let greeting = b"220 localhost ESMTP posthaste\r\n";
    let mut buffer = vec![0; greeting.len()];
    idle.read_exact(&mut buffer).unwrap();
    assert_eq!(buffer, greeting);
    tls_idle.read_exact(&mut buffer).unwrap();
    assert_eq!(buffer, greeting);

    inbox.stop();
    for client in [&mut idle as &mut dyn Read, &mut tls_idle] {
        let mut rest = String::new();
        client.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "421 4.3.2 the server is shutting down\r\n");
    }
}

#[test]
fn a_client_that_never_reads_cannot_hold_the_server() {
    let inbox = Inbox::builder().start().unwrap();
    let mut client = TcpStream::connect(inbox.address()).unwrap();
    client
        .set_write_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    // Until neither side can write any more.
    while client.write(&b"HELP\r\n".repeat(10_000)).is_ok() {}
    drop(inbox);
    drop(client);
}

#[test]
fn an_idle_connection_is_ended() {
    let inbox = Inbox::builder()
        .idle_timeout(Duration::from_millis(50))
        .start()
        .unwrap();
    let mut replies = String::new();
    TcpStream::connect(inbox.address())
        .unwrap()
        .read_to_string(&mut replies)
        .unwrap();
    assert!(
        replies.ends_with("421 4.4.2 nothing came for too long\r\n"),
        "{replies}"
    );
}

#[test]
fn too_many_connections_are_told_so() {
    let inbox = Inbox::builder().max_connections(1).start().unwrap();
    let mut first = TcpStream::connect(inbox.address()).unwrap();
    first.read_exact(&mut [0; 4]).unwrap();
    let mut replies = String::new();
    TcpStream::connect(inbox.address())
        .unwrap()
        .read_to_string(&mut replies)
        .unwrap();
    assert_eq!(replies, "421 4.3.2 too many connections\r\n");
}

#[test]
fn wrong_settings_are_told_at_the_start() {
    let error = Inbox::builder()
        .refuse_recipient("nobody", 550, "no")
        .start()
        .unwrap_err();
    assert!(matches!(error, StartError::Address { .. }), "{error}");
    let error = Inbox::builder()
        .reply(Stage::Mail, 99, "no")
        .start()
        .unwrap_err();
    assert!(matches!(error, StartError::Reply(_)), "{error}");
    let taken = Inbox::builder().start().unwrap();
    let error = Inbox::builder()
        .listen(taken.address())
        .start()
        .unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }), "{error}");
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Inbox::builder().dir(file.path()).start().unwrap_err();
    assert!(matches!(error, StartError::Directory { .. }), "{error}");
}

#[test]
fn clients_come_at_the_same_time() {
    let place = tempfile::tempdir().unwrap();
    let inbox = Inbox::builder().dir(place.path()).start().unwrap();
    std::thread::scope(|scope| {
        for client in 0..8 {
            let inbox = &inbox;
            scope.spawn(move || {
                for _ in 0..5 {
                    let octets = format!(
                        "HELO c\r\nMAIL FROM:<a{client}@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n{client}\r\n.\r\nQUIT\r\n"
                    );
                    assert!(talk(inbox, octets.as_bytes()).contains("queued as"));
                }
            });
        }
    });
    let messages = inbox.wait_for(40, PATIENCE).unwrap();
    assert!(
        messages
            .iter()
            .map(posthaste_inbox::Message::number)
            .eq(1..=40)
    );
    for message in messages {
        let content = String::from_utf8(message.content().unwrap()).unwrap();
        assert_eq!(message.record().mail_from, format!("a{}@b", content.trim()));
    }
}
