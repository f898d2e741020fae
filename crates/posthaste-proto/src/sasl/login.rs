//! LOGIN, which has no RFC.

use super::challenge::early_unless;
use super::prepare::without_nul;
use super::{BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// User name, then password, whatever the prompts say: servers word them in many ways, some not even in base64. Nothing goes
/// into the AUTH line: some servers refuse it there.
pub(super) struct Login {
    user: Option<Secret>,
    password: Option<Secret>,
}

impl Login {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        let user = Secret::new(without_nul(credentials.user().as_bytes())?);
        let password = credentials.password().cloned().unwrap_or_default();
        without_nul(password.expose())?;
        Ok(Self {
            user: Some(user),
            password: Some(password),
        })
    }
}

impl Exchange for Login {
    fn respond(&mut self, _: Challenge<'_>) -> Result<Secret, BadChallenge> {
        let next = self.user.take().or_else(|| self.password.take());
        next.ok_or(BadChallenge::OneTooMany)
    }

    fn succeeded(&mut self, _: &[u8]) -> Result<(), BadChallenge> {
        early_unless(self.password.is_none())
    }
}
