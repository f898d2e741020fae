//! posthaste-proto's client logs in to this server, both without IO, by every mechanism: with the right secret and a wrong
//! one, over the same TLS connection and over two, and where the server lies.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::sync::Arc;
use std::time::Duration;

use posthaste_inbox::session::{self as server, TlsFacts};
use posthaste_inbox::{Config, Mechanism, ScramFault};
use posthaste_proto::error::{Cause, ProtocolError};
use posthaste_proto::sasl::{BadChallenge, BuiltIn, ChannelBinding, Preference};
use posthaste_proto::session::{self, Limits, TlsInfo, TlsPolicy};
use posthaste_proto::{Credentials, Event, Session, Step};

const USER: &str = "ann@example.org";
const PASSWORD: &str = "s3cret, and =more";
const TOKEN: &str = "ya29.vF9dft4qmTc2Nvb3Rl";

/// What came of a login.
#[derive(Debug, PartialEq)]
enum End {
    In(String),
    Refused(u16),
    Lied(BadChallenge),
    Other(Cause),
}

/// A login and what it is to meet.
struct Login {
    mechanism: BuiltIn,
    credentials: Credentials,
    fault: Option<ScramFault>,
    /// What the server and the client know of TLS.
    server_tls: TlsFacts,
    client_tls: TlsInfo,
    binding: ChannelBinding,
    /// The server offers only what the client asks for.
    offered: Vec<Mechanism>,
}

fn tls(seed: u8) -> (TlsFacts, TlsInfo) {
    let mut facts = TlsFacts::from("TLSv1.3");
    facts.exporter = Some([seed; 32]);
    facts.server_end_point = Some(vec![seed + 100; 32]);
    let mut info = TlsInfo::default();
    info.exporter = facts.exporter;
    info.server_end_point = facts.server_end_point.clone();
    (facts, info)
}

impl Login {
    fn new(mechanism: BuiltIn, credentials: Credentials) -> Self {
        let (server_tls, client_tls) = tls(1);
        Self {
            mechanism,
            credentials,
            fault: None,
            server_tls,
            client_tls,
            binding: ChannelBinding::default(),
            offered: vec![mechanism.name().parse().unwrap()],
        }
    }

    fn try_it(&self) -> End {
        let mut config = Config::new()
            .auth(USER, PASSWORD)
            .token(USER, TOKEN)
            .scram_iterations(std::num::NonZero::new(5).unwrap())
            .mechanisms(self.offered.iter().copied());
        config = match self.mechanism {
            BuiltIn::External => config.external("ann"),
            BuiltIn::Anonymous => config.anonymous(),
            _ => config,
        };
        if let Some(fault) = self.fault {
            config = config.scram_fault(fault);
        }
        let facts = self.server_tls.clone();
        let mut server = server::Session::new(Arc::new(config), Some(facts)).with_entropy([5; 32]);
        let limits = Limits {
            scram_iterations_least: 1,
            ..Limits::default()
        };
        let config = session::Config::new("client.example.org".parse().unwrap())
            .tls(TlsPolicy::Implicit)
            .entropy([6; 32])
            .limits(limits)
            .channel_binding(self.binding)
            .mechanisms(Preference::only([self.mechanism]))
            .credentials(self.credentials.clone());
        let mut client = Session::new(config);
        loop {
            match client.poll(Duration::ZERO) {
                Step::Write { bytes, .. } => {
                    let n = bytes.len();
                    server.received(bytes);
                    client.written(n);
                }
                Step::Read { .. } => match server.poll() {
                    server::Step::Write(octets) => {
                        let n = octets.len();
                        client.received(octets);
                        server.written(n);
                    }
                    server::Step::Close => client.closed_by_peer(),
                    step => panic!("both wait: {step:?}"),
                },
                Step::StartTls { .. } => client.tls_started(self.client_tls.clone()),
                Step::Event(Event::Ready) => {
                    return End::In(client.authenticated().unwrap().to_owned());
                }
                Step::Event(Event::Lost { cause }) => {
                    return match cause {
                        Cause::Refused { reply, .. } => End::Refused(reply.code().number()),
                        Cause::Protocol {
                            error: ProtocolError::BadChallenge(error),
                            ..
                        } => End::Lied(error),
                        cause => End::Other(cause),
                    };
                }
                Step::Event(_) => {}
                step => panic!("{step:?}"),
            }
        }
    }
}

const SCRAM: [BuiltIn; 6] = [
    BuiltIn::ScramSha1,
    BuiltIn::ScramSha256,
    BuiltIn::ScramSha512,
    BuiltIn::ScramSha1Plus,
    BuiltIn::ScramSha256Plus,
    BuiltIn::ScramSha512Plus,
];

#[test]
fn every_mechanism_with_the_right_secret_and_a_wrong_one() {
    let with_password = SCRAM
        .into_iter()
        .chain([BuiltIn::Plain, BuiltIn::Login, BuiltIn::CramMd5]);
    for mechanism in with_password {
        let right = Login::new(mechanism, Credentials::new(USER, PASSWORD));
        assert_eq!(right.try_it(), End::In(mechanism.name().to_owned()));
        for credentials in [
            Credentials::new(USER, "wrong"),
            Credentials::new("bob", PASSWORD),
        ] {
            let wrong = Login::new(mechanism, credentials);
            assert_eq!(wrong.try_it(), End::Refused(535), "{mechanism}");
        }
    }
    for mechanism in [BuiltIn::OAuthBearer, BuiltIn::XOAuth2] {
        let right = Login::new(mechanism, Credentials::token(USER, TOKEN));
        assert_eq!(right.try_it(), End::In(mechanism.name().to_owned()));
        let wrong = Login::new(mechanism, Credentials::token(USER, "expired"));
        assert_eq!(wrong.try_it(), End::Refused(535), "{mechanism}");
    }
    let external = Login::new(BuiltIn::External, Credentials::external());
    assert_eq!(external.try_it(), End::In("EXTERNAL".to_owned()));
    let anonymous = Login::new(BuiltIn::Anonymous, Credentials::anonymous("sirhc"));
    assert_eq!(anonymous.try_it(), End::In("ANONYMOUS".to_owned()));
}

#[test]
fn a_login_that_is_passed_on_from_another_connection_is_refused() {
    let plus = SCRAM.into_iter().filter(|it| it.name().ends_with("PLUS"));
    for mechanism in plus {
        for binding in [ChannelBinding::ExporterFirst, ChannelBinding::EndPoint] {
            let mut login = Login::new(mechanism, Credentials::new(USER, PASSWORD));
            login.binding = binding;
            assert_eq!(login.try_it(), End::In(mechanism.name().to_owned()));
            // Somebody in between has a connection of his own to the server.
            login.client_tls = tls(2).1;
            assert_eq!(login.try_it(), End::Refused(535), "{mechanism} {binding:?}");
        }
    }
}

#[test]
fn an_offer_of_plus_that_somebody_took_away_is_noticed() {
    // The server offers both, as the flag `y` must never be told to it.
    let mut login = Login::new(BuiltIn::ScramSha256, Credentials::new(USER, PASSWORD));
    login.offered = vec![Mechanism::ScramSha256Plus, Mechanism::ScramSha256];
    assert_eq!(login.try_it(), End::In("SCRAM-SHA-256".to_owned()));
    login.binding = ChannelBinding::Never;
    assert_eq!(login.try_it(), End::In("SCRAM-SHA-256".to_owned()));
}

#[test]
fn a_server_that_lies_is_refused() {
    let limits = |asked| BadChallenge::Iterations {
        asked,
        least: 1,
        most: 100_000,
    };
    for mechanism in SCRAM {
        for (fault, end) in [
            (
                ScramFault::WrongSignature,
                End::Lied(BadChallenge::Signature),
            ),
            (ScramFault::ForeignNonce, End::Lied(BadChallenge::Nonce)),
            (ScramFault::Iterations(0), End::Lied(limits(0))),
            (ScramFault::Iterations(100_001), End::Lied(limits(100_001))),
            (
                ScramFault::Iterations(u64::MAX),
                End::Lied(limits(u32::MAX)),
            ),
            (ScramFault::BadSalt, End::Lied(BadChallenge::Salt)),
            (
                ScramFault::MandatoryExtension,
                End::Lied(BadChallenge::Extension),
            ),
            (ScramFault::NoSignature, End::Lied(BadChallenge::Unsigned)),
            (ScramFault::Error, End::Refused(535)),
            // No lie, only in another place than the standard has for it.
            (
                ScramFault::SignatureIn235,
                End::In(mechanism.name().to_owned()),
            ),
        ] {
            let mut login = Login::new(mechanism, Credentials::new(USER, PASSWORD));
            login.fault = Some(fault);
            assert_eq!(login.try_it(), end, "{mechanism} {fault:?}");
        }
    }
}
