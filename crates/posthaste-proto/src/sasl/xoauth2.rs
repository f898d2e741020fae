//! XOAUTH2, as Gmail and Microsoft speak it; no RFC has it.

use alloc::vec::Vec;

use super::prepare::bearer;
use super::{AuthDetail, BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message. A challenge behind it holds the reasons for the refusal that comes next, and wants an empty answer.
pub(super) struct XOAuth2 {
    message: Option<Secret>,
    detail: Option<AuthDetail>,
}

impl XOAuth2 {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        Ok(Self {
            message: Some(message(credentials)?),
            detail: None,
        })
    }
}

impl Exchange for XOAuth2 {
    fn initial_response(&mut self) -> Option<Secret> {
        self.message.take()
    }

    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
        if self.detail.is_some() {
            return Err(BadChallenge::OneTooMany);
        }
        self.detail = Some(explanation(challenge));
        Ok(Secret::default())
    }

    fn detail(&self) -> Option<&AuthDetail> {
        self.detail.as_ref()
    }
}

/// The reasons, decoded where they can be.
pub(super) fn explanation(challenge: Challenge<'_>) -> AuthDetail {
    match challenge.decode() {
        Ok(json) => AuthDetail::new(&json),
        Err(_) => AuthDetail::new(challenge.text()),
    }
}

pub(super) fn message(credentials: &Credentials) -> Result<Secret, AuthFailure> {
    let token = bearer(credentials)?;
    let user = credentials.user().as_bytes();
    if user.iter().any(|octet| matches!(octet, 0 | 1)) {
        return Err(AuthFailure::Unencodable);
    }
    let mut message = Vec::with_capacity(user.len() + token.len() + 24);
    message.extend_from_slice(b"user=");
    message.extend_from_slice(user);
    message.extend_from_slice(b"\x01auth=Bearer ");
    message.extend_from_slice(token);
    message.extend_from_slice(b"\x01\x01");
    Ok(Secret::new(message))
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
