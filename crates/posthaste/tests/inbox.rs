//! The client against the embedded inbox: real sockets, real TLS.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use posthaste::blocking::Client;
use posthaste::error::{Kind, Retry, Stage};
use posthaste::mime::{Attachment, Message, Stamp};
use posthaste::observe::Notice;
use posthaste::proto::sasl::{BuiltIn, Preference};
use posthaste::transcript::Transcript;
use posthaste::{Envelope, Error, Raw, Server, Tls};
use posthaste_inbox::{Certificate, Inbox, Stage as At};

const SOON: Duration = Duration::from_secs(60);

fn message() -> Message {
    Message::builder()
        .from("Ann <ann@example.org>")
        .to("bo@example.net")
        .cc("cy@example.net")
        .subject("Quarterly report")
        .text("Hello,\n.\nhere it is.\n")
        .attach(Attachment::bytes(vec![7; 100_000]))
        .build(&Stamp::fixed(0))
        .unwrap()
}

fn envelope() -> Envelope {
    Envelope::new(
        "ann@example.org".parse().unwrap(),
        ["bo@example.net".parse().unwrap()],
    )
    .unwrap()
}

/// The inbox by name, so that the certificate's name is looked at; its issuer is trusted.
fn server(inbox: &Inbox) -> Server {
    let server: Server = format!("smtp://localhost:{}", inbox.port())
        .parse()
        .unwrap();
    server
        .tls_ca_pem(inbox.ca_pem().unwrap_or_default())
        .tls_ca_only()
}

fn client(inbox: &Inbox) -> Client {
    Client::new(server(inbox)).unwrap()
}

fn words(error: &Error) -> (Kind, &str, Stage, Retry) {
    (error.kind(), error.reason(), error.stage(), error.retry())
}

#[test]
fn starttls_auth_and_an_attachment() {
    let inbox = Inbox::builder()
        .auth("ann", "hunter2")
        .auth_required()
        .start()
        .unwrap();
    let server = server(&inbox).credentials("ann", "hunter2");
    let client = Client::new(server.mechanisms(Preference::only([BuiltIn::Plain]))).unwrap();
    let sent = client.send(&message()).unwrap();
    assert!(sent.all_accepted());
    assert_eq!(sent.recipients().count(), 2);
    assert_eq!(sent.queue_id(), Some("0001"));
    assert_eq!(sent.link().mechanism(), Some("PLAIN"));
    let tls = sent.link().tls().unwrap();
    assert_eq!(tls.protocol.as_deref(), Some("TLSv1.3"));
    assert!(tls.cipher.is_some());

    let kept = &inbox.wait_for(1, SOON).unwrap()[0];
    let octets = kept.content().unwrap();
    assert_eq!(octets.len() as u64, sent.octets());
    assert_eq!(
        octets,
        message()
            .to_bytes(&posthaste::mime::Encoding::SEVEN_BIT)
            .unwrap()
    );
}

#[test]
fn implicit_tls() {
    let inbox = Inbox::builder().implicit_tls().start().unwrap();
    let port = inbox.tls_port().unwrap();
    let server = server(&inbox).with_port(port).tls(Tls::Implicit);
    let link = Client::new(server).unwrap().test().unwrap();
    assert!(link.tls().is_some() && link.mechanism().is_none());
    assert!(link.capabilities().unwrap().pipelining);
}

#[test]
fn loopback_without_starttls_is_in_clear_and_credentials_are_not() {
    let inbox = Inbox::builder()
        .without_starttls()
        .auth("ann", "hunter2")
        .auth_in_clear()
        .start()
        .unwrap();
    let server: Server = format!("localhost:{}", inbox.port()).parse().unwrap();
    assert!(
        Client::new(server.clone())
            .unwrap()
            .send(&message())
            .unwrap()
            .link()
            .tls()
            .is_none()
    );

    let server = server.credentials("ann", "hunter2");
    let error = Client::new(server.clone())
        .unwrap()
        .send(&message())
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Auth, "in-clear", Stage::Auth, Retry::Never)
    );

    let sent = Client::new(server.clone().dangerous_auth_in_clear())
        .unwrap()
        .send(&message())
        .unwrap();
    assert_eq!(sent.link().mechanism(), Some("SCRAM-SHA-512"));

    // TLS that is asked for by name is a must on loopback too; the certificates are of no interest before it.
    let pem = Inbox::builder()
        .start()
        .unwrap()
        .ca_pem()
        .unwrap()
        .to_owned();
    let error = Client::new(server.tls(Tls::StartTls).tls_ca_pem(pem))
        .unwrap()
        .test()
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Tls, "not-offered", Stage::StartTls, Retry::Never)
    );
    assert!(error.hint().is_some());
}

#[test]
fn a_wrong_password() {
    let inbox = Inbox::builder().auth("ann", "hunter2").start().unwrap();
    let error = Client::new(server(&inbox).credentials("ann", "hunter3"))
        .unwrap()
        .send(&message())
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Auth, "refused", Stage::Auth, Retry::Never)
    );
    assert_eq!(error.reply().unwrap().code(), 535);
    assert!(!format!("{error} {error:?}").contains("hunter"));
}

#[test]
fn refused_recipients() {
    let inbox = Inbox::builder()
        .refuse_recipient("cy@example.net", 550, "5.1.1 no such user")
        .start()
        .unwrap();
    let sent = client(&inbox).send(&message()).unwrap();
    assert!(!sent.all_accepted());
    let fates: Vec<_> = sent
        .recipients()
        .map(|(path, one)| (path.to_string(), one.fate.to_string()))
        .collect();
    assert_eq!(fates[0].0, "bo@example.net");
    assert!(
        fates[0].1.starts_with("accepted: 250")
            && fates[1].1.starts_with("refused at rcpt: 550 5.1.1"),
        "{fates:?}"
    );

    let inbox = Inbox::builder()
        .refuse_recipient("bo@example.net", 550, "5.1.1 no such user")
        .refuse_recipient("cy@example.net", 450, "4.2.1 busy")
        .start()
        .unwrap();
    let error = client(&inbox).send(&message()).unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Rejected, "refused", Stage::Rcpt, Retry::Safe)
    );
    assert_eq!(error.reply().unwrap().code(), 450);
    assert_eq!(error.report().unwrap().recipients.len(), 2);
    assert!(inbox.messages().is_empty());
}

#[test]
fn certificates_that_are_not_accepted() {
    for (certificate, reason, word) in [
        (
            Certificate::WrongName,
            "name-mismatch",
            "wrong.invalid, not for localhost",
        ),
        (Certificate::Expired, "expired", "expired on 20"),
        (Certificate::NotYetValid, "not-yet-valid", "before 20"),
        (Certificate::SelfSigned, "unknown-issuer", "nobody"),
    ] {
        let inbox = Inbox::builder().certificate(certificate).start().unwrap();
        let error = client(&inbox).send(&message()).unwrap_err();
        assert_eq!(
            words(&error),
            (Kind::Tls, reason, Stage::Tls, Retry::Never),
            "{error}"
        );
        assert!(error.message().contains(word), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn the_name_to_check_can_be_another() {
    let inbox = Inbox::builder()
        .certificate(Certificate::WrongName)
        .start()
        .unwrap();
    let server = server(&inbox).tls_name("wrong.invalid".parse().unwrap());
    assert!(Client::new(server).unwrap().test().is_ok());
}

#[test]
fn an_authority_that_nobody_knows() {
    // Both have the same name and different keys, as when an old file is given.
    let (inbox, other) = (
        Inbox::builder().start().unwrap(),
        Inbox::builder().start().unwrap(),
    );
    let server: Server = format!("localhost:{}", inbox.port()).parse().unwrap();
    let server = server.tls_ca_pem(other.ca_pem().unwrap()).tls_ca_only();
    let error = Client::new(server).unwrap().test().unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Tls, "unknown-issuer", Stage::Tls, Retry::Never)
    );
    assert!(error.shell_hint().unwrap().contains("--tls-ca"));
}

#[test]
fn wrong_modes() {
    let inbox = Inbox::builder().implicit_tls().start().unwrap();
    let error = Client::new(server(&inbox).tls(Tls::Implicit))
        .unwrap()
        .test()
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Tls, "wrong-mode", Stage::Tls, Retry::Never),
        "{error}"
    );
    assert!(error.message().contains("220 "), "{error}");

    // The server waits for a ClientHello: it says nothing until it is asked in TLS.
    let timeouts = posthaste::proto::session::Timeouts::all(Duration::from_millis(50));
    let server = server(&inbox)
        .with_port(inbox.tls_port().unwrap())
        .timeouts(timeouts);
    let error = Client::new(server).unwrap().test().unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Tls, "wrong-mode", Stage::Greeting, Retry::Never),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("smtps://"), "{error}");
}

#[test]
fn a_server_that_closes_at_every_stage() {
    for (at, stage) in [
        (At::Greeting, Stage::Greeting),
        (At::Ehlo, Stage::Ehlo),
        (At::Mail, Stage::Mail),
        (At::Rcpt, Stage::Rcpt),
        (At::Data, Stage::Data),
    ] {
        let inbox = Inbox::builder().close_instead(at).start().unwrap();
        let error = client(&inbox).send(&message()).unwrap_err();
        assert_eq!(
            (error.kind(), error.stage(), error.retry()),
            (Kind::Connection, stage, Retry::Safe),
            "{at:?} {error}"
        );
    }
    let inbox = Inbox::builder()
        .close_instead(At::EndOfData)
        .start()
        .unwrap();
    let error = client(&inbox).send(&message()).unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), error.retry()),
        (Kind::InDoubt, Stage::EndOfData, Retry::InDoubt),
        "{error}"
    );

    // After the last word about the message nothing can put it in doubt.
    let inbox = Inbox::builder().close_instead(At::Quit).start().unwrap();
    assert!(client(&inbox).send(&message()).unwrap().all_accepted());
}

#[test]
fn refusals_name_their_stage() {
    for (at, code, kind, stage) in [
        (At::Greeting, 554, Kind::Rejected, Stage::Greeting),
        (At::StartTls, 454, Kind::Tls, Stage::StartTls),
        (At::Mail, 451, Kind::Rejected, Stage::Mail),
        (At::Mail, 421, Kind::Rejected, Stage::Mail),
        (At::Data, 554, Kind::Rejected, Stage::Data),
        (At::EndOfData, 554, Kind::Rejected, Stage::EndOfData),
    ] {
        let inbox = Inbox::builder().reply(at, code, "no").start().unwrap();
        let error = client(&inbox).send(&message()).unwrap_err();
        let retry = if code < 500 {
            Retry::Safe
        } else {
            Retry::Never
        };
        assert_eq!(
            (error.kind(), error.stage(), error.retry()),
            (kind, stage, retry),
            "{at:?} {error}"
        );
        assert_eq!(error.reply().unwrap().code(), code);
    }
}

#[test]
fn too_large_is_refused_before_it_is_sent() {
    let inbox = Inbox::builder().max_size(10_000).start().unwrap();
    let error = client(&inbox).send(&message()).unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Rejected, "too-large", Stage::Mail, Retry::Never)
    );
    assert!(error.reply().is_none() && error.hint().is_some());
}

#[test]
fn raw_messages() {
    let inbox = Inbox::builder().start().unwrap();
    let client = client(&inbox);
    let mut connection = client.connect().unwrap();
    let raw = "Subject: x\r\n\r\n.gr\u{fc}n\r\n".as_bytes();
    assert_eq!(
        connection
            .send_raw(envelope(), Raw::bytes(raw))
            .unwrap()
            .octets(),
        raw.len() as u64
    );
    assert!(connection.is_open());
    connection.quit().unwrap();
    assert_eq!(inbox.wait_for(1, SOON).unwrap()[0].content().unwrap(), raw);

    let error = client
        .send_raw(
            envelope(),
            Raw::bytes(&b"Subject: x\r\n\r\nbare\nline\r\n"[..]),
        )
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Input, "bare-line-break", Stage::Content, Retry::Never)
    );
    assert!(error.message().contains("octet 18"), "{error}");

    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let raw = Raw::reader(Broken, Default::default(), Default::default());
    let error = client.send_raw(envelope(), raw).unwrap_err();
    assert_eq!(
        (error.kind(), error.reason()),
        (Kind::Input, "source-failed")
    );
    assert!(error.message().contains("the disk is gone"), "{error}");
    assert_eq!(inbox.messages().len(), 1);
}

#[test]
fn many_messages_over_one_connection() {
    let inbox = Inbox::builder().start().unwrap();
    let connected = Arc::new(Mutex::new(0));
    let count = Arc::clone(&connected);
    let client = client(&inbox).observe(move |_, notice: &Notice<'_>| {
        if matches!(notice, Notice::Connected { .. }) {
            *count.lock().unwrap() += 1;
        }
    });
    let nobody = Message::builder()
        .from("ann@example.org")
        .subject("x")
        .text("y\n")
        .build(&Stamp::fixed(0));
    let messages: Vec<_> = (0..10).map(|_| message()).chain(nobody.ok()).collect();
    let results = client.send_all(&messages);
    assert_eq!(results.len(), messages.len());
    assert!(
        results
            .iter()
            .take(10)
            .all(|result| result.as_ref().is_ok_and(|sent| sent.all_accepted()))
    );
    for result in results.iter().skip(10) {
        assert_eq!(result.as_ref().unwrap_err().reason(), "no-recipients");
    }
    assert_eq!(*connected.lock().unwrap(), 1);
    assert_eq!(inbox.messages().len(), 10);
}

#[test]
fn the_transcript_has_everything_but_the_password() {
    let inbox = Inbox::builder().auth("ann", "hunter2").start().unwrap();
    let server = server(&inbox)
        .credentials("ann", "hunter2")
        .mechanisms(Preference::only([BuiltIn::Plain]));
    let transcript = Mutex::new(Transcript::new());
    let shown = Arc::new(Mutex::new(String::new()));
    let out = Arc::clone(&shown);
    let client = Client::new(server)
        .unwrap()
        .observe(move |at, notice: &Notice<'_>| {
            for line in transcript.lock().unwrap().notice(at, notice) {
                out.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
    assert!(client.send(&message()).unwrap().all_accepted());
    let shown = shown.lock().unwrap();
    for word in [
        "* connect 127.0.0.1:",
        "> STARTTLS",
        "* TLSv1.3",
        "> AUTH PLAIN <redacted>",
        "> <content ",
        "< 221",
    ] {
        assert!(shown.contains(word), "{word} is not in\n{shown}");
    }
    assert!(
        !shown.contains("hunter") && !shown.contains("AGFubgBodW50ZXIy"),
        "{shown}"
    );
}

#[test]
fn nobody_there() {
    let error = Client::new(
        "smtp://mail.example.invalid"
            .parse::<Server>()
            .unwrap()
            .tls(Tls::DangerousNone),
    )
    .unwrap()
    .send(&message())
    .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Connect, "not-found", Stage::Resolve, Retry::Never)
    );

    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let error = Client::new(format!("smtp://{free}").parse::<Server>().unwrap())
        .unwrap()
        .test()
        .unwrap_err();
    assert_eq!(
        words(&error),
        (Kind::Connect, "refused", Stage::Connect, Retry::Safe)
    );
    assert_eq!(error.server(), Some(free.to_string().as_str()));
    assert!(error.hint().is_some());
}

#[test]
fn settings_that_cannot_work() {
    for (server, reason) in [
        (
            "smtp://ann@localhost".parse::<Server>().unwrap(),
            "no-password",
        ),
        (
            "smtp://localhost".parse::<Server>().unwrap().password("x"),
            "no-user",
        ),
        (
            "smtp://localhost"
                .parse::<Server>()
                .unwrap()
                .tls_ca_file("/nonexistent"),
            "tls-ca",
        ),
        (
            "smtp://mail.example.org"
                .parse::<Server>()
                .unwrap()
                .tls_ca_only(),
            "no-roots",
        ),
    ] {
        let error = Client::new(server).unwrap_err();
        assert_eq!(
            (error.kind(), error.reason(), error.stage()),
            (Kind::Config, reason, Stage::Input)
        );
    }
}

#[test]
fn the_client_can_be_shared() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let inbox = Inbox::builder().start().unwrap();
    let client = client(&inbox);
    shared(&client);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| client.send(&message()).unwrap().all_accepted());
        }
    });
    assert_eq!(inbox.messages().len(), 4);
}
