//! Invariant: a client logs in by SCRAM when both sides know the password and nobody lies, and in no other case: not with another
//! password, not to a server that lies, not over two TLS connections with channel binding, and not when a single bit of
//! what the server says in the exchange is changed on the way.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use posthaste_inbox::session::{self as server, TlsFacts};
use posthaste_inbox::{Config, ScramFault};
use posthaste_proto::sasl::{BuiltIn, ChannelBinding, Preference};
use posthaste_proto::session::{self, Limits, TlsInfo, TlsPolicy};
use posthaste_proto::{Credentials, Event, Session, Step};

const MECHANISMS: [BuiltIn; 6] = [
    BuiltIn::ScramSha1,
    BuiltIn::ScramSha256,
    BuiltIn::ScramSha512,
    BuiltIn::ScramSha1Plus,
    BuiltIn::ScramSha256Plus,
    BuiltIn::ScramSha512Plus,
];

const LIES: [ScramFault; 8] = [
    ScramFault::WrongSignature,
    ScramFault::ForeignNonce,
    ScramFault::Iterations(0),
    ScramFault::Iterations(1_000_000),
    ScramFault::BadSalt,
    ScramFault::MandatoryExtension,
    ScramFault::NoSignature,
    ScramFault::Error,
];

/// Seven octets choose mechanism, lie, passwords, seeds and the bit that is changed; the rest cuts what the server says.
pub fn run(data: &[u8]) {
    let Some((&[which, lie, secrets, seed, tls, place, bit], pieces)) = data.split_first_chunk()
    else {
        return;
    };
    let mechanism = MECHANISMS[usize::from(which) % MECHANISMS.len()];
    let plus = mechanism.name().ends_with("PLUS");
    let lie = LIES.get(usize::from(lie));
    let right = secrets & 1 == 0;
    let one_connection = tls & 1 == 0;
    let changed = place != 0;

    let facts = |seed: u8| {
        let mut facts = TlsFacts::from("TLSv1.3");
        facts.exporter = Some([seed; 32]);
        facts.server_end_point = Some(vec![seed; 32]);
        facts
    };
    let name = mechanism.name().parse().expect("a mechanism");
    let mut config = Config::new()
        .auth("ann", "s3cret")
        .scram_iterations(NonZero::new(2).expect("two"))
        .mechanisms([name]);
    if let Some(lie) = lie {
        config = config.scram_fault(*lie);
    }
    let mut server = server::Session::new(Arc::new(config), Some(facts(1)));
    server = server.with_entropy([seed; 32]);
    let limits = Limits {
        scram_iterations_least: 1,
        ..Limits::default()
    };
    let password = if right { "s3cret" } else { "S3cret" };
    let config = session::Config::new("client.example.org".parse().expect("a name"))
        .tls(TlsPolicy::Implicit)
        .entropy([seed.wrapping_add(secrets); 32])
        .limits(limits)
        .channel_binding(if tls & 2 == 0 {
            ChannelBinding::ExporterFirst
        } else {
            ChannelBinding::EndPoint
        })
        .mechanisms(Preference::only([mechanism]))
        .credentials(Credentials::new("ann", password));
    let mut client = Session::new(config);
    let mut sizes = pieces.iter().cycle();
    let mut answers = 0;
    let logged_in = loop {
        match client.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                server.received(bytes);
                client.written(n);
            }
            Step::Read { .. } => match server.poll() {
                server::Step::Write(octets) => {
                    let mut said = octets.to_vec();
                    let n = said.len();
                    server.written(n);
                    // The greeting, the answer to EHLO, two challenges.
                    answers += 1;
                    if changed
                        && (3..=4).contains(&answers)
                        && usize::from(place & 1) + 3 == answers
                    {
                        // Of the challenge itself: its line end and its code say nothing of the exchange.
                        let text = 4..n.saturating_sub(2);
                        if !text.is_empty() {
                            let at = text.start + usize::from(place) % text.len();
                            said[at] ^= 1 << (bit % 8);
                        }
                    }
                    let mut said = said.as_slice();
                    while !said.is_empty() {
                        let size = sizes
                            .next()
                            .map_or(said.len(), |size| usize::from(*size) + 1);
                        let (piece, rest) = said.split_at(size.min(said.len()));
                        client.received(piece);
                        said = rest;
                    }
                }
                _ => client.closed_by_peer(),
            },
            Step::StartTls { .. } => {
                let facts = facts(if one_connection { 1 } else { 2 });
                let mut tls = TlsInfo::default();
                tls.exporter = facts.exporter;
                tls.server_end_point = facts.server_end_point;
                client.tls_started(tls);
            }
            Step::Event(Event::Ready) => break true,
            Step::Event(Event::Lost { .. }) | Step::Close { .. } => break false,
            _ => {}
        }
    };
    let honest = lie.is_none() && right && (one_connection || !plus) && !changed;
    assert_eq!(
        logged_in, honest,
        "{mechanism} {lie:?} {right} {tls} {place} {bit}"
    );
}
