//! Replies (RFC 5321 section 4.2): a code, perhaps an enhanced status code, and lines of text.
//!
//! ```
//! use posthaste_proto::reply::{Parser, ReplyLimits};
//!
//! let mut parser = Parser::new(ReplyLimits::default());
//! let mut input: &[u8] = b"250-mail.example.org\r\n250 SIZE 1000\r\n";
//! let reply = parser.parse(&mut input).unwrap().unwrap().to_reply();
//! assert_eq!(reply.code(), 250);
//! assert_eq!(reply.lines().collect::<Vec<_>>(), [&b"mail.example.org"[..], b"SIZE 1000"]);
//! ```

mod code;
mod enhanced;
mod error;
mod line;
mod lines;
mod parser;
mod queue_id;
mod quirk;
mod reply_ref;
mod scan;
mod text;

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use text::Text;

pub(crate) use scan::{Word, padded, split_line};

pub use code::{ReplyClass, ReplyCode};
pub use enhanced::EnhancedStatusCode;
pub use error::{MalformedReply, ReplyError};
pub use parser::{Parser, ReplyLimits};
pub use quirk::{Quirk, Quirks};
pub use reply_ref::ReplyRef;

/// A server's answer, kept: bytes as bytes, since nothing says that they are text.
///
/// At most [`Reply::KEPT`] octets of text are kept; [`Reply::is_cut`] tells. A short text is kept in place, a longer one is
/// shared between clones.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    code: ReplyCode,
    enhanced: Option<EnhancedStatusCode>,
    cut: bool,
    /// Lines joined with LF, which no line can hold.
    text: Text,
}

impl Reply {
    /// How many octets of text a kept reply holds at most.
    pub const KEPT: usize = 1024;

    /// A reply of one's own making, for tests and for servers. Text past [`Reply::KEPT`] octets is cut.
    pub fn new(code: ReplyCode, text: &str) -> Self {
        Self::keep(code, text.as_bytes())
    }

    pub(crate) fn keep(code: ReplyCode, text: &[u8]) -> Self {
        let kept = text.get(..Self::KEPT).unwrap_or(text);
        Self {
            code,
            enhanced: EnhancedStatusCode::split_off(first_line(text), code)
                .map(|(enhanced, _)| enhanced),
            cut: kept.len() < text.len(),
            text: Text::new(kept),
        }
    }

    /// The three digits.
    pub fn code(&self) -> ReplyCode {
        self.code
    }

    /// The enhanced status code of the first line, if it has one whose class agrees with the reply code.
    pub fn enhanced(&self) -> Option<EnhancedStatusCode> {
        self.enhanced
    }

    /// The lines of text, without codes and line ends; there is at least one, which may be empty.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let enhanced = self.enhanced;
        self.text
            .octets()
            .split(|octet| *octet == b'\n')
            .map(
                move |line| match EnhancedStatusCode::split_off(line, self.code) {
                    Some((found, used)) if Some(found) == enhanced => {
                        line.get(used..).unwrap_or_default()
                    }
                    Some(_) | None => line,
                },
            )
    }

    /// The text as the server sent it: enhanced codes left in, lines joined with LF.
    pub fn raw_text(&self) -> &[u8] {
        self.text.octets()
    }

    /// True when the server sent more text than is kept here.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// 4yz: the same may be accepted later.
    pub fn is_transient(&self) -> bool {
        self.code.class() == ReplyClass::Transient
    }

    /// 5yz: refused for good.
    pub fn is_permanent(&self) -> bool {
        self.code.class() == ReplyClass::Permanent
    }

    /// The queue id that the text of a known server names ("queued as 4F2A1C0DE", "OK id=1abcde-000Xyz-2Q").
    ///
    /// ```
    /// use posthaste_proto::reply::{Reply, ReplyCode};
    /// let reply = Reply::new(ReplyCode::new(250).unwrap(), "2.0.0 Ok: queued as 4F2A1C0DE");
    /// assert_eq!(reply.queue_id(), Some("4F2A1C0DE"));
    /// ```
    pub fn queue_id(&self) -> Option<&str> {
        self.lines().find_map(queue_id::find)
    }
}

/// `550 5.1.1 User unknown`: one line, fit for a terminal: controls and octets outside UTF-8 are escaped.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        for line in self.lines().filter(|line| !line.is_empty()) {
            write!(f, " {}", printable(line))?;
        }
        if self.cut {
            f.write_str(" [cut]")
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

/// Text of the peer made fit to be shown: what is UTF-8, no control and not invisible stays, the rest is escaped as
/// `\xNN`.
///
/// ```
/// assert_eq!(posthaste_proto::reply::printable(b"caf\xc3\xa9 \x1b[2J\xff"), "café \\x1b[2J\\xff");
/// ```
pub fn printable(text: &[u8]) -> Cow<'_, str> {
    use core::fmt::Write;
    if let Ok(text) = core::str::from_utf8(text)
        && !text.chars().any(is_unfit)
    {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_unfit(character) {
                let mut octets = [0; 4];
                for octet in character.encode_utf8(&mut octets).bytes() {
                    let _ = write!(shown, "\\x{octet:02x}");
                }
            } else {
                shown.push(character);
            }
        }
        for octet in chunk.invalid() {
            let _ = write!(shown, "\\x{octet:02x}");
        }
    }
    Cow::Owned(shown)
}

/// Controls, and the characters that cannot be seen: those that reorder what stands beside them on a screen, and those
/// that make two texts look the same.
fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|octet| *octet == b'\n')
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lines_are_kept_like_one_text() {
        for length in [0, 1, 600, 1010, 1011, 1012, 1013, 1014, 1015, 1100, 2000] {
            let (first, second) = ("a".repeat(length), "b".repeat(10));
            let whole = alloc::format!("250-{first}\r\n250-{second}\n250 c\r\n");
            let mut parser = Parser::default();
            let reply = parser.parse(&mut whole.as_bytes()).unwrap().unwrap();
            let text = alloc::format!("{first}\n{second}\nc");
            assert_eq!(*reply.text(), *text.as_bytes());
            assert_eq!(
                reply.to_reply(),
                Reply::new(reply.code(), &text),
                "{length}"
            );
        }
    }

    #[test]
    fn limits_may_be_the_largest_numbers() {
        let mut parser = Parser::new(ReplyLimits {
            line: usize::MAX,
            reply: usize::MAX,
            lines: usize::MAX,
        });
        for octets in b"250-a\r\n250-b\r\n250 c\r\n".chunks(5) {
            if let Some(reply) = parser.parse(&mut &octets[..]).unwrap() {
                assert_eq!(*reply.text(), *b"a\nb\nc");
            }
        }
        assert!(parser.is_empty());
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        for (first, last) in [
            ('\0', '\u{1f}'),
            ('\u{7f}', '\u{9f}'),
            ('\u{ad}', '\u{ad}'),
            ('\u{61c}', '\u{61c}'),
            ('\u{180e}', '\u{180e}'),
            ('\u{200b}', '\u{200f}'),
            ('\u{2028}', '\u{202e}'),
            ('\u{2060}', '\u{206f}'),
            ('\u{feff}', '\u{feff}'),
            ('\u{fff9}', '\u{fffb}'),
            ('\u{e0000}', '\u{e007f}'),
        ] {
            for character in first..=last {
                let mut octets = [0; 4];
                let text = character.encode_utf8(&mut octets);
                let shown = printable(text.as_bytes());
                assert_eq!(shown.len(), 4 * text.len(), "{shown}");
                assert!(shown.starts_with("\\x"), "{shown}");
            }
        }
        assert_eq!(printable("a\u{200b}b".as_bytes()), "a\\xe2\\x80\\x8bb");
        // Their neighbours stay.
        let seen = "~\u{a0}\u{ac}\u{ae}\u{61b}\u{180d}\u{200a}\u{2010}\u{2027}\u{202f}\u{205f}\u{2070}\u{fefe}\u{ff00}\u{fff8}\u{fffc}季😀";
        assert_eq!(printable(seen.as_bytes()), seen);
    }
}
