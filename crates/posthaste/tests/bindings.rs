//! The channel bindings of TLS: both sides have the same exporter, and the end point is the certificate's hash.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use posthaste::proto::session::{TlsInfo, TlsMode};
use posthaste::stream::{Connector, Secure, Stream, Tcp};
use posthaste::{Server, Tls};
use rcgen::{CertificateParams, KeyPair, SignatureAlgorithm};
use rustls::crypto::hash::Hash;
use rustls::crypto::ring::{cipher_suite, default_provider};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

/// A handshake: what the client says of it, the certificate, and what the server exports.
fn handshake(
    algorithm: &'static SignatureAlgorithm,
    version: &'static SupportedProtocolVersion,
) -> (TlsInfo, Vec<u8>, [u8; 32]) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let made = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let made = made.self_signed(&key).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], private)
        .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let (mut socket, _) = listener.accept().unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).unwrap();
        }
        connection
            .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
            .unwrap()
    });
    let server: Server = format!("smtps://{address}").parse().unwrap();
    let server = server.tls(Tls::Implicit).tls_ca_pem(made.pem());
    let connector = Arc::new(Connector::new(&server.tls_ca_only()).unwrap());
    let socket = Tcp::new(TcpStream::connect(address).unwrap()).unwrap();
    let mut stream = Secure::new(socket, connector, "localhost".parse().unwrap());
    let info = stream
        .start_tls(TlsMode::Implicit, Duration::from_secs(60))
        .unwrap();
    (info, made.der().to_vec(), served.join().unwrap())
}

#[test]
fn the_exporter_is_the_servers() {
    let (info, _, exported) = handshake(&rcgen::PKCS_ECDSA_P256_SHA256, &TLS13);
    assert_eq!(info.protocol.as_deref(), Some("TLSv1.3"));
    assert_eq!(info.exporter, Some(exported));
    // Another connection has another one.
    let (other, ..) = handshake(&rcgen::PKCS_ECDSA_P256_SHA256, &TLS13);
    assert_ne!(other.exporter, info.exporter);
}

#[test]
fn without_tls_1_3_only_the_end_point_is_known() {
    let (info, ..) = handshake(&rcgen::PKCS_ECDSA_P256_SHA256, &TLS12);
    assert_eq!(info.protocol.as_deref(), Some("TLSv1.2"));
    assert_eq!(info.exporter, None);
    assert!(info.server_end_point.is_some());
}

#[test]
fn the_end_point_is_the_hash_of_the_certificate() {
    let common = |suite: rustls::SupportedCipherSuite| suite.tls13().unwrap().common.hash_provider;
    let sha256: &dyn Hash = common(cipher_suite::TLS13_AES_128_GCM_SHA256);
    let sha384: &dyn Hash = common(cipher_suite::TLS13_AES_256_GCM_SHA384);
    for (algorithm, hash) in [
        (&rcgen::PKCS_ECDSA_P256_SHA256, sha256),
        (&rcgen::PKCS_ECDSA_P384_SHA384, sha384),
    ] {
        let (info, certificate, _) = handshake(algorithm, &TLS13);
        let hashed = hash.hash(&certificate);
        assert_eq!(info.server_end_point.as_deref(), Some(hashed.as_ref()));
    }
    let (info, ..) = handshake(&rcgen::PKCS_ED25519, &TLS13);
    assert_eq!(info.server_end_point, None);
}
