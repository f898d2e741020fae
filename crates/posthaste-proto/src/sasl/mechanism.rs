//! What a mechanism is, and one authentication by it.

use alloc::boxed::Box;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::binding::Bindings;
use super::{AuthDetail, BadChallenge, Challenge, Credentials};
use crate::command::MechanismName;
use crate::error::AuthFailure;
use crate::secret::Secret;

/// A SASL mechanism of one's own (RFC 4422 section 5), beside the [built-in](super::BuiltIn) ones.
pub trait Mechanism: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// The name by which EHLO offers it and AUTH asks for it.
    fn name(&self) -> &MechanismName;

    /// Whether these credentials are of the kind that it needs.
    fn takes(&self, credentials: &Credentials) -> bool;

    /// Begins an authentication.
    ///
    /// # Errors
    ///
    /// When the credentials cannot be written in this mechanism. Nothing was sent then.
    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Exchange>, AuthFailure>;
}

/// One authentication under way: each challenge is answered once, in order.
///
/// Responses are octets before base64; the session encodes them, counts them, and masks them in whatever the server says.
pub trait Exchange: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// What the client says before any challenge, in a mechanism where it speaks first. Asked for once; where it does not fit
    /// the AUTH line it is sent behind the first 334.
    fn initial_response(&mut self) -> Option<Secret> {
        None
    }

    /// The answer to a 334.
    ///
    /// # Errors
    ///
    /// When no answer may be given. The session cancels with `*` and ends.
    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge>;

    /// The server said 235, with this text behind the code: may the login stand?
    ///
    /// # Errors
    ///
    /// When the server did not prove what it had to. The session ends.
    fn succeeded(&mut self, text: &[u8]) -> Result<(), BadChallenge> {
        let _ = text;
        Ok(())
    }

    /// What the server told, in the exchange, about the refusal that is to come.
    fn detail(&self) -> Option<&AuthDetail> {
        None
    }
}

/// What a mechanism may use when it begins.
pub struct Start<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) bindings: Bindings<'a>,
    pub(crate) entropy: Option<&'a [u8; 32]>,
    pub(crate) attempt: u8,
    pub(crate) iterations: (u32, u32),
}

impl Start<'_> {
    /// Who logs in.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        self.credentials
    }

    /// The random octets of [`Config::entropy`](crate::Config::entropy). They are the same in the whole session: derive what
    /// is sent from them and from [`attempt`](Self::attempt) by a hash, and never send them as they are.
    #[must_use]
    pub fn entropy(&self) -> Option<&[u8; 32]> {
        self.entropy
    }

    /// Counts the authentications of this session, from 1.
    #[must_use]
    pub fn attempt(&self) -> u8 {
        self.attempt
    }

    /// The fewest and the most rounds of a password hash that a server may ask for
    /// ([`Limits`](crate::session::Limits)).
    #[must_use]
    pub fn iterations(&self) -> (u32, u32) {
        self.iterations
    }

    /// Channel binding `tls-exporter` (RFC 9266), when the session may use it.
    #[must_use]
    pub fn tls_exporter(&self) -> Option<&[u8; 32]> {
        self.bindings.exporter
    }

    /// Channel binding `tls-server-end-point` (RFC 5929), when the session may use it.
    #[must_use]
    pub fn tls_server_end_point(&self) -> Option<&[u8]> {
        self.bindings.server_end_point
    }

    /// Whether the server offers a mechanism with channel binding, of whatever hash. When it does not although this side could,
    /// somebody may have taken the offer away (RFC 5802 section 6).
    #[must_use]
    pub fn channel_binding_offered(&self) -> bool {
        self.bindings.plus_offered
    }
}

/// Whose login it is; neither the random octets nor what the channel is bound to.
impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("credentials", &self.credentials)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
