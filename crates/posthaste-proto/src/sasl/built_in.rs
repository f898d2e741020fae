//! The mechanisms that are built in, and which of them suits whom.

use alloc::boxed::Box;
use core::fmt;

#[cfg(feature = "scram")]
use super::cram_md5::CramMd5;
#[cfg(feature = "scram")]
use super::scram::{Hash, Scram};
use super::{
    Credentials, Exchange, Start, anonymous::Anonymous, external::External, login::Login,
    oauthbearer, plain::Plain, xoauth2,
};
use crate::error::AuthFailure;

/// A mechanism that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuiltIn {
    /// SCRAM-SHA-512-PLUS: SCRAM tied to the TLS connection.
    #[cfg(feature = "scram")]
    ScramSha512Plus,
    /// SCRAM-SHA-256-PLUS (RFC 7677).
    #[cfg(feature = "scram")]
    ScramSha256Plus,
    /// SCRAM-SHA-1-PLUS (RFC 5802).
    #[cfg(feature = "scram")]
    ScramSha1Plus,
    /// SCRAM-SHA-512.
    #[cfg(feature = "scram")]
    ScramSha512,
    /// SCRAM-SHA-256 (RFC 7677).
    #[cfg(feature = "scram")]
    ScramSha256,
    /// SCRAM-SHA-1 (RFC 5802).
    #[cfg(feature = "scram")]
    ScramSha1,
    /// OAUTHBEARER (RFC 7628).
    OAuthBearer,
    /// XOAUTH2, as Gmail and Microsoft speak it.
    XOAuth2,
    /// EXTERNAL (RFC 4422 appendix A).
    External,
    /// PLAIN (RFC 4616).
    Plain,
    /// The one without an RFC: user name and password, each after its own 334.
    Login,
    /// CRAM-MD5 (RFC 2195).
    #[cfg(feature = "scram")]
    CramMd5,
    /// ANONYMOUS (RFC 4505).
    Anonymous,
}

impl BuiltIn {
    /// All that are built in, best first: those that prove the server too, and show nobody the password; then, for passwords
    /// over TLS, PLAIN, which takes one round trip, before LOGIN, which has no standard, and CRAM-MD5, for which a
    /// server has to keep the password itself.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "scram")]
        Self::ScramSha512Plus,
        #[cfg(feature = "scram")]
        Self::ScramSha256Plus,
        #[cfg(feature = "scram")]
        Self::ScramSha1Plus,
        #[cfg(feature = "scram")]
        Self::ScramSha512,
        #[cfg(feature = "scram")]
        Self::ScramSha256,
        #[cfg(feature = "scram")]
        Self::ScramSha1,
        Self::OAuthBearer,
        Self::XOAuth2,
        Self::External,
        Self::Plain,
        Self::Login,
        #[cfg(feature = "scram")]
        Self::CramMd5,
        Self::Anonymous,
    ];

    /// The name in EHLO and AUTH.
    pub const fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "scram")]
            Self::ScramSha512Plus => "SCRAM-SHA-512-PLUS",
            #[cfg(feature = "scram")]
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            #[cfg(feature = "scram")]
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            #[cfg(feature = "scram")]
            Self::ScramSha512 => "SCRAM-SHA-512",
            #[cfg(feature = "scram")]
            Self::ScramSha256 => "SCRAM-SHA-256",
            #[cfg(feature = "scram")]
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::External => "EXTERNAL",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            #[cfg(feature = "scram")]
            Self::CramMd5 => "CRAM-MD5",
            Self::Anonymous => "ANONYMOUS",
        }
    }

    /// The mechanism of this name, in whatever case.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// Whether whoever sees the conversation can use what he saw to log in.
    #[must_use]
    pub const fn shows_the_secret(self) -> bool {
        matches!(
            self,
            Self::Plain | Self::Login | Self::OAuthBearer | Self::XOAuth2
        )
    }

    /// Whether these credentials are of the kind that it needs.
    #[must_use]
    pub fn takes(self, credentials: &Credentials) -> bool {
        let acting = credentials.authorization().is_some();
        match self {
            #[cfg(feature = "scram")]
            Self::ScramSha512Plus
            | Self::ScramSha256Plus
            | Self::ScramSha1Plus
            | Self::ScramSha512
            | Self::ScramSha256
            | Self::ScramSha1 => credentials.password().is_some(),
            #[cfg(feature = "scram")]
            Self::CramMd5 => credentials.password().is_some() && !acting,
            Self::Plain => credentials.password().is_some(),
            Self::Login => credentials.password().is_some() && !acting,
            Self::OAuthBearer | Self::XOAuth2 => credentials.access_token().is_some() && !acting,
            Self::External => credentials.is_external(),
            Self::Anonymous => credentials.is_anonymous() && !acting,
        }
    }

    /// Whether it can be spoken as things stand: SCRAM needs random octets for its nonce, -PLUS something to bind to.
    #[cfg_attr(
        not(feature = "scram"),
        allow(unused_variables, reason = "for SCRAM alone")
    )]
    pub(crate) fn is_possible(self, entropy: bool, binding: bool) -> bool {
        match self {
            #[cfg(feature = "scram")]
            Self::ScramSha512Plus | Self::ScramSha256Plus | Self::ScramSha1Plus => {
                entropy && binding
            }
            #[cfg(feature = "scram")]
            Self::ScramSha512 | Self::ScramSha256 | Self::ScramSha1 => entropy,
            #[cfg(feature = "scram")]
            Self::CramMd5 => true,
            Self::OAuthBearer
            | Self::XOAuth2
            | Self::External
            | Self::Plain
            | Self::Login
            | Self::Anonymous => true,
        }
    }

    pub(super) fn start(self, start: &Start<'_>) -> Result<Box<dyn Exchange>, AuthFailure> {
        let credentials = start.credentials();
        Ok(match self {
            #[cfg(feature = "scram")]
            Self::ScramSha512Plus => Box::new(Scram::new(Hash::Sha512, true, start)?),
            #[cfg(feature = "scram")]
            Self::ScramSha256Plus => Box::new(Scram::new(Hash::Sha256, true, start)?),
            #[cfg(feature = "scram")]
            Self::ScramSha1Plus => Box::new(Scram::new(Hash::Sha1, true, start)?),
            #[cfg(feature = "scram")]
            Self::ScramSha512 => Box::new(Scram::new(Hash::Sha512, false, start)?),
            #[cfg(feature = "scram")]
            Self::ScramSha256 => Box::new(Scram::new(Hash::Sha256, false, start)?),
            #[cfg(feature = "scram")]
            Self::ScramSha1 => Box::new(Scram::new(Hash::Sha1, false, start)?),
            #[cfg(feature = "scram")]
            Self::CramMd5 => Box::new(CramMd5::new(credentials)?),
            Self::OAuthBearer => Box::new(oauthbearer::start(credentials)?),
            Self::XOAuth2 => Box::new(xoauth2::start(credentials)?),
            Self::External => Box::new(External::new(credentials)?),
            Self::Plain => Box::new(Plain::new(credentials)?),
            Self::Login => Box::new(Login::new(credentials)?),
            Self::Anonymous => Box::new(Anonymous::new(credentials)?),
        })
    }
}

impl fmt::Display for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
