//! Authentication (RFC 4954): credentials, and the mechanisms that are built in.

mod login;
mod plain;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::AuthFailure;
use crate::secret::Secret;

/// A user name and its password. The password never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: Secret,
}

/// A mechanism that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// The one without an RFC: user name and password, each after its own 334.
    Login,
}

/// One authentication under way: what was said, and what comes next.
pub(crate) enum Exchange {
    Plain(plain::Plain),
    Login(login::Login),
}

impl Credentials {
    /// Credentials for PLAIN and LOGIN.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
        }
    }

    /// The user name.
    pub fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &Secret {
        &self.password
    }

    /// What must not be seen in anything the server says: the password, and its forms on the wire.
    pub(crate) fn traces(&self) -> Vec<Secret> {
        let mut traces = Vec::from([
            self.password.clone(),
            Secret::from(STANDARD.encode(self.password.expose())),
        ]);
        traces.extend(
            plain::message(self)
                .ok()
                .map(|message| Secret::from(STANDARD.encode(message.expose()))),
        );
        traces
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?}, ..)", self.user)
    }
}

impl Mechanism {
    /// All that are built in, best first. Over TLS the two are equally safe; PLAIN has a standard and takes one round trip.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Login];

    /// The name in EHLO and AUTH.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }

    pub(crate) fn start(self, credentials: &Credentials) -> Result<Exchange, AuthFailure> {
        Ok(match self {
            Self::Plain => Exchange::Plain(plain::Plain::new(credentials)?),
            Self::Login => Exchange::Login(login::Login::new(credentials)?),
        })
    }
}

impl Exchange {
    /// What may go behind AUTH and the mechanism's name in the same line, for mechanisms where the client speaks first.
    pub(crate) fn initial_response(&self) -> Option<Secret> {
        match self {
            Self::Plain(plain) => plain.initial_response(),
            Self::Login(_) => None,
        }
    }

    /// The answer to a 334. `None` when the mechanism has no further step.
    pub(crate) fn respond(&mut self) -> Option<Secret> {
        match self {
            Self::Plain(plain) => plain.respond(),
            Self::Login(login) => login.respond(),
        }
    }
}

/// No field of PLAIN can hold NUL (RFC 4616 section 2), and LOGIN servers read C strings.
fn without_nul(octets: &[u8]) -> Result<&[u8], AuthFailure> {
    if octets.contains(&0) {
        Err(AuthFailure::Unencodable)
    } else {
        Ok(octets)
    }
}
