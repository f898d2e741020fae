use std::error::Error;
use std::fmt;
use std::str::FromStr;

use super::scram::Hash;

/// A SASL mechanism that the server has.
///
/// ```
/// use posthaste_inbox::Mechanism;
///
/// assert_eq!("scram-sha-256-plus".parse(), Ok(Mechanism::ScramSha256Plus));
/// assert_eq!(Mechanism::XOAuth2.to_string(), "XOAUTH2");
/// assert!("GSSAPI".parse::<Mechanism>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// `PLAIN`, RFC 4616.
    Plain,
    /// `LOGIN`, which no RFC has.
    Login,
    /// `CRAM-MD5`, RFC 2195.
    CramMd5,
    /// `SCRAM-SHA-1`, RFC 5802.
    ScramSha1,
    /// `SCRAM-SHA-1-PLUS`, with channel binding.
    ScramSha1Plus,
    /// `SCRAM-SHA-256`, RFC 7677.
    ScramSha256,
    /// `SCRAM-SHA-256-PLUS`, with channel binding.
    ScramSha256Plus,
    /// `SCRAM-SHA-512`, as SCRAM-SHA-256 with another hash.
    ScramSha512,
    /// `SCRAM-SHA-512-PLUS`, with channel binding.
    ScramSha512Plus,
    /// `XOAUTH2`, what OAUTHBEARER was before it was a standard.
    XOAuth2,
    /// `OAUTHBEARER`, RFC 7628.
    OAuthBearer,
    /// `EXTERNAL`, RFC 4422 appendix A.
    External,
    /// `ANONYMOUS`, RFC 4505.
    Anonymous,
}

impl Mechanism {
    const ALL: [Self; 13] = [
        Self::Plain,
        Self::Login,
        Self::CramMd5,
        Self::ScramSha1,
        Self::ScramSha1Plus,
        Self::ScramSha256,
        Self::ScramSha256Plus,
        Self::ScramSha512,
        Self::ScramSha512Plus,
        Self::XOAuth2,
        Self::OAuthBearer,
        Self::External,
        Self::Anonymous,
    ];

    /// What is offered unless [`Config::mechanisms`](crate::Config::mechanisms) says otherwise: all but EXTERNAL and
    /// ANONYMOUS, which let in whoever comes.
    pub(crate) const DEFAULT: &'static [Self] = Self::ALL.split_at(11).0;

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::ScramSha512Plus => "SCRAM-SHA-512-PLUS",
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::External => "EXTERNAL",
            Self::Anonymous => "ANONYMOUS",
        }
    }

    /// Whether it is SCRAM with channel binding.
    #[must_use]
    pub const fn is_plus(self) -> bool {
        matches!(
            self,
            Self::ScramSha1Plus | Self::ScramSha256Plus | Self::ScramSha512Plus
        )
    }

    /// Whether the server must come up with a nonce or a challenge.
    pub(crate) const fn needs_entropy(self) -> bool {
        matches!(self, Self::CramMd5) || self.scram().is_some()
    }

    /// The hash of SCRAM; `None` for what is not SCRAM.
    pub(crate) const fn scram(self) -> Option<Hash> {
        match self {
            Self::ScramSha1 | Self::ScramSha1Plus => Some(Hash::Sha1),
            Self::ScramSha256 | Self::ScramSha256Plus => Some(Hash::Sha256),
            Self::ScramSha512 | Self::ScramSha512Plus => Some(Hash::Sha512),
            Self::Plain
            | Self::Login
            | Self::CramMd5
            | Self::XOAuth2
            | Self::OAuthBearer
            | Self::External
            | Self::Anonymous => None,
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// By its name; letters have no case.
impl FromStr for Mechanism {
    type Err = UnknownMechanism;

    fn from_str(name: &str) -> Result<Self, UnknownMechanism> {
        Self::ALL
            .into_iter()
            .find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
            .ok_or(UnknownMechanism)
    }
}

/// The server has no mechanism of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownMechanism;

impl fmt::Display for UnknownMechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a mechanism of this server: it has ")?;
        for (n, mechanism) in Mechanism::ALL.iter().enumerate() {
            write!(f, "{}{mechanism}", if n == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl Error for UnknownMechanism {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mechanism_is_found_by_its_name() {
        for mechanism in Mechanism::ALL {
            assert_eq!(mechanism.name().parse(), Ok(mechanism));
            assert_eq!(mechanism.is_plus(), mechanism.name().ends_with("-PLUS"));
            assert_eq!(
                mechanism.scram().is_some(),
                mechanism.name().starts_with("SCRAM-")
            );
        }
        assert!(
            UnknownMechanism
                .to_string()
                .ends_with("EXTERNAL, ANONYMOUS")
        );
    }
}
