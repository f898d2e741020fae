//! The server's side of one connection, without any IO (RFC 5321 4).
//!
//! ```text
//!            received(bytes)                 poll() -> Step
//!  socket ------------------> [ Session ] ------------------> Write, Read, StartTls, Close     the socket's part
//!                                                        \--> Begin, Content, End, Abort       the store's part
//! ```
//!
//! A driver asks [`Session::poll`] what to do and tells what came of it. Asked twice without an answer, the session
//! says the same again. However the input is cut into pieces, the replies are the same octets.
//!
//! ```
//! use std::sync::Arc;
//! use posthaste_inbox::Config;
//! use posthaste_inbox::session::{Session, Step};
//!
//! let mut session = Session::new(Arc::new(Config::new()), None);
//! session.received(b"NOOP\r\nQUIT\r\n");
//! let Step::Write(bytes) = session.poll() else { panic!() };
//! assert_eq!(bytes, b"220 localhost ESMTP posthaste\r\n250 2.0.0 ok\r\n221 2.0.0 bye\r\n");
//! let n = bytes.len();
//! session.written(n);
//! assert!(matches!(session.poll(), Step::Close));
//! ```

use std::sync::Arc;

use posthaste_proto::address::{ForwardPath, ReversePath};
use posthaste_proto::command::{MAX_AUTH_LINE, MailParameters, RcptParameters};

use crate::config::Config;
use crate::fault::{Close, Stage};
use crate::reply::Reply;
use crate::sasl::{Entropy, Exchange};

mod auth;
mod command;
mod content;
mod input;
mod step;
mod tls;
mod unstuff;

pub use step::{Envelope, Step};
pub use tls::TlsFacts;
pub use unstuff::Unstuffer;

use content::{Chunk, Incoming, Work};
use input::{Input, Line};

/// Replies are written before more input is worked on when so many octets of them wait. Bounds what a client that
/// sends commands and reads nothing can make the server keep.
const OUTPUT_FULL: usize = 16 << 10;

/// One connection's state.
#[derive(Debug)]
pub struct Session {
    config: Arc<Config>,
    mode: Mode,
    input: Input,
    output: Vec<u8>,
    /// Octets of `output` that are out.
    sent: usize,
    /// Nothing more is read; when the output is out, the connection is closed.
    closing: bool,
    tls: Option<TlsFacts>,
    /// Where nonces come from.
    entropy: Option<Entropy>,
    hello: Option<Hello>,
    auth: Option<String>,
    /// The greeting refused the client: nothing but QUIT is obeyed (RFC 5321 3.1).
    turned_away: bool,
    transaction: Option<Transaction>,
    incoming: Option<Incoming>,
}

#[derive(Debug)]
enum Mode {
    Command,
    Auth(Exchange),
    /// The content of DATA.
    Data(Unstuffer),
    /// The content of BDAT.
    Chunk(Chunk),
    /// The 220 to STARTTLS waits to go out, or is out.
    StartTls,
}

#[derive(Debug, Clone)]
struct Hello {
    name: String,
    esmtp: bool,
}

#[derive(Debug)]
struct Transaction {
    reverse_path: ReversePath,
    parameters: MailParameters,
    recipients: Vec<(ForwardPath, RcptParameters)>,
    /// A chunk came: DATA is no longer allowed (RFC 3030 2).
    chunked: bool,
}

impl Session {
    /// A connection was made. `tls` tells of TLS when that came first (port 465), and is `None` in clear.
    #[must_use]
    pub fn new(config: Arc<Config>, tls: Option<TlsFacts>) -> Self {
        let greeting = Reply::own(220, format!("{} ESMTP posthaste", config.name_text()));
        let mut session = Self {
            config,
            mode: Mode::Command,
            input: Input::default(),
            output: Vec::new(),
            sent: 0,
            closing: false,
            tls,
            entropy: None,
            hello: None,
            auth: None,
            turned_away: false,
            transaction: None,
            incoming: None,
        };
        session.turned_away = session
            .reply_at(Stage::Greeting, greeting)
            .is_none_or(|code| code / 100 != 2);
        session
    }

    /// Gives the session randomness, for the nonces of SCRAM and the challenge of CRAM-MD5; it offers neither without.
    ///
    /// Take a new seed for each session, from the system and not from a clock: who can foretell a challenge can have it
    /// answered beforehand. In tests, the same seed makes the same conversation.
    #[must_use]
    pub fn with_entropy(mut self, seed: [u8; 32]) -> Self {
        self.entropy = Some(Entropy::new(seed));
        self
    }

    /// What to do next.
    pub fn poll(&mut self) -> Step<'_> {
        self.advance();
        let work = self.incoming.as_ref().and_then(Incoming::work);
        if let (Some(incoming), Some(work)) = (&self.incoming, work) {
            return match work {
                Work::Begin => Step::Begin(incoming.envelope()),
                Work::Content => Step::Content(incoming.content()),
                Work::End => Step::End(incoming.envelope()),
                Work::Abort => Step::Abort,
            };
        }
        if let Some(unsent @ [_, ..]) = self.output.get(self.sent..) {
            return Step::Write(unsent);
        }
        match self.mode {
            _ if self.closing => Step::Close,
            Mode::StartTls => Step::StartTls,
            Mode::Command | Mode::Auth(_) | Mode::Data(_) | Mode::Chunk(_) => Step::Read,
        }
    }

    /// Octets came from the client.
    pub fn received(&mut self, octets: &[u8]) {
        if self.closing || octets.is_empty() {
            return;
        }
        if matches!(self.mode, Mode::StartTls) {
            // In clear behind STARTTLS: whoever sent this wants it taken for what comes inside TLS (RFC 3207 6).
            self.mode = Mode::Command;
            self.closing = true;
            return;
        }
        self.input.push(octets);
    }

    /// `n` octets of [`Step::Write`] are out.
    pub fn written(&mut self, n: usize) {
        self.sent = (self.sent + n).min(self.output.len());
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
        }
    }

    /// The handshake of [`Step::StartTls`] is done, with this TLS version and these channel bindings, if any.
    ///
    /// All that was learnt in clear is forgotten (RFC 3207 4.2).
    pub fn tls_started(&mut self, tls: impl Into<TlsFacts>) {
        if !matches!(self.mode, Mode::StartTls) || !self.output.is_empty() {
            return;
        }
        self.mode = Mode::Command;
        self.tls = Some(tls.into());
        self.hello = None;
        self.auth = None;
        self.transaction = None;
        self.input.clear();
    }

    /// [`Step::Begin`], [`Step::Content`] or [`Step::Abort`] is done.
    pub fn stored(&mut self) {
        let Some(incoming) = &mut self.incoming else {
            return;
        };
        match incoming.work() {
            Some(Work::Begin) => {
                incoming.begun();
                if incoming.is_data() {
                    self.reply_at(Stage::Data, Reply::own(354, "end with <CRLF>.<CRLF>"));
                    self.mode = Mode::Data(Unstuffer::new());
                }
            }
            Some(Work::Content) => incoming.stored(),
            Some(Work::Abort) => incoming.aborted(),
            Some(Work::End) | None => {}
        }
        self.finish_content();
    }

    /// The message of [`Step::End`] is safe; `name` is what the client is told it is called. Characters that cannot
    /// stand in a reply are left out of it.
    pub fn accepted(&mut self, name: &str) {
        if self.incoming.as_ref().and_then(Incoming::work) != Some(Work::End) {
            return;
        }
        let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
        self.incoming = None;
        self.transaction = None;
        self.reply_at(
            Stage::EndOfData,
            Reply::own(250, format!("2.0.0 queued as {name}")),
        );
    }

    /// The store could not do what the last step asked. The client is told to try later.
    pub fn store_failed(&mut self) {
        let Some(incoming) = &mut self.incoming else {
            return;
        };
        match incoming.work() {
            Some(Work::Begin) if incoming.is_data() => {
                self.incoming = None;
                self.transaction = None;
                self.reply(452, "4.3.1 the store has no room");
            }
            Some(Work::Abort) => incoming.aborted(),
            Some(Work::Begin | Work::Content | Work::End) => {
                incoming.fail(Reply::own(452, "4.3.1 the store has no room"));
            }
            None => {}
        }
        self.finish_content();
    }

    /// The client closed the connection, or it broke.
    pub fn closed_by_peer(&mut self) {
        self.output.clear();
        self.sent = 0;
        self.close();
    }

    /// Nothing came for too long.
    pub fn timed_out(&mut self) {
        if !self.closing {
            self.reply(421, "4.4.2 nothing came for too long");
            self.close();
        }
    }

    /// The server ends: the client is told and the connection is closed.
    pub fn shut_down(&mut self) {
        if !self.closing {
            self.reply(421, "4.3.2 the server is shutting down");
            self.close();
        }
    }

    fn close(&mut self) {
        self.closing = true;
        self.input.clear();
        if let Some(incoming) = &mut self.incoming {
            // Cut off: whatever is kept of it so far must go.
            incoming.cut_off();
        }
        self.finish_content();
    }

    /// Works on the input as far as it goes without the driver.
    fn advance(&mut self) {
        while !self.closing && self.output.len() < OUTPUT_FULL {
            if self
                .incoming
                .as_ref()
                .is_some_and(|incoming| incoming.work().is_some())
            {
                return;
            }
            let went_on = match self.mode {
                Mode::Command | Mode::Auth(_) => self.advance_line(),
                Mode::Data(_) | Mode::Chunk(_) => self.advance_content(),
                Mode::StartTls => false,
            };
            if !went_on {
                return;
            }
        }
    }

    fn advance_line(&mut self) -> bool {
        match self.input.line(MAX_AUTH_LINE) {
            Line::Incomplete => return false,
            Line::TooLong { bdat } => match core::mem::replace(&mut self.mode, Mode::Command) {
                Mode::Auth(_) => self.reply(500, "5.5.6 the response is too long"),
                Mode::Command | Mode::Data(_) | Mode::Chunk(_) | Mode::StartTls => {
                    self.reply(500, "5.5.2 the line is too long");
                    if bdat {
                        // What follows is content, and no command.
                        self.close();
                    }
                }
            },
            Line::BareLf => {
                // Some take a bare LF for a line end and some do not; what the two read differently is the stuff
                // that smuggling is made of.
                self.reply(521, "5.5.2 a line ended in LF alone: end lines with CRLF");
                self.close();
            }
            Line::Complete(line) => match core::mem::replace(&mut self.mode, Mode::Command) {
                Mode::Auth(exchange) => self.auth_response(exchange, line.expose()),
                Mode::Command | Mode::Data(_) | Mode::Chunk(_) | Mode::StartTls => {
                    self.command(line.expose())
                }
            },
        }
        true
    }

    fn reply(&mut self, code: u16, text: &str) {
        self.say(&Reply::own(code, text));
    }

    fn say(&mut self, reply: &Reply) {
        self.output.extend_from_slice(reply.to_string().as_bytes());
    }

    /// Says the reply of a stage, or what a fault wants there. Returns the code that was said, `None` when the
    /// connection is closed instead.
    fn reply_at(&mut self, stage: Stage, usual: Reply) -> Option<u16> {
        let fault = self.config.faults.at(stage);
        if fault.close == Some(Close::Instead) {
            self.close();
            return None;
        }
        let reply = fault.reply.unwrap_or(usual);
        self.say(&reply);
        if fault.close == Some(Close::After) {
            self.close();
        }
        Some(reply.code())
    }
}
