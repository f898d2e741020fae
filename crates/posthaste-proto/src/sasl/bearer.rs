//! What OAUTHBEARER and XOAUTH2 share: a message with a token, and the reasons for a refusal.

use alloc::vec::Vec;

use super::challenge::early_unless;
use super::{AuthDetail, BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message. A challenge behind it holds the reasons for the refusal that comes next, and wants an answer that says nothing
/// (RFC 7628 section 3.2.3).
pub(super) struct Bearer {
    message: Option<Secret>,
    nothing: &'static str,
    detail: Option<AuthDetail>,
}

impl Bearer {
    pub(super) fn new(message: Secret, nothing: &'static str) -> Self {
        Self {
            message: Some(message),
            nothing,
            detail: None,
        }
    }
}

impl Exchange for Bearer {
    fn initial_response(&mut self) -> Option<Secret> {
        self.message.take()
    }

    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
        if self.detail.is_some() {
            return Err(BadChallenge::OneTooMany);
        }
        self.detail = Some(match challenge.decode() {
            Ok(json) => AuthDetail::new(&json),
            Err(_) => AuthDetail::new(challenge.text()),
        });
        Ok(Secret::from(self.nothing))
    }

    fn succeeded(&mut self, _: &[u8]) -> Result<(), BadChallenge> {
        early_unless(self.detail.is_none())
    }

    fn detail(&self) -> Option<&AuthDetail> {
        self.detail.as_ref()
    }
}

/// Ends a message with the field that both have for the token.
pub(super) fn with_token(
    mut message: Vec<u8>,
    credentials: &Credentials,
) -> Result<Secret, AuthFailure> {
    let token = token(credentials)?;
    // At once, so that no copy of the token is left behind where the message grew.
    message.reserve_exact(token.len() + 16);
    message.extend_from_slice(b"\x01auth=Bearer ");
    message.extend_from_slice(token);
    message.extend_from_slice(b"\x01\x01");
    Ok(Secret::new(message))
}

/// The access token: visible ASCII (RFC 6750 section 2.1), since anything else could end its field.
fn token(credentials: &Credentials) -> Result<&[u8], AuthFailure> {
    let token = credentials.access_token().map_or(&b""[..], Secret::expose);
    if token.is_empty() || !token.iter().all(u8::is_ascii_graphic) {
        Err(AuthFailure::Unencodable)
    } else {
        Ok(token)
    }
}
