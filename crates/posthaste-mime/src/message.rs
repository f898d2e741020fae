//! A message: built once, streamed as often as wanted.

use std::{io, sync::Arc};

use crate::{
    builder::MessageBuilder,
    encoding::{Encoding, Needs, Size, Transfer},
    header::{Body, Date, Field, Mailbox, MessageId},
    part::{Leaf, Part, Segment},
    source::{Source, SourceId},
    stream::{self, MessageStream},
};

/// A message. Cheap to clone, can be sent between threads, holds no open file.
#[derive(Debug, Clone)]
pub struct Message(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) sender: Mailbox,
    pub(crate) bcc: Vec<Mailbox>,
    pub(crate) fields: Vec<Field>,
    pub(crate) date: Date,
    pub(crate) message_id: MessageId,
    pub(crate) root: Part,
}

impl Message {
    /// Begins a message.
    pub fn builder() -> MessageBuilder {
        MessageBuilder::default()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The addr-spec of the sender (of Sender, else of From), and those of the recipients: To, Cc, Bcc, each in
    /// its order. A recipient that is named twice comes twice.
    pub fn envelope_addresses(&self) -> (&str, impl Iterator<Item = &str>) {
        let to = self.mailboxes_of("To");
        let cc = self.mailboxes_of("Cc");
        let recipients = to.chain(cc).chain(&self.0.bcc).map(Mailbox::addr_spec);
        (self.0.sender.addr_spec(), recipients)
    }

    /// The Message-ID.
    #[must_use]
    pub fn message_id(&self) -> &MessageId {
        &self.0.message_id
    }

    /// The date.
    #[must_use]
    pub fn date(&self) -> Date {
        self.0.date
    }

    /// The header section, as [`stream`](Message::stream) writes it first, with the fields of the root part and
    /// without the empty line behind it. Non-ASCII addresses stand as they are, whatever the encoding.
    #[must_use]
    pub fn headers(&self, encoding: &Encoding) -> String {
        let mut head = match self.plan(encoding).into_iter().next() {
            Some(Segment::Octets(head)) => head,
            Some(Segment::Body { .. }) | None => String::new(),
        };
        if let Some(end) = head.find("\r\n\r\n") {
            head.truncate(end + 2);
        }
        head
    }

    /// What the message cannot be sent without.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let eight_bit = self
            .leaves()
            .iter()
            .any(|leaf| leaf.transfer(&Encoding::SEVEN_BIT) == Transfer::EightBit);
        let smtputf8 = self
            .header_mailboxes()
            .chain(&self.0.bcc)
            .any(|mailbox| !mailbox.is_ascii());
        Needs {
            eight_bit,
            binary: false,
            smtputf8,
        }
    }

    /// How many octets [`stream`](Message::stream) gives in this encoding.
    ///
    /// Exact unless a source does not know its length.
    #[must_use]
    pub fn size(&self, encoding: &Encoding) -> Size {
        self.plan(encoding)
            .iter()
            .try_fold(0_u64, |sum, segment| {
                let length = match segment {
                    Segment::Octets(octets) => Some(octets.len() as u64),
                    Segment::Body { leaf, transfer } => leaf.encoded_len(*transfer),
                };
                sum.checked_add(length?)
            })
            .map_or(Size::Unknown, Size::Exact)
    }

    /// The encodings that this message can be sent in, with the size in each, best first.
    ///
    /// An encoding is left out when one of those behind it, which ask less of the server, writes the same
    /// octets.
    #[must_use]
    pub fn encodings(&self) -> Vec<(Encoding, Size)> {
        let needs = self.needs();
        let seven = Encoding {
            eight_bit: needs.eight_bit,
            binary: needs.binary,
            utf8_headers: needs.smtputf8,
        };
        let eight = Encoding {
            eight_bit: true,
            ..seven
        };
        let differs = self
            .leaves()
            .iter()
            .any(|leaf| leaf.transfer(&seven) != leaf.transfer(&eight));
        let mut encodings = Vec::new();
        if differs {
            encodings.push((eight, self.size(&eight)));
        }
        encodings.push((seven, self.size(&seven)));
        encodings
    }

    /// The octets of the message, all line ends CRLF. Can be had again and gives the same octets.
    #[must_use]
    pub fn stream(&self, encoding: &Encoding) -> MessageStream {
        let error = stream::obstacle(self, encoding);
        MessageStream::new(self.clone(), self.plan(encoding), error)
    }

    /// The whole message in memory; for large attachments take [`stream`](Message::stream).
    ///
    /// # Errors
    ///
    /// What reading the sources gave, and [`StreamError`](crate::StreamError) inside of an [`io::Error`].
    pub fn to_bytes(&self, encoding: &Encoding) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        self.stream(encoding).reader().write_to(&mut octets)?;
        Ok(octets)
    }

    /// The source that a [`Pull::Source`](crate::Pull::Source) of this message names.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.leaves()
            .into_iter()
            .find(|leaf| leaf.id == id)
            .and_then(|leaf| leaf.source())
    }

    /// The mailboxes of the header section.
    pub(crate) fn header_mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        self.0.fields.iter().flat_map(mailboxes)
    }

    fn mailboxes_of(&self, name: &'static str) -> impl Iterator<Item = &Mailbox> {
        self.0
            .fields
            .iter()
            .filter(move |field| field.name == name)
            .flat_map(mailboxes)
    }

    fn leaves(&self) -> Vec<&Arc<Leaf>> {
        let mut leaves = Vec::new();
        self.0.root.leaves(&mut leaves);
        leaves
    }

    fn plan(&self, encoding: &Encoding) -> Vec<Segment> {
        let mut head = String::new();
        for field in &self.0.fields {
            field.write(&mut head, encoding.utf8_headers);
        }
        head.push_str("MIME-Version: 1.0\r\n");
        self.0.root.plan(encoding, head)
    }
}

fn mailboxes(field: &Field) -> &[Mailbox] {
    match &field.body {
        Body::Mailboxes(mailboxes) => mailboxes,
        Body::Text(_) | Body::Structured(_) | Body::Phrases(_) | Body::Ids(_) | Body::Date(_) => {
            &[]
        }
    }
}
