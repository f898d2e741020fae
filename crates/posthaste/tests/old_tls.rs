//! A server that speaks nothing newer than TLS 1.1 (RFC 8996: such versions are not spoken).

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use posthaste::blocking::Client;
use posthaste::error::{Kind, Retry, Stage};
use posthaste::{Server, Tls};
use posthaste_inbox::Inbox;

/// A ServerHello of this version: random octets, no session, AES-128-CBC with SHA-1, which TLS 1.1 and 1.2 both have.
fn server_hello(version: u8) -> Vec<u8> {
    let mut hello = vec![3, version];
    hello.extend_from_slice(&[0x42; 32]);
    hello.extend_from_slice(&[0, 0xc0, 0x13, 0]);
    let handshake = [&[2, 0, 0, hello.len() as u8][..], &hello].concat();
    [
        &[0x16, 3, version, 0, handshake.len() as u8][..],
        &handshake,
    ]
    .concat()
}

#[test]
fn versions_before_1_2_are_refused() {
    let inbox = Inbox::builder().start().unwrap();
    let authority = inbox.ca_pem().unwrap();
    for version in [1, 2] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut client_hello = [0; 5];
            stream.read_exact(&mut client_hello).unwrap();
            stream.write_all(&server_hello(version)).unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        });
        let settings: Server = format!("smtp://{address}").parse().unwrap();
        let settings = settings.tls(Tls::Implicit).tls_ca_pem(authority.to_owned());
        let error = Client::new(settings).unwrap().test().unwrap_err();
        assert_eq!(
            (error.kind(), error.stage(), error.retry()),
            (Kind::Tls, Stage::Tls, Retry::Never),
            "{error}"
        );
        assert!(!error.to_string().contains("certificate"), "{error}");
        server.join().unwrap();
    }
}
