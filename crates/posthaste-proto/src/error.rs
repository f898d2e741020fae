//! What can go wrong, and whose fault it is.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::capability::Extension;
use crate::reply::{Reply, ReplyError, printable};
use crate::sasl::BadChallenge;
use crate::session::{Stage, Timer};

/// Why a session or a transaction ended without the reply it wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The caller cancelled the transaction.
    Cancelled,
    /// The caller asked for [`quit`](crate::Session::quit) or dropped the session before this transaction's turn came.
    NotStarted,
    /// The content could not be had: its source failed, or the caller aborted it.
    SourceFailed,
    /// The content, at this octet (counted from 0), has a CR or LF that stands alone. It would let a reader see
    /// another message than the server did, so it is not sent (RFC 5321 section 2.3.8).
    BareLineBreak(u64),
    /// The content was to have `said` octets, and had fewer, or more than that: `given`. Its chunk was announced by size, so it
    /// was not completed.
    WrongSize {
        /// What [`ContentSpec`](crate::ContentSpec) said.
        said: u64,
        /// What came, up to the piece in which that was noticed.
        given: u64,
    },
    /// The server does not offer what this message needs.
    LocalRefusal(LocalRefusal),
    /// Another recipient was refused, and the caller wanted all or none.
    RecipientPolicy,
    /// More than the server takes, as it said beforehand in LIMITS (RFC 9422). Those before it went; this may go in a
    /// further transaction, or for the limits of a session in a further session.
    OverLimit(OverLimit),
    /// The server refused something that was not this transaction's own: the connection, EHLO, STARTTLS, AUTH, RSET,
    /// or it said 421 to another transaction.
    Refused {
        /// What was asked.
        stage: Stage,
        /// The answer.
        reply: Reply,
    },
    /// The peer closed the connection, or it was reset.
    Closed {
        /// What was being waited for or written.
        stage: Stage,
        /// The beginning of a reply that never became whole, at most 1 KiB.
        unfinished: Option<Unfinished>,
    },
    /// Nothing, or not enough, came in time.
    TimedOut {
        /// Where.
        stage: Stage,
        /// The timer that ran out.
        timer: Timer,
    },
    /// The server broke the protocol, so nothing it says can be matched to what was asked.
    Protocol {
        /// Where.
        stage: Stage,
        /// How.
        error: ProtocolError,
    },
    /// TLS was wanted and could not be had.
    Tls(TlsFailure),
    /// Authentication was wanted and could not be tried. A server's refusal is [`Cause::Refused`].
    Auth(AuthFailure),
    /// The final reply answers another envelope than this transaction's: its MAIL was not accepted.
    WrongEnvelope,
}

/// The beginning of a reply, as bytes; shown escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished(pub(crate) Vec<u8>);

/// Which limit of the server's a recipient or message is beyond (RFC 9422 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverLimit {
    /// RCPTMAX: recipients of one transaction. [`Envelope::split`](crate::Envelope::split) makes further ones.
    Recipients(usize),
    /// MAILMAX: transactions of one session.
    Messages(usize),
    /// RCPTDOMAINMAX: different domains of recipients in one session.
    Domains(usize),
}

/// What a message needs and a server lacks. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalRefusal {
    /// The content has `size` octets, the server takes `limit` (RFC 1870).
    TooLarge {
        /// Octets of the message.
        size: u64,
        /// Octets the server said that it takes.
        limit: u64,
    },
    /// An address, or the only form of the header, is outside ASCII, and SMTPUTF8 (RFC 6531) is not offered.
    NeedsSmtpUtf8,
    /// The content can only be had with 8-bit lines, and 8BITMIME (RFC 6152) is not offered.
    NeedsEightBitMime,
    /// The content can only be had as BINARYMIME (RFC 3030), which is not offered or not spoken here.
    NeedsBinaryMime,
    /// An option of the [envelope](crate::Envelope) needs this extension, and it is not offered.
    NotOffered(Extension),
    /// An option of the envelope asks for more than the server says that it does: a later release (RFC 4865), an earlier
    /// delivery (RFC 2852).
    OutsideLimits(Extension),
    /// The message is to be sent over TLS only (REQUIRETLS, RFC 8689), and the session is in clear.
    RequireTlsInClear,
}

/// How a server broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// What came is no reply, or breaks a limit.
    Reply(ReplyError),
    /// A reply that nobody asked for.
    Unsolicited(Reply),
    /// A reply whose first digit cannot answer this command.
    WrongClass(Reply),
    /// Octets in clear behind the 220 to STARTTLS: somebody may have put them there (CVE-2021-38371, CVE-2021-22947).
    PlaintextAfterStartTls,
    /// An AUTH challenge, or the end of AUTH, that the mechanism does not allow: more challenges than it has steps, or a server
    /// that does not prove what it has to.
    BadChallenge(BadChallenge),
}

/// Why there is no TLS although it was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The server does not offer STARTTLS.
    NotOffered,
    /// The handshake failed; the transport's words.
    Handshake(String),
}

/// Why no authentication was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthFailure {
    /// The server does not offer AUTH at all.
    NotOffered {
        /// Whether the session was encrypted: many servers offer AUTH only then.
        encrypted: bool,
    },
    /// None of the offered mechanisms is one of ours; the offered ones, separated by blanks.
    NoCommonMechanism(String),
    /// The session is in clear, and sending credentials over it was not allowed.
    InClear,
    /// A user name, password or token cannot be put into the mechanism (PLAIN has no way to write NUL, a token is visible
    /// ASCII, SASLprep of RFC 4013 forbids some characters).
    Unencodable,
    /// A user name or password outside ASCII needs SASLprep for this mechanism, and the feature `saslprep` is off.
    NeedsSaslPrep,
    /// A mechanism of SCRAM was started without [`Config::entropy`](crate::Config::entropy).
    NeedsEntropy,
    /// A response is longer than [`Limits::auth_line`](crate::session::Limits::auth_line).
    TooLong,
    /// The application declined to give credentials.
    Declined,
}

impl Unfinished {
    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::NotStarted => f.write_str("the session ended before its turn came"),
            Self::SourceFailed => f.write_str("the content could not be read to its end"),
            Self::BareLineBreak(at) => {
                write!(
                    f,
                    "the content has a CR or LF that stands alone, at octet {at}; mail lines end with CR LF"
                )
            }
            Self::WrongSize { said, given } => write!(
                f,
                "the content was to have {said} octets and has {given}; did it change while it was read?"
            ),
            Self::LocalRefusal(refusal) => fmt::Display::fmt(refusal, f),
            Self::RecipientPolicy => {
                f.write_str("another recipient was refused, and all or none was wanted")
            }
            Self::OverLimit(limit) => fmt::Display::fmt(limit, f),
            Self::Refused { stage, reply } => write!(f, "the server refused {stage}: {reply}"),
            Self::Closed {
                stage,
                unfinished: None,
            } => write!(f, "the server closed the connection during {stage}"),
            Self::Closed {
                stage,
                unfinished: Some(text),
            } => {
                let text = printable(&text.0);
                write!(
                    f,
                    "the server closed the connection during {stage}, in the middle of a reply: \"{text}\""
                )
            }
            Self::TimedOut {
                stage,
                timer: Timer::DataBlock,
            } => write!(
                f,
                "the server took nothing more during {stage} (timer: data-block)"
            ),
            Self::TimedOut {
                timer: Timer::Source,
                ..
            } => f.write_str("the content was not given in time (timer: source)"),
            Self::TimedOut { stage, timer } => {
                write!(f, "no answer in time during {stage} (timer: {timer})")
            }
            Self::Protocol { stage, error } => {
                write!(f, "the server broke the protocol during {stage}: {error}")
            }
            Self::Tls(failure) => fmt::Display::fmt(failure, f),
            Self::Auth(failure) => fmt::Display::fmt(failure, f),
            Self::WrongEnvelope => {
                f.write_str("the final reply answers another envelope: MAIL was not accepted")
            }
        }
    }
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recipients(most) => write!(
                f,
                "over the server's limit of recipients for one message (RCPTMAX={most})"
            ),
            Self::Messages(most) => write!(
                f,
                "over the server's limit of messages in one session (MAILMAX={most})"
            ),
            Self::Domains(most) => write!(
                f,
                "over the server's limit of recipients' domains in one session (RCPTDOMAINMAX={most})"
            ),
        }
    }
}

impl fmt::Display for LocalRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size, limit } => {
                write!(
                    f,
                    "the message has {size} octets, the server takes at most {limit}"
                )
            }
            Self::NeedsSmtpUtf8 => {
                f.write_str("an address is outside ASCII and the server does not offer SMTPUTF8")
            }
            Self::NeedsEightBitMime => {
                f.write_str("the content has 8-bit lines and the server does not offer 8BITMIME")
            }
            Self::NeedsBinaryMime => {
                f.write_str("the content is binary and cannot be sent to this server")
            }
            Self::NotOffered(extension) => write!(
                f,
                "the message asks for {extension}, which the server does not offer"
            ),
            Self::OutsideLimits(extension) => write!(
                f,
                "what the message asks of {extension} is outside the limits that the server names"
            ),
            Self::RequireTlsInClear => {
                f.write_str("the message asks for REQUIRETLS and the session is not encrypted")
            }
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(error) => fmt::Display::fmt(error, f),
            Self::Unsolicited(reply) => write!(f, "a reply that nobody asked for: {reply}"),
            Self::WrongClass(reply) => {
                write!(f, "a reply that cannot answer this command: {reply}")
            }
            Self::PlaintextAfterStartTls => {
                f.write_str("octets in clear behind the answer to STARTTLS")
            }
            Self::BadChallenge(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => f.write_str("the server does not offer STARTTLS"),
            Self::Handshake(why) => write!(f, "the TLS handshake failed: {why}"),
        }
    }
}

impl fmt::Display for AuthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered { encrypted: true } => f.write_str("the server does not offer AUTH"),
            Self::NotOffered { encrypted: false } => {
                f.write_str("the server does not offer AUTH without TLS")
            }
            Self::NoCommonMechanism(offered) => {
                write!(
                    f,
                    "the server offers no AUTH mechanism that can be used here (it offers {offered})"
                )
            }
            Self::InClear => f.write_str(
                "the connection is not encrypted, and credentials are not sent in clear",
            ),
            Self::Unencodable => f.write_str(
                "the user name, the password or the token holds a character that the mechanism cannot carry",
            ),
            Self::NeedsSaslPrep => f.write_str(
                "the user name or the password is outside ASCII, which this mechanism takes with the feature saslprep only",
            ),
            Self::NeedsEntropy => f.write_str("the mechanism needs random octets, and none were given"),
            Self::TooLong => f.write_str("an AUTH response is longer than the limit"),
            Self::Declined => f.write_str("no credentials were given"),
        }
    }
}

impl core::error::Error for Cause {}
impl core::error::Error for OverLimit {}
impl core::error::Error for LocalRefusal {}
impl core::error::Error for ProtocolError {}
impl core::error::Error for TlsFailure {}
impl core::error::Error for AuthFailure {}
