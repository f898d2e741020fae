//! Encoded-words (RFC 2047): text that is not plain ASCII, in header fields.
//!
//! ```text
//! =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=        at most 75 octets a word, 76 a line that holds one,
//! =?UTF-8?B?5a2j5bqm5oql5ZGK?=       whole characters in each, blanks inside
//! ```

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::header::fold::{Folder, WORD};

/// `=?UTF-8?B?` and `?=`.
const FRAME: usize = 12;
/// The frame and the longest character there is, in Q: four octets of three characters each.
const LEAST: usize = FRAME + 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    B,
    Q,
}

/// Writes `text` as one run of encoded-words. The blanks between the words vanish when read.
pub(crate) fn write_run(folder: &mut Folder<'_>, text: &str) {
    let form = Form::for_text(text);
    let mut rest = text;
    while !rest.is_empty() {
        if folder.word_room() < LEAST {
            folder.fold();
        }
        let (now, later) = rest.split_at(form.fit(rest, folder.word_room() - FRAME));
        folder.word(&form.encode(now));
        rest = later;
    }
}

/// `text` as encoded-words of at most `room` octets each, for the compatible form of a file name.
pub(crate) fn words(text: &str, room: usize) -> impl Iterator<Item = String> {
    let form = Form::for_text(text);
    let mut rest = text;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (now, later) = rest.split_at(form.fit(rest, room.min(WORD) - FRAME));
        rest = later;
        Some(form.encode(now))
    })
}

impl Form {
    /// B when more than a third of the octets would be escaped in Q.
    fn for_text(text: &str) -> Self {
        let escaped = text
            .bytes()
            .filter(|&octet| octet != b' ' && !is_plain(octet))
            .count();
        if escaped * 3 > text.len() {
            Self::B
        } else {
            Self::Q
        }
    }

    /// How many octets of `text`, in whole characters, fit into `room` characters of encoded text.
    fn fit(self, text: &str, room: usize) -> usize {
        let mut taken = 0;
        let mut cost = 0;
        for character in text.chars() {
            let length = character.len_utf8();
            let next = match self {
                Self::B => (taken + length).div_ceil(3) * 4,
                Self::Q if character == ' ' => cost + 1,
                Self::Q if length == 1 && is_plain(character as u8) => cost + 1,
                Self::Q => cost + 3 * length,
            };
            if next > room {
                break;
            }
            cost = next;
            taken += length;
        }
        taken
    }

    fn encode(self, text: &str) -> String {
        match self {
            Self::B => format!("=?UTF-8?B?{}?=", STANDARD.encode(text)),
            Self::Q => {
                let mut word = String::with_capacity(WORD);
                word.push_str("=?UTF-8?Q?");
                for octet in text.bytes() {
                    match octet {
                        b' ' => word.push('_'),
                        plain if is_plain(plain) => word.push(char::from(plain)),
                        other => {
                            word.push('=');
                            word.push(hex(other >> 4));
                            word.push(hex(other & 15));
                        }
                    }
                }
                word.push_str("?=");
                word
            }
        }
    }
}

/// The set that is safe in a phrase too (RFC 2047 section 5, rule 3), used everywhere.
fn is_plain(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'!' | b'*' | b'+' | b'-' | b'/')
}

/// A hexadecimal digit in upper case; `nibble` is below 16.
pub(crate) fn hex(nibble: u8) -> char {
    char::from(match nibble {
        0..=9 => b'0' + nibble,
        _ => b'A' + (nibble - 10),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, text: &str) -> String {
        let mut out = String::new();
        let mut folder = Folder::field(&mut out, name);
        write_run(&mut folder, text);
        folder.finish();
        out
    }

    #[test]
    fn latin_text_is_q_and_chinese_text_is_b() {
        assert_eq!(
            run("Subject", "Grüße aus Hamburg"),
            "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_Hamburg?=\r\n"
        );
        assert_eq!(
            run("Subject", "季度报告"),
            "Subject: =?UTF-8?B?5a2j5bqm5oql5ZGK?=\r\n"
        );
    }

    #[test]
    fn words_and_lines_keep_their_limits_and_hold_whole_characters() {
        for sample in ["é", "a=?_é", "季", "😀", "x é 季 😀 "] {
            for name in ["X", "Subject", &"n".repeat(76)] {
                let out = run(name, &sample.repeat(60));
                assert!(out.ends_with("\r\n"));
                let mut decoded = String::new();
                for (number, line) in out.trim_end().split("\r\n").enumerate() {
                    assert!(line.len() <= 77, "{line}");
                    let word = line.rsplit(' ').next().unwrap();
                    if number == 0 && word.ends_with(':') {
                        continue;
                    }
                    assert!(line.len() <= 76, "{line}");
                    assert!(word.len() <= 75, "{word}");
                    let inner = &word[10..word.len() - 2];
                    assert!(!inner.is_empty());
                    let octets = if word.starts_with("=?UTF-8?B?") {
                        STANDARD.decode(inner).unwrap()
                    } else {
                        quoted_printable::decode(
                            inner.replace('_', " "),
                            quoted_printable::ParseMode::Strict,
                        )
                        .unwrap()
                    };
                    decoded.push_str(core::str::from_utf8(&octets).unwrap());
                }
                assert_eq!(decoded, sample.repeat(60));
            }
        }
    }
}
