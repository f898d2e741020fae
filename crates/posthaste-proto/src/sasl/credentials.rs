//! Who logs in, and with what.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{oauthbearer, plain, xoauth2};
use crate::secret::Secret;

/// A user and what proves it: a password, an OAuth token, a TLS client certificate, or nothing. No secret ever prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    acting_as: Option<String>,
    proof: Proof,
}

#[derive(Clone, PartialEq, Eq)]
enum Proof {
    Password(Secret),
    Token(Secret),
    /// Something outside of SASL, most often the TLS client certificate.
    External,
    /// `user` is what the server may log.
    Anonymous,
}

impl Credentials {
    /// A user name and its password, for SCRAM, PLAIN, LOGIN and CRAM-MD5.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::of(user.into(), Proof::Password(password.into()))
    }

    /// A user name and an OAuth 2.0 access token, for OAUTHBEARER and XOAUTH2.
    pub fn token(user: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self::of(user.into(), Proof::Token(token.into()))
    }

    /// Nothing but the TLS client certificate, for EXTERNAL.
    #[must_use]
    pub fn external() -> Self {
        Self::of(String::new(), Proof::External)
    }

    /// No proof at all, for ANONYMOUS; `trace` is what the server may log, an address or a word, and may be empty.
    pub fn anonymous(trace: impl Into<String>) -> Self {
        Self::of(trace.into(), Proof::Anonymous)
    }

    /// Asks to act as somebody else than who logs in: the authorization identity of PLAIN, SCRAM and EXTERNAL. Most servers
    /// refuse it, so it is empty unless it is set here; the other mechanisms have no place for it and are not used then.
    #[must_use]
    pub fn acting_as(mut self, identity: impl Into<String>) -> Self {
        self.acting_as = Some(identity.into());
        self
    }

    /// The user name; empty where there is none.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whom to act as.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.acting_as.as_deref()
    }

    /// The password, if that is what these credentials are.
    #[must_use]
    pub fn password(&self) -> Option<&Secret> {
        match &self.proof {
            Proof::Password(password) => Some(password),
            Proof::Token(_) | Proof::External | Proof::Anonymous => None,
        }
    }

    /// The access token, if that is what these credentials are.
    #[must_use]
    pub fn access_token(&self) -> Option<&Secret> {
        match &self.proof {
            Proof::Token(token) => Some(token),
            Proof::Password(_) | Proof::External | Proof::Anonymous => None,
        }
    }

    /// Whether the proof lies outside of SASL.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.proof == Proof::External
    }

    /// Whether there is no proof.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.proof == Proof::Anonymous
    }

    /// What must not be seen in anything the server says: the secret, its forms on the wire, and what base64 makes of it in the
    /// midst of other text. The longest first, since the others may stand in it.
    #[must_use]
    pub fn traces(&self) -> Vec<Secret> {
        let (secret, messages) = match &self.proof {
            Proof::Password(password) => (password, [plain::message(self).ok(), None]),
            Proof::Token(token) => (
                token,
                [xoauth2::message(self).ok(), oauthbearer::message(self).ok()],
            ),
            Proof::External | Proof::Anonymous => return Vec::new(),
        };
        let encoded = |secret: &Secret| Secret::from(STANDARD.encode(secret.expose()));
        let mut traces: Vec<_> = messages.iter().flatten().map(encoded).collect();
        traces.push(encoded(secret));
        // In the midst of something else that is encoded, base64 of it looks otherwise.
        traces.extend((0..3).filter_map(|before| within(secret, before)));
        traces.push(secret.clone());
        traces
    }

    fn of(user: String, proof: Proof) -> Self {
        Self {
            user,
            acting_as: None,
            proof,
        }
    }
}

/// The digits of base64 that come of the secret alone, behind `before` other octets.
fn within(secret: &Secret, before: usize) -> Option<Secret> {
    let octets = secret.expose().len();
    let mut padded = Vec::with_capacity(before + octets);
    padded.resize(before, 0);
    padded.extend_from_slice(secret.expose());
    let padded = Secret::new(padded);
    let encoded = Secret::from(STANDARD.encode(padded.expose()));
    let own = (before * 8).div_ceil(6)..(before + octets) * 8 / 6;
    let digits = encoded.expose().get(own)?;
    (digits.len() >= 6).then(|| Secret::new(digits))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.proof {
            Proof::Password(_) => "password",
            Proof::Token(_) => "token",
            Proof::External => "external",
            Proof::Anonymous => "anonymous",
        };
        write!(f, "Credentials({kind}, {:?}", self.user)?;
        if let Some(identity) = &self.acting_as {
            write!(f, " as {identity:?}")?;
        }
        f.write_str(", ..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_base64_puts_it() {
        let traces = Credentials::new("ann", "Tr0ub4dor&3").traces();
        for before in ["", "x", "xy", "xyz", "longer"] {
            for behind in ["", "1", "12", "123"] {
                let text = alloc::format!("{before}Tr0ub4dor&3{behind}");
                let mut masked = STANDARD.encode(text).into_bytes();
                let whole = masked.len();
                traces.iter().for_each(|trace| trace.mask_in(&mut masked));
                assert!(masked.len() + 9 < whole, "{before} {behind}");
            }
        }
    }
}
