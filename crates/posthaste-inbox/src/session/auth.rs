//! AUTH (RFC 4954): when it may come, and what carries a mechanism's messages.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use posthaste_proto::Secret;
use posthaste_proto::command::{self, MechanismName};

use super::{Mode, Session, TlsFacts};
use crate::fault::Stage;
use crate::reply::Reply;
use crate::sasl::{Context, Exchange, Mechanism, Turn};

impl Session {
    /// The mechanisms that are offered as things stand, in order.
    pub(super) fn mechanisms(&self) -> Vec<Mechanism> {
        if self.tls.is_none() && !self.config.auth_in_clear {
            return Vec::new();
        }
        let can_bind = self.tls.as_ref().is_some_and(TlsFacts::can_bind);
        let has_entropy = self.entropy.is_some();
        let works = |mechanism: &Mechanism| {
            (can_bind || !mechanism.is_plus()) && (has_entropy || !mechanism.needs_entropy())
        };
        self.config.usable_mechanisms().filter(works).collect()
    }

    pub(super) fn offers_auth(&self) -> bool {
        !self.mechanisms().is_empty()
    }

    pub(super) fn auth(&mut self, name: &MechanismName, initial_response: Option<Secret>) {
        if self.config.usable_mechanisms().next().is_none() {
            return self.reply(502, "5.5.1 AUTH is not offered");
        }
        if self.tls.is_none() && !self.config.auth_in_clear {
            return self.reply(538, "5.7.11 AUTH needs TLS");
        }
        if !self.hello.as_ref().is_some_and(|hello| hello.esmtp) {
            return self.reply(503, "5.5.1 EHLO first");
        }
        if self.auth.is_some() {
            return self.reply(503, "5.5.1 already authenticated");
        }
        if self.transaction.is_some() {
            return self.reply(503, "5.5.1 not within a transaction");
        }
        let offered = self.mechanisms();
        let exchange = name
            .as_str()
            .parse()
            .ok()
            .filter(|mechanism| offered.contains(mechanism))
            .and_then(|mechanism| Exchange::new(mechanism, &self.config, self.entropy.as_mut()));
        let Some(mut exchange) = exchange else {
            return self.reply(504, "5.5.4 the mechanism is not offered");
        };
        let config = Arc::clone(&self.config);
        let turn = exchange.begin(
            Context {
                config: &config,
                tls: self.tls.as_ref(),
                offers_plus: offered.into_iter().any(Mechanism::is_plus),
            },
            initial_response,
        );
        self.take_turn(exchange, turn);
    }

    /// A line came in answer to a challenge.
    pub(super) fn auth_response(&mut self, mut exchange: Exchange, line: &[u8]) {
        let response = match command::parse_auth_response(line) {
            Ok(Some(response)) => response,
            Ok(None) => return self.auth_ends(501, "5.7.0 cancelled"),
            Err(error) => {
                let text = format!("{} {}", error.enhanced(), error.kind());
                return self.auth_ends(error.code(), &text);
            }
        };
        let config = Arc::clone(&self.config);
        let turn = exchange.respond(
            Context {
                config: &config,
                tls: self.tls.as_ref(),
                offers_plus: self.mechanisms().into_iter().any(Mechanism::is_plus),
            },
            response,
        );
        self.take_turn(exchange, turn);
    }

    fn take_turn(&mut self, exchange: Exchange, turn: Turn) {
        match turn {
            Turn::Challenge(message) => {
                self.reply(334, &STANDARD.encode(message));
                self.mode = Mode::Auth(exchange);
            }
            Turn::Accept { user, text } => {
                let text = text.unwrap_or_else(|| "authenticated".into());
                let reply = Reply::own(235, format!("2.7.0 {text}"));
                if self
                    .reply_at(Stage::Auth, reply)
                    .is_some_and(|code| code / 100 == 2)
                {
                    self.auth = Some(user);
                }
            }
            Turn::Refuse(code, text) => self.auth_ends(code, text),
        }
    }

    fn auth_ends(&mut self, code: u16, text: &str) {
        self.reply_at(Stage::Auth, Reply::own(code, text));
    }
}
