//! What became of a transaction, recipient by recipient.

use alloc::vec::Vec;
use core::fmt;

use super::event::TransactionId;
use crate::capability::Extensions;
use crate::error::Cause;
use crate::reply::Reply;

/// The end of one transaction. The recipients stand one to one with those of the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Which transaction.
    pub id: TransactionId,
    /// One entry for each recipient of the envelope, in its order.
    pub recipients: Vec<Recipient>,
    /// The reply to MAIL, if it came.
    pub mail: Option<Reply>,
    /// What the envelope asked for and marked [`if_offered`](crate::envelope::MessageOptions::if_offered), and was not
    /// asked of the server, because it does not offer it.
    pub left_out: Extensions,
    /// Octets of content that were taken from the caller; dot-stuffing and the terminator are not counted.
    pub content: u64,
}

/// What became of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient {
    /// The reply to this recipient's RCPT, if it came.
    pub rcpt: Option<Reply>,
    /// The end of it.
    pub fate: Fate,
}

/// The truth about one recipient. The same for SMTP, LMTP and BDAT.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no fifth fate")]
pub enum Fate {
    /// The end of the message was never handed out, and the server did not refuse this recipient or its message.
    /// May be tried again freely.
    NotSent(Cause),
    /// The server refused this recipient, or the message for it, with a 4yz or 5yz reply.
    Refused(Stage, Reply),
    /// The server took responsibility.
    Accepted(Reply),
    /// The end of the message was handed out and no final reply came (RFC 1047). Trying again may deliver it twice.
    InDoubt(Cause),
}

/// A report in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "derived from the four fates")]
pub enum Disposition {
    /// Every recipient was accepted.
    Accepted,
    /// At least one was accepted, at least one was not.
    Partial,
    /// None was accepted, and at least one is in doubt.
    InDoubt,
    /// None was accepted or is in doubt, and at least one was refused by the server.
    Refused,
    /// Nothing was sent.
    NotSent,
}

/// What the server was asked when it answered, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The connection is new; the server speaks first.
    Greeting,
    /// EHLO, HELO or LHLO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// The TLS handshake.
    Tls,
    /// AUTH.
    Auth,
    /// Open, with nothing asked.
    Idle,
    /// RSET.
    Reset,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// While the content was being written.
    Content,
    /// After the end of the content: the wait for the final reply.
    EndOfData,
    /// QUIT.
    Quit,
}

impl Report {
    /// The report in one word.
    pub fn disposition(&self) -> Disposition {
        let mut accepted = 0;
        let (mut in_doubt, mut refused) = (false, false);
        for recipient in &self.recipients {
            match recipient.fate {
                Fate::Accepted(_) => accepted += 1,
                Fate::InDoubt(_) => in_doubt = true,
                Fate::Refused(..) => refused = true,
                Fate::NotSent(_) => {}
            }
        }
        match (accepted, in_doubt, refused) {
            (0, true, _) => Disposition::InDoubt,
            (0, false, true) => Disposition::Refused,
            (0, false, false) => Disposition::NotSent,
            (all, ..) if all == self.recipients.len() => Disposition::Accepted,
            _ => Disposition::Partial,
        }
    }

    /// The queue id that the server named when it took the message, if its text is of a known form.
    pub fn queue_id(&self) -> Option<&str> {
        self.recipients
            .iter()
            .find_map(|recipient| match &recipient.fate {
                Fate::Accepted(reply) => reply.queue_id(),
                Fate::NotSent(_) | Fate::Refused(..) | Fate::InDoubt(_) => None,
            })
    }
}

impl Fate {
    /// The reply that decided it, if one did.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Accepted(reply) | Self::Refused(_, reply) => Some(reply),
            Self::NotSent(Cause::Refused { reply, .. }) => Some(reply),
            Self::NotSent(_) | Self::InDoubt(_) => None,
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(cause) => write!(f, "not sent: {cause}"),
            Self::Refused(stage, reply) => write!(f, "refused at {stage}: {reply}"),
            Self::Accepted(reply) => write!(f, "accepted: {reply}"),
            Self::InDoubt(cause) => write!(f, "in doubt: {cause}"),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Hello => "ehlo",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Idle => "idle",
            Self::Reset => "rset",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Content => "content",
            Self::EndOfData => "end-of-data",
            Self::Quit => "quit",
        })
    }
}
