use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use posthaste_proto::address::{ClientName, ForwardPath};
use rustls::ServerConfig;

use crate::certificate::{Certificate, Identity};
use crate::config::{Config, Extension};
use crate::fault::Stage;
use crate::inbox::{Inbox, StartError};
use crate::listener::{Clock, Connections, Listener, Mode, Shared, Tls};
use crate::reply::Reply;
use crate::sasl::Mechanism;
use crate::store::Store;

/// The settings of an [`Inbox`].
///
/// By default: 127.0.0.1 and a free port, STARTTLS offered with a good throw-away certificate, no AUTH, messages kept
/// in memory. What is wrong with a setting is told by [`Builder::start`].
#[must_use = "nothing runs before start()"]
pub struct Builder {
    config: Config,
    directory: Option<PathBuf>,
    listen: SocketAddr,
    tls_listen: Option<SocketAddr>,
    certificate: Certificate,
    starttls: bool,
    idle_timeout: Duration,
    max_connections: usize,
    clock: Clock,
    wrong: Option<StartError>,
}

impl Builder {
    /// Keeps messages as files `NNNN.eml` and `NNNN.json` in this directory, which is made when missing. Content goes
    /// to disk as it comes, so memory does not grow with it. The `.eml` appears whole, after its `.json`.
    pub fn dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.directory = Some(path.into());
        self
    }

    /// Listens here instead of on 127.0.0.1:0. An address that is not loopback lets the network in.
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Listens for implicit TLS too, on a free port of 127.0.0.1.
    pub const fn implicit_tls(self) -> Self {
        self.implicit_tls_on(SocketAddr::new(
            std::net::IpAddr::V4(Ipv4Addr::LOCALHOST),
            0,
        ))
    }

    /// Listens for implicit TLS too, here.
    pub const fn implicit_tls_on(mut self, address: SocketAddr) -> Self {
        self.tls_listen = Some(address);
        self
    }

    /// Shows this certificate.
    pub const fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// Does not offer STARTTLS. Without [`Builder::implicit_tls`] there is then no TLS at all.
    pub const fn without_starttls(mut self) -> Self {
        self.starttls = false;
        self
    }

    /// What the server calls itself, instead of `localhost`.
    pub fn name(mut self, name: &str) -> Self {
        match ClientName::new(name) {
            Ok(name) => self.config = self.config.name(name),
            Err(error) => {
                self.wrong = Some(StartError::Address {
                    given: name.into(),
                    error,
                })
            }
        }
        self
    }

    /// See [`Config::auth`].
    pub fn auth(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.configure(|config| config.auth(user, password))
    }

    /// See [`Config::auth_any`].
    pub fn auth_any(self) -> Self {
        self.configure(Config::auth_any)
    }

    /// See [`Config::token`].
    pub fn token(self, user: impl Into<String>, token: impl Into<String>) -> Self {
        self.configure(|config| config.token(user, token))
    }

    /// See [`Config::mechanisms`].
    pub fn mechanisms(self, mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        self.configure(|config| config.mechanisms(mechanisms))
    }

    /// See [`Config::auth_required`].
    pub fn auth_required(self) -> Self {
        self.configure(Config::auth_required)
    }

    /// See [`Config::auth_in_clear`].
    pub fn auth_in_clear(self) -> Self {
        self.configure(Config::auth_in_clear)
    }

    /// See [`Config::tls_required`].
    pub fn tls_required(self) -> Self {
        self.configure(Config::tls_required)
    }

    /// See [`Config::max_size`].
    pub fn max_size(self, octets: u64) -> Self {
        self.configure(|config| config.max_size(octets))
    }

    /// See [`Config::max_recipients`].
    pub fn max_recipients(self, recipients: usize) -> Self {
        self.configure(|config| config.max_recipients(recipients))
    }

    /// See [`Config::hide`].
    pub fn hide(self, extension: Extension) -> Self {
        self.configure(|config| config.hide(extension))
    }

    /// Refuses a recipient, e.g. `refuse_recipient("bob@example.org", 550, "5.1.1 no such user")`.
    pub fn refuse_recipient(mut self, address: &str, code: u16, text: &str) -> Self {
        match (address.parse::<ForwardPath>(), Reply::new(code, text)) {
            (Ok(path), Ok(reply)) => self.config = self.config.refuse_recipient(path, reply),
            (Err(error), _) => {
                self.wrong = Some(StartError::Address {
                    given: address.into(),
                    error,
                })
            }
            (_, Err(error)) => self.wrong = Some(StartError::Reply(error)),
        }
        self
    }

    /// Says another reply at a stage, e.g. `reply(Stage::Mail, 452, "4.3.1 full")`; see [`Config::reply`].
    pub fn reply(mut self, stage: Stage, code: u16, text: &str) -> Self {
        match Reply::new(code, text) {
            Ok(reply) => self.config = self.config.reply(stage, reply),
            Err(error) => self.wrong = Some(StartError::Reply(error)),
        }
        self
    }

    /// See [`Config::close_after`].
    pub fn close_after(self, stage: Stage) -> Self {
        self.configure(|config| config.close_after(stage))
    }

    /// See [`Config::close_instead`].
    pub fn close_instead(self, stage: Stage) -> Self {
        self.configure(|config| config.close_instead(stage))
    }

    /// Changes the policy by its own methods.
    pub fn configure(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }

    /// A connection on which nothing comes or goes for so long is ended. 5 minutes by default (RFC 5321 4.5.3.2.7).
    /// Zero means a millisecond.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// The most connections at a time; the next ones get 421. 256 by default.
    pub const fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// Where the time of arrival and the certificate's dates come from, instead of the system's clock.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Starts the server. When this returns, clients can connect.
    ///
    /// # Errors
    ///
    /// When a setting is wrong, an address cannot be listened on, the directory cannot be used, or there is no
    /// certificate to be had.
    pub fn start(mut self) -> Result<Inbox, StartError> {
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        let store = match &self.directory {
            None => Store::in_memory(),
            Some(path) => Store::in_directory(path).map_err(|error| StartError::Directory {
                path: path.clone(),
                error,
            })?,
        };
        let wanted = self.starttls || self.tls_listen.is_some();
        let identity = wanted
            .then(|| self.certificate.issue((self.clock)()))
            .transpose()
            .map_err(|error| StartError::Certificate(Box::new(error)))?;
        let (tls, ca_pem) = match identity {
            None => (None, None),
            Some(identity) => {
                let end_point = identity.end_point();
                let Identity { chain, key, ca_pem } = identity;
                let provider = Arc::new(rustls::crypto::ring::default_provider());
                let config = ServerConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()
                    .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
                    .map_err(|error| StartError::Certificate(Box::new(error)))?;
                let config = Arc::new(config);
                (Some(Tls { config, end_point }), Some(ca_pem))
            }
        };
        let socket = bind(self.listen)?;
        let tls_socket = self
            .tls_listen
            .filter(|_| tls.is_some())
            .map(bind)
            .transpose()?;
        let shared = Arc::new(Shared {
            config: Arc::new(self.config.starttls(self.starttls)),
            tls,
            store,
            clock: self.clock,
            idle_timeout: self.idle_timeout,
            connections: Connections::new(self.max_connections),
        });
        let failed = |address| move |error| StartError::Listen { address, error };
        let listener =
            Listener::start(&shared, socket, Mode::Clear).map_err(failed(self.listen))?;
        // From here on a failure drops the inbox, which stops what runs.
        let mut inbox = Inbox {
            shared,
            listener,
            tls_listener: None,
            ca_pem,
        };
        if let (Some(socket), Some(address)) = (tls_socket, self.tls_listen) {
            let listener = Listener::start(&inbox.shared, socket, Mode::ImplicitTls)
                .map_err(failed(address))?;
            inbox.tls_listener = Some(listener);
        }
        Ok(inbox)
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            config: Config::new(),
            directory: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls_listen: None,
            certificate: Certificate::Good,
            starttls: true,
            idle_timeout: Duration::from_secs(5 * 60),
            max_connections: 256,
            clock: Box::new(SystemTime::now),
            wrong: None,
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("directory", &self.directory)
            .field("listen", &self.listen)
            .field("tls_listen", &self.tls_listen)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|error| StartError::Listen { address, error })
}
