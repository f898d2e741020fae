//! Delivery status notifications: RET, ENVID and NOTIFY (RFC 3461 section 4).

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use super::{ValueError, Xtext};

/// How much of the message a report of failure brings back, `RET=` (RFC 3461 section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the RFC has these two")]
pub enum Return {
    /// `FULL`: the whole message.
    Full,
    /// `HDRS`: the header only.
    Headers,
}

impl Return {
    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        }
    }
}

impl fmt::Display for Return {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the value on the wire, in any case.
impl FromStr for Return {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        [Self::Full, Self::Headers]
            .into_iter()
            .find(|ret| ret.as_str().eq_ignore_ascii_case(value))
            .ok_or(ValueError::Form)
    }
}

/// What the sender calls this message in reports, `ENVID=` (RFC 3461 section 4.4): a text of printable ASCII and blanks,
/// at most 100 octets as it is written.
///
/// ```
/// use posthaste_proto::command::EnvelopeId;
///
/// let id = EnvelopeId::new("order 4711")?;
/// assert_eq!(id.as_str(), "order 4711");
/// assert_eq!(id.to_string(), "order+204711"); // as it is written
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvelopeId(Xtext);

impl EnvelopeId {
    /// The most octets as it is written.
    pub const MAX: usize = 100;

    /// Takes a text as it is meant, not as it is written.
    ///
    /// # Errors
    ///
    /// When it is empty, too long as it would be written, or has a character outside printable ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
        Self::of(Xtext::new(text)?)
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn of(text: Xtext) -> Result<Self, ValueError> {
        if text.encoded_len() > Self::MAX {
            Err(ValueError::TooLong { max: Self::MAX })
        } else {
            Ok(Self(text))
        }
    }
}

/// Writes the value on the wire, xtext.
impl fmt::Display for EnvelopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads the value on the wire, xtext.
impl FromStr for EnvelopeId {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        Self::of(Xtext::decode(value)?)
    }
}

/// On which occasions the sender wants a report about a recipient, `NOTIFY=` (RFC 3461 section 4.1).
///
/// A set; the empty one is [`Notify::NEVER`], which asks for no report at all. Without this parameter a server reports
/// failures, and perhaps delays.
///
/// ```
/// use posthaste_proto::command::Notify;
///
/// assert_eq!(Notify::FAILURE.and(Notify::SUCCESS).to_string(), "SUCCESS,FAILURE");
/// assert_eq!("never".parse(), Ok(Notify::NEVER));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Notify(u8);

impl Notify {
    /// Never: `NEVER`.
    pub const NEVER: Self = Self(0);
    /// When the message was delivered.
    pub const SUCCESS: Self = Self(1);
    /// When it could not be delivered.
    pub const FAILURE: Self = Self(2);
    /// When delivery takes long.
    pub const DELAY: Self = Self(4);

    const WORDS: [(Self, &'static str); 3] = [
        (Self::SUCCESS, "SUCCESS"),
        (Self::FAILURE, "FAILURE"),
        (Self::DELAY, "DELAY"),
    ];

    /// On the occasions of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every occasion of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether no report is wanted at all.
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }
}

/// Writes the value on the wire.
impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_never() {
            return f.write_str("NEVER");
        }
        let mut words = Self::WORDS.iter().filter(|(one, _)| self.contains(*one));
        words.next().map_or(Ok(()), |(_, word)| f.write_str(word))?;
        words.try_for_each(|(_, word)| write!(f, ",{word}"))
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads the value on the wire: `NEVER` alone, or words in any order and case.
impl FromStr for Notify {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        if value.eq_ignore_ascii_case("NEVER") {
            return Ok(Self::NEVER);
        }
        value.split(',').try_fold(Self::NEVER, |set, word| {
            Self::WORDS
                .iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(word))
                .map(|(one, _)| set.and(*one))
                .ok_or(ValueError::Form)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    #[test]
    fn values_of_the_rfc() {
        assert_eq!("hdrs".parse(), Ok(Return::Headers));
        assert_eq!(
            "QQ314159".parse::<EnvelopeId>().unwrap().as_str(),
            "QQ314159"
        );
        assert_eq!(
            "success,Failure,DELAY".parse(),
            Ok(Notify::SUCCESS.and(Notify::FAILURE).and(Notify::DELAY))
        );
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        for value in ["", "NEVER,SUCCESS", "SUCCESS,", "SUCCESS FAILURE", "ALWAYS"] {
            assert_eq!(value.parse::<Notify>(), Err(ValueError::Form), "{value}");
        }
        for value in ["", "FULL,HDRS", "HEADERS"] {
            assert!(value.parse::<Return>().is_err(), "{value}");
        }
        assert_eq!(
            EnvelopeId::new("a".repeat(101)),
            Err(ValueError::TooLong { max: 100 })
        );
        assert!(EnvelopeId::new("+".repeat(34)).is_err());
        assert!(EnvelopeId::new("a".repeat(100)).is_ok());
    }

    proptest! {
        #[test]
        fn sets_of_occasions_read_back(bits in 0..8u8) {
            let notify = Notify(bits);
            prop_assert_eq!(notify.to_string().parse::<Notify>().unwrap(), notify);
        }

        #[test]
        fn names_read_back(text in "[ -~]{1,33}") {
            let id = EnvelopeId::new(text).unwrap();
            prop_assert_eq!(id.to_string().parse::<EnvelopeId>().unwrap(), id);
        }
    }
}
