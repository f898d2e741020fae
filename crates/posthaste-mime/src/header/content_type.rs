//! Media types (RFC 2045 section 5) and the Content-Type field.

use core::{error, fmt, str};

use super::{fold::Folder, value::Shown};
use crate::parameter;

/// Longest type, subtype, parameter name or value that is read.
const MAX_PIECE: usize = 127;

/// A media type with its parameters: `application/pdf`, `text/plain; charset=utf-8`.
///
/// Type, subtype and parameter names are kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    essence: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads `type/subtype` and parameters behind semicolons, each value a token or a quoted-string.
    ///
    /// # Errors
    ///
    /// When the text is not of that form, a parameter comes twice, or a piece is longer than 127 octets.
    /// The offset counts octets.
    pub fn new(text: &str) -> Result<Self, MediaTypeError> {
        let mut reader = Reader { text, at: 0 };
        let mut essence = reader.token()?.to_ascii_lowercase();
        reader.expect('/')?;
        essence.push('/');
        essence.push_str(&reader.token()?.to_ascii_lowercase());
        let mut parameters: Vec<(String, String)> = Vec::new();
        loop {
            reader.skip_blanks();
            if reader.peek().is_none() {
                return Ok(Self {
                    essence,
                    parameters,
                });
            }
            reader.expect(';')?;
            reader.skip_blanks();
            let place = reader.at;
            let name = reader.token()?.to_ascii_lowercase();
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(MediaTypeError {
                    kind: MediaTypeErrorKind::Twice,
                    offset: place,
                });
            }
            reader.expect('=')?;
            let value = reader.value()?;
            parameters.push((name, value));
        }
    }

    /// `type/subtype`, in lower case.
    #[must_use]
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// The value of the parameter `name` (in lower case).
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn octet_stream() -> Self {
        Self {
            essence: "application/octet-stream".to_owned(),
            parameters: Vec::new(),
        }
    }

    pub(crate) fn with_charset(mut self, charset: &str) -> Self {
        self.parameters
            .push(("charset".to_owned(), charset.to_owned()));
        self
    }

    pub(crate) fn text(subtype: &str, charset: &str) -> Self {
        Self {
            essence: format!("text/{subtype}"),
            parameters: vec![("charset".to_owned(), charset.to_owned())],
        }
    }

    pub(crate) fn multipart(subtype: &str, boundary: &str, root: Option<&str>) -> Self {
        let mut parameters = Vec::new();
        if let Some(root) = root {
            parameters.push(("type".to_owned(), root.to_owned()));
        }
        parameters.push(("boundary".to_owned(), boundary.to_owned()));
        Self {
            essence: format!("multipart/{subtype}"),
            parameters,
        }
    }

    /// Writes the field, with the file name in its compatible form.
    pub(crate) fn write(&self, out: &mut String, file_name: Option<&str>) {
        let mut pieces = vec![parameter::Piece::from(self.essence.clone())];
        for (name, value) in &self.parameters {
            pieces.push(parameter::plain(name, value).into());
        }
        if let Some(name) = file_name {
            pieces.extend(parameter::compatible("name", name));
        }
        let mut folder = Folder::field(out, "Content-Type");
        parameter::write(&mut folder, pieces);
        folder.finish();
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)?;
        self.parameters
            .iter()
            .try_for_each(|(name, value)| write!(f, "; {}", parameter::plain(name, value)))
    }
}

impl str::FromStr for MediaType {
    type Err = MediaTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<&str> for MediaType {
    type Error = MediaTypeError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

/// Why a text is no media type, and where: the offset counts octets from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaTypeError {
    kind: MediaTypeErrorKind,
    offset: usize,
}

impl MediaTypeError {
    /// Where the fault lies.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum MediaTypeErrorKind {
    Missing,
    Forbidden(char),
    UnclosedQuote,
    Twice,
    TooLong,
}

impl fmt::Display for MediaTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        match self.kind {
            MediaTypeErrorKind::Missing => {
                write!(
                    f,
                    "the media type ends at octet {offset} before it is complete: type/subtype"
                )
            }
            MediaTypeErrorKind::Forbidden(character) => {
                write!(
                    f,
                    "{} cannot stand at octet {offset} of a media type",
                    Shown(character)
                )
            }
            MediaTypeErrorKind::UnclosedQuote => {
                write!(
                    f,
                    "the quotation mark at octet {offset} of the media type is not closed"
                )
            }
            MediaTypeErrorKind::Twice => write!(
                f,
                "the parameter at octet {offset} of the media type comes twice"
            ),
            MediaTypeErrorKind::TooLong => write!(
                f,
                "more than {MAX_PIECE} octets in one piece from octet {offset} of the media type on"
            ),
        }
    }
}

impl error::Error for MediaTypeError {}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<&'a str, MediaTypeError> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|character| !parameter::is_token(character))
            .unwrap_or(rest.len());
        if length == 0 {
            return Err(self.unexpected());
        }
        if length > MAX_PIECE {
            return Err(self.error(MediaTypeErrorKind::TooLong));
        }
        self.at += length;
        Ok(&rest[..length])
    }

    fn value(&mut self) -> Result<String, MediaTypeError> {
        if self.peek() != Some('"') {
            return self.token().map(str::to_owned);
        }
        let start = self.at;
        let mut value = String::new();
        let mut escaped = false;
        for (offset, character) in self.text[start..].char_indices().skip(1) {
            self.at = start + offset;
            if !character.is_ascii_graphic() && character != ' ' {
                return Err(self.error(MediaTypeErrorKind::Forbidden(character)));
            }
            match character {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '"' if !escaped => {
                    self.at += 1;
                    if value.len() > MAX_PIECE {
                        return Err(MediaTypeError {
                            kind: MediaTypeErrorKind::TooLong,
                            offset: start,
                        });
                    }
                    return Ok(value);
                }
                other => value.push(other),
            }
            escaped = false;
        }
        Err(MediaTypeError {
            kind: MediaTypeErrorKind::UnclosedQuote,
            offset: start,
        })
    }

    fn expect(&mut self, expected: char) -> Result<(), MediaTypeError> {
        if self.peek() != Some(expected) {
            return Err(self.unexpected());
        }
        self.at += expected.len_utf8();
        Ok(())
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn error(&self, kind: MediaTypeErrorKind) -> MediaTypeError {
        MediaTypeError {
            kind,
            offset: self.at,
        }
    }

    fn unexpected(&self) -> MediaTypeError {
        self.error(
            self.peek()
                .map_or(MediaTypeErrorKind::Missing, MediaTypeErrorKind::Forbidden),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_read() {
        let media = MediaType::new("Text/Plain; Charset=utf-8 ; x=\"a \\\"b\"").unwrap();
        assert_eq!(media.essence(), "text/plain");
        assert_eq!(media.parameter("charset"), Some("utf-8"));
        assert_eq!(media.parameter("x"), Some("a \"b"));
        assert_eq!(
            media.to_string(),
            "text/plain; charset=utf-8; x=\"a \\\"b\""
        );
        assert_eq!(MediaType::new(&media.to_string()).unwrap(), media);
    }

    #[test]
    fn what_is_none_is_refused_with_its_place() {
        for (text, offset) in [
            ("", 0),
            ("text", 4),
            ("text/", 5),
            ("text/plain;", 11),
            ("text/plain; a", 13),
            ("text/plain; a=1; A=2", 17),
            ("text/plain; a=\"", 14),
            ("text/plain\r\nX: y", 10),
            ("text/plain; a=\"\n\"", 15),
            ("tex\0t/plain", 3),
            ("text/plain; a=é", 14),
            ("text/plain x", 11),
        ] {
            assert_eq!(
                MediaType::new(text).unwrap_err().offset(),
                offset,
                "{text:?}"
            );
        }
        assert!(MediaType::new(&format!("a/{}", "b".repeat(128))).is_err());
    }
}
