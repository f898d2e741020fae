//! SASL (RFC 4422), the server's side. One file a mechanism; no IO and no SMTP but for the codes of its replies.
//!
//! ```text
//!   Exchange::new(mechanism)   begin(initial response) --> Turn::Challenge   respond(response) --> ...
//!                                                      \-> Turn::Accept | Turn::Refuse
//! ```
//!
//! Passwords are compared octet by octet as they were configured. SASLprep (RFC 4013) is the client's: a password that it
//! changes must be configured in the form that SASLprep gives it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use posthaste_proto::Secret;

use crate::config::Config;
use crate::session::TlsFacts;

mod anonymous;
mod cram_md5;
mod entropy;
mod external;
mod login;
mod mechanism;
mod oauth;
mod plain;
pub(crate) mod scram;

pub use mechanism::{Mechanism, UnknownMechanism};

pub(crate) use entropy::Entropy;

use cram_md5::CramMd5;
use login::Login;
use oauth::OAuth;
use scram::Scram;

/// What a mechanism looks at.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) tls: Option<&'a TlsFacts>,
    /// Whether a mechanism with channel binding is offered (RFC 5802 6).
    pub(crate) offers_plus: bool,
}

/// One exchange of a mechanism.
#[derive(Debug)]
pub(crate) enum Exchange {
    Plain,
    Login(Login),
    CramMd5(CramMd5),
    Scram(Box<Scram>),
    OAuth(OAuth),
    External,
    Anonymous,
}

/// What the server does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Sends this and waits for a response.
    Challenge(Vec<u8>),
    /// Lets this user in; `text` stands in the reply instead of the usual words.
    Accept { user: String, text: Option<String> },
    /// Ends the exchange with a code and a text that begins with the enhanced status code.
    Refuse(u16, &'static str),
}

impl Turn {
    /// Neither says whether it is the user or the password that is wrong.
    pub(crate) const WRONG: Self = Self::Refuse(535, "5.7.8 wrong user name or password");
    pub(crate) const NOT_ALLOWED: Self = Self::Refuse(535, "5.7.8 not allowed for this user");

    pub(crate) fn accept(user: &str) -> Self {
        Self::Accept {
            user: user.into(),
            text: None,
        }
    }
}

impl Exchange {
    /// `None` when the mechanism needs randomness and there is none.
    pub(crate) fn new(
        mechanism: Mechanism,
        config: &Config,
        entropy: Option<&mut Entropy>,
    ) -> Option<Self> {
        Some(match mechanism {
            Mechanism::Plain => Self::Plain,
            Mechanism::Login => Self::Login(Login::new()),
            Mechanism::CramMd5 => Self::CramMd5(CramMd5::new(entropy?.draw(), &config.name_text())),
            Mechanism::ScramSha1
            | Mechanism::ScramSha1Plus
            | Mechanism::ScramSha256
            | Mechanism::ScramSha256Plus
            | Mechanism::ScramSha512
            | Mechanism::ScramSha512Plus => {
                let entropy = entropy?;
                let challenge = scram::Challenge {
                    nonce: STANDARD.encode(entropy.draw()),
                    // A new salt each time is as good as one kept for each user, and says nothing of who is known.
                    salt: entropy.draw().to_vec(),
                    iterations: config.scram_iterations.get(),
                };
                let scram = Scram::new(mechanism.scram()?, mechanism.is_plus(), challenge);
                Self::Scram(Box::new(scram))
            }
            Mechanism::XOAuth2 => Self::OAuth(OAuth::xoauth2()),
            Mechanism::OAuthBearer => Self::OAuth(OAuth::bearer()),
            Mechanism::External => Self::External,
            Mechanism::Anonymous => Self::Anonymous,
        })
    }

    /// AUTH came, with or without an initial response.
    pub(crate) fn begin(&mut self, context: Context<'_>, initial: Option<Secret>) -> Turn {
        match (&*self, initial) {
            // RFC 4954 4: where the server begins, there is nothing to respond to yet. LOGIN is older than that rule, and
            // its clients send the user name at once.
            (Self::CramMd5(_), Some(_)) => {
                Turn::Refuse(501, "5.7.0 this mechanism has no initial response")
            }
            (Self::CramMd5(cram), None) => Turn::Challenge(cram.challenge().into()),
            (Self::Login(_), None) => Turn::Challenge(Login::ASKS_USER.into()),
            (_, None) => Turn::Challenge(Vec::new()),
            (_, Some(response)) => self.respond(context, response),
        }
    }

    /// A response came.
    pub(crate) fn respond(&mut self, context: Context<'_>, response: Secret) -> Turn {
        match self {
            Self::Plain => plain::respond(context, &response),
            Self::Login(login) => login.respond(context, response),
            Self::CramMd5(cram) => cram.respond(context, &response),
            Self::Scram(scram) => scram.respond(context, &response),
            Self::OAuth(oauth) => oauth.respond(context, &response),
            Self::External => external::respond(context, &response),
            Self::Anonymous => anonymous::respond(&response),
        }
    }
}

/// A user name that can stand in a reply, a record and a log. SASL has no others either (RFC 4616 2).
fn user_name(octets: &[u8]) -> Option<&str> {
    core::str::from_utf8(octets)
        .ok()
        .filter(|user| !user.is_empty() && !user.contains(char::is_control))
}

/// A name of SCRAM and OAUTHBEARER: `,` is written `=2C`, `=` is written `=3D`, and nothing else behind `=`
/// (RFC 5802 5.1).
fn sasl_name(text: &str) -> Option<String> {
    let mut parts = text.split('=');
    let mut name = String::from(parts.next()?);
    for part in parts {
        if let Some(rest) = part.strip_prefix("2C") {
            name.push(',');
            name.push_str(rest);
        } else {
            name.push('=');
            name.push_str(part.strip_prefix("3D")?);
        }
    }
    user_name(name.as_bytes())?;
    Some(name)
}

/// HMAC takes keys of any length (RFC 2104 2); its type does not say so. The zero key is never used.
fn keyed<M: KeyInit>(key: &[u8]) -> M {
    M::new_from_slice(key).unwrap_or_else(|_| M::new(&Default::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unescaped_as_they_should_be() {
        for (text, name) in [
            ("ann", Some("ann")),
            ("a=2Cb=3Dc=3D2C", Some("a,b=c=2C")),
            ("=2C", Some(",")),
            ("a=", None),
            ("a=2c", None),
            ("a=41", None),
            ("", None),
            ("a\u{1}", None),
            ("用户", Some("用户")),
        ] {
            assert_eq!(sasl_name(text).as_deref(), name, "{text}");
        }
    }
}
