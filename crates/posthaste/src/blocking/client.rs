use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use posthaste_mime::Message;
use posthaste_proto::Envelope;
use posthaste_proto::session::{Timeouts, TlsPolicy};

use super::connection::{Connection, Watch};
use super::sent::{Link, Sent};
use crate::content::Raw;
use crate::error::{Context, Error, Kind, Stage};
use crate::observe::{Notice, Observer};
use crate::server::Server;
use crate::stream::{Connector, Secure, Stream, Tcp};
use crate::{connect, message};

/// Sends messages to one server, each over a connection of its own. Cloning is cheap, and all clones may be used at once.
#[derive(Clone)]
pub struct Client {
    server: Arc<Server>,
    connector: Arc<Connector>,
    observer: Option<Arc<dyn Observer>>,
}

impl Client {
    /// A client for this server. Nothing is connected yet; certificate files are read.
    ///
    /// # Errors
    ///
    /// Kind `config`: a user without a password or token, a password without a user, an identity to act as that no mechanism
    /// has a place for, a certificate file that cannot be read or has no certificate, no trusted authorities at all where TLS
    /// is a must.
    pub fn new(server: impl Into<Server>) -> Result<Self, Error> {
        let server = server.into();
        let config = |reason: &'static str, message: &str| {
            Error::new(Kind::Config, reason, Stage::Input, message).at_server(server.authority())
        };
        if let Some((reason, message)) = server.login_fault() {
            return Err(config(reason, message));
        }
        let connector = Connector::new(&server)?;
        if server.needs_roots() {
            connector
                .config()
                .map_err(|error| config(error.kind().as_str(), &error.to_string()))?;
        }
        Ok(Self {
            server: Arc::new(server),
            connector: Arc::new(connector),
            observer: None,
        })
    }

    /// Lets `observer` watch every connection of this client (and of clones made from it from now on).
    #[must_use]
    pub fn observe(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Sends a message to the recipients that it names (To, Cc and Bcc), over a connection of its own.
    ///
    /// # Errors
    ///
    /// When no recipient was accepted, or nobody knows; see [`Error`].
    pub fn send(&self, message: &Message) -> Result<Sent, Error> {
        // The envelope first: what is wrong with the message needs no server to say so.
        self.send_to(message::envelope(message)?, message)
    }

    /// Sends a message to the recipients of this envelope, whatever its header says.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to(&self, envelope: Envelope, message: &Message) -> Result<Sent, Error> {
        self.once(|connection| connection.send_to(envelope, message))
    }

    /// Sends a ready-made message.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_raw(&self, envelope: Envelope, raw: Raw<'_>) -> Result<Sent, Error> {
        self.once(|connection| connection.send_raw(envelope, raw))
    }

    /// Sends messages one behind the other over one connection, and says what became of each, in their order.
    ///
    /// One that fails does not stop the others. When the connection is lost, another one is opened for those that were
    /// not sent, as long as the one before had delivered something; when opening fails, its error stands for all that
    /// are left.
    pub fn send_all<'m>(
        &self,
        messages: impl IntoIterator<Item = &'m Message>,
    ) -> Vec<Result<Sent, Error>> {
        let messages: Vec<_> = messages.into_iter().collect();
        let mut todo: VecDeque<_> = (0..messages.len()).collect();
        let mut results: Vec<_> = messages.iter().map(|_| None).collect();
        while !todo.is_empty() {
            match self.connect() {
                Ok(mut connection) => {
                    connection.send_batch(&messages, &mut todo, &mut results);
                    connection.leave();
                }
                Err(error) => {
                    for result in results.iter_mut().filter(|result| result.is_none()) {
                        *result = Some(Err(error.clone()));
                    }
                    break;
                }
            }
        }
        results.into_iter().flatten().collect()
    }

    /// Opens a connection: TLS and authentication included.
    ///
    /// # Errors
    ///
    /// All kinds but `input` and `in-doubt`.
    pub fn connect(&self) -> Result<Connection, Error> {
        let mut watch = Watch::new(self.observer.clone());
        let (socket, peer) = connect::dial(&self.server, &mut |notice| watch.notice(notice))
            .map_err(|error| self.finish(error))?;
        let local = socket.local_addr().ok();
        watch.notice(&Notice::Connected { peer, local });
        let stream = Tcp::new(socket).map_err(|error| {
            let message = format!("the socket cannot be set up: {error}");
            self.finish(Error::new(Kind::Connect, "failed", Stage::Connect, message))
        })?;
        let server = &self.server;
        let begin = Instant::now();
        let greeting = server.timeouts.greeting;
        let plain_first = matches!(
            server.policy(Some(peer.ip())),
            TlsPolicy::Required | TlsPolicy::WhenOffered
        );
        if plain_first
            && connect::waits_for_tls(
                &stream,
                peer,
                greeting,
                &self.connector,
                server.certificate_name(),
            )
        {
            return Err(self.finish(Error::wrong_mode()));
        }
        // The greeting's time began when the connection stood.
        self.open(Box::new(stream), Some(peer), local, watch, begin.elapsed())
    }

    /// Opens a session over a stream of the caller's own, which is connected to the server already. TLS is added to it as
    /// for a socket.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_over(&self, stream: impl Stream + Send + 'static) -> Result<Connection, Error> {
        self.open(
            Box::new(stream),
            None,
            None,
            Watch::new(self.observer.clone()),
            Duration::ZERO,
        )
    }

    /// Opens a session, authenticates, and says QUIT: whether the settings work.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn test(&self) -> Result<Arc<Link>, Error> {
        let connection = self.connect()?;
        let link = connection.shared_link();
        connection.leave();
        Ok(link)
    }

    /// Of what happened before there was a session.
    fn finish(&self, error: Error) -> Error {
        let server = self.server.authority();
        Context {
            server: &server,
            dialect: self.server.dialect,
            ..Context::default()
        }
        .finish(error)
    }

    fn once(
        &self,
        send: impl FnOnce(&mut Connection) -> Result<Sent, Error>,
    ) -> Result<Sent, Error> {
        let mut connection = self.connect()?;
        connection.quit_after_next();
        let result = send(&mut connection);
        connection.leave();
        result
    }

    fn open(
        &self,
        stream: Box<dyn Stream + Send>,
        peer: Option<SocketAddr>,
        local: Option<SocketAddr>,
        watch: Watch,
        waited: Duration,
    ) -> Result<Connection, Error> {
        let server = &self.server;
        let name = server.certificate_name().clone();
        let stream = Secure::new(stream, Arc::clone(&self.connector), name);
        // Unlike the clock and the sockets it may be missing: then nothing is begun.
        let random = rustls::crypto::ring::default_provider().secure_random;
        let entropy = connect::entropy(random).map_err(|error| self.finish(error))?;
        let config = server.config(
            peer.map(|peer| peer.ip()),
            local.map(|local| local.ip()),
            entropy,
        );
        let greeting = server.timeouts.greeting.saturating_sub(waited);
        let config = config.timeouts(Timeouts {
            greeting,
            ..server.timeouts
        });
        let link = Link {
            server: server.authority(),
            dialect: server.dialect,
            peer,
            tls: None,
            mechanism: None,
            capabilities: None,
            by_token: server
                .whole_login()
                .is_some_and(|login| login.access_token().is_some()),
        };
        Connection::open(stream, config, link, watch)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
