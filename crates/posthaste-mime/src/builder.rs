//! From the caller's texts and files to a message.

use crate::{
    error::BuildError,
    header::{
        AddressError, Body, ContentId, Date, Field, HeaderName, HeaderNameError, HeaderValue,
        HeaderValueError, IdError, IntoMailboxes, Mailbox, MessageId,
        content_disposition::Disposition, grammar::Grammar,
    },
    message::{Inner, Message},
    part::{Leaf, attachment::Attachment, multipart},
    source::SourceId,
    stamp::Stamp,
};

/// Collects what a message is made of; [`build`](MessageBuilder::build) checks that it is one.
///
/// What is refused on the way is kept, and the first of it is the error of `build`. The methods for addresses,
/// identifiers, custom fields and attachments add; the others replace what was given before.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing before build"]
pub struct MessageBuilder {
    from: Vec<Mailbox>,
    sender: Option<Mailbox>,
    reply_to: Vec<Mailbox>,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    bcc: Vec<Mailbox>,
    subject: Option<String>,
    date: Option<Date>,
    message_id: Option<MessageId>,
    in_reply_to: Vec<MessageId>,
    references: Vec<MessageId>,
    custom: Vec<Field>,
    text: Option<String>,
    html: Option<String>,
    attached: Vec<(usize, Attachment)>,
    inline: Vec<(usize, ContentId, Attachment)>,
    error: Option<BuildError>,
}

impl MessageBuilder {
    /// An author. Of several authors one must be the [`sender`](MessageBuilder::sender).
    ///
    /// Addresses are given as text (`Ann Lee <ann@example.org>`, several with commas), as a pair of display
    /// name and addr-spec, or as [`Mailbox`].
    pub fn from(mut self, mailboxes: impl IntoMailboxes) -> Self {
        let added = self.addresses("From", mailboxes);
        self.from.extend(added);
        self
    }

    /// Who sends the message, if that is not the author. The envelope has this address then.
    pub fn sender(mut self, mailbox: impl IntoMailboxes) -> Self {
        let mut given = self.addresses("Sender", mailbox);
        self.sender = given.pop();
        if !given.is_empty() {
            self.fail(BuildError::SeveralSenders);
        }
        self
    }

    /// Where answers go, if not to the author.
    pub fn reply_to(mut self, mailboxes: impl IntoMailboxes) -> Self {
        let added = self.addresses("Reply-To", mailboxes);
        self.reply_to.extend(added);
        self
    }

    /// A recipient.
    pub fn to(mut self, mailboxes: impl IntoMailboxes) -> Self {
        let added = self.addresses("To", mailboxes);
        self.to.extend(added);
        self
    }

    /// A recipient of a copy.
    pub fn cc(mut self, mailboxes: impl IntoMailboxes) -> Self {
        let added = self.addresses("Cc", mailboxes);
        self.cc.extend(added);
        self
    }

    /// A recipient of a copy whom the others do not see: in the envelope only, never in the message.
    pub fn bcc(mut self, mailboxes: impl IntoMailboxes) -> Self {
        let added = self.addresses("Bcc", mailboxes);
        self.bcc.extend(added);
        self
    }

    /// The subject, which may be any text without line breaks. It arrives as it is, blanks included.
    pub fn subject<V>(mut self, subject: V) -> Self
    where
        V: TryInto<HeaderValue>,
        V::Error: Into<HeaderValueError>,
    {
        match subject.try_into().map_err(Into::into) {
            Ok(value) => self.subject = Some(value.as_str().to_owned()),
            Err(error) => self.fail(BuildError::Value {
                field: "Subject".to_owned(),
                error,
            }),
        }
        self
    }

    /// The plain text. LF, CRLF and a lone CR each end a line; lines arrive as CRLF.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The HTML. With a text as well, both are alternatives, and readers show the HTML if they can.
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.html = Some(html.into());
        self
    }

    /// An attachment.
    pub fn attach(mut self, attachment: Attachment) -> Self {
        self.attached.push((self.parts(), attachment));
        self
    }

    /// A part that the HTML shows, as in `<img src="cid:logo">` for the identifier `logo`. See
    /// [`ContentId::url`].
    pub fn inline<C>(mut self, id: C, attachment: Attachment) -> Self
    where
        C: TryInto<ContentId>,
        C::Error: Into<IdError>,
    {
        match id.try_into().map_err(Into::into) {
            Err(error) => self.fail(BuildError::Id {
                field: "Content-ID",
                error,
            }),
            Ok(id) if self.inline.iter().any(|(_, known, _)| *known == id) => {
                self.fail(BuildError::SameContentId {
                    id: id.as_str().to_owned(),
                });
            }
            Ok(id) => self.inline.push((self.parts(), id, attachment)),
        }
        self
    }

    /// Another header field. A name may come several times.
    ///
    /// Text stands for [`HeaderValue::text`], and for [`HeaderValue::structured`] in fields that have no place
    /// for encoded-words (see [`HeaderName::is_structured`]).
    ///
    /// Some fields are held to their grammar: addresses in `Disposition-Notification-To` and in the `Resent-`
    /// fields that have them, `Resent-Date`, `Resent-Message-ID`, `Content-Language` (language tags),
    /// `List-Unsubscribe-Post`, and `Keywords`, whose phrases (`rust, "mail, sent"`) are encoded one by one.
    /// What [`HeaderName::is_reserved`] tells of is refused.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        N::Error: Into<HeaderNameError>,
        V: TryInto<HeaderValue>,
        V::Error: Into<HeaderValueError>,
    {
        match custom(
            name.try_into().map_err(Into::into),
            value.try_into().map_err(Into::into),
        ) {
            Ok(field) => self.custom.push(field),
            Err(error) => self.fail(error),
        }
        self
    }

    /// Another date than that of the stamp.
    pub fn date(mut self, date: Date) -> Self {
        self.date = Some(date);
        self
    }

    /// Another Message-ID than that of the stamp.
    pub fn message_id<I>(mut self, id: I) -> Self
    where
        I: TryInto<MessageId>,
        I::Error: Into<IdError>,
    {
        self.message_id = self.id("Message-ID", id);
        self
    }

    /// The Message-ID of a message that this one answers.
    pub fn in_reply_to<I>(mut self, id: I) -> Self
    where
        I: TryInto<MessageId>,
        I::Error: Into<IdError>,
    {
        let id = self.id("In-Reply-To", id);
        self.in_reply_to.extend(id);
        self
    }

    /// The Message-IDs of the thread that this message belongs to, oldest first.
    pub fn references<I>(mut self, ids: impl IntoIterator<Item = I>) -> Self
    where
        I: TryInto<MessageId>,
        I::Error: Into<IdError>,
    {
        for id in ids {
            let id = self.id("References", id);
            self.references.extend(id);
        }
        self
    }

    /// The message, with date, Message-ID and boundaries from `stamp`.
    ///
    /// # Errors
    ///
    /// The first thing that was refused, in the order of the calls; then a missing author or sender, a body
    /// that holds NUL, and attachments with a name or a media type that is refused.
    pub fn build(self, stamp: &Stamp) -> Result<Message, BuildError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let sender = match (&self.sender, self.from.as_slice()) {
            (_, []) => return Err(BuildError::MissingFrom),
            (None, [author]) => author.clone(),
            (None, _) => return Err(BuildError::MissingSender),
            (Some(sender), _) => sender.clone(),
        };
        let seed = stamp.boundary_seed();
        let mut ids = (0..).map(SourceId);
        let mut next_id = || ids.next().unwrap_or(SourceId(usize::MAX));

        let mut bodies = Vec::new();
        // A message without any body has an empty text.
        let text = self.text.or_else(|| {
            let empty = self.html.is_none() && self.attached.is_empty();
            empty.then(String::new)
        });
        for (name, subtype, body) in [("text", "plain", text), ("html", "html", self.html)] {
            let Some(body) = body else { continue };
            if let Some(offset) = body.find('\0') {
                return Err(BuildError::Nul { body: name, offset });
            }
            bodies.push(Leaf::text(next_id(), subtype, &body, &seed));
        }
        let mut inline = Vec::new();
        for (number, id, attachment) in self.inline {
            let leaf = attachment
                .into_leaf(next_id(), Disposition::Inline, Some(id))
                .map_err(|error| BuildError::Attachment { number, error })?;
            inline.push(leaf);
        }
        let mut attached = Vec::new();
        for (number, attachment) in self.attached {
            let leaf = attachment
                .into_leaf(next_id(), Disposition::Attachment, None)
                .map_err(|error| BuildError::Attachment { number, error })?;
            attached.push(leaf);
        }
        let root = multipart::nest(bodies, inline, attached, &seed);

        let date = self.date.unwrap_or_else(|| stamp.date());
        let message_id = self
            .message_id
            .unwrap_or_else(|| stamp.message_id(self.from.first().unwrap_or(&sender)));
        let mut fields = vec![Field::new("Date", Body::Date(date))];
        let mut add = |name, body: Body| {
            if !body.is_empty() {
                fields.push(Field::new(name, body));
            }
        };
        add("From", Body::Mailboxes(self.from));
        add("Sender", Body::Mailboxes(self.sender.into_iter().collect()));
        add("Reply-To", Body::Mailboxes(self.reply_to));
        add("To", Body::Mailboxes(self.to));
        add("Cc", Body::Mailboxes(self.cc));
        if let Some(subject) = self.subject {
            add("Subject", Body::Text(subject));
        }
        add("Message-ID", Body::Ids(vec![message_id.clone()]));
        add("In-Reply-To", Body::Ids(self.in_reply_to));
        add("References", Body::Ids(self.references));
        fields.extend(self.custom);

        Ok(Message::new(Inner {
            sender,
            bcc: self.bcc,
            fields,
            date,
            message_id,
            root,
        }))
    }

    fn addresses(&mut self, field: &'static str, mailboxes: impl IntoMailboxes) -> Vec<Mailbox> {
        mailboxes
            .into_mailboxes()
            .unwrap_or_else(|error: AddressError| {
                self.fail(BuildError::Address { field, error });
                Vec::new()
            })
    }

    fn id<I>(&mut self, field: &'static str, id: I) -> Option<MessageId>
    where
        I: TryInto<MessageId>,
        I::Error: Into<IdError>,
    {
        id.try_into()
            .map_err(|error| {
                self.fail(BuildError::Id {
                    field,
                    error: error.into(),
                })
            })
            .ok()
    }

    /// The first error stays.
    fn fail(&mut self, error: BuildError) {
        self.error.get_or_insert(error);
    }

    fn parts(&self) -> usize {
        self.attached.len() + self.inline.len()
    }
}

fn custom(
    name: Result<HeaderName, HeaderNameError>,
    value: Result<HeaderValue, HeaderValueError>,
) -> Result<Field, BuildError> {
    let name = name.map_err(BuildError::Name)?;
    if name.is_reserved() {
        return Err(BuildError::Reserved {
            field: name.to_string(),
        });
    }
    let value = value.map_err(|error| BuildError::Value {
        field: name.to_string(),
        error,
    })?;
    let body = Grammar::of(&name).body(&name, value)?;
    Ok(Field {
        name: name.to_string(),
        body,
    })
}
