//! Parameters of Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2183, RFC 2231).
//!
//! ```text
//! Content-Type: application/pdf;
//!  name="=?UTF-8?B?5a2j5bqm5oql5ZGKLnBkZg==?="                    read by Outlook, QQ Mail and others
//! Content-Disposition: attachment;
//!  filename*=UTF-8''%E5%AD%A3%E5%BA%A6%E6%8A%A5%E5%91%8A.pdf       what the standard says
//! ```

use crate::{
    encoded_word::{self, hex},
    header::{address::quoted, fold::Folder},
};

/// Longest `name=value` on a line of its own: with the blank before and the semicolon behind it makes 76.
const ROOM: usize = 74;

/// A parameter, or one line of a parameter that takes several.
pub(crate) struct Piece {
    text: String,
    /// Begins a line, because it holds an encoded-word.
    own_line: bool,
    /// Its quoted-string goes on in the next piece.
    open: bool,
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self {
            text,
            own_line: false,
            open: false,
        }
    }
}

/// Writes pieces with semicolons between them.
pub(crate) fn write(folder: &mut Folder<'_>, pieces: Vec<Piece>) {
    let count = pieces.len();
    for (number, mut piece) in pieces.into_iter().enumerate() {
        if number + 1 < count && !piece.open {
            piece.text.push(';');
        }
        if piece.own_line {
            folder.fold();
        }
        folder.token(&piece.text);
    }
}

/// `name=value`, the value a token if it is one, else a quoted-string. Both are ASCII.
pub(crate) fn plain(name: &str, value: &str) -> String {
    if !value.is_empty() && value.chars().all(is_token) {
        format!("{name}={value}")
    } else {
        format!("{name}={}", quoted(value))
    }
}

/// `filename="x.pdf"`; when that is not ASCII or too long for a line, as RFC 2231 says.
pub(crate) fn extended(name: &str, value: &str) -> Vec<Piece> {
    if let Some(simple) = simple(name, value) {
        return vec![simple.into()];
    }
    let encoded: Vec<String> = value.chars().map(percent).collect();
    let total: usize = encoded.iter().map(String::len).sum();
    if name.len() + "*=UTF-8''".len() + total <= ROOM {
        return vec![format!("{name}*=UTF-8''{}", encoded.concat()).into()];
    }
    let mut sections = vec![format!("{name}*0*=UTF-8''")];
    for character in encoded {
        let number = sections.len();
        match sections.last_mut() {
            Some(section) if section.len() + character.len() <= ROOM => {
                section.push_str(&character)
            }
            _ => sections.push(format!("{name}*{number}*={character}")),
        }
    }
    sections.into_iter().map(Piece::from).collect()
}

/// `name="x.pdf"`; when that is not ASCII or too long for a line, as encoded-words in a quoted-string. No
/// standard has that, most readers understand it, and it stands beside the right form in `filename`.
pub(crate) fn compatible(name: &str, value: &str) -> Vec<Piece> {
    if let Some(simple) = simple(name, value) {
        return vec![simple.into()];
    }
    let mut words = encoded_word::words(value, ROOM - name.len() - "=\"\"".len()).peekable();
    let mut pieces = Vec::new();
    while let Some(word) = words.next() {
        let before = if pieces.is_empty() {
            format!("{name}=\"")
        } else {
            String::new()
        };
        let open = words.peek().is_some();
        let after = if open { "" } else { "\"" };
        pieces.push(Piece {
            text: format!("{before}{word}{after}"),
            own_line: true,
            open,
        });
    }
    pieces
}

/// A quoted-string, if the value is ASCII, fits on a line, and cannot be taken for an encoded-word.
fn simple(name: &str, value: &str) -> Option<String> {
    let blanks_last = !value.starts_with(' ') && !value.ends_with(' ') && !value.contains("  ");
    if !value.is_ascii() || value.contains("=?") || !blanks_last {
        return None;
    }
    let simple = format!("{name}={}", quoted(value));
    (simple.len() <= ROOM).then_some(simple)
}

/// token of RFC 2045 section 5.1.
pub(crate) fn is_token(character: char) -> bool {
    character.is_ascii_graphic() && !r#"()<>@,;:\"/[]?="#.contains(character)
}

/// Everything is encoded but letters, digits and `- . _`: readers err on the others that the RFC allows.
fn percent(character: char) -> String {
    if character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_') {
        return character.to_string();
    }
    let mut octets = [0; 4];
    let mut out = String::with_capacity(12);
    for octet in character.encode_utf8(&mut octets).bytes() {
        out.push('%');
        out.push(hex(octet >> 4));
        out.push(hex(octet & 15));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::header::content_disposition::Disposition;

    fn disposition(name: &str) -> String {
        let mut out = String::new();
        Disposition::Attachment.write(&mut out, Some(name));
        out
    }

    #[test]
    fn ascii_names_are_quoted() {
        assert_eq!(
            disposition("report.pdf"),
            "Content-Disposition: attachment; filename=\"report.pdf\"\r\n"
        );
        assert_eq!(
            disposition("a\"\\b"),
            "Content-Disposition: attachment; filename=\"a\\\"\\\\b\"\r\n"
        );
    }

    #[test]
    fn other_names_are_extended() {
        assert_eq!(
            disposition("季度报告 (1).pdf"),
            "Content-Disposition: attachment;\r\n filename*=UTF-8''%E5%AD%A3%E5%BA%A6%E6%8A%A5%E5%91%8A%20%281%29.pdf\r\n"
        );
        assert!(disposition("=?UTF-8?Q?x?=").contains("filename*=UTF-8''%3D%3FUTF"));
    }

    #[test]
    fn long_names_are_continued_in_whole_characters() {
        for name in [
            "季".repeat(60),
            "x".repeat(300),
            format!("{}.pdf", "é ".repeat(100)),
        ] {
            let out = disposition(&name);
            let mut joined = String::new();
            for (number, line) in out.trim_end().split("\r\n ").skip(1).enumerate() {
                assert!(line.len() <= 77, "{line}");
                let value = line.strip_prefix(&format!("filename*{number}*=")).unwrap();
                let value = value.trim_start_matches("UTF-8''").trim_end_matches(';');
                let octets = quoted_printable::decode(
                    value.replace('%', "="),
                    quoted_printable::ParseMode::Robust,
                )
                .unwrap();
                joined.push_str(core::str::from_utf8(&octets).unwrap());
            }
            assert_eq!(joined, name);
        }
    }
}
