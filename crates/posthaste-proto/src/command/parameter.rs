//! Parameters of MAIL and RCPT: what follows the path (RFC 5321 4.1.2, `esmtp-param`).

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

/// The parameters of a MAIL command.
///
/// Those that this crate knows have a place of their own; any other is kept as it came, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailParameters {
    size: Option<u64>,
    body: Option<Body>,
    smtputf8: bool,
    other: Vec<Parameter>,
}

impl MailParameters {
    const KNOWN: &'static [&'static str] = &["SIZE", "BODY", "SMTPUTF8"];

    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: None,
            body: None,
            smtputf8: false,
            other: Vec::new(),
        }
    }

    /// `SIZE=octets`, the size of the content as it will be sent, without dot-stuffing (RFC 1870 5).
    #[must_use]
    pub fn with_size(self, octets: u64) -> Self {
        Self {
            size: Some(octets),
            ..self
        }
    }

    /// `BODY=...` (RFC 6152, RFC 3030).
    #[must_use]
    pub fn with_body(self, body: Body) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// `SMTPUTF8` (RFC 6531).
    #[must_use]
    pub fn with_smtputf8(self, smtputf8: bool) -> Self {
        Self { smtputf8, ..self }
    }

    /// Any parameter that has no method of its own here.
    ///
    /// # Errors
    ///
    /// When it has one, or when the keyword is there already.
    pub fn with_other(mut self, parameter: Parameter) -> Result<Self, ParameterError> {
        push_other(&mut self.other, parameter, Self::KNOWN)?;
        Ok(self)
    }

    /// The value of SIZE, in octets.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// The value of BODY.
    #[must_use]
    pub const fn body(&self) -> Option<Body> {
        self.body
    }

    /// Whether SMTPUTF8 is there.
    #[must_use]
    pub const fn smtputf8(&self) -> bool {
        self.smtputf8
    }

    /// All other parameters, in order.
    #[must_use]
    pub fn other(&self) -> &[Parameter] {
        &self.other
    }
}

/// Every parameter with a blank before it.
impl fmt::Display for MailParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(size) = self.size {
            write!(f, " SIZE={size}")?;
        }
        if let Some(body) = self.body {
            write!(f, " BODY={body}")?;
        }
        if self.smtputf8 {
            f.write_str(" SMTPUTF8")?;
        }
        self.other
            .iter()
            .try_for_each(|parameter| write!(f, " {parameter}"))
    }
}

/// The parameters of a RCPT command, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RcptParameters {
    other: Vec<Parameter>,
}

impl RcptParameters {
    const KNOWN: &'static [&'static str] = &[];

    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self { other: Vec::new() }
    }

    /// Any parameter that has no method of its own here.
    ///
    /// # Errors
    ///
    /// When it has one, or when the keyword is there already.
    pub fn with_other(mut self, parameter: Parameter) -> Result<Self, ParameterError> {
        push_other(&mut self.other, parameter, Self::KNOWN)?;
        Ok(self)
    }

    /// All other parameters, in order.
    #[must_use]
    pub fn other(&self) -> &[Parameter] {
        &self.other
    }
}

/// Every parameter with a blank before it.
impl fmt::Display for RcptParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.other
            .iter()
            .try_for_each(|parameter| write!(f, " {parameter}"))
    }
}

fn push_other(
    list: &mut Vec<Parameter>,
    parameter: Parameter,
    known: &[&str],
) -> Result<(), ParameterError> {
    let keyword = parameter.keyword.as_str();
    if known.contains(&keyword) {
        return Err(ParameterError::Known);
    }
    if list.iter().any(|there| there.keyword == parameter.keyword) {
        return Err(ParameterError::Duplicate);
    }
    list.push(parameter);
    Ok(())
}

/// What the content is made of, `BODY=` (RFC 6152 2, RFC 3030 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// `7BIT`: ASCII in lines.
    SevenBit,
    /// `8BITMIME`: any octets in lines.
    EightBitMime,
    /// `BINARYMIME`: any octets; only with BDAT.
    BinaryMime,
}

impl Body {
    const ALL: [Self; 3] = [Self::SevenBit, Self::EightBitMime, Self::BinaryMime];

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        }
    }

    pub(super) fn from_value(value: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|body| body.as_str().eq_ignore_ascii_case(value))
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
pub struct Keyword(String);

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
            Ok(Self(keyword.to_ascii_uppercase()))
        } else {
            Err(ParameterError::Keyword)
        }
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

    /// The value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
        let once = RcptParameters::new().with_other(parameter("size")).unwrap();
        assert_eq!(
            once.with_other(parameter("SIZE")),
            Err(ParameterError::Duplicate)
        );
    }
}
