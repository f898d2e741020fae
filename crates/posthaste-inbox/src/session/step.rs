//! What a session wants done, and what it knows of a message.

use posthaste_proto::address::{ForwardPath, ReversePath};
use posthaste_proto::command::{MailParameters, RcptParameters};

#[cfg(doc)]
use super::Session;

/// What to do next.
#[derive(Debug, PartialEq)]
pub enum Step<'a> {
    /// Write these octets, then call [`Session::written`].
    Write(&'a [u8]),
    /// Read, then call [`Session::received`], [`Session::closed_by_peer`] or [`Session::timed_out`].
    Read,
    /// Shake hands as a TLS server, then call [`Session::tls_started`]; when it fails, [`Session::closed_by_peer`].
    StartTls,
    /// A message begins: make room for it and call [`Session::stored`] or [`Session::store_failed`].
    Begin(&'a Envelope),
    /// Octets of the message's content, dot-stuffing undone: keep them and call [`Session::stored`] or
    /// [`Session::store_failed`].
    Content(&'a [u8]),
    /// The message is complete: call [`Session::accepted`] when it is safe, or [`Session::store_failed`].
    End(&'a Envelope),
    /// The message that began will not be complete: forget it and call [`Session::stored`].
    Abort,
    /// Close the connection. Every later poll says the same.
    Close,
}

/// What is known of a message besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// What the client called itself.
    pub hello: String,
    /// Whether it said EHLO, not HELO.
    pub esmtp: bool,
    /// The TLS version, when there is TLS.
    pub tls: Option<String>,
    /// The user who logged in.
    pub auth: Option<String>,
    /// The reverse-path.
    pub reverse_path: ReversePath,
    /// The parameters of MAIL.
    pub mail_parameters: MailParameters,
    /// The recipients that were accepted, in order, duplicates kept.
    pub recipients: Vec<(ForwardPath, RcptParameters)>,
    /// Octets of content so far, dot-stuffing undone.
    pub size: u64,
}
