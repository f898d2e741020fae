//! The envelope (RFC 5321 section 2.3.1): what MAIL and RCPT say, whatever the header says.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroUsize;

use crate::address::{ForwardPath, ReversePath};

#[cfg(feature = "idna")]
mod a_label;
mod options;

pub use options::{MessageOptions, RecipientOptions};

/// One reverse-path and at least one recipient, and what is asked for them beside delivery.
///
/// What is asked for needs extensions. One that the server does not offer, or not within its limits, refuses the whole
/// transaction before anything is sent ([`LocalRefusal`](crate::error::LocalRefusal)); that is so also when only one
/// recipient asks for it. The caller may mark it as [dropped if it is not
/// offered](MessageOptions::if_offered); then [`Report::left_out`](crate::Report::left_out) says what was.
///
/// ```
/// use posthaste_proto::Envelope;
/// let envelope = Envelope::new("ann@example.org".parse()?, ["bob@example.net".parse()?])?;
/// assert_eq!(envelope.recipients().len(), 1);
///
/// // No report is wanted of any recipient; if one is made nevertheless, it brings the header only.
/// use posthaste_proto::command::{Notify, Return};
/// use posthaste_proto::envelope::{MessageOptions, RecipientOptions};
/// let envelope = envelope
///     .with_options(MessageOptions::new().return_content(Return::Headers))
///     .with_all_recipients(RecipientOptions::new().notify(Notify::NEVER));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    reverse_path: ReversePath,
    recipients: Vec<ForwardPath>,
    options: Option<Box<MessageOptions>>,
    /// None, or one for each recipient.
    recipient_options: Vec<RecipientOptions>,
}

/// Why there is no envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Nobody to send to.
    NoRecipients,
    /// The envelope has fewer recipients than that.
    NoSuchRecipient {
        /// The place that was named, counted from 0.
        index: usize,
        /// How many recipients there are.
        recipients: usize,
    },
}

impl Envelope {
    /// Puts an envelope together. The order of the recipients is kept, duplicates too: a session asks for each recipient once
    /// (some servers refuse the second time, or count it), and its report has an entry for each of them all the same.
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
            options: None,
            recipient_options: Vec::new(),
        })
    }

    /// Recipients that stand a second time, with the place where they stand first: the same local part, to the letter, the same
    /// domain in whatever case, and the same options.
    pub(crate) fn duplicates(&self) -> Vec<(usize, usize)> {
        const FIRSTS: usize = 8;
        if self.recipients.len() < 2 {
            return Vec::new();
        }
        let mut order: Vec<_> = self.recipients.iter().enumerate().collect();
        // The same become neighbours; the order among them stays.
        order.sort_by(|(_, a), (_, b)| a.cmp_same(b));
        let mut found = Vec::new();
        // Where this path stands with options that differ. Who writes to one path with more than a few asks for each of the rest.
        let mut firsts: Vec<(usize, &ForwardPath)> = Vec::with_capacity(FIRSTS);
        for (index, path) in order {
            if firsts.first().is_some_and(|(_, same)| !path.is_same(same)) {
                firsts.clear();
            }
            let options = self.recipient_options(index);
            let first = firsts
                .iter()
                .find(|(first, _)| self.recipient_options(*first) == options);
            match first {
                Some((first, _)) => found.push((index, *first)),
                None if firsts.len() < FIRSTS => firsts.push((index, path)),
                None => {}
            }
        }
        found
    }

    /// The same envelope, with this asked for the message.
    #[must_use]
    pub fn with_options(self, options: MessageOptions) -> Self {
        Self {
            options: Some(Box::new(options)),
            ..self
        }
    }

    /// The same envelope, with this asked for every recipient.
    #[must_use]
    pub fn with_all_recipients(self, options: RecipientOptions) -> Self {
        Self {
            recipient_options: self.recipients.iter().map(|_| options.clone()).collect(),
            ..self
        }
    }

    /// The same envelope, with this asked for one recipient, in the place of what was asked for it before.
    ///
    /// # Errors
    ///
    /// When there is no recipient at `index`, counted from 0.
    pub fn with_recipient(
        mut self,
        index: usize,
        options: RecipientOptions,
    ) -> Result<Self, EnvelopeError> {
        let recipients = self.recipients.len();
        self.recipient_options
            .resize_with(recipients, RecipientOptions::new);
        match self.recipient_options.get_mut(index) {
            Some(place) => *place = options,
            None => return Err(EnvelopeError::NoSuchRecipient { index, recipients }),
        }
        Ok(self)
    }

    /// The same message in as many envelopes as it takes that none has more than `max` recipients, in their order. Each
    /// asks for the same as this one.
    ///
    /// ```
    /// # use posthaste_proto::Envelope;
    /// # use core::num::NonZeroUsize;
    /// let recipients = ["a@example.net", "b@example.net", "c@example.net"];
    /// let recipients: Result<Vec<_>, _> = recipients.iter().map(|path| path.parse()).collect();
    /// let envelope = Envelope::new("ann@example.org".parse()?, recipients?)?;
    /// let parts = envelope.split(NonZeroUsize::MIN.saturating_add(1));
    /// assert_eq!(parts.map(|part| part.recipients().len()).collect::<Vec<_>>(), [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn split(&self, max: NonZeroUsize) -> impl Iterator<Item = Self> {
        let mut options = self.recipient_options.chunks(max.get());
        self.recipients
            .chunks(max.get())
            .map(move |recipients| Self {
                reverse_path: self.reverse_path.clone(),
                recipients: recipients.to_vec(),
                options: self.options.clone(),
                recipient_options: options.next().unwrap_or_default().to_vec(),
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

    /// What is asked for the message.
    pub fn options(&self) -> &MessageOptions {
        self.options.as_deref().unwrap_or(MessageOptions::NONE)
    }

    /// What is asked for the recipient at this place, counted from 0.
    pub fn recipient_options(&self, index: usize) -> &RecipientOptions {
        self.recipient_options
            .get(index)
            .unwrap_or(RecipientOptions::NONE)
    }

    /// Writes domains in A-labels, if nothing else in the addresses needs SMTPUTF8 and every domain can be so written.
    /// Does nothing without the feature `idna`.
    pub(crate) fn prefer_a_labels(&mut self) {
        #[cfg(feature = "idna")]
        a_label::prefer(&mut self.reverse_path, &mut self.recipients);
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
            Self::NoSuchRecipient { index, recipients } => write!(
                f,
                "there is no recipient {index}: the envelope has {recipients}, counted from 0"
            ),
        }
    }
}

impl core::error::Error for EnvelopeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Notify;
    use alloc::format;
    use proptest::prelude::*;

    fn envelope(recipients: usize) -> Envelope {
        let paths = (0..recipients).map(|number| format!("r{number}@example.net").parse().unwrap());
        Envelope::new("ann@example.org".parse().unwrap(), paths).unwrap()
    }

    #[test]
    fn only_exact_duplicates_are_found() {
        let paths = [
            "bob@example.net",
            "Bob@example.net",
            "bob@EXAMPLE.net",
            "postmaster",
            "bob@[192.0.2.1]",
            "ann@example.net",
            "Postmaster",
            "bob@[192.0.2.1]",
            "bob@example.net",
        ];
        let of = |paths: &[&str]| {
            let paths = paths.iter().map(|path| path.parse().unwrap());
            Envelope::new(ReversePath::null(), paths).unwrap()
        };
        let mut found = of(&paths).duplicates();
        found.sort_unstable();
        assert_eq!(found, [(2, 0), (6, 3), (7, 4), (8, 0)]);
        let notify = RecipientOptions::new().notify(Notify::NEVER);
        let other = of(&["bob@example.net"; 2]).with_recipient(1, notify);
        assert_eq!(other.unwrap().duplicates(), []);
        let notify = || RecipientOptions::new().notify(Notify::NEVER);
        let around = of(&["bob@example.net"; 4]).with_recipient(0, notify());
        let around = around.unwrap().with_recipient(2, notify()).unwrap();
        assert_eq!(around.duplicates(), [(2, 0), (3, 1)]);
    }

    #[test]
    fn options_belong_to_recipients_that_there_are() {
        let notify = RecipientOptions::new().notify(Notify::DELAY);
        let envelope = envelope(2);
        assert_eq!(
            envelope.clone().with_recipient(2, notify.clone()),
            Err(EnvelopeError::NoSuchRecipient {
                index: 2,
                recipients: 2
            })
        );
        let one = envelope.with_recipient(1, notify.clone()).unwrap();
        assert_eq!(one.recipient_options(0), &RecipientOptions::new());
        assert_eq!(one.recipient_options(1), &notify);
        assert_eq!(one.recipient_options(2), &RecipientOptions::new());
    }

    proptest! {
        #[test]
        fn parts_are_the_whole(recipients in 1..40usize, max in 1..50usize, special in 0..40usize) {
            let special = special % recipients;
            let notify = RecipientOptions::new().notify(Notify::NEVER);
            let whole = envelope(recipients)
                .with_options(MessageOptions::new().require_tls())
                .with_recipient(special, notify)
                .unwrap();
            let max = NonZeroUsize::new(max).unwrap();
            let parts: Vec<_> = whole.split(max).collect();
            prop_assert_eq!(parts.len(), recipients.div_ceil(max.get()));
            let mut place = 0;
            for part in &parts {
                prop_assert!((1..=max.get()).contains(&part.recipients().len()));
                prop_assert_eq!(part.reverse_path(), whole.reverse_path());
                prop_assert_eq!(part.options(), whole.options());
                for (index, path) in part.recipients().iter().enumerate() {
                    prop_assert_eq!(path, &whole.recipients()[place]);
                    prop_assert_eq!(part.recipient_options(index), whole.recipient_options(place));
                    place += 1;
                }
            }
            prop_assert_eq!(place, recipients);
        }
    }
}
