//! quoted-printable (RFC 2045 section 6.7) of text with CRLF line ends.

use crate::encoded_word::hex;

/// Characters on a line, the soft line break `=` included.
const LINE: usize = 76;

/// Encodes piece by piece, with the column kept between the pieces.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    column: usize,
}

impl Encoder {
    /// Encodes `text` from `at` on until `out` has grown by about `room` octets, and gives back the new `at`.
    pub(crate) fn encode(
        &mut self,
        text: &[u8],
        mut at: usize,
        out: &mut Vec<u8>,
        room: usize,
    ) -> usize {
        let full = out.len() + room;
        while at < text.len() && out.len() < full {
            let rest = &text[at..];
            if rest.starts_with(b"\r\n") {
                out.extend_from_slice(b"\r\n");
                self.column = 0;
                at += 2;
                continue;
            }
            let plain = self.plain_run(rest);
            if plain > 0 {
                out.extend_from_slice(&rest[..plain]);
                self.column += plain;
                at += plain;
                continue;
            }
            let octet = rest[0];
            let width = if self.stays(rest) { 1 } else { 3 };
            // The last column is for the `=` of a soft break, unless the line ends behind this octet.
            let last = at + 1 == text.len() || rest[1..].starts_with(b"\r\n");
            if self.column + width > if last { LINE } else { LINE - 1 } {
                out.extend_from_slice(b"=\r\n");
                self.column = 0;
                continue;
            }
            if width == 1 {
                out.push(octet);
            } else {
                out.extend_from_slice(&[b'=', hex(octet >> 4) as u8, hex(octet & 15) as u8]);
            }
            self.column += width;
            at += 1;
        }
        at
    }

    /// How many octets can be copied as they are, in one piece. What stands at the beginning of a line or
    /// before its end is left to the slow way.
    fn plain_run(&self, rest: &[u8]) -> usize {
        if self.column == 0 {
            return 0;
        }
        let room = (LINE - 1).saturating_sub(self.column);
        let window = &rest[..rest.len().min(room)];
        let run = window
            .iter()
            .position(|&octet| !SAFE[usize::from(octet)])
            .unwrap_or(window.len());
        // A blank stays only when something visible follows on the same line.
        if run > 0
            && matches!(rest[run - 1], b' ' | b'\t')
            && rest.get(run).is_none_or(|&octet| octet == b'\r')
        {
            return run - 1;
        }
        run
    }

    /// Whether the first octet of `rest` goes as it is.
    fn stays(&self, rest: &[u8]) -> bool {
        match rest[0] {
            // Blanks at the end of a line are lost on the way.
            b' ' | b'\t' => rest.len() > 1 && !rest[1..].starts_with(b"\r\n"),
            // Some servers change these at the beginning of a line.
            b'.' => self.column > 0,
            b'F' => self.column > 0 || !rest.starts_with(b"From "),
            other => SAFE[usize::from(other)],
        }
    }
}

/// How many octets [`Encoder`] makes of `text`.
pub(crate) fn encoded_len(text: &[u8]) -> usize {
    const BLOCK: usize = 16 * 1024;
    let mut encoder = Encoder::default();
    let mut block = Vec::with_capacity(BLOCK + 256);
    let (mut at, mut length) = (0, 0);
    while at < text.len() {
        block.clear();
        at = encoder.encode(text, at, &mut block, BLOCK);
        length += block.len();
    }
    length
}

/// Visible ASCII but `=`, and the blanks.
const SAFE: [bool; 256] = {
    let mut safe = [false; 256];
    let mut octet = b' ';
    while octet < 0x7f {
        safe[octet as usize] = octet != b'=';
        octet += 1;
    }
    safe[b'\t' as usize] = true;
    safe
};

#[cfg(test)]
mod tests {
    use quoted_printable::{ParseMode, decode};

    use super::*;

    fn encode(text: &str, room: usize) -> String {
        let mut encoder = Encoder::default();
        let mut out = Vec::new();
        let mut at = 0;
        while at < text.len() {
            at = encoder.encode(text.as_bytes(), at, &mut out, room);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn special_octets_are_escaped() {
        for (text, encoded) in [
            ("", ""),
            ("a=b", "a=3Db"),
            ("Grüße", "Gr=C3=BC=C3=9Fe"),
            ("a \r\nb\t", "a=20\r\nb=09"),
            ("a  \r\n", "a =20\r\n"),
            ("From x\r\nFrom", "=46rom x\r\nFrom"),
            (".\r\n..", "=2E\r\n=2E."),
            ("a.b From c", "a.b From c"),
            ("\u{7f}\u{1}", "=7F=01"),
            (" \r\n \r\n", "=20\r\n=20\r\n"),
        ] {
            assert_eq!(encode(text, 1000), encoded, "{text:?}");
        }
    }

    #[test]
    fn lines_have_at_most_76_characters_and_every_split_is_the_same() {
        for sample in ["x", "x ", "ü", "=", "Fro From ", "季a ", ". ", "\t"] {
            for count in [
                1, 24, 25, 26, 37, 38, 74, 75, 76, 77, 78, 150, 151, 152, 153, 400,
            ] {
                for end in ["", "\r\n", " ", "=", "\r\n\r\nx"] {
                    let text = sample.repeat(count) + end;
                    let encoded = encode(&text, usize::MAX / 2);
                    for line in encoded.split("\r\n") {
                        assert!(line.len() <= 76 && !line.ends_with([' ', '\t']), "{line:?}");
                    }
                    assert_eq!(
                        decode(&encoded, ParseMode::Strict).unwrap(),
                        text.as_bytes()
                    );
                    assert_eq!(encode(&text, 1), encoded);
                    assert_eq!(encoded_len(text.as_bytes()), encoded.len());
                }
            }
        }
        assert_eq!(encode(&"x".repeat(76), 1000).len(), 76);
    }
}
