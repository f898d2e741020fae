//! TLS where it is awkward: pieces of one octet, a server that stops reading, an end without goodbye.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use posthaste::blocking::Client;
use posthaste::error::{Kind, Retry, Stage};
use posthaste::proto::content::{ContentSize, Encoding};
use posthaste::proto::session::TlsMode;
use posthaste::stream::{Connector, Secure, Stream, Tcp, Written};
use posthaste::{Envelope, Raw, Server, Tls};
use posthaste_inbox::Inbox;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

type Secured = StreamOwned<ServerConnection, TcpStream>;

/// A server for one connection with TLS from the first octet, and the settings to reach it.
fn serve(act: impl FnOnce(Secured) + Send + 'static) -> (Server, JoinHandle<()>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let server: Server = format!(
        "smtps://localhost:{}",
        listener.local_addr().unwrap().port()
    )
    .parse()
    .unwrap();
    let handle = thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        act(StreamOwned::new(connection, listener.accept().unwrap().0));
    });
    (server.tls_ca_pem(pem).tls_ca_only(), handle)
}

fn hear(stream: &mut impl Read, end: &str) {
    let mut heard = Vec::new();
    let mut octet = [0];
    while !heard.ends_with(end.as_bytes()) && stream.read(&mut octet).is_ok_and(|n| n == 1) {
        heard.push(octet[0]);
    }
}

fn up_to_content(stream: &mut Secured) {
    stream.write_all(b"220 mx\r\n").unwrap();
    for reply in ["250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"] {
        hear(stream, "\r\n");
        stream.write_all(reply.as_bytes()).unwrap();
    }
}

fn envelope() -> Envelope {
    Envelope::new(
        "ann@example.org".parse().unwrap(),
        ["bo@example.net".parse().unwrap()],
    )
    .unwrap()
}

fn endless() -> Raw<'static> {
    Raw::reader(io::repeat(b'x'), Encoding::SEVEN_BIT, ContentSize::Unknown)
}

#[test]
fn an_early_refusal_is_heard_through_tls() {
    let (over, wait) = mpsc::channel::<()>();
    let (server, handle) = serve(move |mut stream| {
        up_to_content(&mut stream);
        stream.write_all(b"552 5.3.4 too large\r\n").unwrap();
        // Not an octet of the content is read.
        let _ = wait.recv();
    });
    let error = Client::new(server)
        .unwrap()
        .send_raw(envelope(), endless())
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), error.retry()),
        (Kind::Rejected, Stage::Content, Retry::Never),
        "{error}"
    );
    assert_eq!(error.reply().unwrap().code(), 552);
    drop(over);
    handle.join().unwrap();
}

#[test]
fn a_full_buffer_hears_the_peer_without_waiting() {
    let (over, wait) = mpsc::channel::<()>();
    let (said, heard) = mpsc::channel::<()>();
    let (server, handle) = serve(move |mut stream| {
        stream.write_all(b"552 too large\r\n").unwrap();
        said.send(()).unwrap();
        let _ = wait.recv();
    });
    let socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let connector = Arc::new(Connector::new(&server).unwrap());
    let mut stream = Secure::new(Tcp::new(socket).unwrap(), connector, server.host().clone());
    let limit = Duration::from_secs(60);
    stream.start_tls(TlsMode::Implicit, limit).unwrap();
    heard.recv().unwrap();
    while stream.write_or_hear(&[b'x'; 16 * 1024], limit).unwrap() != Written::Readable {}
    let mut buffer = [0; 64];
    let n = stream.read(&mut buffer, Duration::ZERO).unwrap();
    assert_eq!(buffer[..n], *b"552 too large\r\n");
    drop(over);
    handle.join().unwrap();
}

#[test]
fn an_end_without_goodbye_is_a_loss() {
    let (server, handle) = serve(|mut stream| {
        up_to_content(&mut stream);
        hear(&mut stream, "\r\n.\r\n");
        // The socket is dropped without close_notify.
    });
    let raw = Raw::bytes(&b"Subject: x\r\n\r\nbody\r\n"[..]);
    let error = Client::new(server)
        .unwrap()
        .send_raw(envelope(), raw)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (Kind::InDoubt, Retry::InDoubt),
        "{error}"
    );
    handle.join().unwrap();

    let (server, handle) = serve(|mut stream| {
        stream.write_all(b"220 mx\r\n").unwrap();
        hear(&mut stream, "\r\n");
    });
    let error = Client::new(server).unwrap().test().unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), error.retry()),
        (Kind::Connection, Stage::Ehlo, Retry::Safe),
        "{error}"
    );
    handle.join().unwrap();
}

#[test]
fn a_server_that_takes_nothing_cannot_hold_the_client_through_tls() {
    let (over, wait) = mpsc::channel::<()>();
    let (server, handle) = serve(move |mut stream| {
        up_to_content(&mut stream);
        let _ = wait.recv();
    });
    let timeouts = posthaste::proto::session::Timeouts {
        data_block: Duration::from_millis(50),
        ..Default::default()
    };
    let error = Client::new(server.timeouts(timeouts))
        .unwrap()
        .send_raw(envelope(), endless())
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), error.retry()),
        (Kind::Timeout, Stage::Content, Retry::Safe),
        "{error}"
    );
    drop(over);
    handle.join().unwrap();
}

/// A stream of one's own with the two methods that it must have: every read and write moves one octet.
struct Drops(Tcp);

impl Stream for Drops {
    fn read(&mut self, into: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.0.read(&mut into[..1], limit)
    }

    fn write(&mut self, octets: &[u8], limit: Duration) -> io::Result<usize> {
        self.0.write(&octets[..1], limit)
    }
}

fn drops(address: SocketAddr) -> Drops {
    Drops(Tcp::new(TcpStream::connect(address).unwrap()).unwrap())
}

#[test]
fn a_stream_of_ones_own_that_moves_one_octet_at_a_time() {
    let inbox = Inbox::builder()
        .auth("ann", "hunter2")
        .auth_required()
        .implicit_tls()
        .start()
        .unwrap();
    let content = b"Subject: x\r\n\r\n.\r\n..\r\nbody\r\n";
    for (tls, address) in [
        (Tls::StartTls, inbox.address()),
        (Tls::Implicit, inbox.tls_address().unwrap()),
    ] {
        let server = "smtp://localhost".parse::<Server>().unwrap().tls(tls);
        let server = server
            .credentials("ann", "hunter2")
            .tls_ca_pem(inbox.ca_pem().unwrap());
        let client = Client::new(server).unwrap();
        let mut connection = client.connect_over(drops(address)).unwrap();
        let sent = connection
            .send_raw(envelope(), Raw::bytes(&content[..]))
            .unwrap();
        assert!(sent.all_accepted() && sent.link().tls().is_some() && sent.link().peer().is_none());
        connection.quit().unwrap();
        assert_eq!(inbox.messages().last().unwrap().content().unwrap(), content);
    }
}
