use super::*;
use crate::sasl::binding::Bindings;
use crate::sasl::{ChannelBinding, Credentials};
use crate::session::TlsInfo;

fn start<'a>(credentials: &'a Credentials, bindings: Bindings<'a>) -> Start<'a> {
    Start {
        credentials,
        bindings,
        entropy: None,
        attempt: 1,
        iterations: (4096, 100_000),
    }
}

fn scram(hash: Hash, nonce: &str) -> Scram {
    let credentials = Credentials::new("user", "pencil");
    let start = start(&credentials, Bindings::default());
    Scram::with_nonce(hash, false, &start, nonce.into()).unwrap()
}

fn challenge(message: &str) -> String {
    STANDARD.encode(message)
}

fn answer(exchange: &mut Scram, message: &str) -> Result<String, BadChallenge> {
    let response = exchange.respond(Challenge::new(challenge(message).as_bytes()))?;
    Ok(String::from_utf8(response.expose().to_vec()).unwrap())
}

/// The examples of RFC 5802 section 5 and RFC 7677 section 3.
const EXAMPLES: [(Hash, &str, &str, &str, &str); 2] = [
    (
        Hash::Sha1,
        "fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    (
        Hash::Sha256,
        "rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
];

#[test]
fn the_examples_of_the_rfcs() {
    for (hash, nonce, first, last, signature) in EXAMPLES {
        let mut exchange = scram(hash, nonce);
        let begin = exchange.initial_response().unwrap();
        assert_eq!(begin.expose(), [b"n,,n=user,r=", nonce.as_bytes()].concat());
        assert_eq!(answer(&mut exchange, first).unwrap(), last);
        assert_eq!(answer(&mut exchange, signature).unwrap(), "");
        assert_eq!(exchange.succeeded(b"2.7.0 ok"), Ok(()));
        assert_eq!(answer(&mut exchange, ""), Err(BadChallenge::OneTooMany));
    }
}

#[test]
fn the_signature_may_stand_in_the_235_and_must_be_right() {
    let (hash, nonce, first, _, signature) = EXAMPLES[0];
    let proven = || {
        let mut exchange = scram(hash, nonce);
        exchange.initial_response();
        answer(&mut exchange, first).unwrap();
        exchange
    };
    let text = alloc::format!("2.7.0 {signature}");
    assert_eq!(proven().succeeded(text.as_bytes()), Ok(()));
    let text = alloc::format!("2.7.0 {}", challenge(signature));
    assert_eq!(proven().succeeded(text.as_bytes()), Ok(()));
    let wrong = challenge("v=rmF9pqV8S7suAoZWja4dJRkFsKE=");
    assert_eq!(
        proven().succeeded(wrong.as_bytes()),
        Err(BadChallenge::Signature)
    );
    assert_eq!(
        proven().succeeded(b"2.7.0 welcome"),
        Err(BadChallenge::Unsigned)
    );
    for message in ["v=", "v=rmF9", "v=*", "x=1", ""] {
        let mut exchange = proven();
        assert!(answer(&mut exchange, message).is_err(), "{message}");
        // Whatever comes after it.
        assert_eq!(
            exchange.succeeded(text.as_bytes()),
            Err(BadChallenge::Unsigned)
        );
    }
}

#[test]
fn a_success_before_the_proof_is_none() {
    let (hash, nonce, _, _, signature) = EXAMPLES[0];
    let mut exchange = scram(hash, nonce);
    exchange.initial_response();
    assert_eq!(
        exchange.succeeded(challenge(signature).as_bytes()),
        Err(BadChallenge::Unsigned)
    );
}

#[test]
fn an_error_is_kept_and_never_a_login() {
    let (hash, nonce, first, ..) = EXAMPLES[0];
    let mut exchange = scram(hash, nonce);
    exchange.initial_response();
    answer(&mut exchange, first).unwrap();
    assert_eq!(answer(&mut exchange, "e=invalid-proof").unwrap(), "");
    assert_eq!(
        exchange.detail().map(AuthDetail::octets),
        Some(&b"invalid-proof"[..])
    );
    assert_eq!(exchange.succeeded(b"2.7.0 ok"), Err(BadChallenge::Unsigned));
}

#[test]
fn flags_of_channel_binding() {
    let older = TlsInfo {
        server_end_point: Some(b"hash".to_vec()),
        ..TlsInfo::default()
    };
    let tls = TlsInfo {
        exporter: Some([7; 32]),
        ..older.clone()
    };
    let credentials = Credentials::new("us,er", "pencil").acting_as("a=b");
    let begin = |plus, policy, tls, offered| {
        let start = start(&credentials, Bindings::new(policy, tls, offered));
        let mut exchange = Scram::with_nonce(Hash::Sha256, plus, &start, "x".into()).unwrap();
        let first = exchange.initial_response().unwrap();
        let first = String::from_utf8(first.expose().to_vec()).unwrap();
        (first, exchange.binding)
    };
    use ChannelBinding::{EndPoint, ExporterFirst, Never};
    for (plus, policy, tls, offered, header, data) in [
        (
            true,
            ExporterFirst,
            Some(&tls),
            true,
            "p=tls-exporter",
            &[7; 32][..],
        ),
        (
            true,
            ExporterFirst,
            Some(&older),
            true,
            "p=tls-server-end-point",
            b"hash",
        ),
        (
            true,
            EndPoint,
            Some(&tls),
            true,
            "p=tls-server-end-point",
            b"hash",
        ),
        (false, ExporterFirst, Some(&tls), false, "y", b""),
        // The server offers it with another hash: `y` would be taken for an attack.
        (false, ExporterFirst, Some(&tls), true, "n", b""),
        (false, Never, Some(&tls), false, "n", b""),
        (false, ExporterFirst, None, false, "n", b""),
    ] {
        let (first, binding) = begin(plus, policy, tls, offered);
        let header = alloc::format!("{header},a=a=3Db,");
        assert_eq!(first, alloc::format!("{header}n=us=2Cer,r=x"));
        assert_eq!(binding, [header.as_bytes(), data].concat());
    }
}

#[test]
fn nonces_differ_and_are_printable() {
    let one = nonce(&[1; 32], 1);
    assert_eq!(one.len(), 24);
    assert!(
        one.bytes()
            .all(|octet| octet.is_ascii_graphic() && octet != b',')
    );
    assert_ne!(one, nonce(&[1; 32], 2));
    assert_ne!(one, nonce(&[2; 32], 1));
}
