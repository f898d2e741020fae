//! Authentication (RFC 4954, SASL of RFC 4422): credentials, the mechanisms that are built in, and a place for one's own.
//!
//! ```text
//!   Credentials ----+
//!   Preference -----+--> a mechanism that the server offers, starts --> Exchange
//!   Start (TLS,     |                                                     initial_response()
//!     entropy) -----+                                                     respond(challenge)   again and again
//!                                                                         succeeded(235)       may the login stand?
//! ```
//!
//! | mechanism | credentials | RFC | feature |
//! |---|---|---|---|
//! | SCRAM-SHA-512, -256, -1, each with and without -PLUS | password | 5802, 7677 | `scram` |
//! | PLAIN, LOGIN | password | 4616, none | |
//! | CRAM-MD5 | password | 2195 | `scram` |
//! | OAUTHBEARER, XOAUTH2 | token | 7628, none | |
//! | EXTERNAL | those of the TLS client certificate | 4422 appendix A | |
//! | ANONYMOUS | none | 4505 | |
//!
//! A mechanism that is computed here, from what is known here, implements [`Mechanism`] and joins the
//! [`Preference`]. One that needs IO of its own (Kerberos, a token in a drawer) is answered by the application, step by
//! step, under [`AuthPolicy::Answer`](crate::session::AuthPolicy::Answer).
//!
//! # A mechanism of one's own
//!
//! ```
//! use posthaste_proto::Secret;
//! use posthaste_proto::command::MechanismName;
//! use posthaste_proto::error::AuthFailure;
//! use posthaste_proto::sasl::{BadChallenge, Challenge, Credentials, Exchange, Mechanism, Preference, Start};
//!
//! /// The server asks for something, and gets it back with the password behind it.
//! struct Echo(MechanismName);
//! struct Answer(Secret);
//!
//! impl Mechanism for Echo {
//!     fn name(&self) -> &MechanismName {
//!         &self.0
//!     }
//!     fn takes(&self, credentials: &Credentials) -> bool {
//!         credentials.password().is_some()
//!     }
//!     fn start(&self, start: &Start<'_>) -> Result<Box<dyn Exchange>, AuthFailure> {
//!         let password = start.credentials().password().cloned().unwrap_or_default();
//!         Ok(Box::new(Answer(password)))
//!     }
//! }
//!
//! impl Exchange for Answer {
//!     fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
//!         let asked = challenge.decode()?;
//!         Ok(Secret::new([asked.as_slice(), self.0.expose()].concat()))
//!     }
//! }
//!
//! let preference = Preference::default().first(Echo("X-ECHO".parse().unwrap()));
//! assert_eq!(preference.names().next(), Some("X-ECHO"));
//! ```

mod anonymous;
mod bearer;
mod binding;
mod built_in;
mod challenge;
#[cfg(feature = "scram")]
mod cram_md5;
mod credentials;
mod detail;
mod external;
mod login;
mod mechanism;
mod oauthbearer;
mod plain;
mod preference;
mod prepare;
#[cfg(feature = "scram")]
mod scram;
mod xoauth2;

pub(crate) use binding::Bindings;
pub use binding::ChannelBinding;
pub use built_in::BuiltIn;
pub use challenge::{BadChallenge, Challenge};
pub use credentials::Credentials;
pub use detail::AuthDetail;
pub use mechanism::{Exchange, Mechanism, Start};
pub(crate) use preference::Entry;
pub use preference::Preference;
