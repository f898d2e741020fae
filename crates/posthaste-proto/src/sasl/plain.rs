//! PLAIN (RFC 4616).

use alloc::vec::Vec;

use super::{Credentials, without_nul};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message; the authorization identity stays empty, since servers refuse one that they did not ask for.
pub(crate) struct Plain {
    message: Option<Secret>,
}

impl Plain {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        Ok(Self {
            message: Some(message(credentials)?),
        })
    }

    /// The message, which `respond` gives again if it turns out not to fit the AUTH line.
    pub(super) fn initial_response(&self) -> Option<Secret> {
        self.message.clone()
    }

    pub(super) fn respond(&mut self) -> Option<Secret> {
        self.message.take()
    }
}

/// `NUL user NUL password`.
pub(super) fn message(credentials: &Credentials) -> Result<Secret, AuthFailure> {
    let (user, password) = (
        without_nul(credentials.user.as_bytes())?,
        without_nul(credentials.password().expose())?,
    );
    let mut message = Vec::with_capacity(user.len() + password.len() + 2);
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
    fn the_example_of_rfc_4616() {
        let message = message(&Credentials::new("tim", "tanstaaftanstaaf")).unwrap();
        assert_eq!(message.expose(), b"\0tim\0tanstaaftanstaaf");
    }

    #[test]
    fn nul_cannot_be_written() {
        assert_eq!(
            message(&Credentials::new("t\0im", "x")),
            Err(AuthFailure::Unencodable)
        );
        assert_eq!(
            message(&Credentials::new("tim", "x\0y")),
            Err(AuthFailure::Unencodable)
        );
    }
}
