//! OAUTHBEARER (RFC 7628).

use alloc::vec::Vec;

use super::Credentials;
use super::bearer::{Bearer, with_token};
use super::prepare::push_sasl_name;
use crate::error::AuthFailure;
use crate::secret::Secret;

/// Begins it; ^A answers the reasons for a refusal.
pub(super) fn start(credentials: &Credentials) -> Result<Bearer, AuthFailure> {
    message(credentials).map(|message| Bearer::new(message, "\x01"))
}

/// `host` and `port` are left out: they are optional, and this side knows the server by the transport's name for it alone.
pub(super) fn message(credentials: &Credentials) -> Result<Secret, AuthFailure> {
    let mut message = Vec::from(*b"n,");
    if !credentials.user().is_empty() {
        message.extend_from_slice(b"a=");
        push_sasl_name(&mut message, credentials.user())?;
    }
    message.push(b',');
    with_token(message, credentials)
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
