//! From the greeting to the end of AUTH (RFC 5321 section 3.1 and 3.2, RFC 3207, RFC 4954).

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::config::{AuthPolicy, Dialect, TlsPolicy};
use super::event::Event;
use super::state::{Asked, Opening, State};
use super::step::TlsMode;
use super::{Session, TlsInfo};
use crate::capability::{Capabilities, Extension};
use crate::command::{self, MechanismName};
use crate::error::{AuthFailure, Cause, ProtocolError, TlsFailure};
use crate::reply::{Reply, ReplyClass, ReplyRef};
use crate::sasl::{Credentials, Exchange, Mechanism};
use crate::secret::Secret;

/// How far authentication has come.
#[derive(Default)]
pub(super) struct Login {
    exchange: Option<Exchange>,
    /// The mechanism that succeeded.
    pub(super) done: Option<Mechanism>,
    pub(super) mechanism: Option<Mechanism>,
    /// What must not be seen in replies.
    pub(super) traces: Vec<Secret>,
    /// How often the application was asked.
    pub(super) asked: u8,
    /// The answer to the first attempt.
    pub(super) refused: Option<Reply>,
    /// The mechanisms that both sides know, for the application.
    pub(super) mechanisms: String,
}

/// A longest AUTH command that carries its initial response (RFC 5321 section 4.5.3.1.4); a longer one goes after the 334.
const COMMAND_LINE: usize = 512;

impl Session {
    /// A reply to one of the commands that open a session.
    pub(super) fn opening_reply(&mut self, asked: Opening, reply: &ReplyRef<'_>) {
        let kept = self.keep(reply);
        let class = kept.code().class();
        let negative = kept.code().is_negative();
        match asked {
            Opening::Greeting if !negative => self.say_hello(),
            Opening::Ehlo if !negative => {
                let capabilities = Capabilities::from_reply(reply);
                self.events
                    .extend(capabilities.quirks().iter().map(Event::Quirk));
                self.capabilities = Some(capabilities);
                self.secure();
            }
            Opening::Ehlo if class == ReplyClass::Permanent && self.may_say_helo() => {
                let mut line = Vec::new();
                command::encode_helo(&mut line, &self.config.hello);
                self.ask(Asked::Opening(Opening::Helo), &line);
            }
            Opening::Helo if !negative => {
                self.capabilities = Some(Capabilities::default());
                self.secure();
            }
            Opening::StartTls if !negative => self.state = State::Handshake(TlsMode::StartTls),
            Opening::Auth if !negative => self.auth_reply(class),
            Opening::Auth if self.may_ask_again(&kept) => {
                self.login.refused = Some(kept);
                self.state = State::AwaitingCredentials;
            }
            Opening::AuthCancel => {
                self.fail_politely(Cause::Protocol {
                    stage: asked.stage(),
                    error: ProtocolError::BadChallenge,
                });
            }
            Opening::Greeting
            | Opening::Ehlo
            | Opening::Helo
            | Opening::StartTls
            | Opening::Auth => self.fail_politely(Cause::Refused {
                stage: asked.stage(),
                reply: kept,
            }),
        }
    }

    /// The handshake is done: what was learnt in clear is forgotten (RFC 3207 section 4.2).
    pub(super) fn secured(&mut self, mode: TlsMode, info: TlsInfo) {
        self.tls = Some(info);
        self.capabilities = None;
        self.state = State::Opening;
        match mode {
            TlsMode::Implicit => {
                self.awaited
                    .push(Asked::Opening(Opening::Greeting), self.output.queued(), 0)
            }
            TlsMode::StartTls => {
                self.after_starttls = true;
                self.say_hello();
            }
        }
    }

    fn say_hello(&mut self) {
        let mut line = Vec::new();
        match self.config.dialect {
            Dialect::Smtp => command::encode_ehlo(&mut line, &self.config.hello),
            Dialect::Lmtp => command::encode_lhlo(&mut line, &self.config.hello),
        }
        self.ask(Asked::Opening(Opening::Ehlo), &line);
    }

    /// HELO knows neither STARTTLS nor AUTH, so it is no way around a server that refuses EHLO where one of them is wanted.
    fn may_say_helo(&self) -> bool {
        self.config.dialect == Dialect::Smtp
            && !self.after_starttls
            && self.config.tls != TlsPolicy::Required
            && matches!(self.config.auth, AuthPolicy::None)
    }

    /// EHLO is answered: STARTTLS if it is wanted and possible, else on to AUTH.
    fn secure(&mut self) {
        let offered = self
            .capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.starttls);
        let wanted = match self.config.tls {
            TlsPolicy::Implicit | TlsPolicy::Never => false,
            TlsPolicy::Required => true,
            TlsPolicy::WhenOffered => offered,
        };
        if self.tls.is_some() || !wanted {
            self.authenticate();
        } else if offered {
            self.ask_plainly(Asked::Opening(Opening::StartTls), command::encode_starttls);
        } else {
            self.fail_politely(Cause::Tls(TlsFailure::NotOffered));
        }
    }

    fn authenticate(&mut self) {
        let credentials = match &self.config.auth {
            AuthPolicy::None => return self.open(),
            AuthPolicy::Ask => None,
            AuthPolicy::Credentials(credentials) => Some(credentials.clone()),
        };
        let encrypted = self.tls.is_some();
        if !encrypted && !self.config.auth_in_clear {
            return self.fail_politely(Cause::Auth(AuthFailure::InClear));
        }
        let offered = self
            .capabilities
            .as_ref()
            .filter(|capabilities| capabilities.offers(Extension::Auth))
            .map(|capabilities| capabilities.auth().collect::<Vec<_>>().join(" "));
        let Some(offered) = offered else {
            return self.fail_politely(Cause::Auth(AuthFailure::NotOffered { encrypted }));
        };
        let known: Vec<_> = self
            .capabilities
            .iter()
            .flat_map(Capabilities::mechanisms)
            .collect();
        let Some(best) = known.first() else {
            return self.fail_politely(Cause::Auth(AuthFailure::NoCommonMechanism(offered)));
        };
        self.login.mechanism = Some(*best);
        self.login.mechanisms = known
            .iter()
            .map(|mechanism| mechanism.name())
            .collect::<Vec<_>>()
            .join(" ");
        match credentials {
            Some(credentials) => self.start_auth(&credentials),
            None => self.state = State::AwaitingCredentials,
        }
    }

    /// Queues AUTH with the best mechanism.
    pub(super) fn start_auth(&mut self, credentials: &Credentials) {
        self.state = State::Opening;
        self.login.asked += 1;
        if matches!(self.config.auth, AuthPolicy::Ask) {
            self.login.traces.extend(credentials.traces());
        }
        let Some(mechanism) = self.login.mechanism else {
            return;
        };
        let exchange = match mechanism.start(credentials) {
            Ok(exchange) => exchange,
            Err(failure) => return self.fail_politely(Cause::Auth(failure)),
        };
        let Ok(name) = MechanismName::new(mechanism.name()) else {
            return;
        };
        let mut line = Zeroizing::new(Vec::with_capacity(COMMAND_LINE));
        let response = exchange.initial_response();
        let fits = |response: &Secret| {
            name.as_str().len() + response.expose().len().div_ceil(3) * 4 + 8 <= COMMAND_LINE
        };
        let response = response.filter(fits);
        command::encode_auth(&mut line, &name, response.as_ref());
        self.login.exchange = Some(exchange);
        if response.is_some() {
            // It was said: a challenge after it is one too many.
            self.login.exchange.as_mut().and_then(Exchange::respond);
        }
        self.output.push_secret(&line);
        self.awaited.push(
            Asked::Opening(Opening::Auth),
            self.output.queued(),
            line.len(),
        );
    }

    /// 235, or a challenge.
    fn auth_reply(&mut self, class: ReplyClass) {
        if class == ReplyClass::Positive {
            self.login.done = self.login.mechanism;
            self.login.exchange = None;
            return self.open();
        }
        let Some(response) = self.login.exchange.as_mut().and_then(Exchange::respond) else {
            return self.ask_plainly(
                Asked::Opening(Opening::AuthCancel),
                command::encode_auth_cancel,
            );
        };
        let length = response.expose().len().div_ceil(3) * 4 + 2;
        if length > self.config.limits.auth_line {
            return self.fail(Cause::Auth(AuthFailure::TooLong));
        }
        let mut line = Zeroizing::new(Vec::with_capacity(length));
        command::encode_auth_response(&mut line, &response);
        self.output.push_secret(&line);
        self.awaited.push(
            Asked::Opening(Opening::Auth),
            self.output.queued(),
            line.len(),
        );
    }

    /// Fresh credentials may help once, where the application gives them and the server did not hang up.
    fn may_ask_again(&self, reply: &Reply) -> bool {
        matches!(self.config.auth, AuthPolicy::Ask) && self.login.asked < 2 && reply.is_permanent()
    }

    fn open(&mut self) {
        self.state = State::Open;
        self.events.push_back(Event::Ready);
    }
}
