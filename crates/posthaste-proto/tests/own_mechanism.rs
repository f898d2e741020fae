//! A mechanism of one's own, as a program would write it.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a conversation that cannot be held is a failed test"
)]

use std::time::Duration;

use posthaste_proto::command::MechanismName;
use posthaste_proto::error::AuthFailure;
use posthaste_proto::sasl::{
    BadChallenge, Challenge, Credentials, Exchange, Mechanism, Preference, Start,
};
use posthaste_proto::session::{TlsInfo, TlsPolicy};
use posthaste_proto::{Config, Event, Secret, Session, Step};

/// The client says what binds it to the connection, is asked for a number, and gives it back with the password; the server
/// has to say it backwards in its 235.
struct Backwards(MechanismName);

struct Asked {
    binding: Option<Secret>,
    password: Secret,
    expected: Vec<u8>,
}

impl Mechanism for Backwards {
    fn name(&self) -> &MechanismName {
        &self.0
    }

    fn takes(&self, credentials: &Credentials) -> bool {
        credentials.password().is_some()
    }

    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Exchange>, AuthFailure> {
        let binding = start.tls_exporter().ok_or(AuthFailure::Unencodable)?;
        Ok(Box::new(Asked {
            binding: Some(Secret::new(*binding)),
            password: start.credentials().password().cloned().unwrap_or_default(),
            expected: Vec::new(),
        }))
    }
}

impl Exchange for Asked {
    fn initial_response(&mut self) -> Option<Secret> {
        self.binding.take()
    }

    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
        let number = challenge.decode()?;
        if number.is_empty() || !self.expected.is_empty() {
            return Err(BadChallenge::Malformed);
        }
        self.expected = number.iter().rev().copied().collect();
        Ok(Secret::new([&number, self.password.expose()].concat()))
    }

    fn succeeded(&mut self, text: &[u8]) -> Result<(), BadChallenge> {
        if text == self.expected {
            Ok(())
        } else {
            Err(BadChallenge::Signature)
        }
    }
}

/// What the client said from AUTH on, and the event at the end.
fn log_in(replies: &[&str]) -> (Vec<String>, Event) {
    let own = Backwards("X-BACKWARDS".parse().unwrap());
    let config = Config::new("client.example.org".parse().unwrap())
        .tls(TlsPolicy::Implicit)
        .mechanisms(Preference::default().first(own))
        .credentials(Credentials::new("ann", "secret"));
    assert!(format!("{config:?}").contains("X-BACKWARDS"));
    let mut session = Session::new(config);
    let mut replies = ["220 mx", "250-mx\r\n250 AUTH PLAIN X-BACKWARDS"]
        .iter()
        .chain(replies);
    let mut said = Vec::new();
    loop {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                said.push(String::from_utf8(bytes.to_vec()).unwrap());
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => {
                session.received(format!("{}\r\n", replies.next().unwrap()).as_bytes());
            }
            Step::StartTls { .. } => {
                let mut tls = TlsInfo::default();
                tls.exporter = Some([b'b'; 32]);
                session.tls_started(tls);
            }
            Step::Event(event @ (Event::Ready | Event::Lost { .. })) => {
                if event == Event::Ready {
                    assert_eq!(session.authenticated(), Some("X-BACKWARDS"));
                }
                return (said.split_off(1), event);
            }
            Step::Event(_) => {}
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn it_is_preferred_asked_and_has_the_last_word() {
    let (said, event) = log_in(&["334 MTIz", "235 321"]);
    assert_eq!(
        said,
        [
            "AUTH X-BACKWARDS YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=\r\n",
            "MTIzc2VjcmV0\r\n"
        ]
    );
    assert_eq!(event, Event::Ready);

    let (_, event) = log_in(&["334 MTIz", "235 123"]);
    assert!(
        format!("{event:?}").contains("Signature"),
        "the server did not prove itself: {event:?}"
    );
    // An answer that it does not give: the exchange is cancelled.
    let (said, event) = log_in(&["334 MTIz", "334 MTIz", "501 cancelled"]);
    assert_eq!(said.last().unwrap(), "*\r\n");
    assert!(format!("{event:?}").contains("Malformed"), "{event:?}");
    // Nothing that the server repeats is shown.
    let (_, event) = log_in(&["334 MTIz", "535 5.7.8 MTIzc2VjcmV0 123secret"]);
    assert!(!format!("{event:?}").contains("secret"), "{event:?}");
    assert!(!format!("{event:?}").contains("MTIzc2VjcmV0"), "{event:?}");
}
