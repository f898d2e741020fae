use alloc::string::ToString as _;
use core::fmt;
use core::str::FromStr;

use super::{ValueError, Xtext};
use crate::address::Mailbox;

/// Who submitted the message in the first place, `AUTH=` (RFC 4954 section 5): an ASCII mailbox, or `<>` for nobody
/// that could be told.
///
/// ```
/// use posthaste_proto::address::Mailbox;
/// use posthaste_proto::command::Submitter;
///
/// let submitter = Submitter::try_from("e=mc2@example.com".parse::<Mailbox>()?)?;
/// assert_eq!(submitter.to_string(), "e+3Dmc2@example.com");
/// assert_eq!(Submitter::UNKNOWN.to_string(), "<>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Submitter(Option<Mailbox>);

impl Submitter {
    /// The most octets as it is written.
    pub const MAX: usize = 500;

    /// Nobody is known, or nobody may be named: `<>`.
    pub const UNKNOWN: Self = Self(None);

    /// The mailbox, when one is named.
    #[must_use]
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        self.0.as_ref()
    }
}

impl TryFrom<Mailbox> for Submitter {
    type Error = ValueError;

    fn try_from(mailbox: Mailbox) -> Result<Self, ValueError> {
        // Neither quoting nor ASCII leaves room for anything that xtext cannot write.
        let text = Xtext::new(mailbox.to_string())?;
        if text.encoded_len() > Self::MAX {
            return Err(ValueError::TooLong { max: Self::MAX });
        }
        Ok(Self(Some(mailbox)))
    }
}

/// Writes the value on the wire: xtext, or `<>`.
impl fmt::Display for Submitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("<>"),
            Some(mailbox) => match Xtext::new(mailbox.to_string()) {
                Ok(text) => text.fmt(f),
                Err(_) => Err(fmt::Error),
            },
        }
    }
}

/// Reads the value on the wire.
impl FromStr for Submitter {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        if value == "<>" {
            return Ok(Self::UNKNOWN);
        }
        let text = Xtext::decode(value)?;
        let mailbox: Mailbox = text.as_str().parse().map_err(|_| ValueError::Form)?;
        Self::try_from(mailbox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::strategy;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_submitter() {
        for value in [
            "",
            "ann",
            "a@b@c",
            "<a@b>",
            "a@b+0D+0ADATA",
            "é@example.org",
            "a b@c",
        ] {
            assert!(value.parse::<Submitter>().is_err(), "{value}");
        }
        let foreign: Mailbox = "jürgen@example.org".parse().unwrap();
        assert_eq!(
            Submitter::try_from(foreign),
            Err(ValueError::Character { offset: 1 })
        );
    }

    proptest! {
        #[test]
        fn submitters_read_back(mailbox in strategy::mailbox()) {
            if let Ok(submitter) = Submitter::try_from(mailbox) {
                prop_assert_eq!(submitter.to_string().parse::<Submitter>().unwrap(), submitter);
            }
        }
    }
}
