//! Header fields (RFC 5322): their names, their values, and how they are written.
//!
//! Every type here is checked when it is made, and cannot hold CR, LF or NUL.
//!
//! ```text
//! Subject: Re: =?UTF-8?Q?=C3=BCber?= uns
//! `-----'  `---------------------------'
//! HeaderName  HeaderValue, Mailbox, MessageId, Date, MediaType, FileName
//! ```

pub(crate) mod address;
mod address_parser;
pub(crate) mod content_disposition;
pub(crate) mod content_type;
pub(crate) mod date;
pub(crate) mod fold;
pub(crate) mod grammar;
pub(crate) mod message_id;
pub(crate) mod name;
pub(crate) mod phrase;
pub(crate) mod unstructured;
pub(crate) mod value;

use self::fold::Folder;
pub use self::{
    address::{AddressError, AddressErrorKind, IntoMailboxes, Mailbox},
    content_disposition::{FileName, FileNameError},
    content_type::{MediaType, MediaTypeError},
    date::{Date, DateError},
    message_id::{ContentId, IdError, MessageId},
    name::{HeaderName, HeaderNameError},
    value::{HeaderValue, HeaderValueError},
};

/// One field of the header section, as it is kept until its octets are asked for.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) body: Body,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Text(String),
    Structured(String),
    Mailboxes(Vec<Mailbox>),
    Phrases(Vec<String>),
    Ids(Vec<MessageId>),
    Date(Date),
}

impl Body {
    /// A list of nothing. A field with it is left out.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Mailboxes(mailboxes) => mailboxes.is_empty(),
            Self::Ids(ids) => ids.is_empty(),
            Self::Text(_) | Self::Structured(_) | Self::Phrases(_) | Self::Date(_) => false,
        }
    }
}

impl Field {
    pub(crate) fn new(name: &str, body: Body) -> Self {
        Self {
            name: name.to_owned(),
            body,
        }
    }

    /// Writes the field; `utf8` lets text stand as it is (RFC 6532).
    pub(crate) fn write(&self, out: &mut String, utf8: bool) {
        let mut folder = Folder::field(out, &self.name);
        match &self.body {
            Body::Text(text) => unstructured::write(&mut folder, text, utf8),
            Body::Structured(text) => value::structured_tokens(text)
                .filter(|token| !token.is_empty())
                .for_each(|token| folder.token(token)),
            Body::Mailboxes(mailboxes) => address::write(&mut folder, mailboxes, utf8),
            Body::Phrases(phrases) => phrase::write_list(&mut folder, phrases, utf8),
            Body::Ids(ids) => ids.iter().for_each(|id| folder.token(&id.to_string())),
            Body::Date(date) => folder.token(&date.to_string()),
        }
        folder.finish();
    }
}
