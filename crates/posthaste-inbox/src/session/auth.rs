//! AUTH (RFC 4954) with PLAIN (RFC 4616) and LOGIN.

use posthaste_proto::Secret;
use posthaste_proto::command::{self, MechanismName};

use super::{Mode, Session};
use crate::config::Users;
use crate::fault::Stage;
use crate::reply::Reply;

/// What an AUTH exchange waits for.
#[derive(Debug)]
pub(super) enum Exchange {
    /// PLAIN: the one response.
    Plain,
    /// LOGIN: the user.
    LoginUser,
    /// LOGIN: the password of this user.
    LoginPassword(Secret),
}

impl Session {
    /// Whether AUTH is offered as things stand.
    pub(super) fn offers_auth(&self) -> bool {
        !matches!(self.config.auth, Users::Off) && (self.tls.is_some() || self.config.auth_in_clear)
    }

    pub(super) fn auth(&mut self, mechanism: &MechanismName, initial_response: Option<Secret>) {
        if matches!(self.config.auth, Users::Off) {
            return self.reply(502, "5.5.1 AUTH is not offered");
        }
        if !self.offers_auth() {
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
        let exchange = match mechanism.as_str() {
            "PLAIN" => Exchange::Plain,
            "LOGIN" => Exchange::LoginUser,
            _ => return self.reply(504, "5.5.4 the mechanism is not offered"),
        };
        match initial_response {
            Some(response) => self.exchange(exchange, response),
            None => self.challenge(exchange),
        }
    }

    /// A line came in answer to a challenge.
    pub(super) fn auth_response(&mut self, exchange: Exchange, line: &[u8]) {
        match command::parse_auth_response(line) {
            Ok(Some(response)) => self.exchange(exchange, response),
            Ok(None) => self.auth_ends(501, "5.7.0 cancelled"),
            Err(error) => {
                let text = format!("{} {}", error.enhanced(), error.kind());
                self.auth_ends(error.code(), &text);
            }
        }
    }

    fn challenge(&mut self, exchange: Exchange) {
        // "Username:" and "Password:", which is what clients of LOGIN know.
        self.reply(
            334,
            match exchange {
                Exchange::Plain => "",
                Exchange::LoginUser => "VXNlcm5hbWU6",
                Exchange::LoginPassword(_) => "UGFzc3dvcmQ6",
            },
        );
        self.mode = Mode::Auth(exchange);
    }

    fn exchange(&mut self, exchange: Exchange, response: Secret) {
        match exchange {
            Exchange::LoginUser => self.challenge(Exchange::LoginPassword(response)),
            Exchange::LoginPassword(user) => self.check(user.expose(), &response),
            Exchange::Plain => {
                let mut fields = response.expose().split(|octet| *octet == 0);
                match (fields.next(), fields.next(), fields.next(), fields.next()) {
                    // Acting for someone else is nothing this server knows.
                    (Some(authzid), Some(user), Some(password), None)
                        if authzid.is_empty() || authzid == user =>
                    {
                        self.check(user, &Secret::new(password));
                    }
                    (Some(_), Some(_), Some(_), None) => {
                        self.auth_ends(535, "5.7.8 not allowed for this user")
                    }
                    _ => self.auth_ends(501, "5.5.2 not a PLAIN response"),
                }
            }
        }
    }

    fn check(&mut self, user: &[u8], password: &Secret) {
        let user = core::str::from_utf8(user)
            .ok()
            .filter(|user| !user.is_empty() && !user.contains(char::is_control));
        match user {
            Some(user) if self.config.auth.know(user, password) => {
                let reply = Reply::own(235, "2.7.0 authenticated");
                let user = user.to_owned();
                if self
                    .reply_at(Stage::Auth, reply)
                    .is_some_and(|code| code / 100 == 2)
                {
                    self.auth = Some(user);
                }
            }
            Some(_) | None => self.auth_ends(535, "5.7.8 wrong user name or password"),
        }
    }

    fn auth_ends(&mut self, code: u16, text: &str) {
        self.reply_at(Stage::Auth, Reply::own(code, text));
    }
}
