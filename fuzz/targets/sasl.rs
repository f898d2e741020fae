//! Invariant: whatever a server says in AUTH, every mechanism comes to its end within a bounded number of lines, each line of the
//! client is one line of bounded length, no secret is in anything that is told, and only 235 is a login, which SCRAM does
//! not take without a signature.

use std::time::Duration;

use posthaste_proto::sasl::{BuiltIn, Preference};
use posthaste_proto::session::{AuthPolicy, Limits, TlsInfo, TlsPolicy};
use posthaste_proto::{Config, Credentials, Event, Secret, Session, Step};

const SECRET: &str = "correct-horse";

/// The first octet chooses the mechanism; each further one how the server answers, with octets that follow.
pub fn run(data: &[u8]) {
    let Some((&choice, mut rest)) = data.split_first() else {
        return;
    };
    let mechanism = BuiltIn::ALL[usize::from(choice) % BuiltIn::ALL.len()];
    let foreign = choice & 0x80 != 0;
    // What a server makes up is not our secret.
    let has_secret = !foreign && !matches!(mechanism, BuiltIn::External | BuiltIn::Anonymous);
    let credentials = match mechanism {
        BuiltIn::OAuthBearer | BuiltIn::XOAuth2 => Credentials::token("ann", SECRET),
        BuiltIn::External => Credentials::external(),
        BuiltIn::Anonymous => Credentials::anonymous("ann"),
        _ => Credentials::new("ann", SECRET),
    };
    let auth = if foreign {
        AuthPolicy::Answer(mechanism.name().parse().expect("a name"))
    } else {
        AuthPolicy::Credentials(credentials)
    };
    let limits = Limits {
        scram_iterations_least: 1,
        scram_iterations: 50,
        ..Limits::default()
    };
    let config = Config::new("client.example.org".parse().expect("a name"))
        .tls(TlsPolicy::Implicit)
        .entropy([choice; 32])
        .limits(limits)
        .mechanisms(Preference::only([mechanism]))
        .auth(auth);
    let mut session = Session::new(config);
    let hello = format!("250-mx\r\n250 AUTH {mechanism}\r\n");
    let (mut lines, mut replies, mut last) = (0, 0, 0);
    let mut nonce = Vec::new();
    loop {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                assert!(bytes.ends_with(b"\r\n") && bytes.len() <= 12_288);
                let line = &bytes[..bytes.len() - 2];
                assert!(!line.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
                let word = line.rsplit(|octet| *octet == b' ').next();
                nonce = word.unwrap_or_default().to_vec();
                lines += 1;
                assert!(lines < 40, "no end");
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => {
                replies += 1;
                match replies {
                    1 => session.received(b"220 mx\r\n"),
                    2 => session.received(hello.as_bytes()),
                    _ => {
                        let (reply, code) = answer(&mut rest, &nonce);
                        last = code;
                        session.received(&reply);
                        if reply.is_empty() {
                            session.closed_by_peer();
                        }
                    }
                }
            }
            Step::StartTls { .. } => {
                let mut tls = TlsInfo::default();
                tls.exporter = Some([9; 32]);
                session.tls_started(tls);
            }
            Step::Credentials(request) => {
                let challenge = request.challenge.map(<[u8]>::to_vec);
                match (challenge, rest.first().map_or(0, |octet| octet % 3)) {
                    (_, 0) => session.auth_response(None),
                    (_, 1) => session.auth_cancel(),
                    (challenge, _) => {
                        session.auth_response(Some(Secret::new(challenge.unwrap_or_default())));
                    }
                }
            }
            Step::Event(event) => {
                let shown = format!("{event:?} {session:?}");
                assert!(!has_secret || !shown.contains(SECRET), "{shown}");
                if matches!(event, Event::Ready) {
                    assert_eq!(last, 235);
                    assert!(
                        foreign || !mechanism.name().starts_with("SCRAM"),
                        "a login without a signature"
                    );
                    return;
                }
            }
            Step::Idle | Step::Content(_) => panic!("nothing was submitted"),
            Step::Close { .. } => return,
        }
    }
}

/// A reply, and its code where it has one that may count.
fn answer(rest: &mut &[u8], nonce: &[u8]) -> (Vec<u8>, u16) {
    let Some((&kind, behind)) = rest.split_first() else {
        return (Vec::new(), 0);
    };
    let (text, behind) = behind.split_at(usize::from(kind >> 3).min(behind.len()));
    *rest = behind;
    let encoded = |octets: &[u8]| {
        // By the same crate as the client, and on purpose: a server speaks base64 too.
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(octets)
    };
    match kind & 7 {
        0 => (format!("334 {}\r\n", encoded(text)).into_bytes(), 334),
        1 => ([b"334 ", text, b"\r\n"].concat(), 334),
        2 => (b"235 2.7.0 ok\r\n".to_vec(), 235),
        3 => (format!("235 {}\r\n", encoded(text)).into_bytes(), 235),
        4 => (format!("535 5.7.8 {SECRET}\r\n").into_bytes(), 535),
        5 => (text.to_vec(), 235),
        6 => {
            // What a SCRAM server would say first, with the client's nonce in it.
            use base64::Engine as _;
            let first = base64::engine::general_purpose::STANDARD.decode(nonce);
            let first = String::from_utf8(first.unwrap_or_default()).unwrap_or_default();
            let nonce = first.rsplit("r=").next().unwrap_or_default().to_owned();
            let message = [format!("r={nonce}x,s=QUJD,i=3").as_bytes(), text].concat();
            (format!("334 {}\r\n", encoded(&message)).into_bytes(), 334)
        }
        _ => (b"504 5.5.4 what?\r\n".to_vec(), 504),
    }
}
