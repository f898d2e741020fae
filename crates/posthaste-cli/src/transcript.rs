//! What the connection does, on stderr while it does it.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use posthaste::Server;
use posthaste::observe::{Notice, Observer};
use posthaste::transcript::{Transcript, Who};
use posthaste_proto::Envelope;
use posthaste_proto::reply::printable;
use posthaste_proto::session::Event;

use crate::console;
use crate::failure::plain;
use crate::flags::Verbosity;

/// Prints the transcript, or with `-v` the stages in words.
#[derive(Debug)]
pub(crate) struct Printer {
    state: Mutex<State>,
    all: bool,
    user: Option<String>,
    /// Whom the message is for.
    recipients: Vec<String>,
}

#[derive(Debug)]
struct State {
    transcript: Transcript,
    /// The server has said its first line.
    greeted: bool,
    encrypted: bool,
    /// The mechanism that was begun last.
    mechanism: Option<String>,
}

impl Printer {
    /// A printer for connections to this server, whose password it will not show.
    pub(crate) fn new(server: &Server, envelope: &Envelope, verbosity: Verbosity) -> Self {
        let state = State {
            transcript: Transcript::new().masking(server),
            greeted: false,
            encrypted: false,
            mechanism: None,
        };
        Self {
            state: Mutex::new(state),
            all: verbosity >= Verbosity::Transcript,
            user: server.user().map(str::to_owned),
            recipients: envelope
                .recipients()
                .iter()
                .map(ToString::to_string)
                .collect(),
        }
    }
}

impl Observer for Printer {
    fn notice(&self, at: Duration, notice: &Notice<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = state.transcript.notice(at, notice);
        let mut text = String::new();
        if self.all {
            for line in lines {
                let _ = writeln!(text, "{line}");
            }
        } else {
            let mut tell = |words: &str| {
                let _ = writeln!(text, "{:8.3} {words}", at.as_secs_f64());
            };
            self.stage(&mut state, notice, &mut tell);
            for line in lines {
                match line.who {
                    Who::Client => step(&mut state, &line.text, &mut tell),
                    Who::Server | Who::ServerRefuses if !state.greeted => {
                        state.greeted = true;
                        tell(&format!("the server greets: {}", line.text));
                    }
                    Who::Server | Who::ServerRefuses | Who::Note => {}
                }
            }
        }
        console::say(&text);
    }
}

impl Printer {
    /// What happened beside the lines of SMTP.
    fn stage(&self, state: &mut State, notice: &Notice<'_>, tell: &mut dyn FnMut(&str)) {
        #[allow(
            clippy::wildcard_enum_match_arm,
            reason = "octets are looked at as lines, and what is to come is told by -vv"
        )]
        match notice {
            Notice::Resolving(host) if host.address().is_none() => {
                tell(&format!("looking up {host}…"));
            }
            Notice::Connecting(address) => tell(&format!("connecting to {address}…")),
            Notice::ConnectFailed(address, error) => {
                tell(&format!("no connection to {address}: {}", plain(error)));
            }
            Notice::Connected { .. } => {
                (state.greeted, state.encrypted, state.mechanism) = (false, false, None);
            }
            Notice::Tls(info) => {
                state.encrypted = true;
                let version = info.protocol.as_deref().unwrap_or("TLS");
                let version = version.replace("TLSv", "TLS ");
                let cipher = info.cipher.as_deref().unwrap_or("unknown cipher");
                tell(&format!(
                    "encrypted: {version}, {cipher}, certificate verified"
                ));
            }
            Notice::Event(Event::Ready) => {
                match (&self.user, &state.mechanism) {
                    (Some(user), _) => {
                        tell(&format!("authenticated as {}", printable(user.as_bytes())));
                    }
                    (None, Some(mechanism)) => tell(&format!("authenticated ({mechanism})")),
                    (None, None) => {}
                }
                if !state.encrypted {
                    tell("not encrypted: everyone on the way can read along");
                }
            }
            Notice::Event(Event::Recipient { index, reply, .. }) => {
                let address = self.recipients.get(*index).map_or("", String::as_str);
                let address = printable(address.as_bytes());
                let word = if reply.is_transient() || reply.is_permanent() {
                    "refused"
                } else {
                    "accepted"
                };
                tell(&format!("recipient {address} {word}: {reply}"));
            }
            Notice::Closed => tell("connection closed"),
            _ => {}
        }
    }
}

/// What this side said, in words where they say more.
fn step(state: &mut State, line: &str, tell: &mut dyn FnMut(&str)) {
    let mut words = line.split(' ');
    match words.next().unwrap_or_default() {
        "STARTTLS" => tell("asking for TLS (STARTTLS)…"),
        "AUTH" => {
            let mechanism = words.next().unwrap_or_default();
            tell(&format!("logging in ({mechanism})…"));
            state.mechanism = Some(mechanism.to_owned());
        }
        "MAIL" => tell("giving sender and recipients…"),
        // How many octets stands behind it; with BDAT each chunk is told.
        "<content" => {
            let octets = words.next().unwrap_or_default();
            tell(&format!("sent {octets} bytes of message"));
        }
        _ => {}
    }
}
