//! Parameters of MAIL and RCPT: what follows the path (RFC 5321 section 4.1.2, `esmtp-param`).
//!
//! | on the wire | type | RFC | offered as |
//! |---|---|---|---|
//! | MAIL `SIZE=` | `u64` | 1870 | SIZE |
//! | MAIL `BODY=` | [`Body`] | 6152, 3030 | 8BITMIME, BINARYMIME |
//! | MAIL `SMTPUTF8` | `bool` | 6531 | SMTPUTF8 |
//! | MAIL `RET=` | [`Return`] | 3461 section 4.3 | DSN |
//! | MAIL `ENVID=` | [`EnvelopeId`] | 3461 section 4.4 | DSN |
//! | MAIL `AUTH=` | [`Submitter`] | 4954 section 5 | AUTH |
//! | MAIL `BY=` | [`DeliverBy`] | 2852 | DELIVERBY |
//! | MAIL `HOLDFOR=`, `HOLDUNTIL=` | [`FutureRelease`] | 4865 | FUTURERELEASE |
//! | MAIL `MT-PRIORITY=` | [`Priority`] | 6710 | MT-PRIORITY |
//! | MAIL `REQUIRETLS` | `bool` | 8689 | REQUIRETLS |
//! | RCPT `NOTIFY=` | [`Notify`] | 3461 section 4.1 | DSN |
//! | RCPT `ORCPT=` | [`OriginalRecipient`] | 3461 section 4.2, 6533 | DSN |
//! | any other | [`Parameter`] | | |

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::str::FromStr;

mod body;
mod delivery;
mod dsn;
mod mail;
mod original_recipient;
mod rcpt;
mod submitter;
mod utc_time;
mod value_error;
mod xtext;

pub use body::Body;
pub use delivery::{DeliverBy, FutureRelease, HoldFor, Priority};
pub use dsn::{EnvelopeId, Notify, Return};
pub use mail::MailParameters;
pub use original_recipient::OriginalRecipient;
pub use rcpt::RcptParameters;
pub use submitter::Submitter;
pub use utc_time::UtcTime;
pub use value_error::ValueError;
pub use xtext::Xtext;

/// One parameter, `keyword` or `keyword=value`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parameter {
    keyword: Keyword,
    value: Option<Value>,
}

impl Parameter {
    /// Joins keyword and value.
    #[must_use]
    pub const fn new(keyword: Keyword, value: Option<Value>) -> Self {
        Self { keyword, value }
    }

    /// The keyword.
    #[must_use]
    pub const fn keyword(&self) -> &Keyword {
        &self.keyword
    }

    /// The value, if there is one.
    #[must_use]
    pub const fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={}", self.keyword.0, value.0),
            None => f.write_str(&self.keyword.0),
        }
    }
}

/// `esmtp-keyword`, kept in upper case: letters, digits and hyphens, not beginning with a hyphen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Keyword(Cow<'static, str>);

impl Keyword {
    /// Checks a keyword of at most 64 octets; lower case becomes upper case.
    ///
    /// # Errors
    ///
    /// When it is empty, too long or has another character.
    pub fn new(keyword: &str) -> Result<Self, ParameterError> {
        let valid = (1..=64).contains(&keyword.len())
            && !keyword.starts_with('-')
            && keyword
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-');
        if valid {
            Ok(Self(Cow::Owned(keyword.to_ascii_uppercase())))
        } else {
            Err(ParameterError::Keyword)
        }
    }

    /// One of those that this crate knows.
    const fn known(keyword: &'static str) -> Self {
        Self(Cow::Borrowed(keyword))
    }

    /// The keyword in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `esmtp-value`: any printable character but `=`, no blanks; UTF-8 for SMTPUTF8 (RFC 6531 3.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(String);

impl Value {
    /// Checks a value of at most 500 octets.
    ///
    /// # Errors
    ///
    /// When it is empty, too long or has another character.
    pub fn new(value: &str) -> Result<Self, ParameterError> {
        let valid = (1..=500).contains(&value.len())
            && value
                .chars()
                .all(|c| c != '=' && !c.is_whitespace() && !c.is_control());
        if valid {
            Ok(Self(value.to_string()))
        } else {
            Err(ParameterError::Value)
        }
    }

    /// The printed form of a typed value, which is a value by what its type checked.
    fn written(value: &impl fmt::Display) -> Self {
        Self(value.to_string())
    }

    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parameters as they stand on the wire, each keyword once, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct List(Vec<Parameter>);

impl List {
    const fn new() -> Self {
        Self(Vec::new())
    }

    fn find(&self, keyword: &str) -> Option<&Parameter> {
        self.0
            .iter()
            .find(|parameter| parameter.keyword.as_str() == keyword)
    }

    /// The value of a keyword, as its type. What is in the list was read, or written by that type, before.
    fn value<T: FromStr>(&self, keyword: &str) -> Option<T> {
        self.find(keyword)?.value()?.as_str().parse().ok()
    }

    /// Adds a parameter that is not there yet.
    fn push(&mut self, parameter: Parameter) -> Result<(), ParameterError> {
        if self.find(parameter.keyword.as_str()).is_some() {
            return Err(ParameterError::Duplicate);
        }
        self.0.push(parameter);
        Ok(())
    }

    /// Sets a parameter that this crate knows, in its place if it is there already.
    fn set(&mut self, keyword: &'static str, value: Option<Value>) {
        let there = self
            .0
            .iter_mut()
            .find(|parameter| parameter.keyword.as_str() == keyword);
        match there {
            Some(parameter) => parameter.value = value,
            None => self.0.push(Parameter::new(Keyword::known(keyword), value)),
        }
    }

    fn remove(&mut self, keyword: &str) {
        self.0
            .retain(|parameter| parameter.keyword.as_str() != keyword);
    }
}

/// Every parameter with a blank before it.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|parameter| write!(f, " {parameter}"))
    }
}

/// Why a parameter cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterError {
    /// The keyword is not letters, digits and hyphens, or longer than 64 octets.
    Keyword,
    /// The value is empty, longer than 500 octets, or has a blank, a control character or `=`.
    Value,
    /// The parameter has a method of its own.
    Known,
    /// The keyword is there already.
    Duplicate,
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyword => "not a parameter keyword: use letters, digits and hyphens, 64 at most",
            Self::Value => "not a parameter value: 1 to 500 printable octets without blanks and =",
            Self::Known => "this parameter has a method of its own: use that",
            Self::Duplicate => "this parameter is there already: give it once",
        })
    }
}

impl Error for ParameterError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_smuggled_into_a_parameter() {
        for value in [
            "",
            "a b",
            "a=b",
            "a\r\nDATA",
            "a\tb",
            "a\u{a0}b",
            "a\u{2028}b",
            "a\0",
        ] {
            assert_eq!(Value::new(value), Err(ParameterError::Value), "{value:?}");
        }
        for keyword in ["", "-A", "A B", "A=", "A\r\n", "É", "A_B"] {
            assert_eq!(
                Keyword::new(keyword),
                Err(ParameterError::Keyword),
                "{keyword:?}"
            );
        }
        assert_eq!(Keyword::new("xOther-1").unwrap().as_str(), "XOTHER-1");
    }

    #[test]
    fn a_parameter_stands_once_and_in_its_place() {
        let parameter = |keyword: &str| Parameter::new(Keyword::new(keyword).unwrap(), None);
        assert_eq!(
            MailParameters::new().with_other(parameter("size")),
            Err(ParameterError::Known)
        );
        assert_eq!(
            RcptParameters::new().with_other(parameter("notify")),
            Err(ParameterError::Known)
        );
        let once = RcptParameters::new().with_other(parameter("size")).unwrap();
        assert_eq!(
            once.with_other(parameter("SIZE")),
            Err(ParameterError::Duplicate)
        );
    }
}
