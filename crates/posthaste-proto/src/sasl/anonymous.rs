//! ANONYMOUS (RFC 4505).

use super::{BadChallenge, Challenge, Credentials, Exchange};
use crate::address::Mailbox;
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One message: something for the server's log.
pub(super) struct Anonymous(Option<Secret>);

impl Anonymous {
    /// With `@` it is an address, without it a word of at most 255 characters (section 2).
    pub(super) fn new(credentials: &Credentials) -> Result<Self, AuthFailure> {
        let trace = credentials.user();
        let fits = if trace.contains('@') {
            trace.parse::<Mailbox>().is_ok()
        } else {
            trace.chars().count() <= 255 && !trace.contains(char::is_control)
        };
        if fits {
            Ok(Self(Some(Secret::from(trace))))
        } else {
            Err(AuthFailure::Unencodable)
        }
    }
}

impl Exchange for Anonymous {
    fn initial_response(&mut self) -> Option<Secret> {
        self.0.take()
    }

    fn respond(&mut self, _: Challenge<'_>) -> Result<Secret, BadChallenge> {
        Err(BadChallenge::OneTooMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_logged() {
        let of = |trace: &str| Anonymous::new(&Credentials::anonymous(trace)).map(|_| ());
        for trace in ["", "sirhc", "ann@example.org", "\u{e9}t\u{e9}"] {
            assert_eq!(of(trace), Ok(()), "{trace}");
        }
        for trace in ["a\0b", "a\r\nb", "@", "a@b@c d", &"x".repeat(256)] {
            assert_eq!(of(trace), Err(AuthFailure::Unencodable), "{trace}");
        }
    }
}
