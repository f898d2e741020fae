//! What a session wants done next, and until when.

use core::fmt;
use core::time::Duration;

use super::Content;
use super::event::Event;
use crate::reply::Reply;

/// The one thing to do now. A driver is a `match` over it, again and again, until [`Step::Close`].
///
/// Exhaustive on purpose: a new step must break the build of every driver. Asking twice without an answer gives the
/// same step again, so a partial write or a dropped future loses nothing.
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every step")]
#[must_use = "a session goes on only when its steps are done"]
pub enum Step<'a> {
    /// Write these octets, or some of them, and call [`written`](super::Session::written) at once with their number,
    /// or [`write_failed`](super::Session::write_failed). A stream that buffers is flushed when the next step is not
    /// a `Write`.
    Write {
        /// What to write; never empty.
        bytes: &'a [u8],
        /// The server may answer before all of it is written. A driver that would block here should read as well.
        may_read: bool,
        /// When the session gives up.
        deadline: Deadline,
    },
    /// Read once, and call [`received`](super::Session::received) or
    /// [`closed_by_peer`](super::Session::closed_by_peer). When `deadline.at` has passed, the read must not block.
    Read {
        /// When the session gives up. Poll again then.
        deadline: Deadline,
    },
    /// Do a TLS handshake over the connection, then call [`tls_started`](super::Session::tls_started) or
    /// [`tls_failed`](super::Session::tls_failed). Octets that were read ahead must not survive the handshake.
    StartTls {
        /// Before the greeting, or after the 220 to STARTTLS.
        mode: TlsMode,
        /// When the session gives up.
        deadline: Deadline,
    },
    /// Get credentials, and call [`credentials`](super::Session::credentials); or, under
    /// [`AuthPolicy::Answer`](super::AuthPolicy::Answer), the next response, and call
    /// [`auth_response`](super::Session::auth_response). [`auth_cancel`](super::Session::auth_cancel) when there is none.
    Credentials(Request<'a>),
    /// Give the next piece of the content.
    Content(Content<'a>),
    /// Something happened. Told once.
    Event(Event),
    /// Open, authenticated, nothing to do: submit a transaction, or quit.
    Idle,
    /// Drop the connection, after TLS close_notify where that is possible in time. From now on every poll says this.
    Close {
        /// How long closing may take.
        deadline: Deadline,
    },
}

/// Octets that are to be written are shown by their number: they may hold a password.
impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write {
                bytes,
                may_read,
                deadline,
            } => f
                .debug_struct("Write")
                .field("octets", &bytes.len())
                .field("may_read", may_read)
                .field("deadline", deadline)
                .finish(),
            Self::Read { deadline } => f.debug_struct("Read").field("deadline", deadline).finish(),
            Self::StartTls { mode, deadline } => f
                .debug_struct("StartTls")
                .field("mode", mode)
                .field("deadline", deadline)
                .finish(),
            Self::Credentials(request) => f.debug_tuple("Credentials").field(request).finish(),
            Self::Content(content) => f.debug_tuple("Content").field(content).finish(),
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
            Self::Idle => f.write_str("Idle"),
            Self::Close { deadline } => {
                f.debug_struct("Close").field("deadline", deadline).finish()
            }
        }
    }
}

/// Before the first octet (port 465), or after the 220 to STARTTLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "RFC 8314 and RFC 3207 know no third way"
)]
pub enum TlsMode {
    /// The connection begins with the handshake (RFC 8314 section 3.3).
    Implicit,
    /// The handshake follows the 220 to STARTTLS (RFC 3207).
    StartTls,
}

/// What [`Step::Credentials`] asks for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The AUTH mechanisms that the server offers and this session knows, best first, separated by blanks; under
    /// [`AuthPolicy::Answer`](super::AuthPolicy::Answer) that one.
    pub mechanisms: &'a str,
    /// Under `AuthPolicy::Answer`, the server's challenge, base64 undone; `None` before AUTH, when the initial response is
    /// wanted.
    pub challenge: Option<&'a [u8]>,
    /// The server's refusal of what was given before, when this is asked a second time.
    pub refused: Option<&'a Reply>,
    /// When the session gives up.
    pub deadline: Deadline,
}

/// A point in time since the session began, and the timer that runs out then. Fixed when its wait begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a point in time and its name")]
pub struct Deadline {
    /// Time since the session began.
    pub at: Duration,
    /// Which wait this is.
    pub timer: Timer,
}

/// The waits of RFC 5321 section 4.5.3.2, and those around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timer {
    /// For the greeting.
    Greeting,
    /// For the reply to EHLO, HELO or LHLO.
    Hello,
    /// For the reply to STARTTLS.
    StartTls,
    /// For the TLS handshake.
    Tls,
    /// For each reply to AUTH, and for credentials.
    Auth,
    /// For the reply to MAIL, and to RSET and NOOP.
    Mail,
    /// For the reply to RCPT.
    Rcpt,
    /// For the 354 to DATA.
    DataInit,
    /// For one block of content to be written.
    DataBlock,
    /// For the final reply.
    DataTerminator,
    /// For the caller's next piece of content.
    Source,
    /// For the reply to QUIT.
    Quit,
    /// For the last words of a peer after a failed write, and for closing.
    Shutdown,
    /// For the session as a whole.
    Total,
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Hello => "hello",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::DataInit => "data-init",
            Self::DataBlock => "data-block",
            Self::DataTerminator => "data-terminator",
            Self::Source => "source",
            Self::Quit => "quit",
            Self::Shutdown => "shutdown",
            Self::Total => "total",
        })
    }
}
