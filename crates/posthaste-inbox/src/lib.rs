//! An embedded SMTP server: a partner for tests, demos and the inbox of a developer's machine.
//!
//! ```text
//!   client  ---->  listener  ---->  session  ---->  store
//!                  sockets,         what is said,   0001.eml, 0001.json
//!                  TLS, threads     without IO      or memory
//! ```
//!
//! It speaks SMTP as RFC 5321 has it, with STARTTLS, implicit TLS, AUTH, PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING,
//! BINARYMIME and ENHANCEDSTATUSCODES, on loopback unless told otherwise. Certificates are made when it starts, good or
//! faulty ones. It takes mail for everyone, except where a test has it refuse.
//!
//! AUTH is offered to those who are let in ([`Config::auth`], [`Config::token`], [`Config::auth_any`]), inside TLS:
//!
//! | mechanism | with | offered |
//! |---|---|---|
//! | PLAIN, LOGIN, CRAM-MD5 | a password | by default |
//! | SCRAM-SHA-1, -256, -512 | a password | by default; not when everyone is let in |
//! | the same with -PLUS | a password, and tls-exporter (TLS 1.3) or tls-server-end-point | by default |
//! | XOAUTH2, OAUTHBEARER | a token, or the password as one | by default |
//! | EXTERNAL | nothing | [`Config::external`] |
//! | ANONYMOUS | nothing | [`Config::anonymous`] |
//!
//! [`Config::mechanisms`] chooses among them and orders them. The server prepares no passwords: SASLprep is the client's.
//! For tests of clients it can lie in SCRAM ([`ScramFault`]), as it can fail anywhere else ([`Config::reply`],
//! [`Config::close_after`], [`Config::close_instead`]).
//!
//! Only CRLF ends a line and only CRLF, dot, CRLF ends a message; a command line that ends in LF alone ends the
//! connection. Memory is bounded however the client behaves, but for the content of messages that are kept in memory.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use std::time::Duration;
//! use posthaste_inbox::Inbox;
//!
//! let inbox = Inbox::builder().refuse_recipient("bob@example.net", 550, "5.1.1 no such user").start()?;
//!
//! let mut client = TcpStream::connect(inbox.address())?;
//! client.write_all(
//!     b"EHLO client.example.org\r\n\
//!       MAIL FROM:<ann@example.org>\r\n\
//!       RCPT TO:<bob@example.net>\r\n\
//!       RCPT TO:<cid@example.net>\r\n\
//!       DATA\r\n\
//!       Subject: hello\r\n\r\n..dot\r\n.\r\n\
//!       QUIT\r\n",
//! )?;
//! let mut replies = String::new();
//! client.read_to_string(&mut replies)?;
//! assert!(replies.contains("\r\n550 5.1.1 no such user\r\n250 2.1.5 ok\r\n354 "));
//! assert!(replies.ends_with("\r\n250 2.0.0 queued as 0001\r\n221 2.0.0 bye\r\n"));
//!
//! let messages = inbox.wait_for(1, Duration::from_secs(5))?;
//! assert_eq!(messages[0].record().mail_from, "ann@example.org");
//! assert_eq!(messages[0].record().rcpt_to[0].address, "cid@example.net");
//! assert_eq!(messages[0].content()?, b"Subject: hello\r\n\r\n.dot\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With a client that wants TLS and a login, as most do, give the inbox the same user, and the client the inbox's
//! authority. With the crate `posthaste` that is:
//!
//! ```
//! use posthaste::{Server, blocking::Client, mime::{Message, Stamp}};
//! use posthaste_inbox::Inbox;
//!
//! let inbox = Inbox::builder().auth("ann", "secret").auth_required().start()?;
//! let server: Server = format!("smtp://ann@localhost:{}", inbox.port()).parse()?;
//! let server = server.password("secret").tls_ca_pem(inbox.ca_pem().ok_or("no TLS")?);
//! let message = Message::builder()
//!     .from("ann@example.org").to("bob@example.net").subject("Hello").text("Hello, Bob.\n")
//!     .build(&Stamp::system()?)?;
//! Client::new(server)?.send(&message)?;
//! assert_eq!(inbox.messages()[0].record().auth.as_deref(), Some("ann"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The conversation itself is in [`session`], which can be driven in memory against a client at any split.

mod builder;
mod certificate;
mod config;
mod fault;
mod inbox;
mod listener;
mod reply;
mod sasl;
pub mod session;
mod store;
mod users;

pub use builder::Builder;
pub use certificate::Certificate;
pub use config::{Config, Extension};
pub use fault::{ScramFault, Stage};
pub use inbox::{Inbox, StartError, TimedOut};
pub use reply::{Reply, ReplyError};
pub use sasl::{Mechanism, UnknownMechanism};
pub use store::{Message, Recipient, Record};
