//! SCRAM bound to a TLS connection that is there: rustls on both ends, both ends ask it for the binding.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail loudly too")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use posthaste_inbox::{Inbox, ScramFault};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion, version,
};
use sha2::{Digest as _, Sha256};

type Tls = BufReader<StreamOwned<ClientConnection, TcpStream>>;

fn inbox() -> Inbox {
    Inbox::builder()
        .auth("ann", "secret")
        .implicit_tls()
        .start()
        .unwrap()
}

/// A connection with its greeting read, and what came in answer to EHLO.
fn connect(inbox: &Inbox, version: &'static SupportedProtocolVersion) -> (Tls, String) {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(inbox.ca_pem().unwrap().as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(inbox.tls_address().unwrap()).unwrap();
    let mut tls = BufReader::new(StreamOwned::new(connection, stream));
    assert!(reply(&mut tls).starts_with("220 "));
    let hello = ask(&mut tls, "EHLO client.example.org");
    (tls, hello)
}

fn reply(tls: &mut Tls) -> String {
    let mut text = String::new();
    loop {
        let start = text.len();
        tls.read_line(&mut text).unwrap();
        if text.as_bytes()[start + 3] == b' ' {
            return text.trim_end().to_owned();
        }
    }
}

fn ask(tls: &mut Tls, line: &str) -> String {
    tls.get_mut()
        .write_all(format!("{line}\r\n").as_bytes())
        .unwrap();
    reply(tls)
}

fn exporter(tls: &Tls) -> Vec<u8> {
    let connection = &tls.get_ref().conn;
    let label = b"EXPORTER-Channel-Binding";
    connection
        .export_keying_material([0; 32], label, Some(b""))
        .unwrap()
        .to_vec()
}

fn end_point(tls: &Tls) -> Vec<u8> {
    Sha256::digest(&tls.get_ref().conn.peer_certificates().unwrap()[0]).to_vec()
}

fn hmac(key: &[u8], octets: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(octets);
    mac.finalize().into_bytes().to_vec()
}

/// Logs in by SCRAM-SHA-256-PLUS; returns the last reply, and whether the server proved itself.
fn log_in(tls: &mut Tls, name: &str, binding: &[u8]) -> (String, bool) {
    let header = format!("p={name},,");
    let bare = "n=ann,r=2vBq7pdXaI";
    let response = STANDARD.encode(format!("{header}{bare}"));
    let challenge = ask(tls, &format!("AUTH SCRAM-SHA-256-PLUS {response}"));
    let Some(challenge) = challenge.strip_prefix("334 ") else {
        return (challenge, false);
    };
    let challenge = String::from_utf8(STANDARD.decode(challenge).unwrap()).unwrap();
    let fields: Vec<_> = challenge.split(',').map(|field| &field[2..]).collect();
    let (salt, iterations) = (STANDARD.decode(fields[1]).unwrap(), fields[2]);
    let binding = STANDARD.encode([header.as_bytes(), binding].concat());
    let without_proof = format!("c={binding},r={}", fields[0]);
    let mut salted = [0; 32];
    let iterations = iterations.parse().unwrap();
    pbkdf2::pbkdf2_hmac::<Sha256>(b"secret", &salt, iterations, &mut salted);
    let message = format!("{bare},{challenge},{without_proof}");
    let client_key = hmac(&salted, b"Client Key");
    let signature = hmac(&Sha256::digest(&client_key), message.as_bytes());
    let proof: Vec<_> = client_key
        .iter()
        .zip(signature)
        .map(|(key, signature)| key ^ signature)
        .collect();
    let last = format!("{without_proof},p={}", STANDARD.encode(proof));
    let answer = ask(tls, &STANDARD.encode(last));
    let server_key = hmac(&salted, b"Server Key");
    let expected = STANDARD.encode(format!(
        "v={}",
        STANDARD.encode(hmac(&server_key, message.as_bytes()))
    ));
    match answer.strip_prefix("334 ") {
        Some(signature) => {
            let is_proved = signature == expected;
            (ask(tls, ""), is_proved)
        }
        None => (answer, false),
    }
}

#[test]
fn a_login_is_bound_to_tls_1_3_in_two_ways() {
    let inbox = inbox();
    for name in ["tls-exporter", "tls-server-end-point"] {
        let (mut tls, hello) = connect(&inbox, &version::TLS13);
        assert!(
            hello.contains(" SCRAM-SHA-256 SCRAM-SHA-256-PLUS "),
            "{hello}"
        );
        let binding = match name {
            "tls-exporter" => exporter(&tls),
            _ => end_point(&tls),
        };
        let wrong = log_in(&mut tls, name, &[0; 32]).0;
        assert_eq!(wrong, "535 5.7.8 the channel binding differs");
        let right = log_in(&mut tls, name, &binding);
        assert_eq!(right, ("235 2.7.0 authenticated".into(), true), "{name}");
    }
}

#[test]
fn what_was_exported_elsewhere_is_no_binding() {
    let inbox = inbox();
    let (elsewhere, _) = connect(&inbox, &version::TLS13);
    let binding = exporter(&elsewhere);
    let (mut tls, _) = connect(&inbox, &version::TLS13);
    let (reply, _) = log_in(&mut tls, "tls-exporter", &binding);
    assert_eq!(reply, "535 5.7.8 the channel binding differs");
}

#[test]
fn in_tls_1_2_only_the_certificate_binds() {
    let inbox = inbox();
    let (mut tls, hello) = connect(&inbox, &version::TLS12);
    assert!(hello.contains("-PLUS "), "{hello}");
    let binding = exporter(&tls);
    let (reply, _) = log_in(&mut tls, "tls-exporter", &binding);
    assert_eq!(reply, "535 5.7.8 no such channel binding here");
    let binding = end_point(&tls);
    let right = log_in(&mut tls, "tls-server-end-point", &binding);
    assert_eq!(right, ("235 2.7.0 authenticated".into(), true));
}

#[test]
fn challenges_differ_from_connection_to_connection() {
    let inbox = inbox();
    let challenges: Vec<_> = (0..3)
        .map(|_| {
            let (mut tls, _) = connect(&inbox, &version::TLS13);
            let challenge = ask(&mut tls, "AUTH CRAM-MD5");
            let challenge = STANDARD.decode(&challenge["334 ".len()..]).unwrap();
            String::from_utf8(challenge).unwrap()
        })
        .collect();
    for challenge in &challenges {
        let is_one = challenge.starts_with('<') && challenge.ends_with("@localhost>");
        assert!(is_one && challenge.len() == 44, "{challenge}");
    }
    assert!(challenges[0] != challenges[1] && challenges[1] != challenges[2]);
}

#[test]
fn a_lie_is_told_over_a_socket_too() {
    let inbox = Inbox::builder()
        .auth("ann", "secret")
        .configure(|config| config.scram_fault(ScramFault::WrongSignature))
        .implicit_tls()
        .start()
        .unwrap();
    let (mut tls, _) = connect(&inbox, &version::TLS13);
    let binding = exporter(&tls);
    let reply = log_in(&mut tls, "tls-exporter", &binding);
    assert_eq!(reply, ("235 2.7.0 authenticated".into(), false));
}
