use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use posthaste_mime::Message;
use posthaste_proto::content::Encoding;
use posthaste_proto::sasl::AuthDetail;
use posthaste_proto::session::{Config, Event, Stage, TransactionId};
use posthaste_proto::{Cause, ContentSpec, Envelope, Report, Session};

use super::drive::{Driver, Sources, Turn};
use super::sent::{Link, Sent};
use crate::content::{Raw, Source};
use crate::error::{Context, Error, is_tls};
use crate::message::{self, MessageSource};
use crate::observe::{Notice, Observer};
use crate::stream::{Secure, Stream};

/// An open session: several messages, one after the other, over one connection.
///
/// Dropping it closes the socket without a word; [`quit`](Self::quit) is the polite end.
pub struct Connection {
    driver: Driver<Secure<Box<dyn Stream + Send>>>,
    session: Session,
    link: Arc<Link>,
    watch: Watch,
    closed: bool,
    lost: Option<Cause>,
    /// The server answered plain text with TLS.
    heard_tls: bool,
    /// What it told of the refusal of a login.
    auth_detail: Option<AuthDetail>,
}

/// The observer, and when it began to look.
pub(super) struct Watch {
    observer: Option<Arc<dyn Observer>>,
    begin: Instant,
}

/// A message that is submitted: where its result goes, and what is needed until then.
struct Pending<'m> {
    id: TransactionId,
    place: usize,
    envelope: Envelope,
    source: Box<dyn Source + 'm>,
}

#[derive(Default)]
struct Queue<'m>(VecDeque<Pending<'m>>);

impl Connection {
    /// Messages that are submitted at a time: the next one may ride behind the end of the one before.
    const AHEAD: usize = 2;

    pub(super) fn open(
        stream: Secure<Box<dyn Stream + Send>>,
        config: Config,
        link: Link,
        watch: Watch,
    ) -> Result<Self, Error> {
        let mut connection = Self {
            driver: Driver::new(stream),
            session: Session::new(config),
            link: Arc::new(link),
            watch,
            closed: false,
            lost: None,
            heard_tls: false,
            auth_detail: None,
        };
        connection.rest();
        if connection.closed {
            return Err(connection.error());
        }
        Ok(connection)
    }

    /// Sends a message to the recipients that it names (To, Cc and Bcc).
    ///
    /// # Errors
    ///
    /// When no recipient was accepted, or nobody knows. A refused message leaves the connection open; when it is gone
    /// ([`is_open`](Self::is_open)) every further message fails.
    pub fn send(&mut self, message: &Message) -> Result<Sent, Error> {
        self.send_to(message::envelope(message)?, message)
    }

    /// Sends a message to the recipients of this envelope, whatever its header says.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to(&mut self, envelope: Envelope, message: &Message) -> Result<Sent, Error> {
        self.send_source(
            envelope,
            message::spec(message),
            Box::new(MessageSource::new(message)),
        )
    }

    /// Sends a ready-made message.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_raw(&mut self, envelope: Envelope, raw: Raw<'_>) -> Result<Sent, Error> {
        let spec = raw.spec().clone();
        self.send_source(envelope, spec, Box::new(raw))
    }

    /// Whether another message can be sent, as far as is known.
    pub fn is_open(&self) -> bool {
        !self.closed
    }

    /// Whom this is with, and how.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Says QUIT and closes. What was sent is not put in doubt by how this ends.
    ///
    /// # Errors
    ///
    /// When the connection had been lost before; no message depends on it.
    pub fn quit(mut self) -> Result<(), Error> {
        self.hang_up();
        if self.lost.is_some() {
            Err(self.error())
        } else {
            Ok(())
        }
    }

    pub(super) fn shared_link(&self) -> Arc<Link> {
        Arc::clone(&self.link)
    }

    /// Lets QUIT ride behind the end of the next message, where the server pipelines.
    pub(super) fn quit_after_next(&mut self) {
        self.session.quit();
    }

    /// QUIT, with nothing depending on it.
    pub(super) fn leave(mut self) {
        self.hang_up();
    }

    /// Sends the messages whose places stand in `todo`, while the connection lasts. What is left in `todo` was not sent
    /// and may go over another connection: it was not begun, or it was lost with a connection that had worked before
    /// (servers hang up after so many messages).
    pub(super) fn send_batch(
        &mut self,
        messages: &[&Message],
        todo: &mut VecDeque<usize>,
        results: &mut [Option<Result<Sent, Error>>],
    ) {
        let mut queue = Queue::default();
        let mut failed = Vec::new();
        let mut delivered = false;
        let mut settle = |place: usize, result| {
            if let Some(entry) = results.get_mut(place) {
                *entry = Some(result);
            }
        };
        loop {
            // After a failure it must be clear first whether the connection lives.
            while queue.0.len() < Self::AHEAD && !self.closed && failed.is_empty() {
                let Some(place) = todo.pop_front() else { break };
                let Some(message) = messages.get(place) else {
                    continue;
                };
                match message::envelope(message) {
                    Ok(envelope) => {
                        let source = Box::new(MessageSource::new(message));
                        queue.0.push_back(self.submit(
                            place,
                            envelope,
                            message::spec(message),
                            source,
                        ));
                    }
                    Err(error) => settle(place, Err(error)),
                }
            }
            match self.next_done(&mut queue) {
                Some((place, Ok(sent))) => {
                    delivered = true;
                    settle(place, Ok(sent));
                }
                Some((place, Err(error))) => failed.push((place, error)),
                None if failed.is_empty() => return,
                None => {
                    self.rest();
                    for (place, error) in failed.drain(..).rev() {
                        if self.closed && delivered && error.was_not_sent() {
                            todo.push_front(place);
                        } else {
                            settle(place, Err(error));
                        }
                    }
                }
            }
        }
    }

    /// On to the next pause, so that a loss is noticed now.
    fn rest(&mut self) {
        while !self.closed && !matches!(self.turn(&mut ()), Turn::Idle | Turn::Closed) {}
    }

    fn send_source<'m>(
        &mut self,
        envelope: Envelope,
        spec: ContentSpec,
        source: Box<dyn Source + 'm>,
    ) -> Result<Sent, Error> {
        let mut queue = Queue::default();
        queue.0.push_back(self.submit(0, envelope, spec, source));
        match self.next_done(&mut queue) {
            Some((_, result)) => {
                self.rest();
                result
            }
            None => Err(self.error()),
        }
    }

    fn submit<'m>(
        &mut self,
        place: usize,
        envelope: Envelope,
        spec: ContentSpec,
        source: Box<dyn Source + 'm>,
    ) -> Pending<'m> {
        let id = self.session.submit(envelope.clone(), spec);
        Pending {
            id,
            place,
            envelope,
            source,
        }
    }

    /// Goes on until a submitted message is done. `None` when there is none.
    fn next_done(&mut self, queue: &mut Queue<'_>) -> Option<(usize, Result<Sent, Error>)> {
        while !queue.0.is_empty() {
            match self.turn(queue) {
                Turn::Event(Event::Done { report }) => {
                    if let Some(at) = queue.0.iter().position(|pending| pending.id == report.id) {
                        let pending = queue.0.remove(at)?;
                        return Some((pending.place, self.result(report, pending.envelope)));
                    }
                }
                Turn::Event(_) | Turn::Credentials { .. } => {}
                // Each one ends before this; if not, its end is still told.
                Turn::Idle | Turn::Closed => {
                    let pending = queue.0.pop_front()?;
                    return Some((pending.place, Err(self.error())));
                }
            }
        }
        None
    }

    fn result(&mut self, report: Report, envelope: Envelope) -> Result<Sent, Error> {
        use posthaste_proto::session::Disposition;
        let source = self.driver.take_source_fault();
        match report.disposition() {
            Disposition::Accepted | Disposition::Partial => Ok(Sent {
                report,
                envelope,
                link: Arc::clone(&self.link),
            }),
            Disposition::InDoubt | Disposition::Refused | Disposition::NotSent => {
                let error = self.context(source.as_ref()).report(report, Some(envelope));
                Err(error.with_link(Arc::clone(&self.link)))
            }
        }
    }

    fn hang_up(&mut self) {
        self.session.quit();
        while !self.closed {
            // Idle cannot come after quit; if it did, the socket would still be closed by the drop.
            if matches!(self.turn(&mut ()), Turn::Idle) {
                break;
            }
        }
    }

    /// One turn of the driver, with what the connection learns from it.
    fn turn(&mut self, sources: &mut dyn Sources) -> Turn {
        let Self {
            driver,
            session,
            watch,
            ..
        } = self;
        let turn = driver.turn(session, sources, &mut |notice: &Notice<'_>| {
            watch.notice(notice)
        });
        match &turn {
            Turn::Event(Event::Ready) => {
                self.auth_detail = None;
                self.learn();
            }
            Turn::Event(Event::AuthDetail(detail)) => self.auth_detail = Some(detail.clone()),
            Turn::Event(Event::Lost { cause }) => {
                self.lost = Some(cause.clone());
                self.learn();
                self.recognise_tls();
            }
            Turn::Credentials { .. } => self.session.auth_cancel(),
            Turn::Closed if !self.closed => {
                self.closed = true;
                self.watch.notice(&Notice::Closed);
            }
            Turn::Event(_) | Turn::Idle | Turn::Closed => {}
        }
        turn
    }

    fn learn(&mut self) {
        let link = Arc::make_mut(&mut self.link);
        link.tls = self.session.tls().cloned();
        link.mechanism = self.session.authenticated().map(str::to_owned);
        link.capabilities = self.session.capabilities().cloned();
    }

    /// A server that answers plain text with a TLS record. One that stays silent was recognised before.
    fn recognise_tls(&mut self) {
        let first = self.driver.heard().first;
        let at_greeting = |stage| stage == Stage::Greeting;
        self.heard_tls = match &self.lost {
            Some(Cause::Protocol { stage, .. } | Cause::Closed { stage, .. }) => {
                at_greeting(*stage) && is_tls(first)
            }
            Some(_) | None => false,
        };
    }

    fn error(&self) -> Error {
        let unknown = Cause::Closed {
            stage: Stage::Idle,
            unfinished: None,
        };
        let error = self
            .context(None)
            .error(self.lost.as_ref().unwrap_or(&unknown));
        error.with_link(Arc::clone(&self.link))
    }

    fn context<'a>(&'a self, source: Option<&'a io::Error>) -> Context<'a> {
        let fault = self.driver.fault();
        Context {
            server: &self.link.server,
            dialect: self.link.dialect,
            tls: fault.tls.as_ref(),
            io: fault.io.as_ref(),
            source,
            heard_tls: self.heard_tls,
            auth_detail: self.auth_detail.as_ref(),
            by_token: self.link.by_token,
        }
    }
}

impl Sources for Queue<'_> {
    fn read(
        &mut self,
        id: TransactionId,
        encoding: Encoding,
        into: &mut [u8],
    ) -> io::Result<usize> {
        match self.0.iter_mut().find(|pending| pending.id == id) {
            Some(pending) => pending.source.read(encoding, into),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Watch {
    pub(super) fn new(observer: Option<Arc<dyn Observer>>) -> Self {
        Self {
            observer,
            begin: Instant::now(),
        }
    }

    pub(super) fn notice(&mut self, notice: &Notice<'_>) {
        if let Some(observer) = &self.observer {
            observer.notice(self.begin.elapsed(), notice);
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("link", &self.link)
            .field("session", &self.session)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
