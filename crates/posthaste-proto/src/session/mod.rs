//! A connection from greeting to QUIT: policy on top of the wire, and one question, [`Session::poll`].
//!
//! ```text
//!              submit, cancel, quit                     Write -> written, write_failed
//!  application ---------------------> Session <--------- Read -> received, closed_by_peer ----- driver
//!              <--------------------- (poll)  ---------> StartTls -> tls_started, tls_failed
//!                Event, Idle                             Content -> filled, push, finish, abort
//! ```
//!
//! Which event in which state gives which step and which fate stands in `docs/protocol-states.md`.
//!
//! A driver is a loop around one `match`. This is its shape; the page `docs/writing-a-transport.md` has one that
//! keeps to deadlines and knows a pause (`WouldBlock`, `Interrupted`) from an end:
//!
//! ```
//! # use std::io::{self, Read, Write};
//! # use std::time::Instant;
//! use posthaste_proto::{Session, Step};
//!
//! fn drive(session: &mut Session, mut socket: impl Read + Write, mut body: impl Read) -> io::Result<()> {
//!     let start = Instant::now();
//!     let mut buffer = [0; 4096];
//!     loop {
//!         match session.poll(start.elapsed()) {
//!             Step::Write { bytes, .. } => match socket.write(bytes) {
//!                 Ok(n) => session.written(n),
//!                 Err(_) => session.write_failed(),
//!             },
//!             Step::Read { .. } => match socket.read(&mut buffer) {
//!                 Ok(0) | Err(_) => session.closed_by_peer(),
//!                 Ok(n) => session.received(&buffer[..n]),
//!             },
//!             Step::Content(mut content) => match body.read(content.space()) {
//!                 Ok(0) => content.finish(),
//!                 Ok(n) => content.filled(n),
//!                 Err(_) => content.abort(),
//!             },
//!             Step::StartTls { .. } => session.tls_failed("this socket has no TLS"),
//!             Step::Credentials(_) => session.auth_cancel(),
//!             Step::Event(event) => println!("{event:?}"),
//!             Step::Idle => session.quit(),
//!             Step::Close { .. } => return Ok(()),
//!         }
//!     }
//! }
//! ```

mod allowance;
mod answer;
mod auth;
mod chunked;
mod clock;
mod config;
mod content;
mod ending;
mod event;
mod flight;
mod framing;
mod open;
mod poll;
mod report;
mod state;
mod step;
mod transaction;
mod verdict;

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use allowance::Allowance;
use auth::Login;
use clock::Clock;
use state::{Asked, Opening, State};
use transaction::{Next, Transaction};

pub use config::{
    AuthPolicy, Chunking, Config, Dialect, Limits, RecipientPolicy, Timeouts, TlsPolicy,
};
pub use content::Content;
pub use event::{Event, TransactionId};
pub use report::{Disposition, Fate, Recipient, Report, Stage};
pub use step::{Deadline, Request, Step, Timer, TlsMode};

use crate::capability::Capabilities;
use crate::command::MechanismName;
use crate::content::ContentSpec;
use crate::envelope::Envelope;
use crate::error::{Cause, ProtocolError, TlsFailure};
use crate::sasl::Credentials;
use crate::secret::Secret;
use crate::wire::{Input, Output, Pipeline};

/// One connection, as a state machine that is asked what to do next.
///
/// Any method may be called at any time. What comes too late, or makes no sense, is ignored, and nothing is lost by
/// asking [`poll`](Self::poll) twice.
pub struct Session {
    config: Config,
    state: State,
    now: Duration,
    clock: Clock,
    output: Output,
    input: Input,
    awaited: Pipeline<Asked>,
    events: VecDeque<Event>,
    capabilities: Option<Capabilities>,
    tls: Option<TlsInfo>,
    after_starttls: bool,
    login: Login,
    transactions: VecDeque<Transaction>,
    next_id: u64,
    allowance: Allowance,
    noop_wanted: bool,
    quit_wanted: bool,
    quit_sent: bool,
    /// The last transaction was left open: RSET goes before the next MAIL.
    reset_needed: bool,
    /// Something was heard since the last poll, and when that was before.
    heard: bool,
    heard_at: Duration,
    /// A write failed: only the peer's last words are of interest.
    write_dead: bool,
    /// What later transactions are told.
    ended: Option<Cause>,
    /// Command lines are put together here.
    scratch: Vec<u8>,
}

/// Facts of a TLS handshake, from the transport.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TlsInfo {
    /// The version, as the transport names it: `TLSv1.3`.
    pub protocol: Option<String>,
    /// The cipher suite, as the transport names it.
    pub cipher: Option<String>,
    /// Channel binding `tls-exporter` (RFC 9266): 32 octets exported with the label `EXPORTER-Channel-Binding` and an empty
    /// context. Only from TLS 1.3, or from TLS 1.2 with extended master secret (RFC 9266 section 4.2).
    pub exporter: Option<[u8; 32]>,
    /// Channel binding `tls-server-end-point` (RFC 5929 section 4): the hash of the server's certificate, by the hash of its
    /// signature, SHA-256 instead of MD5 and SHA-1.
    pub server_end_point: Option<Vec<u8>>,
}

impl Session {
    /// A session at its beginning: the connection stands, nothing was read or written.
    pub fn new(config: Config) -> Self {
        let mut awaited = Pipeline::new();
        let state = if config.tls == TlsPolicy::Implicit {
            State::Handshake(TlsMode::Implicit)
        } else {
            awaited.push(Asked::Opening(Opening::Greeting), 0, 0);
            State::Opening
        };
        Self {
            output: Output::new(config.limits.send_buffer),
            input: Input::new(config.limits.reply),
            login: Login::new(&config.auth),
            config,
            state,
            now: Duration::ZERO,
            clock: Clock::new(),
            awaited,
            events: VecDeque::new(),
            capabilities: None,
            tls: None,
            after_starttls: false,
            transactions: VecDeque::new(),
            next_id: 0,
            allowance: Allowance::default(),
            noop_wanted: false,
            quit_wanted: false,
            quit_sent: false,
            reset_needed: false,
            heard: false,
            heard_at: Duration::ZERO,
            write_dead: false,
            ended: None,
            scratch: Vec::new(),
        }
    }

    /// The first `n` octets of the last [`Step::Write`] left for the peer.
    pub fn written(&mut self, n: usize) {
        if self.state != State::Closed {
            self.output.written(n);
        }
    }

    /// The last write failed, and no other will succeed. The session only reads from here on, to hear why.
    pub fn write_failed(&mut self) {
        match self.state {
            State::Closed => {}
            State::Quitting => self.close(),
            State::Handshake(_) | State::Opening | State::AwaitingCredentials | State::Open => {
                self.write_dead = true
            }
        }
    }

    /// Octets came from the peer, as many and as few as the transport gave.
    pub fn received(&mut self, octets: &[u8]) {
        let mut left = octets;
        self.heard = true;
        let mut input = core::mem::replace(&mut self.input, Input::new(self.config.limits.reply));
        while !left.is_empty() && self.state != State::Closed {
            if matches!(self.state, State::Handshake(_)) {
                let error = ProtocolError::PlaintextAfterStartTls;
                self.fail(Cause::Protocol {
                    stage: Stage::StartTls,
                    error,
                });
                break;
            }
            let sent = self.sent();
            match input.take(&mut left, &mut self.awaited, sent) {
                Ok(Some((asked, reply))) => self.reply(asked, &reply),
                Ok(None) => {}
                Err(error) => self.malformed(error),
            }
        }
        self.input = input;
    }

    /// End of file, a reset, a broken pipe, or the end of a TLS stream with or without close_notify.
    pub fn closed_by_peer(&mut self) {
        let leaving = self.quit_wanted && self.transactions.is_empty() && self.state == State::Open;
        match self.state {
            State::Closed => {}
            State::Quitting => self.close(),
            State::Open if leaving && self.awaited.is_empty() => self.close(),
            State::Handshake(_) | State::Opening | State::AwaitingCredentials | State::Open => {
                self.peer_closed()
            }
        }
    }

    /// The handshake that [`Step::StartTls`] asked for is done, and the certificate is good.
    pub fn tls_started(&mut self, info: TlsInfo) {
        if let State::Handshake(mode) = self.state {
            self.secured(mode, info);
        }
    }

    /// The handshake that [`Step::StartTls`] asked for failed; `why` is what a person should read.
    pub fn tls_failed(&mut self, why: impl Into<String>) {
        if let State::Handshake(_) = self.state {
            self.fail(Cause::Tls(TlsFailure::Handshake(why.into())));
        }
    }

    /// What [`Step::Credentials`] asked for.
    pub fn credentials(&mut self, credentials: Credentials) {
        if self.state == State::AwaitingCredentials && matches!(self.config.auth, AuthPolicy::Ask) {
            self.log_in(credentials);
        }
    }

    /// What [`Step::Credentials`] asked for under [`AuthPolicy::Answer`]: the initial response, or the response to the
    /// challenge, as octets before base64. `None` is no initial response, and an empty response to a challenge.
    pub fn auth_response(&mut self, response: Option<Secret>) {
        if self.state == State::AwaitingCredentials
            && matches!(self.config.auth, AuthPolicy::Answer(_))
        {
            self.answered(response);
        }
    }

    /// There are no credentials, or there is no answer to the challenge: the session ends.
    pub fn auth_cancel(&mut self) {
        if self.state == State::AwaitingCredentials {
            self.declined();
        }
    }

    /// Queues a transaction, at any time. It ends with exactly one [`Event::Done`], also when the session is over.
    pub fn submit(&mut self, envelope: Envelope, content: ContentSpec) -> TransactionId {
        let id = TransactionId(self.next_id);
        self.next_id += 1;
        let mut transaction = Transaction::new(id, envelope, content, self.config.dialect);
        if self.quit_sent || self.state == State::Closed {
            transaction.decide(&Fate::NotSent(
                self.ended.clone().unwrap_or(Cause::NotStarted),
            ));
            self.events.push_back(Event::Done {
                report: transaction.into_report(),
            });
        } else {
            self.transactions.push_back(transaction);
        }
        id
    }

    /// Gives a transaction up. One that is not begun is withdrawn; one whose content is not begun is left by RSET; in
    /// the content the connection is closed, since a message that was cut short must not be delivered. When the end of
    /// the content was handed out, it is too late: the report will tell what came of it.
    pub fn cancel(&mut self, id: TransactionId) {
        let lent = self.output.lent();
        let Some(place) = self
            .transactions
            .iter()
            .position(|transaction| transaction.id == id)
        else {
            return;
        };
        let Some(transaction) = self.transactions.get_mut(place) else {
            return;
        };
        match transaction.next {
            Next::Begin => {
                transaction.decide(&Fate::NotSent(Cause::Cancelled));
                if let Some(transaction) = self.transactions.remove(place) {
                    self.events.push_back(Event::Done {
                        report: transaction.into_report(),
                    });
                }
            }
            Next::Mail | Next::Rcpt(_) | Next::Data | Next::AwaitData => {
                transaction.cancelled = true;
                self.settle(id);
            }
            Next::Content | Next::AwaitEnd
                if !transaction.is_in_doubt(lent) && !transaction.is_stopped() =>
            {
                self.stop_content(id, Cause::Cancelled)
            }
            Next::Content | Next::AwaitEnd => {}
        }
    }

    /// Asks the server for a sign of life (NOOP), when no transaction is left.
    pub fn noop(&mut self) {
        self.noop_wanted = self.state != State::Closed;
    }

    /// Ends the session by QUIT, once every queued transaction is done.
    pub fn quit(&mut self) {
        self.quit_wanted = true;
    }

    /// What the server offered in its last answer to EHLO; `None` before that, and after STARTTLS until EHLO is answered again.
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// What the transport said of the TLS handshake; `None` when the session is in clear.
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_ref()
    }

    /// The name of the mechanism by which the session authenticated.
    pub fn authenticated(&self) -> Option<&str> {
        self.login.done.as_ref().map(MechanismName::as_str)
    }

    /// Octets that may have reached the peer, and be answered: after a failed write, everything that was lent.
    fn sent(&self) -> u64 {
        if self.write_dead {
            self.output.lent()
        } else {
            self.output.sent()
        }
    }

    /// Queues a command without arguments.
    fn ask_plainly(&mut self, asked: Asked, encode: fn(&mut Vec<u8>)) {
        let mut line = Vec::new();
        encode(&mut line);
        self.ask(asked, &line);
    }

    /// Queues a command.
    fn ask(&mut self, asked: Asked, line: &[u8]) {
        self.output.push(line);
        self.awaited.push(asked, self.output.queued(), line.len());
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("stage", &self.stage())
            .field("transactions", &self.transactions.len())
            .finish_non_exhaustive()
    }
}
