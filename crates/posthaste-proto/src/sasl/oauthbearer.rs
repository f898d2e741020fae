//! OAUTHBEARER (RFC 7628).

use alloc::vec::Vec;

use super::prepare::{bearer, push_sasl_name};
use super::xoauth2::explanation;
use super::{AuthDetail, BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message. A challenge behind it holds the reasons for the refusal that comes next, and is answered with ^A
/// (section 3.2.3).
pub(super) struct OAuthBearer {
    message: Option<Secret>,
    detail: Option<AuthDetail>,
}

impl OAuthBearer {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        Ok(Self {
            message: Some(message(credentials)?),
            detail: None,
        })
    }
}

impl Exchange for OAuthBearer {
    fn initial_response(&mut self) -> Option<Secret> {
        self.message.take()
    }

    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
        if self.detail.is_some() {
            return Err(BadChallenge::OneTooMany);
        }
        self.detail = Some(explanation(challenge));
        Ok(Secret::from("\x01"))
    }

    fn detail(&self) -> Option<&AuthDetail> {
        self.detail.as_ref()
    }
}

/// `host` and `port` are left out: they are optional, and this side knows the server by the transport's name for it alone.
pub(super) fn message(credentials: &Credentials) -> Result<Secret, AuthFailure> {
    let token = bearer(credentials)?;
    let mut message = Vec::with_capacity(2 * credentials.user().len() + token.len() + 24);
    message.extend_from_slice(b"n,");
    if !credentials.user().is_empty() {
        message.extend_from_slice(b"a=");
        push_sasl_name(&mut message, credentials.user())?;
    }
    message.extend_from_slice(b",\x01auth=Bearer ");
    message.extend_from_slice(token);
    message.extend_from_slice(b"\x01\x01");
    Ok(Secret::new(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// That of section 4.1, without the optional host and port.
    #[test]
    fn the_message() {
        let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
        let message = message(&Credentials::token("user@example.com", token)).unwrap();
        assert_eq!(
            message.expose(),
            b"n,a=user@example.com,\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
        );
    }

    #[test]
    fn names_are_escaped_and_cannot_end_a_field() {
        let escaped = message(&Credentials::token("a,b=c", "t")).unwrap();
        assert_eq!(escaped.expose(), b"n,a=a=2Cb=3Dc,\x01auth=Bearer t\x01\x01");
        let nobody = message(&Credentials::token("", "t")).unwrap();
        assert_eq!(nobody.expose(), b"n,,\x01auth=Bearer t\x01\x01");
        for user in ["a\0", "a\x01"] {
            assert_eq!(
                message(&Credentials::token(user, "t")),
                Err(AuthFailure::Unencodable)
            );
        }
    }
}
