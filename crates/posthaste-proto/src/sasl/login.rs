//! LOGIN, which has no RFC.

use super::{Credentials, without_nul};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// User name, then password, whatever the prompts say: servers word them in many ways, some not even in base64.
pub(crate) struct Login {
    user: Option<Secret>,
    password: Option<Secret>,
}

impl Login {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        let user = Secret::new(without_nul(credentials.user.as_bytes())?);
        without_nul(credentials.password().expose())?;
        Ok(Self {
            user: Some(user),
            password: Some(credentials.password().clone()),
        })
    }

    pub(super) fn respond(&mut self) -> Option<Secret> {
        self.user.take().or_else(|| self.password.take())
    }
}
