use alloc::string::String;
use core::fmt::{self, Write as _};

use super::ValueError;

/// A text that stands on the wire as `xtext` (RFC 3461 section 4): printable ASCII and blanks, at least one octet.
///
/// It holds the text itself. Printing writes the octets from `!` to `~` as they are, but `+`, `=` and the blank as `+`
/// and two digits of base 16, so what is printed is always one value of one parameter.
///
/// ```
/// use posthaste_proto::command::Xtext;
///
/// let text = Xtext::new("e=mc2 + more")?;
/// assert_eq!(text.to_string(), "e+3Dmc2+20+2B+20more");
/// assert_eq!(Xtext::decode("e+3Dmc2+20+2B+20more")?, text);
/// assert!(Xtext::new("a\r\nDATA").is_err());
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Xtext(String);

impl Xtext {
    /// Takes a text as it is meant, not as it is written.
    ///
    /// # Errors
    ///
    /// When it is empty, or has a character that is not printable ASCII or a blank.
    pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
        let text = text.into();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        match text.find(|c: char| c != ' ' && !c.is_ascii_graphic()) {
            Some(offset) => Err(ValueError::Character { offset }),
            None => Ok(Self(text)),
        }
    }

    /// Reads what stands on the wire. The digits behind a `+` may be of either case.
    ///
    /// # Errors
    ///
    /// When it is not xtext, or stands for a text that [`Xtext::new`] refuses.
    pub fn decode(written: &str) -> Result<Self, ValueError> {
        let mut text = String::with_capacity(written.len());
        let mut octets = written.bytes().enumerate();
        while let Some((offset, octet)) = octets.next() {
            match octet {
                b'+' => {
                    let mut digit = || octets.next().and_then(|(_, octet)| hex(octet));
                    let octet = digit().zip(digit()).map(|(high, low)| high << 4 | low);
                    match octet.filter(|octet| matches!(octet, b' '..=b'~')) {
                        Some(octet) => text.push(char::from(octet)),
                        None => return Err(ValueError::Escape { offset }),
                    }
                }
                b'!'..=b'~' if octet != b'=' => text.push(char::from(octet)),
                _ => return Err(ValueError::Character { offset }),
            }
        }
        if text.is_empty() {
            Err(ValueError::Empty)
        } else {
            Ok(Self(text))
        }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many octets it has on the wire.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        self.0
            .bytes()
            .map(|octet| if is_plain(octet) { 1 } else { 3 })
            .sum()
    }
}

impl fmt::Display for Xtext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match u8::try_from(c) {
            Ok(octet) if is_plain(octet) => f.write_char(c),
            Ok(_) | Err(_) => write!(f, "+{:02X}", u32::from(c)),
        })
    }
}

fn is_plain(octet: u8) -> bool {
    matches!(octet, b'!'..=b'~') && !matches!(octet, b'+' | b'=')
}

fn hex(octet: u8) -> Option<u8> {
    char::from(octet)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_xtext() {
        for (written, error) in [
            ("", ValueError::Empty),
            ("a b", ValueError::Character { offset: 1 }),
            ("a=b", ValueError::Character { offset: 1 }),
            ("é", ValueError::Character { offset: 0 }),
            ("a+", ValueError::Escape { offset: 1 }),
            ("a+2", ValueError::Escape { offset: 1 }),
            ("a+2x", ValueError::Escape { offset: 1 }),
            ("a++2B", ValueError::Escape { offset: 1 }),
            ("a+0D+0A", ValueError::Escape { offset: 1 }),
            ("a+00", ValueError::Escape { offset: 1 }),
            ("a+7F", ValueError::Escape { offset: 1 }),
            ("a+E9", ValueError::Escape { offset: 1 }),
        ] {
            assert_eq!(Xtext::decode(written), Err(error), "{written:?}");
        }
        for text in ["", "a\r\nb", "a\tb", "é", "\u{7f}", "a\0"] {
            assert!(Xtext::new(text).is_err(), "{text:?}");
        }
        assert_eq!(Xtext::decode("a+2b").unwrap().to_string(), "a+2B");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "[ -~]{1,60}") {
            let xtext = Xtext::new(text.as_str()).unwrap();
            let written = xtext.to_string();
            prop_assert!(written.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'='));
            prop_assert_eq!(written.len(), xtext.encoded_len());
            prop_assert_eq!(Xtext::decode(&written).unwrap(), xtext);
        }

        #[test]
        fn any_text_is_refused_or_reads_back(text in any::<String>()) {
            if let Ok(xtext) = Xtext::decode(&text) {
                prop_assert_eq!(Xtext::decode(&xtext.to_string()).unwrap(), xtext);
            }
        }
    }
}
