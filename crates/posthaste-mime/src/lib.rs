//! Mail messages, built and streamed.
//!
//! This crate makes what a mail client hands to its server: header fields that every reader shows right, parts
//! nested as the content asks for, transfer encodings chosen for what the server offers. It knows neither SMTP
//! nor sockets, asks no clock, and holds a large attachment never in memory.
//!
//! ```text
//! Message::builder()                  multipart/mixed            because of attach()
//!     .text("..")                     +- multipart/related       because of inline()
//!     .html("..")                     |  +- multipart/alternative    text and HTML
//!     .inline("logo", ..)             |  |  +- text/plain
//!     .attach(..)                     |  |  +- text/html
//!     .build(&stamp)?                 |  +- image/png            <img src="cid:logo">
//!                                     +- application/pdf         always base64, bit for bit
//!
//! message.encodings()       what it can be sent in, and how long it is then
//! message.stream(&encoding) next(room) -> Bytes | Source { id, room } | Done
//! ```
//!
//! The same [`Stamp`] gives the same octets, every time:
//!
//! ```
//! use posthaste_mime::{Attachment, Encoding, Message, Size, Stamp};
//!
//! let message = Message::builder()
//!     .from("Ann Lee <ann@example.org>")
//!     .to("bo@example.net, \"Lee, Cy\" <cy@example.net>")
//!     .bcc("dee@example.net")
//!     .subject("季度报告")
//!     .text("See the report.\n")
//!     .attach(Attachment::bytes("%PDF-").file_name("报告.pdf").media_type("application/pdf"))
//!     .build(&Stamp::fixed(0))?;
//!
//! let octets = message.to_bytes(&Encoding::SEVEN_BIT)?;
//! assert_eq!(
//!     String::from_utf8(octets)?.replace("\r\n", "\n"),
//!     "\
//! Date: Thu, 1 Jan 1970 00:00:00 +0000
//! From: Ann Lee <ann@example.org>
//! To: bo@example.net, \"Lee, Cy\" <cy@example.net>
//! Subject: =?UTF-8?B?5a2j5bqm5oql5ZGK?=
//! Message-ID: <000102030405060708090a0b0c0d0e0f@example.org>
//! MIME-Version: 1.0
//! Content-Type: multipart/mixed; boundary=\"=_1_101112131415161718191a1b1c1d1e1f\"
//!
//! --=_1_101112131415161718191a1b1c1d1e1f
//! Content-Type: text/plain; charset=utf-8
//! Content-Transfer-Encoding: 7bit
//!
//! See the report.
//!
//! --=_1_101112131415161718191a1b1c1d1e1f
//! Content-Type: application/pdf;
//!  name=\"=?UTF-8?B?5oql5ZGKLnBkZg==?=\"
//! Content-Transfer-Encoding: base64
//! Content-Disposition: attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf
//!
//! JVBERi0=
//! --=_1_101112131415161718191a1b1c1d1e1f--
//! "
//! );
//!
//! // The blind copy is in the envelope only.
//! let (sender, recipients) = message.envelope_addresses();
//! assert_eq!(sender, "ann@example.org");
//! assert_eq!(recipients.last(), Some("dee@example.net"));
//! assert_eq!(message.size(&Encoding::SEVEN_BIT), Size::Exact(727));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is written how
//!
//! - Texts of the caller are checked where they come in. CR, LF, NUL and other control characters are refused
//!   with the field and the place, never repaired ([`BuildError`]).
//! - Header text that is not ASCII becomes encoded-words (RFC 2047), unless [`Encoding::utf8_headers`] is set.
//!   Blanks arrive as they were given.
//! - Addresses that are not ASCII, domains among them, are written as they are and need SMTPUTF8
//!   ([`Message::needs`]); a stream in another encoding ends with an error at once.
//! - Text bodies are UTF-8. Their lines end in CRLF, whatever they ended in; they go as 7bit, as 8bit if the
//!   [`Encoding`] has it, else as quoted-printable or base64, whichever suits the text.
//! - Lines are folded at 78 octets where that is allowed, and are never longer than 998.
//!
//! # Features
//!
//! `system` ([`Stamp::system`]: clock and random numbers), `guess` (media types from file names) and `simd`
//! (base64 by vector instructions) are on by default.

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
