use crate::capability::{Capabilities, Extension, Extensions};
use crate::command::{
    DeliverBy, EnvelopeId, FutureRelease, MailParameters, Notify, OriginalRecipient, Priority,
    RcptParameters, Return, Submitter,
};
use crate::error::LocalRefusal;

/// What is asked for a whole message: parameters of MAIL.
///
/// SIZE, BODY and SMTPUTF8 are not here: the session chooses them by the content and the server.
///
/// ```
/// use posthaste_proto::capability::Extension;
/// use posthaste_proto::command::{DeliverBy, EnvelopeId};
/// use posthaste_proto::envelope::MessageOptions;
///
/// let options = MessageOptions::new()
///     .envelope_id(EnvelopeId::new("order 4711")?)
///     .deliver_by(DeliverBy::or_notify(3600)?)
///     .if_offered(Extension::DeliverBy); // DSN is still a condition
/// # let _ = options;
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageOptions {
    ret: Option<Return>,
    envelope_id: Option<EnvelopeId>,
    submitter: Option<Submitter>,
    deliver_by: Option<DeliverBy>,
    future_release: Option<FutureRelease>,
    priority: Option<Priority>,
    require_tls: bool,
    if_offered: Extensions,
}

/// What is asked for one recipient: parameters of RCPT. All need DSN (RFC 3461).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecipientOptions {
    notify: Option<Notify>,
    original: Option<OriginalRecipient>,
    if_offered: bool,
}

impl MessageOptions {
    pub(super) const NONE: &'static Self = &Self::new();

    /// Nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ret: None,
            envelope_id: None,
            submitter: None,
            deliver_by: None,
            future_release: None,
            priority: None,
            require_tls: false,
            if_offered: Extensions::NONE,
        }
    }

    /// How much of the message a report of failure brings back: RET of DSN (RFC 3461 section 4.3).
    #[must_use]
    pub fn return_content(self, ret: Return) -> Self {
        Self {
            ret: Some(ret),
            ..self
        }
    }

    /// What this message is called in reports: ENVID of DSN (RFC 3461 section 4.4).
    #[must_use]
    pub fn envelope_id(self, id: EnvelopeId) -> Self {
        Self {
            envelope_id: Some(id),
            ..self
        }
    }

    /// Who submitted it in the first place, for a relay that its server trusts: AUTH= (RFC 4954 section 5).
    #[must_use]
    pub fn submitter(self, submitter: Submitter) -> Self {
        Self {
            submitter: Some(submitter),
            ..self
        }
    }

    /// By when it is to be delivered: DELIVERBY (RFC 2852). A server that names a higher minimum counts as one that
    /// does not offer it.
    #[must_use]
    pub fn deliver_by(self, by: DeliverBy) -> Self {
        Self {
            deliver_by: Some(by),
            ..self
        }
    }

    /// Until when the server is to hold it back: FUTURERELEASE (RFC 4865). A server that does not hold messages for so
    /// long counts as one that does not offer it.
    #[must_use]
    pub fn future_release(self, release: FutureRelease) -> Self {
        Self {
            future_release: Some(release),
            ..self
        }
    }

    /// How urgent it is: MT-PRIORITY (RFC 6710).
    #[must_use]
    pub fn priority(self, priority: Priority) -> Self {
        Self {
            priority: Some(priority),
            ..self
        }
    }

    /// Every server on the way must use TLS and check certificates: REQUIRETLS (RFC 8689). It is asked for only over a
    /// session that is encrypted itself, whatever a server offers in clear.
    #[must_use]
    pub fn require_tls(self) -> Self {
        Self {
            require_tls: true,
            ..self
        }
    }

    /// What needs this extension is left out where the server does not offer it; without this call the message is not
    /// sent there.
    #[must_use]
    pub fn if_offered(self, extension: Extension) -> Self {
        Self {
            if_offered: self.if_offered.with(extension),
            ..self
        }
    }

    /// The parameters of MAIL for this server, and what is left out.
    pub(crate) fn for_server(
        &self,
        server: &Capabilities,
        encrypted: bool,
    ) -> Result<(MailParameters, Extensions), LocalRefusal> {
        let mut offer = Offer {
            server,
            if_offered: self.if_offered,
            left_out: Extensions::NONE,
        };
        let mut parameters = MailParameters::new();
        if (self.ret.is_some() || self.envelope_id.is_some()) && offer.has(Extension::Dsn)? {
            if let Some(ret) = self.ret {
                parameters = parameters.with_return(ret);
            }
            if let Some(id) = &self.envelope_id {
                parameters = parameters.with_envelope_id(id);
            }
        }
        if let Some(submitter) = &self.submitter
            && offer.has(Extension::Auth)?
        {
            parameters = parameters.with_submitter(submitter);
        }
        if let Some(by) = self.deliver_by
            && offer.has(Extension::DeliverBy)?
        {
            let taken = server.deliver_by.is_some_and(|offer| offer.takes(by));
            if offer.within_limits(Extension::DeliverBy, taken)? {
                parameters = parameters.with_deliver_by(by);
            }
        }
        if let Some(release) = self.future_release
            && offer.has(Extension::FutureRelease)?
        {
            let taken = server
                .future_release
                .is_some_and(|offer| offer.takes(release));
            if offer.within_limits(Extension::FutureRelease, taken)? {
                parameters = parameters.with_future_release(release);
            }
        }
        if let Some(priority) = self.priority
            && offer.has(Extension::MtPriority)?
        {
            parameters = parameters.with_priority(priority);
        }
        if self.require_tls && offer.has(Extension::RequireTls)? {
            if encrypted {
                parameters = parameters.with_require_tls();
            } else {
                offer.lacks(Extension::RequireTls, LocalRefusal::RequireTlsInClear)?;
            }
        }
        Ok((parameters, offer.left_out))
    }
}

impl RecipientOptions {
    pub(super) const NONE: &'static Self = &Self::new();

    /// Nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            notify: None,
            original: None,
            if_offered: false,
        }
    }

    /// On which occasions a report is wanted: NOTIFY (RFC 3461 section 4.1).
    #[must_use]
    pub fn notify(self, notify: Notify) -> Self {
        Self {
            notify: Some(notify),
            ..self
        }
    }

    /// Whom the message was first sent to: ORCPT (RFC 3461 section 4.2).
    #[must_use]
    pub fn original_recipient(self, original: OriginalRecipient) -> Self {
        Self {
            original: Some(original),
            ..self
        }
    }

    /// This is left out where the server does not offer DSN; without this call the message is not sent there, to
    /// nobody.
    #[must_use]
    pub fn if_offered(self) -> Self {
        Self {
            if_offered: true,
            ..self
        }
    }

    /// Whether anything is asked that needs DSN.
    pub(crate) fn needs_dsn(&self) -> bool {
        self.notify.is_some() || self.original.is_some()
    }

    /// Whether the message may go to a server without DSN.
    pub(crate) fn can_do_without_dsn(&self) -> bool {
        self.if_offered || !self.needs_dsn()
    }

    /// The parameters of RCPT for a server that has DSN.
    pub(crate) fn parameters(&self, smtputf8: bool) -> RcptParameters {
        let mut parameters = RcptParameters::new();
        if let Some(notify) = self.notify {
            parameters = parameters.with_notify(notify);
        }
        match &self.original {
            Some(original) if smtputf8 => parameters.with_original_recipient_utf8(original),
            Some(original) => parameters.with_original_recipient(original),
            None => parameters,
        }
    }
}

/// What a server offers, against what a caller can do without.
struct Offer<'a> {
    server: &'a Capabilities,
    if_offered: Extensions,
    left_out: Extensions,
}

impl Offer<'_> {
    /// True: ask for it. False: leave it out.
    fn has(&mut self, extension: Extension) -> Result<bool, LocalRefusal> {
        if self.server.offers(extension) {
            Ok(true)
        } else {
            self.lacks(extension, LocalRefusal::NotOffered(extension))
                .map(|()| false)
        }
    }

    fn within_limits(&mut self, extension: Extension, taken: bool) -> Result<bool, LocalRefusal> {
        if taken {
            Ok(true)
        } else {
            self.lacks(extension, LocalRefusal::OutsideLimits(extension))
                .map(|()| false)
        }
    }

    fn lacks(&mut self, extension: Extension, refusal: LocalRefusal) -> Result<(), LocalRefusal> {
        if self.if_offered.contains(extension) {
            self.left_out = self.left_out.with(extension);
            Ok(())
        } else {
            Err(refusal)
        }
    }
}
