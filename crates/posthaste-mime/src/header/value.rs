//! What a header field may hold (RFC 5322 section 2.2): no line break, no NUL, no other control character.

use core::{convert::Infallible, error, fmt, str};

/// A word longer than this cannot stand on a line of its own: the hard limit is 998 octets (RFC 5322 section
/// 2.1.1), and the name of the field may stand before it.
pub(crate) const MAX_WORD: usize = 900;

/// The body of a custom header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderValue {
    text: String,
    structured: bool,
}

impl HeaderValue {
    /// Text for people, such as a comment. What is not plain ASCII is written as encoded-words (RFC 2047).
    ///
    /// # Errors
    ///
    /// When it holds a control character other than TAB.
    pub fn text(text: impl Into<String>) -> Result<Self, HeaderValueError> {
        let text = text.into();
        check(&text)?;
        Ok(Self {
            text,
            structured: false,
        })
    }

    /// A value with a grammar, such as `<https://example.org/leave>`: written octet by octet, folded at
    /// blanks outside of quotes and angle brackets only, never encoded.
    ///
    /// # Errors
    ///
    /// When it holds anything but ASCII, a control character (TAB included), a blank at either end, or more
    /// than 900 octets with no place to fold.
    pub fn structured(text: impl Into<String>) -> Result<Self, HeaderValueError> {
        let text = text.into();
        check_structured(&text)?;
        Ok(Self {
            text,
            structured: true,
        })
    }

    /// The value as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the value has a grammar, see [`HeaderValue::structured`].
    #[must_use]
    pub fn is_structured(&self) -> bool {
        self.structured
    }

    /// The same text, now held to the rules of [`HeaderValue::structured`].
    pub(crate) fn into_structured(self) -> Result<Self, HeaderValueError> {
        if self.structured {
            Ok(self)
        } else {
            Self::structured(self.text)
        }
    }
}

impl str::FromStr for HeaderValue {
    type Err = HeaderValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::text(text)
    }
}

impl TryFrom<&str> for HeaderValue {
    type Error = HeaderValueError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::text(text)
    }
}

impl TryFrom<String> for HeaderValue {
    type Error = HeaderValueError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::text(text)
    }
}

/// Why a text is no field body. Offsets count octets from the beginning of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderValueError {
    /// A control character: CR, LF and NUL among them.
    Control {
        /// The character.
        character: char,
        /// Where it stands.
        offset: usize,
    },
    /// A character that is not ASCII, where the grammar allows only ASCII.
    NotAscii {
        /// The character.
        character: char,
        /// Where it begins.
        offset: usize,
    },
    /// A blank at the beginning or the end of a value with a grammar.
    Blank {
        /// Where it stands.
        offset: usize,
    },
    /// More than 900 octets with no place to fold.
    TooLong {
        /// Where the long piece begins.
        offset: usize,
    },
    /// Something else than the grammar of this field asks for.
    Grammar {
        /// What is asked for, in words.
        expected: &'static str,
        /// Where it should stand.
        offset: usize,
    },
}

impl HeaderValueError {
    /// Where the fault lies, in octets from the beginning of the text.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::Control { offset, .. }
            | Self::NotAscii { offset, .. }
            | Self::Blank { offset }
            | Self::TooLong { offset }
            | Self::Grammar { offset, .. } => *offset,
        }
    }
}

impl fmt::Display for HeaderValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control { character, offset } => write!(
                f,
                "{} at octet {offset}: a header field holds no control character",
                Shown(*character)
            ),
            Self::NotAscii { character, offset } => write!(
                f,
                "{} at octet {offset}: this field holds ASCII only",
                Shown(*character)
            ),
            Self::Blank { offset } => {
                write!(
                    f,
                    "blank at octet {offset}: remove blanks at the beginning and the end"
                )
            }
            Self::Grammar { expected, offset } => {
                write!(f, "at octet {offset} stands something else than {expected}")
            }
            Self::TooLong { offset } => write!(
                f,
                "more than {MAX_WORD} octets from octet {offset} on with no place to fold the line"
            ),
        }
    }
}

impl error::Error for HeaderValueError {}

impl From<Infallible> for HeaderValueError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A character in an error message: visible ones as they are, others by number.
pub(crate) struct Shown(pub(crate) char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            '\r' => f.write_str("CR"),
            '\n' => f.write_str("LF"),
            '\0' => f.write_str("NUL"),
            ' ' => f.write_str("blank"),
            visible if visible.is_ascii_graphic() || visible.is_alphanumeric() => {
                write!(f, "'{visible}' (U+{:04X})", u32::from(visible))
            }
            other => write!(f, "U+{:04X}", u32::from(other)),
        }
    }
}

/// The one gate for text: every control character but TAB is refused, the C1 set included (some readers
/// take U+0085 for a line break).
pub(crate) fn check(text: &str) -> Result<(), HeaderValueError> {
    match text
        .char_indices()
        .find(|(_, character)| character.is_control() && *character != '\t')
    {
        Some((offset, character)) => Err(HeaderValueError::Control { character, offset }),
        None => Ok(()),
    }
}

fn check_structured(text: &str) -> Result<(), HeaderValueError> {
    for (offset, character) in text.char_indices() {
        if character.is_control() {
            return Err(HeaderValueError::Control { character, offset });
        }
        if !character.is_ascii() {
            return Err(HeaderValueError::NotAscii { character, offset });
        }
    }
    if text.starts_with(' ') {
        return Err(HeaderValueError::Blank { offset: 0 });
    }
    if text.ends_with(' ') {
        return Err(HeaderValueError::Blank {
            offset: text.len() - 1,
        });
    }
    let mut offset = 0;
    for token in structured_tokens(text) {
        if token.len() > MAX_WORD {
            return Err(HeaderValueError::TooLong { offset });
        }
        offset += token.len() + 1;
    }
    Ok(())
}

/// The pieces between the blanks at which a value with a grammar may be folded: not in quotes, not in angle
/// brackets, and not before another blank.
pub(crate) fn structured_tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    let mut angle = false;
    let mut after_blank = false;
    text.split(move |character: char| {
        if escaped {
            escaped = false;
            after_blank = false;
            return false;
        }
        match character {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            ' ' if !quoted && !angle && !after_blank => {
                after_blank = true;
                return true;
            }
            _ => {}
        }
        after_blank = after_blank && character == ' ';
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_refused_with_their_place() {
        for character in ['\r', '\n', '\0', '\u{1b}', '\u{7f}', '\u{85}'] {
            let text = format!("ab{character}c");
            let error = HeaderValueError::Control {
                character,
                offset: 2,
            };
            assert_eq!(HeaderValue::text(text.as_str()), Err(error.clone()));
            assert_eq!(HeaderValue::structured(text), Err(error));
        }
        assert!(HeaderValue::text("a\tb").is_ok());
        assert!(HeaderValue::structured("a\tb").is_err());
    }

    #[test]
    fn values_with_a_grammar_are_ascii_and_foldable() {
        assert_eq!(
            HeaderValue::structured("é"),
            Err(HeaderValueError::NotAscii {
                character: 'é',
                offset: 0
            })
        );
        assert_eq!(
            HeaderValue::structured(" a"),
            Err(HeaderValueError::Blank { offset: 0 })
        );
        assert_eq!(
            HeaderValue::structured("a "),
            Err(HeaderValueError::Blank { offset: 1 })
        );
        let long = format!("a <{} {}>", "x".repeat(450), "y".repeat(450));
        assert_eq!(
            HeaderValue::structured(long),
            Err(HeaderValueError::TooLong { offset: 2 })
        );
    }

    #[test]
    fn folding_places_avoid_quotes_and_brackets() {
        let tokens: Vec<_> = structured_tokens(r#"a "b \" c" <d e>,  f"#).collect();
        assert_eq!(tokens, ["a", r#""b \" c""#, "<d e>,", " f"]);
    }
}
