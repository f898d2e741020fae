use std::io;
use std::time::{Duration, Instant};

use posthaste_proto::content::Encoding;
use posthaste_proto::reply::Reply;
use posthaste_proto::session::{Event, TransactionId};
use posthaste_proto::{Session, Step};

use crate::observe::{Notice, Octets};
use crate::stream::{Stream, TlsError, TlsErrorKind, Written, is_timeout};

/// Does what a session asks for, on a stream. It decides nothing about SMTP.
#[derive(Debug)]
pub struct Driver<S> {
    stream: S,
    begin: Instant,
    buffer: Box<[u8]>,
    idle_since: Option<Instant>,
    fault: Fault,
    heard: Heard,
}

/// Gives the content of the transactions of a session; [`Source`](crate::content::Source) is for one of them.
pub trait Sources {
    /// Puts the next octets of this transaction's content into `into`; 0 at the end.
    ///
    /// # Errors
    ///
    /// The message is not delivered, nor any part of it.
    fn read(&mut self, id: TransactionId, encoding: Encoding, into: &mut [u8])
    -> io::Result<usize>;
}

/// Why [`Driver::turn`] came back.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_enums,
    reason = "each wants an answer of the caller"
)]
#[must_use]
pub enum Turn {
    /// The session told something; go on.
    Event(Event),
    /// The session wants credentials, or the next response where the caller speaks the mechanism: give them by
    /// [`Session::credentials`] or [`Session::auth_response`], or call [`Session::auth_cancel`]; go on.
    Credentials {
        /// The mechanisms that both sides know, best first, separated by blanks.
        mechanisms: String,
        /// The server's challenge, base64 undone, where the caller speaks the mechanism.
        challenge: Option<Vec<u8>>,
        /// The server's refusal of those that were given before.
        refused: Option<Reply>,
    },
    /// Open, with nothing to do: submit something or quit, then go on.
    Idle,
    /// Over. The stream can be dropped.
    Closed,
}

/// What the stream or a source said when it failed; the session knows only that it did.
#[derive(Debug, Default)]
pub(crate) struct Fault {
    pub(crate) tls: Option<TlsError>,
    pub(crate) io: Option<io::Error>,
    pub(crate) source: Option<io::Error>,
}

/// What came first: an answer in TLS where plain text was spoken gives itself away.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) first: Option<u8>,
}

impl<S: Stream> Driver<S> {
    /// What came within so short a pause between two messages could as well have come right after the look.
    const PAUSE: Duration = Duration::from_millis(1);

    /// A driver for a session that begins now.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            begin: Instant::now(),
            buffer: vec![0; 16 * 1024].into(),
            idle_since: None,
            fault: Fault::default(),
            heard: Heard::default(),
        }
    }

    /// Goes on until there is something to tell. Always with the same session.
    pub fn turn(
        &mut self,
        session: &mut Session,
        sources: &mut (impl Sources + ?Sized),
        notify: &mut (impl FnMut(&Notice<'_>) + ?Sized),
    ) -> Turn {
        if self
            .idle_since
            .take()
            .is_some_and(|since| since.elapsed() >= Self::PAUSE)
        {
            // The server may have hung up meanwhile, or said what nobody asked for: neither may meet the next message.
            self.read(session, Duration::ZERO, notify);
        }
        loop {
            let now = self.begin.elapsed();
            match session.poll(now) {
                Step::Write {
                    bytes,
                    may_read,
                    deadline,
                } => {
                    let limit = deadline.at.saturating_sub(now);
                    let written = if may_read {
                        self.stream.write_or_hear(bytes, limit)
                    } else {
                        self.stream.write(bytes, limit).map(Written::Octets)
                    };
                    match written {
                        Ok(Written::Octets(n)) if n > 0 => {
                            notify(&Notice::Sent(Octets(bytes.get(..n).unwrap_or(bytes))));
                            session.written(n);
                        }
                        Ok(Written::Readable) => self.read(session, Duration::ZERO, notify),
                        // The session looks at the clock.
                        Err(error) if is_timeout(&error) => {}
                        Ok(Written::Octets(_)) => session.write_failed(),
                        Err(error) => {
                            self.fault.io = Some(error);
                            session.write_failed();
                        }
                    }
                }
                Step::Read { deadline } => {
                    self.read(session, deadline.at.saturating_sub(now), notify)
                }
                Step::StartTls { mode, deadline } => {
                    match self.stream.start_tls(mode, deadline.at.saturating_sub(now)) {
                        Ok(info) => {
                            notify(&Notice::Tls(&info));
                            session.tls_started(info);
                            // What came with the end of the handshake must be seen before anything is sent.
                            self.read(session, Duration::ZERO, notify);
                        }
                        Err(error) if error.kind() == TlsErrorKind::TimedOut => {}
                        Err(error) => {
                            session.tls_failed(error.to_string());
                            self.fault.tls = Some(error);
                        }
                    }
                }
                Step::Content(mut content) => {
                    let (id, encoding) = (content.transaction(), content.encoding());
                    let space = content.space();
                    let room = space.len();
                    match sources.read(id, encoding, space) {
                        Ok(0) => content.finish(),
                        Ok(n) if n <= room => content.filled(n),
                        Ok(_) => content.abort(),
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => {
                            self.fault.source = Some(error);
                            content.abort();
                        }
                    }
                }
                Step::Credentials(request) => {
                    return Turn::Credentials {
                        mechanisms: request.mechanisms.to_owned(),
                        challenge: request.challenge.map(<[u8]>::to_vec),
                        refused: request.refused.cloned(),
                    };
                }
                Step::Event(event) => {
                    notify(&Notice::Event(&event));
                    return Turn::Event(event);
                }
                Step::Idle => {
                    self.idle_since = Some(Instant::now());
                    return Turn::Idle;
                }
                Step::Close { deadline } => {
                    self.stream.close(deadline.at.saturating_sub(now));
                    return Turn::Closed;
                }
            }
        }
    }

    /// The stream.
    pub fn stream(&self) -> &S {
        &self.stream
    }

    pub(crate) fn fault(&self) -> &Fault {
        &self.fault
    }

    pub(crate) fn take_source_fault(&mut self) -> Option<io::Error> {
        self.fault.source.take()
    }

    pub(crate) fn heard(&self) -> Heard {
        self.heard
    }

    fn read(
        &mut self,
        session: &mut Session,
        limit: Duration,
        notify: &mut (impl FnMut(&Notice<'_>) + ?Sized),
    ) {
        match self.stream.read(&mut self.buffer, limit) {
            Ok(0) => session.closed_by_peer(),
            Ok(n) => {
                let octets = self.buffer.get(..n).unwrap_or_default();
                self.heard.first = self.heard.first.or_else(|| octets.first().copied());
                notify(&Notice::Received(Octets(octets)));
                session.received(octets);
            }
            Err(error) if is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.fault.io = Some(error);
                session.closed_by_peer();
            }
        }
    }
}

/// Drives a session over a stream until it is idle or closed, telling its events. Credentials that it asks for are
/// declined: whoever has some uses [`Driver`].
///
/// A session that is idle goes on by another call only with the same [`Driver`], so submit everything before, and quit.
pub fn drive(
    session: &mut Session,
    stream: &mut (impl Stream + ?Sized),
    sources: &mut (impl Sources + ?Sized),
    mut on_event: impl FnMut(Event),
) {
    let mut driver = Driver::new(stream);
    loop {
        match driver.turn(session, sources, &mut |_: &Notice<'_>| {}) {
            Turn::Event(event) => on_event(event),
            Turn::Credentials { .. } => session.auth_cancel(),
            Turn::Idle | Turn::Closed => return,
        }
    }
}

/// For sessions that send nothing.
impl Sources for () {
    fn read(&mut self, _: TransactionId, _: Encoding, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// One source for whichever transaction asks.
impl<F: FnMut(TransactionId, Encoding, &mut [u8]) -> io::Result<usize>> Sources for F {
    fn read(
        &mut self,
        id: TransactionId,
        encoding: Encoding,
        into: &mut [u8],
    ) -> io::Result<usize> {
        self(id, encoding, into)
    }
}
