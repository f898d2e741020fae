//! AUTH (RFC 4954): which mechanism, its exchange, and what a refusal leaves to try.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::config::AuthPolicy;
use super::event::Event;
use super::report::Stage;
use super::state::{Asked, Opening, State};
use super::{Session, TlsInfo};
use crate::capability::{Capabilities, Extension};
use crate::command::{self, MechanismName};
use crate::error::{AuthFailure, Cause, ProtocolError};
use crate::reply::{Reply, ReplyClass, ReplyRef};
use crate::sasl::{BadChallenge, Bindings, Challenge, Credentials, Entry, Exchange, Start};
use crate::secret::Secret;

/// How far authentication has come.
#[derive(Default)]
pub(super) struct Login {
    /// The mechanisms that both sides know, best first.
    known: Vec<Entry>,
    /// Those of them that take the credentials and may still be tried; the first is the one that is spoken.
    candidates: VecDeque<Entry>,
    /// The names of those that are known, for the application.
    pub(super) mechanisms: String,
    /// The mechanism that is spoken.
    speaking: Option<MechanismName>,
    exchange: Option<Box<dyn Exchange>>,
    /// An initial response that did not fit the AUTH line.
    held: Option<Secret>,
    /// Who logs in, for another mechanism.
    credentials: Option<Credentials>,
    /// What must not be seen in replies: the secrets, and from `answers` on what was made of them.
    pub(super) traces: Vec<Secret>,
    answers: usize,
    attempts: u8,
    challenges: u8,
    /// How often the application was asked, and how often it gave credentials.
    pub(super) asked: u8,
    given: u8,
    /// The answer to the first attempt.
    pub(super) refused: Option<Reply>,
    /// What the application is to answer, where it speaks the mechanism itself.
    pub(super) challenge: Option<Vec<u8>>,
    /// Why the exchange was cancelled.
    cancelled: Option<Cause>,
    /// The mechanism that succeeded.
    pub(super) done: Option<MechanismName>,
}

/// A longest AUTH command that carries its initial response (RFC 5321 section 4.5.3.1.4); a longer one goes after the 334.
const COMMAND_LINE: usize = 512;

/// No mechanism has as many steps; a server that goes on is not after a login.
const MOST_CHALLENGES: u8 = 32;

impl Session {
    /// EHLO is answered, and TLS is as it was wanted.
    pub(super) fn authenticate(&mut self) {
        if matches!(self.config.auth, AuthPolicy::None) {
            return self.open();
        }
        let encrypted = self.tls.is_some();
        if !encrypted && !self.config.auth_in_clear {
            return self.fail_politely(Cause::Auth(AuthFailure::InClear));
        }
        let server = self.capabilities.as_ref().unwrap_or(&Capabilities::NONE);
        if !server.offers(Extension::Auth) {
            return self.fail_politely(Cause::Auth(AuthFailure::NotOffered { encrypted }));
        }
        if let AuthPolicy::Answer(mechanism) = &self.config.auth {
            if !server.offers_mechanism(mechanism.as_str()) {
                return self.no_common_mechanism();
            }
            self.login.mechanisms = mechanism.as_str().into();
            self.login.speaking = Some(mechanism.clone());
            return self.ask_application();
        }
        let entropy = self.config.entropy.is_some();
        let binding = self.bindings(server).is_possible();
        let usable = |entropy| {
            self.config.mechanisms.select(encrypted, |entry| {
                server.offers_mechanism(entry.name()) && entry.is_possible(entropy, binding)
            })
        };
        let known = usable(entropy);
        if known.is_empty() {
            // What only random octets are missing for was not given by the caller, and is no fault of the server's.
            let lacks_entropy = !usable(true).is_empty();
            return if lacks_entropy {
                self.fail_politely(Cause::Auth(AuthFailure::NeedsEntropy))
            } else {
                self.no_common_mechanism()
            };
        }
        let names: Vec<_> = known.iter().map(Entry::name).collect();
        self.login.mechanisms = names.join(" ");
        self.login.known = known;
        match self.config.auth.clone() {
            AuthPolicy::Credentials(credentials) => self.log_in(credentials),
            AuthPolicy::Ask => self.ask_application(),
            AuthPolicy::None | AuthPolicy::Answer(_) => {}
        }
    }

    /// The application gave credentials.
    pub(super) fn log_in(&mut self, credentials: Credentials) {
        self.state = State::Opening;
        self.login.given += 1;
        if matches!(self.config.auth, AuthPolicy::Ask) {
            self.login.traces.truncate(self.login.answers);
            self.login.traces.extend(credentials.traces());
            self.login.answers = self.login.traces.len();
        }
        let takes = |entry: &&Entry| entry.takes(&credentials);
        self.login.candidates = self.login.known.iter().filter(takes).cloned().collect();
        self.login.credentials = Some(credentials);
        self.start_exchange();
    }

    /// The application speaks the mechanism itself, and gave its next words.
    pub(super) fn answered(&mut self, response: Option<Secret>) {
        self.state = State::Opening;
        if self.login.challenge.take().is_some() {
            let response = response.unwrap_or_default();
            self.remember(&response);
            self.send_response(&response);
        } else {
            self.say_auth(response);
        }
    }

    /// The application has nothing to give.
    pub(super) fn declined(&mut self) {
        self.state = State::Opening;
        let cause = match self.login.refused.take() {
            Some(reply) => Cause::Refused {
                stage: Stage::Auth,
                reply,
            },
            None => Cause::Auth(AuthFailure::Declined),
        };
        if self.login.challenge.take().is_some() {
            self.cancel_exchange(cause);
        } else {
            self.fail_politely(cause);
        }
    }

    /// A reply to AUTH, or to a response.
    pub(super) fn auth_reply(&mut self, reply: &ReplyRef<'_>, kept: Reply) {
        match kept.code().class() {
            ReplyClass::Positive => self.authenticated_by(reply),
            ReplyClass::Intermediate => self.challenged(reply),
            ReplyClass::Transient | ReplyClass::Permanent => self.auth_refused(kept),
        }
    }

    /// The reply to `*`.
    pub(super) fn auth_cancelled(&mut self) {
        let cause = self.login.cancelled.take();
        self.fail_politely(cause.unwrap_or(Cause::Auth(AuthFailure::Declined)));
    }

    /// What the server may have taken from the TLS connection, as the configuration allows.
    fn bindings<'a>(&'a self, server: &Capabilities) -> Bindings<'a> {
        let tls: Option<&TlsInfo> = self.tls.as_ref();
        Bindings::new(
            self.config.channel_binding,
            tls,
            server.offers_channel_binding(),
        )
    }

    fn no_common_mechanism(&mut self) {
        let offered = self
            .capabilities
            .as_ref()
            .map(|server| server.auth().collect::<Vec<_>>().join(" "))
            .unwrap_or_default();
        self.fail_politely(Cause::Auth(AuthFailure::NoCommonMechanism(offered)));
    }

    fn ask_application(&mut self) {
        self.login.asked = self.login.asked.saturating_add(1);
        self.state = State::AwaitingCredentials;
    }

    /// Begins with the best mechanism that is left.
    fn start_exchange(&mut self) {
        let (Some(entry), Some(credentials)) =
            (self.login.candidates.front(), &self.login.credentials)
        else {
            return self.no_common_mechanism();
        };
        let server = self.capabilities.as_ref().unwrap_or(&Capabilities::NONE);
        self.login.attempts = self.login.attempts.saturating_add(1);
        let limits = &self.config.limits;
        let start = Start {
            credentials,
            bindings: self.bindings(server),
            entropy: self.config.entropy.as_ref().map(|entropy| &entropy.0),
            attempt: self.login.attempts,
            iterations: (limits.scram_iterations_least, limits.scram_iterations),
        };
        let started = entry.start(&start);
        let name = MechanismName::new(entry.name());
        let (mut exchange, name) = match (started, name) {
            (Ok(exchange), Ok(name)) => (exchange, name),
            (Err(failure), _) => return self.fail_politely(Cause::Auth(failure)),
            (_, Err(_)) => return self.no_common_mechanism(),
        };
        let response = exchange.initial_response();
        self.login.exchange = Some(exchange);
        self.login.speaking = Some(name);
        self.login.challenges = 0;
        self.say_auth(response);
    }

    /// AUTH, with the initial response when it fits.
    fn say_auth(&mut self, response: Option<Secret>) {
        let Some(name) = self.login.speaking.clone() else {
            return;
        };
        if let Some(response) = &response {
            self.remember(response);
        }
        let length = |response: &Secret| {
            let encoded = response.expose().len().div_ceil(3) * 4;
            "AUTH ".len() + name.as_str().len() + " ".len() + encoded.max(1) + "\r\n".len()
        };
        let fits = response.as_ref().map(length) <= Some(COMMAND_LINE);
        let mut line = Zeroizing::new(Vec::with_capacity(COMMAND_LINE));
        command::encode_auth(&mut line, &name, response.as_ref().filter(|_| fits));
        self.login.held = response.filter(|_| !fits);
        self.ask_secretly(&line);
    }

    /// 334.
    fn challenged(&mut self, reply: &ReplyRef<'_>) {
        self.login.challenges += 1;
        if self.login.challenges > MOST_CHALLENGES {
            return self.cancel_exchange(bad(BadChallenge::OneTooMany));
        }
        if let Some(response) = self.login.held.take() {
            return self.send_response(&response);
        }
        let text = reply.raw_lines().next().unwrap_or_default();
        let challenge = Challenge::new(text);
        if matches!(self.config.auth, AuthPolicy::Answer(_)) {
            return match challenge.decode() {
                Ok(octets) => {
                    self.login.challenge = Some(octets);
                    self.ask_application();
                }
                Err(error) => self.cancel_exchange(bad(error)),
            };
        }
        let Some(exchange) = &mut self.login.exchange else {
            return self.cancel_exchange(bad(BadChallenge::OneTooMany));
        };
        match exchange.respond(challenge) {
            Ok(response) => {
                self.remember(&response);
                self.send_response(&response);
            }
            Err(error) => self.cancel_exchange(bad(error)),
        }
    }

    /// 235.
    fn authenticated_by(&mut self, reply: &ReplyRef<'_>) {
        if self.login.held.is_some() {
            return self.fail(bad(BadChallenge::Early));
        }
        if let Some(mut exchange) = self.login.exchange.take()
            && let Err(error) = exchange.succeeded(&reply.text())
        {
            return self.fail(bad(error));
        }
        self.login.done = self.login.speaking.take();
        // What the built-in mechanisms make of a secret is good once. What others sent may be the secret itself.
        if matches!(self.login.candidates.front(), Some(Entry::BuiltIn(_))) {
            self.login.traces.truncate(self.login.answers);
        }
        self.login.credentials = None;
        self.login.candidates.clear();
        self.login.known.clear();
        self.open();
    }

    /// What the server told in the exchange about the refusal that is there.
    pub(super) fn tell_auth_detail(&mut self) {
        let exchange = self.login.exchange.take();
        if let Some(detail) = exchange.as_ref().and_then(|exchange| exchange.detail()) {
            let detail = detail.kept(&self.login.traces);
            self.events.push_back(Event::AuthDetail(detail));
        }
    }

    fn auth_refused(&mut self, reply: Reply) {
        self.tell_auth_detail();
        // 504 means that the offer was none (RFC 4954 section 4): nothing was refused yet.
        let next = reply.code() == 504 || self.config.try_next_mechanism && reply.is_permanent();
        if next && self.login.candidates.len() > 1 {
            self.login.candidates.pop_front();
            self.start_exchange();
        } else if self.may_ask_again(&reply) {
            self.login.refused = Some(reply);
            self.ask_application();
        } else {
            self.fail_politely(Cause::Refused {
                stage: Stage::Auth,
                reply,
            });
        }
    }

    /// Fresh credentials may help once, where the application gives them and the server says that these were wrong.
    fn may_ask_again(&self, reply: &Reply) -> bool {
        let wrong = reply.code() == 535
            || reply
                .enhanced()
                .is_some_and(|code| (code.subject(), code.detail()) == (7, 8));
        matches!(self.config.auth, AuthPolicy::Ask)
            && self.login.given < 2
            && reply.is_permanent()
            && wrong
    }

    fn send_response(&mut self, response: &Secret) {
        let length = response.expose().len().div_ceil(3) * 4 + "\r\n".len();
        if length > self.config.limits.auth_line {
            return self.cancel_exchange(Cause::Auth(AuthFailure::TooLong));
        }
        let mut line = Zeroizing::new(Vec::with_capacity(length));
        command::encode_auth_response(&mut line, response);
        self.ask_secretly(&line);
    }

    /// `*`, and then the end.
    fn cancel_exchange(&mut self, cause: Cause) {
        self.login.exchange = None;
        self.login.cancelled = Some(cause);
        self.ask_plainly(
            Asked::Opening(Opening::AuthCancel),
            command::encode_auth_cancel,
        );
    }

    fn ask_secretly(&mut self, line: &[u8]) {
        self.output.push_secret(line);
        self.awaited.push(
            Asked::Opening(Opening::Auth),
            self.output.queued(),
            line.len(),
        );
    }

    /// What is made of a secret must not be seen either, until the login stands. A bare user name is none.
    fn remember(&mut self, response: &Secret) {
        let user = self.login.credentials.as_ref().map(Credentials::user);
        if response.is_empty() || user.map(str::as_bytes) == Some(response.expose()) {
            return;
        }
        let encoded = Secret::from(STANDARD.encode(response.expose()));
        self.login.traces.extend([encoded, response.clone()]);
    }

    fn open(&mut self) {
        self.state = State::Open;
        self.events.push_back(Event::Ready);
    }
}

impl Login {
    /// For credentials that are known from the beginning.
    pub(super) fn new(policy: &AuthPolicy) -> Self {
        let traces = match policy {
            AuthPolicy::Credentials(credentials) => credentials.traces(),
            AuthPolicy::None | AuthPolicy::Ask | AuthPolicy::Answer(_) => Vec::new(),
        };
        Self {
            answers: traces.len(),
            traces,
            ..Self::default()
        }
    }
}

fn bad(error: BadChallenge) -> Cause {
    Cause::Protocol {
        stage: Stage::Auth,
        error: ProtocolError::BadChallenge(error),
    }
}
