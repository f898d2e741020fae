//! XOAUTH2, as Gmail and Microsoft speak it; no RFC has it.

use super::Credentials;
use super::bearer::{Bearer, with_token};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// Begins it; an empty line answers the reasons for a refusal.
pub(super) fn start(credentials: &Credentials) -> Result<Bearer, AuthFailure> {
    message(credentials).map(|message| Bearer::new(message, ""))
}

/// What stands behind AUTH.
pub(super) fn message(credentials: &Credentials) -> Result<Secret, AuthFailure> {
    let user = credentials.user().as_bytes();
    if user.iter().any(|octet| matches!(octet, 0 | 1)) {
        return Err(AuthFailure::Unencodable);
    }
    with_token([b"user=", user].concat(), credentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message() {
        let message = message(&Credentials::token("ann@example.org", "ya29.vF9dft4")).unwrap();
        assert_eq!(
            message.expose(),
            b"user=ann@example.org\x01auth=Bearer ya29.vF9dft4\x01\x01"
        );
    }

    #[test]
    fn what_would_end_a_field_cannot_be_written() {
        for credentials in [
            Credentials::token("a\x01nn", "t"),
            Credentials::token("ann", "t\x01x"),
            Credentials::token("ann", "t x"),
            Credentials::token("ann", ""),
        ] {
            assert_eq!(message(&credentials), Err(AuthFailure::Unencodable));
        }
    }
}
