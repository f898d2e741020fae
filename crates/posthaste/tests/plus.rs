//! SCRAM-SHA-256-PLUS over TLS: what the client binds its login to is what the server has (RFC 5802 section 6, RFC 9266).

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use posthaste::Server;
use posthaste::blocking::Client;
use posthaste::proto::sasl::ChannelBinding;
use ring::digest;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

/// What a server heard of SCRAM, and what it has itself to bind to.
struct Login {
    mechanism: String,
    /// The client's first message.
    first: String,
    /// `c=` of its last one.
    bound: Vec<u8>,
    exporter: [u8; 32],
    end_point: Vec<u8>,
}

type Secured = BufReader<StreamOwned<ServerConnection, TcpStream>>;

fn say(stream: &mut Secured, words: &str) {
    let words = format!("{words}\r\n");
    stream.get_mut().write_all(words.as_bytes()).unwrap();
}

fn hear(stream: &mut Secured) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn undone(base64: &str) -> String {
    String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
}

/// A server for one connection, which refuses the login once it has seen the client's last message.
fn serve(
    version: &'static SupportedProtocolVersion,
    mechanisms: &'static str,
) -> (Server, JoinHandle<Login>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let end_point = digest::digest(&digest::SHA256, &certificate)
        .as_ref()
        .to_vec();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let handle = thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        let stream = StreamOwned::new(connection, listener.accept().unwrap().0);
        let mut stream = BufReader::new(stream);
        say(&mut stream, "220 mx");
        hear(&mut stream);
        say(&mut stream, &format!("250-mx\r\n250 AUTH {mechanisms}"));
        let auth = hear(&mut stream);
        let mut words = auth.split(' ').skip(1);
        let mechanism = words.next().unwrap().to_owned();
        let first = undone(words.next().unwrap());
        let nonce = first.rsplit(",r=").next().unwrap();
        let challenge = format!("r={nonce}theirs,s=c2FsdA==,i=4096");
        say(&mut stream, &format!("334 {}", STANDARD.encode(challenge)));
        let last = undone(&hear(&mut stream));
        let bound = last.strip_prefix("c=").unwrap().split(',').next().unwrap();
        say(&mut stream, "535 5.7.8 seen enough");
        hear(&mut stream);
        say(&mut stream, "221 bye");
        let exporter = stream
            .get_ref()
            .conn
            .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
            .unwrap();
        Login {
            mechanism,
            bound: STANDARD.decode(bound).unwrap(),
            first,
            exporter,
            end_point,
        }
    });
    let server: Server = format!("smtps://ann:pencil@localhost:{port}")
        .parse()
        .unwrap();
    (server.tls_ca_pem(made.cert.pem()).tls_ca_only(), handle)
}

fn login(
    version: &'static SupportedProtocolVersion,
    mechanisms: &'static str,
    binding: Option<ChannelBinding>,
) -> Login {
    let (server, handle) = serve(version, mechanisms);
    let server = match binding {
        Some(binding) => server.channel_binding(binding),
        None => server,
    };
    let error = Client::new(server).unwrap().test().unwrap_err();
    assert_eq!(error.reply().unwrap().code(), 535, "{error}");
    handle.join().unwrap()
}

const BOTH: &str = "PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS";

#[test]
fn the_login_is_bound_to_what_the_server_has() {
    let exporter = "p=tls-exporter,,";
    let end_point = "p=tls-server-end-point,,";
    for (version, binding, header) in [
        (&TLS13, None, exporter),
        (&TLS13, Some(ChannelBinding::ExporterFirst), exporter),
        (&TLS13, Some(ChannelBinding::EndPoint), end_point),
        // TLS 1.2 has no exporter that is safe to bind to.
        (&TLS12, None, end_point),
    ] {
        let login = login(version, BOTH, binding);
        assert_eq!(login.mechanism, "SCRAM-SHA-256-PLUS");
        assert!(login.first.starts_with(header), "{}", login.first);
        let data = if header == exporter {
            &login.exporter[..]
        } else {
            &login.end_point
        };
        assert_eq!(login.bound, [header.as_bytes(), data].concat());
    }
}

#[test]
fn without_binding_the_server_is_told_why() {
    for (mechanisms, binding, header) in [
        // This side could, and nobody offered it: if the offer was taken away on the way, the server sees it by this.
        ("PLAIN SCRAM-SHA-256", None, "y,,"),
        (BOTH, Some(ChannelBinding::Never), "n,,"),
    ] {
        let login = login(&TLS13, mechanisms, binding);
        assert_eq!(login.mechanism, "SCRAM-SHA-256");
        assert!(login.first.starts_with(header), "{}", login.first);
        assert_eq!(login.bound, header.as_bytes());
    }
}
