//! The SMTP client protocol (RFC 5321 and its extensions, LMTP of RFC 2033) without any IO.
//!
//! ```text
//!   Envelope, ContentSpec                                        octets
//!        |  submit                       Step::Write  ------------------------->
//!        v                               Step::Read   <-------------------------
//!   +---------+   poll(now) -> Step      Step::StartTls  the transport shakes hands
//!   | Session |------------------------> Step::Content   the caller gives the message
//!   +---------+                          Step::Event     Ready, Recipient, Done, Lost, Quirk
//!        ^                               Step::Idle      open, nothing to do
//!        +------ written, received, …    Step::Close     over
//! ```
//!
//! In scope: what is said, in which order, what each reply means for each recipient, when to give up, and what may be
//! sent again. Out of scope: sockets, TLS, clocks, randomness (they come in as arguments) and what a message looks like.
//! The crate is `no_std` with `alloc`, has no unsafe code, and never allocates more than its
//! [limits](session::Limits) allow, whatever a server sends.
//!
//! # A session in memory
//!
//! ```
//! use std::time::Duration;
//! use posthaste_proto::session::{Disposition, TlsPolicy};
//! use posthaste_proto::{Config, ContentSpec, Envelope, Event, Session, Step};
//!
//! let config = Config::new("client.example.org".parse()?).tls(TlsPolicy::Never);
//! let mut session = Session::new(config);
//! let envelope = Envelope::new("ann@example.org".parse()?, ["bob@example.net".parse()?])?;
//! let content = b"Subject: hi\r\n\r\n.dot\r\n";
//! session.submit(envelope, ContentSpec::seven_bit(content.len() as u64));
//!
//! let mut server = ["220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 queued\r\n", "221 bye\r\n"].into_iter();
//! let (mut wire, mut given) = (Vec::new(), 0);
//! loop {
//!     match session.poll(Duration::ZERO) {
//!         Step::Write { bytes, .. } => {
//!             let n = bytes.len();
//!             wire.extend_from_slice(bytes);
//!             session.written(n);
//!         }
//!         Step::Read { .. } => session.received(server.next().unwrap_or_default().as_bytes()),
//!         Step::Content(handle) if given < content.len() => given += handle.push(&content[given..]),
//!         Step::Content(handle) => handle.finish(),
//!         Step::Event(Event::Done { report }) => assert_eq!(report.disposition(), Disposition::Accepted),
//!         Step::Event(event) => println!("{event:?}"),
//!         Step::Idle => session.quit(),
//!         Step::StartTls { .. } | Step::Credentials(_) => unreachable!("neither was asked for"),
//!         Step::Close { .. } => break,
//!     }
//! }
//! assert_eq!(
//!     String::from_utf8(wire)?,
//!     "EHLO client.example.org\r\n\
//!      MAIL FROM:<ann@example.org>\r\n\
//!      RCPT TO:<bob@example.net>\r\n\
//!      DATA\r\n\
//!      Subject: hi\r\n\r\n..dot\r\n.\r\n\
//!      QUIT\r\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `docs/writing-a-transport.md` in the repository builds a transport over a socket, step by step.
//!
//! # Modules
//!
//! | module | what | RFC |
//! |---|---|---|
//! | [`session`] | a connection from greeting to QUIT | 5321 section 3, 2920, 3030, 3207, 4954, 2033 |
//! | [`reply`] | codes, enhanced status codes, the parser | 5321 section 4.2, 2034, 3463 |
//! | [`command`] | commands and their parameters, both ways | 5321 section 4.1, 1870, 2852, 3461, 4865, 4954, 6152, 6531, 6533, 6710, 8689 |
//! | [`address`] | mailboxes, paths, domains | 5321 section 4.1.2 and 4.1.3, 6531 |
//! | [`capability`] | what EHLO offers | 5321 section 4.1.1.1, the above, 9422 |
//! | [`content`] | encodings, sizes, dot-stuffing, chunks | 5321 section 4.5.2, 3030 |
//! | [`sasl`] | credentials and mechanisms | 4422, 4505, 4616, 2195, 5802, 7677, 7628, 9266, 5929 |
//! | [`wire`] | any line out, replies matched to what they answer, no policy | 5321 section 2.4 and 4.2, 2920 |
//! | [`envelope`] | who sends to whom | 5321 section 2.3.1 |
//! | [`error`] | what can go wrong, and whose fault it is | |
//!
//! # Features
//!
//! - `scram` (on): SCRAM and CRAM-MD5, with the digests that they need.
//! - `saslprep` (off): names and passwords outside ASCII in SCRAM; brings std and tables. Without it they are a typed error.
//! - `idna` (off): domains outside ASCII are written in A-labels, by the crate `idna`, where no other part of the
//!   envelope needs SMTPUTF8. Without it such a domain needs SMTPUTF8.

#![no_std]

extern crate alloc;

pub mod address;
pub mod capability;
pub mod command;
pub mod content;
pub mod envelope;
pub mod error;
pub mod reply;
pub mod sasl;
mod secret;
pub mod session;
pub mod wire;

pub use capability::Capabilities;
pub use content::ContentSpec;
pub use envelope::Envelope;
pub use error::Cause;
pub use sasl::Credentials;
pub use secret::Secret;
pub use session::{Config, Event, Report, Session, Step};
