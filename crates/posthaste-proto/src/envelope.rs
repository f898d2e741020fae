//! The envelope (RFC 5321 section 2.3.1): what MAIL and RCPT say, whatever the header says.

use alloc::vec::Vec;
use core::fmt;

use crate::address::{ForwardPath, ReversePath};

/// One reverse-path and at least one recipient.
///
/// ```
/// use posthaste_proto::Envelope;
/// let envelope = Envelope::new("ann@example.org".parse()?, ["bob@example.net".parse()?])?;
/// assert_eq!(envelope.recipients().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    reverse_path: ReversePath,
    recipients: Vec<ForwardPath>,
}

/// Why there is no envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Nobody to send to.
    NoRecipients,
}

impl Envelope {
    /// Puts an envelope together. The order of the recipients is kept, duplicates too.
    pub fn new(
        reverse_path: ReversePath,
        recipients: impl IntoIterator<Item = ForwardPath>,
    ) -> Result<Self, EnvelopeError> {
        let recipients: Vec<_> = recipients.into_iter().collect();
        if recipients.is_empty() {
            return Err(EnvelopeError::NoRecipients);
        }
        Ok(Self {
            reverse_path,
            recipients,
        })
    }

    /// Where reports of failure go; perhaps the null path.
    pub fn reverse_path(&self) -> &ReversePath {
        &self.reverse_path
    }

    /// Who gets the message; never empty.
    pub fn recipients(&self) -> &[ForwardPath] {
        &self.recipients
    }

    /// True when every address is ASCII, so that SMTPUTF8 is not needed for the envelope's sake.
    pub fn is_ascii(&self) -> bool {
        self.reverse_path.is_ascii() && self.recipients.iter().all(ForwardPath::is_ascii)
    }
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecipients => {
                f.write_str("the envelope has no recipient; add a to, cc or bcc address")
            }
        }
    }
}

impl core::error::Error for EnvelopeError {}
