//! What a custom field must hold, for the fields whose grammar is known.

use super::{
    Body, HeaderValue, HeaderValueError, Mailbox, MessageId, date, name::HeaderName, phrase,
};
use crate::error::BuildError;

/// The grammar of a field that the builder has no method for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// Text for people, or not known.
    Text,
    /// Some grammar that has no place for an encoded-word.
    Structured,
    /// Addresses (RFC 5322 section 3.6.6, RFC 8098 section 2.1). The name is that of the standard.
    Mailboxes(&'static str),
    /// One address.
    Mailbox(&'static str),
    /// One Message-ID.
    MessageId(&'static str),
    /// A date-time (RFC 5322 section 3.3).
    Date,
    /// Language tags (RFC 3282, RFC 5646).
    Languages,
    /// Phrases with commas between them (RFC 5322 section 3.6.5).
    Phrases,
    /// The one value that there is (RFC 8058 section 3.1).
    OneClick,
}

/// Fields with a grammar of their own, in lower case.
const KNOWN: [(&str, Grammar); 20] = [
    ("auto-submitted", Grammar::Structured),
    ("content-language", Grammar::Languages),
    (
        "disposition-notification-to",
        Grammar::Mailboxes("Disposition-Notification-To"),
    ),
    ("dkim-signature", Grammar::Structured),
    ("feedback-id", Grammar::Structured),
    ("importance", Grammar::Structured),
    ("keywords", Grammar::Phrases),
    ("list-unsubscribe-post", Grammar::OneClick),
    ("precedence", Grammar::Structured),
    ("priority", Grammar::Structured),
    ("received", Grammar::Structured),
    ("require-recipient-valid-since", Grammar::Structured),
    ("resent-cc", Grammar::Mailboxes("Resent-Cc")),
    ("resent-date", Grammar::Date),
    ("resent-from", Grammar::Mailboxes("Resent-From")),
    ("resent-message-id", Grammar::MessageId("Resent-Message-ID")),
    ("resent-reply-to", Grammar::Mailboxes("Resent-Reply-To")),
    ("resent-sender", Grammar::Mailbox("Resent-Sender")),
    ("resent-to", Grammar::Mailboxes("Resent-To")),
    ("x-priority", Grammar::Structured),
];

/// Beginnings of names of fields that have some grammar.
const STRUCTURED: [&str; 3] = ["list-", "arc-", "resent-"];

impl Grammar {
    /// The grammar of the field of this name.
    pub(crate) fn of(name: &HeaderName) -> Self {
        let lower = name.as_str().to_ascii_lowercase();
        if let Some((_, grammar)) = KNOWN.iter().find(|(known, _)| *known == lower) {
            *grammar
        } else if STRUCTURED.iter().any(|prefix| lower.starts_with(prefix)) {
            Self::Structured
        } else {
            Self::Text
        }
    }

    /// Whether there is no place for an encoded-word.
    pub(crate) fn is_structured(self) -> bool {
        match self {
            Self::Text | Self::Mailboxes(_) | Self::Mailbox(_) | Self::Phrases => false,
            Self::Structured
            | Self::MessageId(_)
            | Self::Date
            | Self::Languages
            | Self::OneClick => true,
        }
    }

    /// The value as the body of the field `name`, if it is of this grammar.
    pub(crate) fn body(self, name: &HeaderName, value: HeaderValue) -> Result<Body, BuildError> {
        let wrong = |error| BuildError::Value {
            field: name.to_string(),
            error,
        };
        let mailboxes = |field| {
            Mailbox::parse_list(value.as_str())
                .map_err(|error| BuildError::Address { field, error })
        };
        match self {
            Self::Mailboxes(field) => return mailboxes(field).map(Body::Mailboxes),
            Self::Mailbox(field) => {
                let mailboxes = mailboxes(field)?;
                return match mailboxes.as_slice() {
                    [_] => Ok(Body::Mailboxes(mailboxes)),
                    _ => Err(wrong(expected("one mailbox", 0))),
                };
            }
            Self::MessageId(field) => {
                return MessageId::new(value.as_str())
                    .map(|id| Body::Ids(vec![id]))
                    .map_err(|error| BuildError::Id { field, error });
            }
            Self::Phrases if !value.is_structured() => {
                return phrase::list(value.as_str())
                    .map(Body::Phrases)
                    .map_err(|offset| wrong(expected(PHRASES, offset)));
            }
            Self::Text
            | Self::Phrases
            | Self::Structured
            | Self::Date
            | Self::Languages
            | Self::OneClick => {}
        }
        let value = if self.is_structured() {
            value.into_structured().map_err(wrong)?
        } else {
            value
        };
        let text = value.as_str();
        match self {
            Self::Date => date::check(text).map_err(|offset| wrong(expected(DATE, offset)))?,
            Self::Languages => {
                languages(text).map_err(|offset| wrong(expected(LANGUAGES, offset)))?;
            }
            Self::OneClick if text != ONE_CLICK => return Err(wrong(expected(ONE_CLICK, 0))),
            Self::OneClick
            | Self::Text
            | Self::Phrases
            | Self::Structured
            | Self::Mailboxes(_)
            | Self::Mailbox(_)
            | Self::MessageId(_) => {}
        }
        Ok(if value.is_structured() {
            Body::Structured(text.to_owned())
        } else {
            Body::Text(text.to_owned())
        })
    }
}

const DATE: &str = "a date such as Fri, 21 Nov 1997 09:55:06 -0600";
const LANGUAGES: &str = "a language tag such as en or zh-Hans, several with commas";
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
const PHRASES: &str = "a phrase, several with commas, quotation marks in pairs";

fn expected(expected: &'static str, offset: usize) -> HeaderValueError {
    HeaderValueError::Grammar { expected, offset }
}

/// Language tags, as far as their form goes; or where there is none.
fn languages(text: &str) -> Result<(), usize> {
    let mut offset = 0;
    for element in text.split(',') {
        let tag = element.trim_matches(' ');
        let is_tag = tag.split('-').enumerate().all(|(number, subtag)| {
            matches!(subtag.len(), 1..=8)
                && subtag.bytes().all(|octet| match number {
                    0 => octet.is_ascii_alphabetic(),
                    _ => octet.is_ascii_alphanumeric(),
                })
        });
        if !is_tag {
            let blanks = element.len() - element.trim_start_matches(' ').len();
            return Err(offset + if tag.is_empty() { 0 } else { blanks });
        }
        offset += element.len() + 1;
    }
    Ok(())
}
