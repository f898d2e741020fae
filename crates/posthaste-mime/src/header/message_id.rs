//! Message-ID and Content-ID (RFC 5322 section 3.6.4, RFC 2045 section 7).

use core::{convert::Infallible, error, fmt, fmt::Write as _, str};

use super::value::Shown;

/// Longest identifier, so that it fits on a line with the name of its field.
const MAX_LEN: usize = 900;

/// A message identifier: `left@right`, both dot-atoms, or an address literal on the right.
///
/// Kept without the angle brackets; [`Display`](fmt::Display) writes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Reads an identifier, with or without its angle brackets.
    ///
    /// # Errors
    ///
    /// When it is not of the form `left@right`, or longer than 900 octets. The offset counts octets.
    pub fn new(text: &str) -> Result<Self, IdError> {
        let (id, skipped) = unwrap(text)?;
        let at = id.find('@').ok_or(IdError {
            kind: IdErrorKind::NoAt,
            offset: skipped + id.len(),
        })?;
        dot_atom(&id[..at], skipped)?;
        let right = &id[at + 1..];
        match right
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(literal) => literal_text(literal, skipped + at + 2)?,
            None => dot_atom(right, skipped + at + 1)?,
        }
        Ok(Self(id.to_owned()))
    }

    /// For identifiers that this crate makes.
    pub(crate) fn unchecked(id: String) -> Self {
        Self(id)
    }

    /// Without angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

impl TryFrom<&str> for MessageId {
    type Error = IdError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl str::FromStr for MessageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// What HTML names an inline part by, as in `<img src="cid:logo">`: a dot-atom, with or without `@domain`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContentId(String);

impl ContentId {
    /// Reads an identifier, with or without its angle brackets.
    ///
    /// # Errors
    ///
    /// When it is not of the form `left` or `left@right`, or longer than 900 octets.
    pub fn new(text: &str) -> Result<Self, IdError> {
        let (id, skipped) = unwrap(text)?;
        if id.contains('@') {
            return MessageId::new(text).map(|id| Self(id.0));
        }
        dot_atom(id, skipped)?;
        Ok(Self(id.to_owned()))
    }

    /// Without angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `cid:` URL of this part (RFC 2392), for the HTML.
    ///
    /// ```
    /// use posthaste_mime::header::ContentId;
    ///
    /// assert_eq!(ContentId::new("logo%1@example.org")?.url(), "cid:logo%251@example.org");
    /// # Ok::<(), posthaste_mime::header::IdError>(())
    /// ```
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = "cid:".to_owned();
        for octet in self.0.bytes() {
            if octet.is_ascii_alphanumeric() || b"-._~!$&'*+=@".contains(&octet) {
                url.push(char::from(octet));
            } else {
                // Writing into a String cannot fail.
                let _ = write!(url, "%{octet:02X}");
            }
        }
        url
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

impl TryFrom<&str> for ContentId {
    type Error = IdError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl str::FromStr for ContentId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// Why a text is no identifier, and where: the offset counts octets from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError {
    kind: IdErrorKind,
    offset: usize,
}

impl IdError {
    /// Where the fault lies.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum IdErrorKind {
    Empty,
    NoAt,
    Unclosed,
    Forbidden(char),
    TooLong,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        match self.kind {
            IdErrorKind::Empty => write!(f, "the identifier lacks a word at octet {offset}"),
            IdErrorKind::NoAt => f.write_str("the identifier has no @"),
            IdErrorKind::Unclosed => f.write_str("the identifier has one angle bracket only"),
            IdErrorKind::Forbidden(character) => {
                write!(
                    f,
                    "{} at octet {offset} cannot stand in an identifier",
                    Shown(character)
                )
            }
            IdErrorKind::TooLong => write!(f, "the identifier is longer than {MAX_LEN} octets"),
        }
    }
}

impl error::Error for IdError {}

impl From<Infallible> for IdError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Without the angle brackets, and how many octets stood before.
fn unwrap(text: &str) -> Result<(&str, usize), IdError> {
    if text.len() > MAX_LEN {
        return Err(IdError {
            kind: IdErrorKind::TooLong,
            offset: MAX_LEN,
        });
    }
    match (text.strip_prefix('<'), text.ends_with('>')) {
        (None, false) => Ok((text, 0)),
        (Some(rest), true) => Ok((rest.strip_suffix('>').unwrap_or(rest), 1)),
        (Some(_), false) | (None, true) => Err(IdError {
            kind: IdErrorKind::Unclosed,
            offset: text.len(),
        }),
    }
}

fn dot_atom(text: &str, offset: usize) -> Result<(), IdError> {
    let mut dot = true;
    for (place, character) in text.char_indices() {
        let allowed = match character {
            '.' => !dot,
            other => other.is_ascii() && super::address::is_atext(other),
        };
        if !allowed {
            return Err(IdError {
                kind: IdErrorKind::Forbidden(character),
                offset: offset + place,
            });
        }
        dot = character == '.';
    }
    if dot {
        return Err(IdError {
            kind: IdErrorKind::Empty,
            offset: offset + text.len(),
        });
    }
    Ok(())
}

/// dtext of RFC 5322 section 3.4.1.
fn literal_text(text: &str, offset: usize) -> Result<(), IdError> {
    match text.char_indices().find(|(_, character)| {
        !character.is_ascii_graphic() || matches!(character, '[' | ']' | '\\')
    }) {
        Some((place, character)) => Err(IdError {
            kind: IdErrorKind::Forbidden(character),
            offset: offset + place,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_dot_atoms_around_an_at() {
        assert_eq!(
            MessageId::new("<a.b@example.org>").unwrap().to_string(),
            "<a.b@example.org>"
        );
        assert_eq!(
            MessageId::new("a@[192.0.2.1]").unwrap().as_str(),
            "a@[192.0.2.1]"
        );
        for (text, offset) in [
            ("", 0),
            ("a", 1),
            ("@b", 0),
            ("a@", 2),
            ("a..b@c", 2),
            ("<a@b", 4),
            ("a b@c", 1),
            ("<a@b\r\nBcc: x>", 4),
            ("a\0@b", 1),
            ("ä@b", 0),
            ("a@b@c", 3),
            ("a@[b]c]", 4),
        ] {
            let error = MessageId::new(text).unwrap_err();
            assert_eq!(error.offset(), offset, "{text:?}: {error}");
        }
    }

    #[test]
    fn content_ids_may_lack_the_domain() {
        assert_eq!(ContentId::new("logo").unwrap().to_string(), "<logo>");
        assert_eq!(ContentId::new("<logo@x>").unwrap().as_str(), "logo@x");
        assert!(ContentId::new("<<logo>>").is_err());
        assert!(ContentId::new("lo go").is_err());
    }
}
