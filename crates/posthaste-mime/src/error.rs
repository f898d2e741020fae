//! Why a message cannot be built.

use core::{error, fmt};

use crate::{
    header::{AddressError, HeaderNameError, HeaderValueError, IdError},
    part::attachment::AttachmentError,
};

/// Why a message cannot be built. Offsets inside count octets from the beginning of what was given.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no author: call `from`.
    MissingFrom,
    /// There are several authors, so that one sender must be named (RFC 5322 section 3.6.2): call `sender`.
    MissingSender,
    /// `sender` was given several mailboxes.
    SeveralSenders,
    /// An address.
    Address {
        /// Of which field.
        field: &'static str,
        /// What is wrong with it.
        error: AddressError,
    },
    /// The value of a header field.
    Value {
        /// Of which field.
        field: String,
        /// What is wrong with it.
        error: HeaderValueError,
    },
    /// The name of a custom header field.
    Name(HeaderNameError),
    /// A custom header field that the builder writes itself, or that no message is sent with; see
    /// [`HeaderName::is_reserved`](crate::header::HeaderName::is_reserved). The message says what to use instead.
    Reserved {
        /// The name.
        field: String,
    },
    /// A Message-ID or Content-ID.
    Id {
        /// Of which field.
        field: &'static str,
        /// What is wrong with it.
        error: IdError,
    },
    /// Two inline parts have the same Content-ID.
    SameContentId {
        /// The Content-ID, without angle brackets.
        id: String,
    },
    /// A text body holds NUL.
    Nul {
        /// `text` or `html`.
        body: &'static str,
        /// Where it stands.
        offset: usize,
    },
    /// An attachment or an inline part.
    Attachment {
        /// Which one: 0 is the first that was given, both kinds counted together.
        number: usize,
        /// What is wrong with it.
        error: AttachmentError,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingFrom => f.write_str("the message has no author: call from()"),
            Self::MissingSender => {
                f.write_str("the message has several authors and no sender: call sender()")
            }
            Self::SeveralSenders => f.write_str("a message has one sender only"),
            Self::Address { field, error } => write!(f, "{field}: {error}"),
            Self::Value { field, error } => write!(f, "{field}: {error}"),
            Self::Name(error) => error.fmt(f),
            Self::Reserved { field } => write!(f, "{field} {}", instead_of(field)),
            Self::Id { field, error } => write!(f, "{field}: {error}"),
            Self::SameContentId { id } => write!(f, "Content-ID: two inline parts are named {id}"),
            Self::Nul { body, offset } => write!(
                f,
                "NUL at octet {offset} of the {body} body: no mail holds it"
            ),
            Self::Attachment { number, error } => write!(f, "attachment {number}: {error}"),
        }
    }
}

impl error::Error for BuildError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Address { error, .. } => Some(error),
            Self::Value { error, .. } => Some(error),
            Self::Name(error) => Some(error),
            Self::Id { error, .. } => Some(error),
            Self::Attachment { error, .. } => Some(error),
            Self::MissingFrom
            | Self::MissingSender
            | Self::SeveralSenders
            | Self::Reserved { .. }
            | Self::SameContentId { .. }
            | Self::Nul { .. } => None,
        }
    }
}

/// What to do instead of giving a reserved field.
fn instead_of(field: &str) -> &'static str {
    match field.to_ascii_lowercase().as_str() {
        "bcc" => "is never in a message that is sent: use bcc()",
        "resent-bcc" => {
            "is never in a message that is sent: use bcc(), or give these addresses in the envelope only"
        }
        "return-path" => "is written by the last server: give the sender in the envelope",
        "mime-version" => "is written by the builder, always as 1.0: leave it out",
        content if content.starts_with("content-") => {
            "is written by the builder: give the content by text(), html(), attach() or inline()"
        }
        _ => "is written by the builder: use the method that is made for it",
    }
}
