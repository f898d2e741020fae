//! CRAM-MD5 (RFC 2195).

use alloc::vec::Vec;

use hmac::{Hmac, Mac as _};
use md5::Md5;

use super::challenge::early_unless;
use super::prepare::without_nul;
use super::{BadChallenge, Challenge, Credentials, Exchange};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One challenge, answered with the user name and a digest of it under the password.
pub(super) struct CramMd5 {
    user: Vec<u8>,
    password: Option<Secret>,
}

impl CramMd5 {
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        let user = without_nul(credentials.user().as_bytes())?.to_vec();
        Ok(Self {
            user,
            password: credentials.password().cloned(),
        })
    }
}

impl Exchange for CramMd5 {
    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let password = self.password.take().ok_or(BadChallenge::OneTooMany)?;
        let challenge = challenge.decode()?;
        let mut digest =
            Hmac::<Md5>::new_from_slice(password.expose()).map_err(|_| BadChallenge::Malformed)?;
        digest.update(&challenge);
        let mut response = self.user.clone();
        response.push(b' ');
        for octet in digest.finalize().into_bytes() {
            response.extend([octet >> 4, octet & 15].map(|half| DIGITS[usize::from(half)]));
        }
        Ok(Secret::new(response))
    }

    fn succeeded(&mut self, _: &[u8]) -> Result<(), BadChallenge> {
        early_unless(self.password.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_2195() {
        let mut exchange = CramMd5::new(&Credentials::new("tim", "tanstaaftanstaaf")).unwrap();
        let challenge = Challenge::new(b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+");
        let response = exchange.respond(challenge).unwrap();
        assert_eq!(response.expose(), b"tim b913a602c7eda7a495b4e6e7334d3890");
        assert_eq!(exchange.respond(challenge), Err(BadChallenge::OneTooMany));
    }

    #[test]
    fn a_challenge_that_is_not_base64() {
        let mut exchange = CramMd5::new(&Credentials::new("tim", "x")).unwrap();
        assert_eq!(
            exchange.respond(Challenge::new(b"<1896.69>")),
            Err(BadChallenge::NotBase64)
        );
    }
}
