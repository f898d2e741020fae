use posthaste_proto::Envelope;

use super::client::{Link, Sent};
use crate::content::Raw;
use crate::error::Error;

/// An open session: several messages, one after the other, over one connection.
#[derive(Debug)]
pub struct Connection {}

impl Connection {
    /// Sends a ready-made message; see [`Client::send_raw`](super::Client::send_raw).
    ///
    /// # Errors
    ///
    /// As there. When the connection is gone ([`is_open`](Self::is_open)) every further message fails.
    pub fn send_raw(&mut self, envelope: Envelope, raw: Raw<'_>) -> Result<Sent, Error> {
        let _ = (envelope, raw);
        todo!()
    }

    /// Whether another message can be sent.
    pub fn is_open(&self) -> bool {
        todo!()
    }

    /// Whom this is with, and how.
    pub fn link(&self) -> &Link {
        todo!()
    }

    /// Says QUIT and closes. What was sent is not put in doubt by how this ends.
    ///
    /// # Errors
    ///
    /// When the server answered wrongly or not at all; no message depends on it.
    pub fn quit(self) -> Result<(), Error> {
        todo!()
    }
}
