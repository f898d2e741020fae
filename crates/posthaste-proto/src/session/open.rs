//! From the greeting to AUTH (RFC 5321 section 3.1 and 3.2, RFC 3207).

use alloc::vec::Vec;

use super::config::{AuthPolicy, Dialect, TlsPolicy};
use super::event::Event;
use super::state::{Asked, Opening, State};
use super::step::TlsMode;
use super::{Session, TlsInfo};
use crate::capability::Capabilities;
use crate::command;
use crate::error::{Cause, TlsFailure};
use crate::reply::{ReplyClass, ReplyRef};

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
            Opening::Auth => self.auth_reply(reply, kept),
            Opening::AuthCancel => self.auth_cancelled(),
            Opening::Greeting | Opening::Ehlo | Opening::Helo | Opening::StartTls => self
                .fail_politely(Cause::Refused {
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
}
