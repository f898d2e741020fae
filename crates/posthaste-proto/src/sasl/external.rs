//! EXTERNAL (RFC 4422 appendix A).

use super::prepare::without_nul;
use super::{BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message: whom to act as, or nothing, which is whom the certificate names.
pub(super) struct External(Option<Secret>);

impl External {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        let identity = credentials.authorization().unwrap_or_default();
        Ok(Self(Some(Secret::new(without_nul(identity.as_bytes())?))))
    }
}

impl Exchange for External {
    fn initial_response(&mut self) -> Option<Secret> {
        self.0.take()
    }

    fn respond(&mut self, _: Challenge<'_>) -> Result<Secret, BadChallenge> {
        Err(BadChallenge::OneTooMany)
    }
}
