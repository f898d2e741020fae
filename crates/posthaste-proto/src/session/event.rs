//! What a session tells, each thing once.

use super::report::Report;
use crate::error::Cause;
use crate::reply::{Quirk, Reply};
use crate::sasl::AuthDetail;

/// Something that happened. Nothing needs an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Greeting, EHLO, TLS and AUTH are done; [`capabilities`](super::Session::capabilities) are known.
    Ready,
    /// The server answered RCPT for one recipient.
    Recipient {
        /// The transaction.
        id: TransactionId,
        /// The recipient's place in the envelope.
        index: usize,
        /// The answer.
        reply: Reply,
    },
    /// A transaction ended. Every submitted transaction gets exactly one of these.
    Done {
        /// What became of it.
        report: Report,
    },
    /// The session can take no more transactions, and did not end because it was told to. The `Done`s of its
    /// transactions come before this.
    Lost {
        /// Why.
        cause: Cause,
    },
    /// What the server told, within AUTH, about the refusal that comes next: the JSON of OAUTHBEARER and XOAUTH2, the `e=` of
    /// SCRAM.
    AuthDetail(AuthDetail),
    /// The server did something beside the standard that does no harm.
    Quirk(Quirk),
}

/// Names a transaction within its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(pub(super) u64);

impl core::fmt::Display for TransactionId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.0, f)
    }
}
