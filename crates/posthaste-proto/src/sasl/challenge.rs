//! What stands behind a 334 (RFC 4954 section 4).

use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text of a 334, as the server sent it.
#[derive(Clone, Copy)]
pub struct Challenge<'a>(&'a [u8]);

/// Why a challenge, or the end of an exchange, cannot be accepted. The server's fault, or that of somebody in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadChallenge {
    /// The mechanism has no further step.
    OneTooMany,
    /// The text is not base64.
    NotBase64,
    /// It is not what the mechanism says.
    Malformed,
    /// It demands an extension that is not known here (`m=`, RFC 5802 section 5.1).
    Extension,
    /// The server's nonce does not continue the client's: it answers somebody else.
    Nonce,
    /// The salt is missing or is not base64.
    Salt,
    /// The server asks for fewer rounds of the password hash than are safe, or for more than this side does for it.
    Iterations {
        /// What it asks for.
        asked: u32,
        /// The fewest that are done.
        least: u32,
        /// The most that are done.
        most: u32,
    },
    /// The server's signature is wrong: it does not know the password.
    Signature,
    /// The server accepted the login before the mechanism was through, or after it had refused the token.
    Early,
    /// The server accepted the login and never signed: it did not show that it knows the password.
    Unsigned,
}

impl<'a> Challenge<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// The octets that the server means.
    ///
    /// # Errors
    ///
    /// When the text is not base64. Mechanisms that do not need it need not decode it: some servers prompt in plain words.
    pub fn decode(&self) -> Result<Vec<u8>, BadChallenge> {
        STANDARD
            .decode(self.0.trim_ascii())
            .map_err(|_| BadChallenge::NotBase64)
    }

    /// The text as it was sent.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        self.0
    }
}

/// For [`Exchange::succeeded`](super::Exchange::succeeded) of mechanisms in which the server proves nothing.
pub(super) fn early_unless(through: bool) -> Result<(), BadChallenge> {
    if through {
        Ok(())
    } else {
        Err(BadChallenge::Early)
    }
}

/// Its length alone: a server may have put anything into it.
impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({} octets)", self.0.len())
    }
}

impl fmt::Display for BadChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneTooMany => f.write_str("an AUTH challenge that the mechanism does not have"),
            Self::NotBase64 => f.write_str("an AUTH challenge that is not base64"),
            Self::Malformed => {
                f.write_str("an AUTH challenge that is not what the mechanism prescribes")
            }
            Self::Extension => {
                f.write_str("an AUTH challenge that demands an extension not known here")
            }
            Self::Nonce => f.write_str("an AUTH challenge whose nonce does not continue ours"),
            Self::Salt => f.write_str("an AUTH challenge whose salt cannot be read"),
            Self::Iterations { asked, least, most } => write!(
                f,
                "an AUTH challenge that asks for {asked} rounds of the password hash, where {least} to {most} are done"
            ),
            Self::Signature => {
                f.write_str("a wrong signature in AUTH: whoever answers does not know the password")
            }
            Self::Early => f.write_str("a login before AUTH was through"),
            Self::Unsigned => f.write_str(
                "a login without the server's signature: whoever answers may not know the password",
            ),
        }
    }
}

impl core::error::Error for BadChallenge {}
