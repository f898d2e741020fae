//! Sends mail over SMTP and LMTP: the sockets around [`posthaste_proto`], which decides, and [`posthaste_mime`], which builds.
//!
//! A text and an attachment, over STARTTLS, authenticated:
//!
//! ```
//! use posthaste::mime::{Attachment, Message, Stamp};
//! use posthaste::{Server, blocking::Client};
//!
//! # fn password() -> &'static str { "hunter2" }
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let server: Server = "smtp://ann@mail.example.org".parse()?;
//!     # let inbox = posthaste_inbox::Inbox::builder().auth("ann", "hunter2").auth_required().start()?;
//!     # let server: Server = format!("smtp://ann@localhost:{}", inbox.port()).parse()?;
//!     # let server = server.tls_ca_pem(inbox.ca_pem().unwrap_or_default());
//!     let message = Message::builder().from("Ann <ann@example.org>").to("bo@example.net")
//!         .subject("Report").text("Here it is.\n").attach(Attachment::bytes("1,2,3\n"))
//!         .build(&Stamp::system()?)?;
//!     let sent = Client::new(server.password(password()))?.send(&message)?;
//!     println!("queued as {}", sent.queue_id().unwrap_or("?"));
//!     # assert_eq!(inbox.messages().len(), 1);
//!     Ok(())
//! }
//! ```
//!
//! # What is where
//!
//! | | |
//! |---|---|
//! | [`Server`] | where to send, with which encryption and credentials: a URL and methods |
//! | [`blocking::Client`] | sends; [`blocking::Connection`] is one session that it opened |
//! | [`blocking::Sent`] | what became of each recipient, when at least one was accepted |
//! | [`Error`] | everything else: kind, reason, stage, the server's reply, whether to try again |
//! | [`observe`], [`transcript`] | what goes over the wire, without secrets |
//! | [`stream`], [`blocking::Driver`] | for sockets of one's own |
//!
//! # Safe unless told otherwise
//!
//! `smtp://` and `lmtp://` mean STARTTLS or nothing, but on port 465 TLS from the first octet, as `smtps://` does
//! everywhere. Names and chains of certificates are checked against the system's authorities and those that [`Server::tls_ca_file`] adds.
//! Only a server on a loopback address by a loopback name may do without TLS, and even there credentials do not go in
//! clear. A server that offers SCRAM does not see the password, and has to prove that it knows it. What is weaker than this has `dangerous` in its name.

pub mod blocking;
mod connect;
pub mod content;
pub mod error;
mod message;
pub mod observe;
pub mod server;
pub mod stream;
pub mod transcript;

pub use content::Raw;
pub use error::Error;
pub use message::envelope;
pub use posthaste_mime as mime;
pub use posthaste_proto as proto;
pub use posthaste_proto::{Envelope, Report, Secret};
pub use server::{Server, Tls};

/// `docs/writing-a-transport.md`, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/writing-a-transport.md")]
struct WritingATransport;
