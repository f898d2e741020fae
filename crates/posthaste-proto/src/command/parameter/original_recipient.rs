use alloc::string::{String, ToString as _};
use core::fmt;
use core::str::FromStr;

use super::{ValueError, Xtext};
use crate::address::{ForwardPath, Mailbox};

/// Whom the message was first sent to, `ORCPT=` (RFC 3461 section 4.2): the type of the address and the address, which
/// need not be one of mail and is not checked further than that it can be written.
///
/// An address of the type `utf-8` (RFC 6533 section 3) may hold any character but controls. It is written in ASCII where
/// MAIL did not say SMTPUTF8, and as UTF-8 where it did; both read back to the same value.
///
/// ```
/// use posthaste_proto::address::Mailbox;
/// use posthaste_proto::command::OriginalRecipient;
///
/// let bob = OriginalRecipient::try_from(&"bob+tag@example.org".parse::<Mailbox>()?)?;
/// assert_eq!(bob.to_string(), "rfc822;bob+2Btag@example.org");
///
/// let jürgen = OriginalRecipient::try_from(&"jürgen@example.org".parse::<Mailbox>()?)?;
/// assert_eq!(jürgen.to_string(), r"utf-8;j\x{FC}rgen@example.org");
/// assert_eq!(jürgen.to_utf8(), "utf-8;jürgen@example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OriginalRecipient {
    kind: String,
    address: String,
}

impl OriginalRecipient {
    /// The most octets as it is written in ASCII.
    pub const MAX: usize = 500;

    /// Joins the type of an address (`rfc822`, `utf-8`, `x400`: letters, digits and hyphens) and the address as it is
    /// meant, not as it is written.
    ///
    /// # Errors
    ///
    /// When one of them is empty or has a character that it may not have, or when they are too long as they would be
    /// written. Offsets count in the part that is wrong.
    pub fn new(kind: impl Into<String>, address: impl Into<String>) -> Result<Self, ValueError> {
        let (kind, address) = (kind.into(), address.into());
        if kind.is_empty() || address.is_empty() {
            return Err(ValueError::Empty);
        }
        if let Some(offset) = kind.find(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            return Err(ValueError::Character { offset });
        }
        let is_utf8 = kind.eq_ignore_ascii_case("utf-8");
        let forbidden = |c: char| {
            if is_utf8 {
                c.is_control()
            } else {
                c != ' ' && !c.is_ascii_graphic()
            }
        };
        if let Some(offset) = address.find(forbidden) {
            return Err(ValueError::Character { offset });
        }
        let recipient = Self { kind, address };
        if recipient.to_string().len() > Self::MAX {
            return Err(ValueError::TooLong { max: Self::MAX });
        }
        Ok(recipient)
    }

    /// The type of the address.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The address itself.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The value on the wire where MAIL said SMTPUTF8: characters outside ASCII stand as they are.
    #[must_use]
    pub fn to_utf8(&self) -> String {
        let mut written = String::new();
        // Writing to a String does not fail.
        let _ = self.write(&mut written, true);
        written
    }

    fn is_utf8(&self) -> bool {
        self.kind.eq_ignore_ascii_case("utf-8")
    }

    fn write(&self, out: &mut impl fmt::Write, utf8: bool) -> fmt::Result {
        write!(out, "{};", self.kind)?;
        let (is_utf8, mut chars) = (self.is_utf8(), self.address.chars());
        chars.try_for_each(|c| {
            if c.is_ascii_graphic() && !matches!(c, '+' | '=') && !(is_utf8 && c == '\\') {
                out.write_char(c)
            } else if !is_utf8 {
                write!(out, "+{:02X}", u32::from(c))
            } else if utf8 && !c.is_ascii() && !ends_a_word(c) {
                out.write_char(c)
            } else {
                write!(out, "\\x{{{:02X}}}", u32::from(c))
            }
        })
    }
}

/// Writes the value on the wire in ASCII, for any server with DSN.
impl fmt::Display for OriginalRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

/// Reads the value on the wire.
impl FromStr for OriginalRecipient {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        let (kind, written) = value.split_once(';').ok_or(ValueError::Form)?;
        if kind.eq_ignore_ascii_case("utf-8") {
            Self::new(kind, unescape(written)?)
        } else {
            Self::new(kind, Xtext::decode(written)?.as_str())
        }
    }
}

/// The mailbox as its own original: `rfc822`, or `utf-8` when it is not ASCII.
impl TryFrom<&Mailbox> for OriginalRecipient {
    type Error = ValueError;

    fn try_from(mailbox: &Mailbox) -> Result<Self, ValueError> {
        let kind = if mailbox.is_ascii() {
            "rfc822"
        } else {
            "utf-8"
        };
        Self::new(kind, mailbox.to_string())
    }
}

/// The recipient as its own original.
impl TryFrom<&ForwardPath> for OriginalRecipient {
    type Error = ValueError;

    fn try_from(path: &ForwardPath) -> Result<Self, ValueError> {
        match path {
            ForwardPath::Mailbox(mailbox) => Self::try_from(mailbox),
            ForwardPath::Postmaster => Self::new("rfc822", path.to_string()),
        }
    }
}

/// What no value may hold as it is, whoever reads it.
fn ends_a_word(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// `utf-8-addr-xtext` and `utf-8-addr-unitext`: `\x{…}` stands for a character.
fn unescape(written: &str) -> Result<String, ValueError> {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(c) = rest.chars().next() {
        let offset = written.len() - rest.len();
        rest = if c == '\\' {
            let (digits, behind) = rest
                .strip_prefix("\\x{")
                .and_then(|rest| rest.split_once('}'))
                .ok_or(ValueError::Escape { offset })?;
            let is_number = (2..=6).contains(&digits.len())
                && digits.bytes().all(|octet| octet.is_ascii_hexdigit());
            let c = is_number
                .then(|| {
                    u32::from_str_radix(digits, 16)
                        .ok()
                        .and_then(char::from_u32)
                })
                .flatten()
                .filter(|c| !c.is_control())
                .ok_or(ValueError::Escape { offset })?;
            text.push(c);
            behind
        } else if ends_a_word(c) || matches!(c, '+' | '=') {
            return Err(ValueError::Character { offset });
        } else {
            text.push(c);
            rest.get(c.len_utf8()..).unwrap_or_default()
        };
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::strategy;
    use alloc::format;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_written_is_refused() {
        let recipient: OriginalRecipient = "rfc822;Bob@Example.COM".parse().unwrap();
        assert_eq!(
            (recipient.kind(), recipient.address()),
            ("rfc822", "Bob@Example.COM")
        );
        for (kind, address) in [
            ("", "a"),
            ("rfc822", ""),
            ("rfc 822", "a"),
            ("rfc822;x", "a"),
            ("rfc822", "a\r\nDATA"),
            ("rfc822", "jürgen@example.org"),
            ("utf-8", "a\nb"),
            ("utf-8", "a\u{85}b"),
        ] {
            assert!(
                OriginalRecipient::new(kind, address).is_err(),
                "{kind};{address}"
            );
        }
        for value in [
            "rfc822",
            "rfc822;",
            ";a",
            "rfc822;a b",
            "rfc822;a+0A",
            "utf-8;a+2B",
            r"utf-8;\x{A}",
            r"utf-8;\x{0A}",
            r"utf-8;\x{D800}",
            r"utf-8;\x{1100000}",
            r"utf-8;\x{20",
            r"utf-8;\n",
        ] {
            assert!(value.parse::<OriginalRecipient>().is_err(), "{value}");
        }
        let long = format!("{}@example.org", "é".repeat(100));
        assert_eq!(
            OriginalRecipient::new("utf-8", long),
            Err(ValueError::TooLong { max: 500 })
        );
    }

    proptest! {
        #[test]
        fn original_recipients_read_back(mailbox in strategy::mailbox()) {
            if let Ok(recipient) = OriginalRecipient::try_from(&mailbox) {
                let ascii = recipient.to_string();
                prop_assert!(ascii.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'='));
                prop_assert_eq!(&ascii.parse::<OriginalRecipient>().unwrap(), &recipient);
                let utf8 = recipient.to_utf8();
                prop_assert!(!utf8.contains(|c: char| c == '=' || c == '+' && !mailbox.is_ascii() || ends_a_word(c)));
                prop_assert_eq!(utf8.parse::<OriginalRecipient>().unwrap(), recipient);
            }
        }

        #[test]
        fn any_characters_of_a_utf8_address_read_back(address in "\\PC{1,40}") {
            if let Ok(recipient) = OriginalRecipient::new("UTF-8", address) {
                prop_assert_eq!(&recipient.to_string().parse::<OriginalRecipient>().unwrap(), &recipient);
                prop_assert_eq!(recipient.to_utf8().parse::<OriginalRecipient>().unwrap(), recipient);
            }
        }
    }
}
