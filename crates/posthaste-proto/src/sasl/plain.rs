//! PLAIN (RFC 4616).

use alloc::vec::Vec;

use super::prepare::without_nul;
use super::{BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message, and nothing more to say.
pub(super) struct Plain(Option<Secret>);

impl Plain {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        message(credentials).map(|message| Self(Some(message)))
    }
}

impl Exchange for Plain {
    fn initial_response(&mut self) -> Option<Secret> {
        self.0.take()
    }

    fn respond(&mut self, _: Challenge<'_>) -> Result<Secret, BadChallenge> {
        Err(BadChallenge::OneTooMany)
    }
}

/// `[authzid] NUL user NUL password`. The octets go as they are given: section 2 leaves it to the server to prepare them, and
/// those that do not compare octets.
pub(super) fn message(credentials: &Credentials) -> Result<Secret, AuthFailure> {
    let identity = without_nul(credentials.authorization().unwrap_or_default().as_bytes())?;
    let user = without_nul(credentials.user().as_bytes())?;
    let password = credentials.password().map_or(&b""[..], Secret::expose);
    let password = without_nul(password)?;
    let mut message = Vec::with_capacity(identity.len() + user.len() + password.len() + 2);
    message.extend_from_slice(identity);
    message.push(0);
    message.extend_from_slice(user);
    message.push(0);
    message.extend_from_slice(password);
    Ok(Secret::new(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4616() {
        let tim = Credentials::new("tim", "tanstaaftanstaaf");
        assert_eq!(message(&tim).unwrap().expose(), b"\0tim\0tanstaaftanstaaf");
        let ursel = Credentials::new("Kurt", "xipj3plmq").acting_as("Ursel");
        assert_eq!(message(&ursel).unwrap().expose(), b"Ursel\0Kurt\0xipj3plmq");
    }

    #[test]
    fn nul_cannot_be_written() {
        for credentials in [
            Credentials::new("t\0im", "x"),
            Credentials::new("tim", "x\0y"),
            Credentials::new("tim", "x").acting_as("\0"),
        ] {
            assert_eq!(message(&credentials), Err(AuthFailure::Unencodable));
        }
    }
}
