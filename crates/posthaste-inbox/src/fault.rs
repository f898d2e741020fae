//! Faults that a test wants from the server: given as data, the same every time.

use std::collections::BTreeMap;

use posthaste_proto::address::ForwardPath;

use crate::reply::Reply;

/// A place in the conversation where the server replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// Right after the connection is made.
    Greeting,
    /// EHLO. A positive reply of one's own offers no extensions.
    Ehlo,
    /// HELO.
    Helo,
    /// STARTTLS.
    StartTls,
    /// The end of an AUTH exchange, however it ends.
    Auth,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA, or the first BDAT of a message. Content is only read after 354 (DATA).
    Data,
    /// The end of the content. A refused message is not kept.
    EndOfData,
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// QUIT.
    Quit,
}

/// A lie of the server in SCRAM (RFC 5802), for tests of clients: each is something that a client must not let pass.
///
/// A client that goes on nevertheless, and whose proof is right for what was configured, is let in: its test then sees
/// a login where there should be none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScramFault {
    /// The signature behind `v=` is not that of somebody who knows the password.
    WrongSignature,
    /// The nonce does not begin with the client's.
    ForeignNonce,
    /// So many iterations are claimed: none, or more than a client should do. The server itself does as many as are
    /// configured, so a proof made with the claimed number is wrong.
    Iterations(u64),
    /// The salt is no base64.
    BadSalt,
    /// The first message begins with an extension that must be understood: `m=must`.
    MandatoryExtension,
    /// 235 comes right behind the proof, and no signature at all.
    NoSignature,
    /// 235 comes right behind the proof, and the signature is its text: `235 2.7.0 v=…`.
    SignatureIn235,
    /// Instead of the signature comes `e=other-error`, and 535 behind whatever the client says to that.
    Error,
}

/// What goes wrong, and where.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    stages: BTreeMap<Stage, Fault>,
    recipients: Vec<(ForwardPath, Reply)>,
    scram: Option<ScramFault>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Fault {
    /// Said instead of the usual reply.
    pub(crate) reply: Option<Reply>,
    /// The connection ends here.
    pub(crate) close: Option<Close>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    /// Without the reply.
    Instead,
    /// When the reply is out.
    After,
}

impl Faults {
    pub(crate) const fn new() -> Self {
        Self {
            stages: BTreeMap::new(),
            recipients: Vec::new(),
            scram: None,
        }
    }

    pub(crate) const fn lie_in_scram(&mut self, fault: ScramFault) {
        self.scram = Some(fault);
    }

    pub(crate) const fn scram(&self) -> Option<ScramFault> {
        self.scram
    }

    pub(crate) fn reply(&mut self, stage: Stage, reply: Reply) {
        self.stages.entry(stage).or_default().reply = Some(reply);
    }

    pub(crate) fn close(&mut self, stage: Stage, close: Close) {
        self.stages.entry(stage).or_default().close = Some(close);
    }

    pub(crate) fn refuse_recipient(&mut self, path: ForwardPath, reply: Reply) {
        self.recipients.push((path, reply));
    }

    pub(crate) fn at(&self, stage: Stage) -> Fault {
        self.stages.get(&stage).cloned().unwrap_or_default()
    }

    pub(crate) fn recipient(&self, path: &ForwardPath) -> Option<&Reply> {
        self.recipients
            .iter()
            .find(|(refused, _)| refused.is_same(path))
            .map(|(_, reply)| reply)
    }
}
