//! What the server offers, demands and refuses.

use std::num::NonZeroU32;

use posthaste_proto::Secret;
use posthaste_proto::address::{ClientName, ForwardPath};

use crate::fault::{Close, Faults, ScramFault, Stage};
use crate::reply::Reply;
use crate::sasl::Mechanism;
use crate::users::Users;

/// The server's policy: extensions, limits, users, faults. Pure data; a [`Session`](crate::session::Session) obeys it.
///
/// By default: nobody may log in and AUTH is not offered; STARTTLS is not offered either (an [`Inbox`](crate::Inbox) turns
/// it on when it has a certificate); messages of up to 64 MiB, 1,000 recipients.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) name: Option<ClientName>,
    pub(crate) starttls: bool,
    pub(crate) tls_required: bool,
    pub(crate) users: Users,
    /// As configured; `None` means the default ones.
    mechanisms: Option<Vec<Mechanism>>,
    /// Who the client is, for EXTERNAL.
    pub(crate) external: Option<String>,
    pub(crate) scram_iterations: NonZeroU32,
    pub(crate) auth_required: bool,
    pub(crate) auth_in_clear: bool,
    pub(crate) max_size: u64,
    pub(crate) max_recipients: usize,
    pub(crate) hidden: Vec<Extension>,
    pub(crate) faults: Faults,
}

/// What RFC 7677 4 asks for at least.
const DEFAULT_ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).expect("not zero");

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
            users: Users::new(),
            mechanisms: None,
            external: None,
            scram_iterations: DEFAULT_ITERATIONS,
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
    ///
    /// The password is any text and is compared octet by octet: the server prepares nothing. Clients of SCRAM and PLAIN
    /// apply SASLprep (RFC 4013), so a password that SASLprep changes must be given here in its prepared form.
    #[must_use]
    pub fn auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.users.add(user.into(), Secret::from(password.into()));
        self
    }

    /// Lets everyone log in with any password or token, by the mechanisms that need not know the password: all but
    /// SCRAM.
    #[must_use]
    pub fn auth_any(mut self) -> Self {
        self.users.let_anyone_in();
        self
    }

    /// Lets a user log in with a bearer token (XOAUTH2, OAUTHBEARER); may be called for several. A user who has none
    /// gives the password of [`Config::auth`] as the token.
    #[must_use]
    pub fn token(mut self, user: impl Into<String>, token: impl Into<String>) -> Self {
        self.users
            .add_token(user.into(), Secret::from(token.into()));
        self
    }

    /// Offers these mechanisms, in this order; what is named twice counts once.
    ///
    /// By default all but EXTERNAL and ANONYMOUS, which let in whoever comes. One that cannot work is left out
    /// nevertheless: -PLUS without a channel binding, CRAM-MD5 and SCRAM without randomness
    /// ([`Session::with_entropy`](crate::session::Session::with_entropy); an [`Inbox`](crate::Inbox) has it), SCRAM
    /// when everyone may log in, and those for which nobody has a password or token.
    #[must_use]
    pub fn mechanisms(mut self, mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        self.mechanisms = Some(Vec::new());
        for mechanism in mechanisms {
            self.also_offer(mechanism);
        }
        self
    }

    /// Offers EXTERNAL, and lets whoever asks for it in as this user: what a client certificate would say, in a test
    /// without one.
    #[must_use]
    pub fn external(mut self, user: impl Into<String>) -> Self {
        self.external = Some(user.into());
        self.also_offer(Mechanism::External);
        self
    }

    /// Offers ANONYMOUS, and lets whoever asks for it in as `anonymous`.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.also_offer(Mechanism::Anonymous);
        self
    }

    /// How often SCRAM hashes a password; 4,096 by default. The server does as much work at each login.
    #[must_use]
    pub const fn scram_iterations(mut self, iterations: NonZeroU32) -> Self {
        self.scram_iterations = iterations;
        self
    }

    /// Lies in SCRAM, each time.
    #[must_use]
    pub const fn scram_fault(mut self, fault: ScramFault) -> Self {
        self.faults.lie_in_scram(fault);
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

    /// The mechanisms that can work for somebody, in order. Those that bind the channel or need randomness are among
    /// them: whether these can be had is the session's to say.
    pub(crate) fn usable_mechanisms(&self) -> impl Iterator<Item = Mechanism> {
        let listed = self.mechanisms.as_deref().unwrap_or(Mechanism::DEFAULT);
        listed.iter().copied().filter(|mechanism| match mechanism {
            Mechanism::Plain | Mechanism::Login | Mechanism::CramMd5 => self.users.have_passwords(),
            Mechanism::ScramSha1
            | Mechanism::ScramSha1Plus
            | Mechanism::ScramSha256
            | Mechanism::ScramSha256Plus
            | Mechanism::ScramSha512
            | Mechanism::ScramSha512Plus => self.users.have_passwords() && !self.users.are_any(),
            Mechanism::XOAuth2 | Mechanism::OAuthBearer => self.users.have_tokens(),
            Mechanism::External => self.external.is_some(),
            Mechanism::Anonymous => true,
        })
    }

    fn also_offer(&mut self, mechanism: Mechanism) {
        let listed = self
            .mechanisms
            .get_or_insert_with(|| Mechanism::DEFAULT.to_vec());
        if !listed.contains(&mechanism) {
            listed.push(mechanism);
        }
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
