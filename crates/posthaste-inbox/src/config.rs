//! What the server offers, demands and refuses.

use posthaste_proto::Secret;
use posthaste_proto::address::{ClientName, ForwardPath};

use crate::fault::{Close, Faults, Stage};
use crate::reply::Reply;

/// The server's policy: extensions, limits, users, faults. Pure data; a [`Session`](crate::session::Session) obeys it.
///
/// By default: no AUTH, STARTTLS not offered (an [`Inbox`](crate::Inbox) turns it on when it has a certificate),
/// messages of up to 64 MiB, 1,000 recipients.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) name: Option<ClientName>,
    pub(crate) starttls: bool,
    pub(crate) tls_required: bool,
    pub(crate) auth: Users,
    pub(crate) auth_required: bool,
    pub(crate) auth_in_clear: bool,
    pub(crate) max_size: u64,
    pub(crate) max_recipients: usize,
    pub(crate) hidden: Vec<Extension>,
    pub(crate) faults: Faults,
}

/// Who may log in. Passwords never print.
#[derive(Debug, Clone)]
pub(crate) enum Users {
    /// AUTH is not offered.
    Off,
    /// These users.
    Some(Vec<(String, Secret)>),
    /// Whoever, with whatever password.
    Any,
}

/// An extension that the server has (RFC 5321 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extension {
    /// `PIPELINING`, RFC 2920. Hidden, it only goes unmentioned: commands that come together are still answered.
    Pipelining,
    /// `SIZE`, RFC 1870
    Size,
    /// `8BITMIME`, RFC 6152
    EightBitMime,
    /// `SMTPUTF8`, RFC 6531
    SmtpUtf8,
    /// `CHUNKING`, RFC 3030 2
    Chunking,
    /// `BINARYMIME`, RFC 3030 3
    BinaryMime,
    /// `ENHANCEDSTATUSCODES`, RFC 2034. Hidden, it only goes unmentioned.
    EnhancedStatusCodes,
}

impl Config {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            name: None,
            starttls: false,
            tls_required: false,
            auth: Users::Off,
            auth_required: false,
            auth_in_clear: false,
            max_size: 64 << 20,
            max_recipients: 1_000,
            hidden: Vec::new(),
            faults: Faults::new(),
        }
    }

    /// What the server calls itself; `localhost` by default.
    #[must_use]
    pub fn name(mut self, name: ClientName) -> Self {
        self.name = Some(name);
        self
    }

    /// Offers STARTTLS. The driver must then be able to answer [`Step::StartTls`](crate::session::Step::StartTls).
    #[must_use]
    pub const fn starttls(mut self, offered: bool) -> Self {
        self.starttls = offered;
        self
    }

    /// Refuses MAIL and AUTH in clear with 530 (RFC 3207 4).
    #[must_use]
    pub const fn tls_required(mut self) -> Self {
        self.tls_required = true;
        self
    }

    /// Lets a user log in; may be called for several. AUTH is offered inside TLS only, see [`Config::auth_in_clear`].
    #[must_use]
    pub fn auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        let entry = (user.into(), Secret::from(password.into()));
        match &mut self.auth {
            Users::Some(users) => users.push(entry),
            Users::Off | Users::Any => self.auth = Users::Some(vec![entry]),
        }
        self
    }

    /// Lets everyone log in with any password.
    #[must_use]
    pub fn auth_any(mut self) -> Self {
        self.auth = Users::Any;
        self
    }

    /// Refuses MAIL with 530 before a login.
    #[must_use]
    pub const fn auth_required(mut self) -> Self {
        self.auth_required = true;
        self
    }

    /// Offers AUTH without TLS too. Passwords then cross the network readably: for loopback and tests.
    #[must_use]
    pub const fn auth_in_clear(mut self) -> Self {
        self.auth_in_clear = true;
        self
    }

    /// The most octets of a message's content, dot-stuffing undone. 64 MiB by default.
    #[must_use]
    pub const fn max_size(mut self, octets: u64) -> Self {
        self.max_size = octets;
        self
    }

    /// The most recipients of a message; the next ones get 452. 1,000 by default.
    #[must_use]
    pub const fn max_recipients(mut self, recipients: usize) -> Self {
        self.max_recipients = recipients;
        self
    }

    /// Does not offer an extension, and refuses what belongs to it.
    #[must_use]
    pub fn hide(mut self, extension: Extension) -> Self {
        self.hidden.push(extension);
        self
    }

    /// Refuses one recipient, compared as [`Mailbox::is_same`](posthaste_proto::address::Mailbox::is_same) does.
    #[must_use]
    pub fn refuse_recipient(mut self, path: ForwardPath, reply: Reply) -> Self {
        self.faults.refuse_recipient(path, reply);
        self
    }

    /// Says another reply at a stage, each time. The server goes on as that reply means: a refused MAIL begins no
    /// transaction.
    #[must_use]
    pub fn reply(mut self, stage: Stage, reply: Reply) -> Self {
        self.faults.reply(stage, reply);
        self
    }

    /// Closes the connection when the reply of a stage is out.
    #[must_use]
    pub fn close_after(mut self, stage: Stage) -> Self {
        self.faults.close(stage, Close::After);
        self
    }

    /// Closes the connection instead of the reply of a stage. At [`Stage::EndOfData`] the message is kept
    /// nevertheless: this is the reply that got lost.
    #[must_use]
    pub fn close_instead(mut self, stage: Stage) -> Self {
        self.faults.close(stage, Close::Instead);
        self
    }

    pub(crate) fn offers(&self, extension: Extension) -> bool {
        // RFC 3030 3: BINARYMIME is of no use without CHUNKING and must not be offered alone.
        let basis =
            extension != Extension::BinaryMime || !self.hidden.contains(&Extension::Chunking);
        basis && !self.hidden.contains(&extension)
    }

    pub(crate) fn name_text(&self) -> String {
        self.name
            .as_ref()
            .map_or_else(|| String::from("localhost"), ToString::to_string)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Users {
    pub(crate) fn know(&self, user: &str, password: &Secret) -> bool {
        match self {
            Self::Off => false,
            Self::Any => true,
            Self::Some(users) => users
                .iter()
                .any(|(name, secret)| name == user && secret == password),
        }
    }
}
