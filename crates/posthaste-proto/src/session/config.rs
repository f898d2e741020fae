//! What a session is to do, decided before it begins.

use core::fmt;
use core::time::Duration;

use crate::address::ClientName;
use crate::command::MechanismName;
use crate::reply::ReplyLimits;
use crate::sasl::{ChannelBinding, Credentials, Preference};

/// The settings of one session.
///
/// ```
/// use posthaste_proto::session::{Config, TlsPolicy};
/// let config = Config::new("client.example.org".parse().unwrap()).tls(TlsPolicy::Implicit);
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    pub(super) hello: ClientName,
    pub(super) tls: TlsPolicy,
    pub(super) auth: AuthPolicy,
    pub(super) auth_in_clear: bool,
    pub(super) mechanisms: Preference,
    pub(super) try_next_mechanism: bool,
    pub(super) channel_binding: ChannelBinding,
    pub(super) entropy: Option<Entropy>,
    pub(super) dialect: Dialect,
    pub(super) recipients: RecipientPolicy,
    pub(super) chunking: Chunking,
    pub(super) timeouts: Timeouts,
    pub(super) limits: Limits,
}

/// Which encryption a session must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsPolicy {
    /// The connection begins with TLS (port 465, RFC 8314).
    Implicit,
    /// STARTTLS or nothing: no AUTH, no MAIL in clear.
    Required,
    /// STARTTLS when it is offered, else in clear. Who sits in the middle can strip the offer: for loopback only.
    /// Once offered, a refusal or a failed handshake ends the session.
    WhenOffered,
    /// Never. Everything can be read on the way.
    Never,
}

/// How the session authenticates.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AuthPolicy {
    /// Not at all.
    None,
    /// With these.
    Credentials(Credentials),
    /// Ask by [`Step::Credentials`](super::Step::Credentials) when the server's mechanisms are known, and once more
    /// after a refusal that says that what was given is wrong (535, or 5.7.8).
    Ask,
    /// The application speaks this mechanism itself: each response is asked for by
    /// [`Step::Credentials`](super::Step::Credentials), the initial one first. For mechanisms that need IO of their own.
    /// Whether the login may stand is for the server alone to say then; 32 challenges are the most.
    Answer(MechanismName),
}

/// Random octets that never print.
#[derive(Clone)]
pub(super) struct Entropy(pub(super) [u8; 32]);

/// Which of the two protocols is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(clippy::exhaustive_enums, reason = "RFC 5321 and RFC 2033")]
pub enum Dialect {
    /// RFC 5321.
    #[default]
    Smtp,
    /// RFC 2033: LHLO, and one final reply for each recipient.
    Lmtp,
}

/// What a refused recipient means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum RecipientPolicy {
    /// The message goes to those that the server accepts.
    #[default]
    AtLeastOne,
    /// All or nobody: DATA is sent only after every RCPT was accepted.
    All,
}

/// Whether content goes by BDAT (CHUNKING, RFC 3030) where the server offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Chunking {
    /// Never; binary content cannot be sent then.
    Never,
    /// Only for binary content, which needs it. Some servers hang, or refuse, where DATA works.
    #[default]
    WhenNeeded,
    /// Wherever it is offered: one round trip less, and no dots to stuff.
    Always,
}

/// How long to wait, at most, for each thing. The defaults are those of RFC 5321 section 4.5.3.2 where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain durations, written with `..Default::default()`"
)]
pub struct Timeouts {
    /// The greeting: 5 minutes.
    pub greeting: Duration,
    /// The reply to EHLO, HELO, LHLO: 5 minutes.
    pub hello: Duration,
    /// The reply to STARTTLS: 2 minutes.
    pub starttls: Duration,
    /// The TLS handshake: 1 minute.
    pub tls: Duration,
    /// Each reply to AUTH, and credentials from the application: 2 minutes.
    pub auth: Duration,
    /// The reply to MAIL, RSET, NOOP: 5 minutes.
    pub mail: Duration,
    /// The reply to RCPT: 5 minutes.
    pub rcpt: Duration,
    /// The reply to DATA: 2 minutes.
    pub data_init: Duration,
    /// Writing one block of content: 3 minutes. Also the limit for writing a flight of commands.
    pub data_block: Duration,
    /// The final reply: 10 minutes.
    pub data_terminator: Duration,
    /// The caller's next piece of content: 3 minutes.
    pub source: Duration,
    /// The reply to QUIT: 5 seconds. Nothing depends on it.
    pub quit: Duration,
    /// A peer's last words after a failed write, and closing: 2 seconds.
    pub shutdown: Duration,
    /// The whole session: no limit.
    pub total: Option<Duration>,
}

/// Upper bounds of what a session keeps. Each is checked before anything is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain numbers, written with `..Default::default()`"
)]
pub struct Limits {
    /// Of one reply: 16 KiB a line, 64 KiB and 1,024 lines in all.
    pub reply: ReplyLimits,
    /// Octets of the send buffer: 64 KiB; at least 4 KiB are used.
    pub send_buffer: usize,
    /// Commands that may be unanswered at a time: 100.
    pub unanswered: usize,
    /// Octets of commands that may be unanswered at a time, content not counted: 16 KiB.
    pub unanswered_octets: usize,
    /// Octets of an AUTH line: 12,288 (RFC 4954 section 4).
    pub auth_line: usize,
    /// The fewest rounds of a SCRAM password hash that a server may ask for: 4,096 (RFC 7677 section 4). With fewer, what a
    /// false server learns is quickly searched through.
    pub scram_iterations_least: u32,
    /// The most rounds: 100,000, which take a tenth of a second or so, within one call of the session.
    pub scram_iterations: u32,
}

impl Config {
    /// STARTTLS required, no authentication, and the defaults.
    pub fn new(hello: ClientName) -> Self {
        Self {
            hello,
            tls: TlsPolicy::Required,
            auth: AuthPolicy::None,
            auth_in_clear: false,
            mechanisms: Preference::default(),
            try_next_mechanism: false,
            channel_binding: ChannelBinding::default(),
            entropy: None,
            dialect: Dialect::default(),
            recipients: RecipientPolicy::default(),
            chunking: Chunking::default(),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
        }
    }

    /// Sets the encryption.
    #[must_use]
    pub fn tls(mut self, policy: TlsPolicy) -> Self {
        self.tls = policy;
        self
    }

    /// Authenticates with these credentials, or not at all: a server that cannot take them ends the session.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.auth = AuthPolicy::Credentials(credentials);
        self
    }

    /// Sets how the session authenticates.
    #[must_use]
    pub fn auth(mut self, policy: AuthPolicy) -> Self {
        self.auth = policy;
        self
    }

    /// Lets AUTH go over a connection without TLS, where everyone on the way can read the password.
    #[must_use]
    pub fn dangerous_auth_in_clear(mut self) -> Self {
        self.auth_in_clear = true;
        self
    }

    /// Sets the mechanisms that may be used, best first.
    #[must_use]
    pub fn mechanisms(mut self, preference: Preference) -> Self {
        self.mechanisms = preference;
        self
    }

    /// After a mechanism was refused for good, tries the next one with the same credentials: for servers that offer what they
    /// cannot do. Each try may count towards the lock of an account, and what comes next may be weaker.
    ///
    /// Without this the next one is tried only after a 504, by which a server says that it does not know the mechanism.
    #[must_use]
    pub fn try_next_mechanism(mut self) -> Self {
        self.try_next_mechanism = true;
        self
    }

    /// Sets what the -PLUS mechanisms are bound to.
    #[must_use]
    pub fn channel_binding(mut self, policy: ChannelBinding) -> Self {
        self.channel_binding = policy;
        self
    }

    /// Gives 32 random octets, from a source fit for keys, another 32 to each session. Nonces are made of them. Without them the
    /// SCRAM mechanisms are not used: where the server offers PLAIN too, it sees the password then, which SCRAM would have kept
    /// from it.
    #[must_use]
    pub fn entropy(mut self, octets: [u8; 32]) -> Self {
        self.entropy = Some(Entropy(octets));
        self
    }

    /// Sets the protocol.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets what a refused recipient means.
    #[must_use]
    pub fn recipients(mut self, policy: RecipientPolicy) -> Self {
        self.recipients = policy;
        self
    }

    /// Sets when content goes in chunks.
    #[must_use]
    pub fn chunking(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Sets the waits.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets the bounds.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Timeouts {
    /// The same limit for every wait but QUIT and closing, which keep theirs when they are shorter.
    pub fn all(limit: Duration) -> Self {
        let defaults = Self::default();
        Self {
            greeting: limit,
            hello: limit,
            starttls: limit,
            tls: limit,
            auth: limit,
            mail: limit,
            rcpt: limit,
            data_init: limit,
            data_block: limit,
            data_terminator: limit,
            source: limit,
            quit: limit.min(defaults.quit),
            shutdown: limit.min(defaults.shutdown),
            total: None,
        }
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(..)")
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            greeting: minutes(5),
            hello: minutes(5),
            starttls: minutes(2),
            tls: minutes(1),
            auth: minutes(2),
            mail: minutes(5),
            rcpt: minutes(5),
            data_init: minutes(2),
            data_block: minutes(3),
            data_terminator: minutes(10),
            source: minutes(3),
            quit: Duration::from_secs(5),
            shutdown: Duration::from_secs(2),
            total: None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reply: ReplyLimits::default(),
            send_buffer: 64 * 1024,
            unanswered: 100,
            unanswered_octets: 16 * 1024,
            auth_line: 12_288,
            scram_iterations_least: 4096,
            scram_iterations: 100_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5321 section 4.5.3.2.1 to 4.5.3.2.6, and the AUTH line of RFC 4954 section 4.
    #[test]
    fn the_defaults_are_those_of_the_rfcs() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let timeouts = Timeouts::default();
        assert_eq!(timeouts.greeting, minutes(5));
        assert_eq!(timeouts.mail, minutes(5));
        assert_eq!(timeouts.rcpt, minutes(5));
        assert_eq!(timeouts.data_init, minutes(2));
        assert_eq!(timeouts.data_block, minutes(3));
        assert_eq!(timeouts.data_terminator, minutes(10));
        let limits = Limits::default();
        assert_eq!(limits.auth_line, 12_288);
        assert!(limits.reply.line >= 512);
    }
}
