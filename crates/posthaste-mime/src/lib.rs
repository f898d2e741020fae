//! Mail messages, built and streamed.

mod builder;
mod encoded_word;
mod encoding;
mod error;
pub mod header;
mod message;
mod parameter;
mod part;
mod source;
mod stamp;
mod stream;

#[cfg(feature = "system")]
pub use self::stamp::StampError;
pub use self::{
    builder::MessageBuilder,
    encoding::{Encoding, Needs, Size},
    error::BuildError,
    header::{Date, Mailbox},
    message::Message,
    part::attachment::{Attachment, AttachmentError},
    source::{Reader, Source, SourceId},
    stamp::Stamp,
    stream::{MessageReader, MessageStream, Pull, StreamError},
};
