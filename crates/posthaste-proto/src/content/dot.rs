//! Dot-stuffing and the terminator (RFC 5321 section 4.5.2), in place and at any split of the content.

use memchr::memmem;

pub use super::line_break::BareLineBreak;
use super::line_break::LineBreaks;

/// Puts a dot before every line that begins with one, and ends the content with `CRLF . CRLF`.
///
/// Where lines begin is remembered between calls, so the content may come in pieces of any size. A CR or an LF that
/// stands alone is refused: servers differ in what they take for a line end, and a message that two of them read
/// differently can smuggle a second one (CVE-2023-51764).
///
/// ```
/// use posthaste_proto::content::dot::DotStuffer;
///
/// let mut stuffer = DotStuffer::new();
/// let mut buffer = [0; 64];
/// buffer[..6].copy_from_slice(b".a\r\n.b");
/// let stuffed = stuffer.stuff(&mut buffer, 0, 6).unwrap();
/// assert_eq!(&buffer[..stuffed], b"..a\r\n..b");
/// assert_eq!(stuffer.terminator().unwrap(), b"\r\n.\r\n");
/// ```
#[derive(Debug, Clone)]
pub struct DotStuffer {
    at_line_start: bool,
    breaks: LineBreaks,
}

impl DotStuffer {
    /// The longest [`DotStuffer::terminator`].
    pub const TERMINATOR: usize = 5;

    /// At the beginning of a content, which is the beginning of a line.
    pub const fn new() -> Self {
        Self {
            at_line_start: true,
            breaks: LineBreaks::new(),
        }
    }

    /// How many octets of content surely fit into `free` octets of buffer, whatever they are.
    ///
    /// The worst content grows by one octet in three (`CRLF .` again and again), and by one at its beginning.
    pub const fn room(free: usize) -> usize {
        free.saturating_sub(1) / 4 * 3
    }

    /// How many octets of content went in so far.
    pub const fn octets(&self) -> u64 {
        self.breaks.octets
    }

    /// Stuffs the `length` octets at `start` where they stand. What stands behind them in `buffer` is overwritten as
    /// far as the content grows; [`DotStuffer::room`] says how much free space is enough. Returns the new length.
    ///
    /// # Panics
    ///
    /// When the stuffed content does not fit into `buffer`.
    pub fn stuff(
        &mut self,
        buffer: &mut [u8],
        start: usize,
        length: usize,
    ) -> Result<usize, BareLineBreak> {
        let content = &buffer[start..start + length];
        let Some(&first) = content.first() else {
            return Ok(0);
        };
        let after_cr = self.breaks.after_cr;
        self.breaks.check(content)?;

        let leading = self.at_line_start && first == b'.';
        // CR ended the piece before, LF and a dot begin this one: the pattern below cannot see it.
        let split = after_cr && content.get(1) == Some(&b'.');
        let pattern = memmem::Finder::new(b"\r\n.");
        let mut places = Places::default();
        if leading || split {
            places.add(usize::from(split));
        }
        pattern.find_iter(content).for_each(|at| places.add(at + 2));
        self.at_line_start = match content.len() {
            1 => after_cr && first == b'\n',
            _ => content.ends_with(b"\r\n"),
        };

        let grown = length + places.count;
        let mut end = start + length;
        if let Some(places) = places.all() {
            // From the back, so that no octet is moved twice.
            for (before, place) in places.iter().enumerate().rev() {
                let dot = start + place;
                buffer.copy_within(dot..end, dot + before + 1);
                buffer[dot + before] = b'.';
                end = dot;
            }
            return Ok(grown);
        }
        // Too many to be remembered. Once to where it ends, then line by line to where it belongs.
        let mut from = start + places.count;
        let mut to = start;
        buffer.copy_within(start..end, from);
        end += places.count;
        let mut next = places.first();
        while let Some(line) = next {
            buffer.copy_within(from..from + line, to);
            from += line;
            to += line;
            buffer[to] = b'.';
            to += 1;
            next = pattern.find(&buffer[from..end]).map(|at| at + 2);
        }
        Ok(grown)
    }

    /// What ends the content: `. CRLF`, after another CRLF when the last line has none.
    pub const fn terminator(&self) -> Result<&'static [u8], BareLineBreak> {
        if let Err(at) = self.breaks.end() {
            Err(at)
        } else if self.at_line_start {
            Ok(b".\r\n")
        } else {
            Ok(b"\r\n.\r\n")
        }
    }
}

/// Where dots go in, counted from the beginning of a piece: the number of all, and the first of them.
struct Places {
    known: [usize; Self::KNOWN],
    count: usize,
}

impl Places {
    /// In 64 KiB of text, one line in six.
    const KNOWN: usize = 128;

    fn add(&mut self, place: usize) {
        if let Some(known) = self.known.get_mut(self.count) {
            *known = place;
        }
        self.count += 1;
    }

    /// `None` when there are more than are known.
    fn all(&self) -> Option<&[usize]> {
        self.known.get(..self.count)
    }

    fn first(&self) -> Option<usize> {
        self.known.first().copied().filter(|_| self.count > 0)
    }
}

impl Default for Places {
    fn default() -> Self {
        Self {
            known: [0; Self::KNOWN],
            count: 0,
        }
    }
}

impl Default for DotStuffer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// The rule of the standard, octet by octet.
    fn by_the_book(content: &[u8]) -> Vec<u8> {
        let mut stuffed = Vec::new();
        for (at, octet) in content.iter().enumerate() {
            if *octet == b'.' && (at == 0 || content[..at].ends_with(b"\r\n")) {
                stuffed.push(b'.');
            }
            stuffed.push(*octet);
        }
        stuffed.extend_from_slice(if content.is_empty() || content.ends_with(b"\r\n") {
            b""
        } else {
            b"\r\n"
        });
        stuffed.extend_from_slice(b".\r\n");
        stuffed
    }

    fn in_pieces(content: &[u8], sizes: &[usize]) -> Result<Vec<u8>, BareLineBreak> {
        let mut stuffer = DotStuffer::new();
        let mut out = Vec::new();
        let mut rest = content;
        let mut sizes = sizes.iter().cycle();
        while !rest.is_empty() {
            let (piece, left) = rest.split_at((*sizes.next().unwrap()).clamp(1, rest.len()));
            rest = left;
            let mut buffer = piece.to_vec();
            let mut free = piece.len();
            while DotStuffer::room(free) < piece.len() {
                free += 1;
            }
            buffer.resize(free, b'#');
            let length = stuffer.stuff(&mut buffer, 0, piece.len())?;
            out.extend_from_slice(&buffer[..length]);
        }
        out.extend_from_slice(stuffer.terminator()?);
        Ok(out)
    }

    #[test]
    fn lone_line_breaks_are_found_at_their_place() {
        for (content, at) in [
            (&b"a\nb"[..], 1),
            (b"a\rb", 1),
            (b"a\r", 1),
            (b"\n", 0),
            (b"ab\r\n\n", 4),
            (b"ab\r\r\n", 2),
            (b"\r\n.\n", 3),
        ] {
            for size in 1..=content.len() {
                assert_eq!(
                    in_pieces(content, &[size]),
                    Err(BareLineBreak(at)),
                    "{content:?} by {size}"
                );
            }
        }
    }

    #[test]
    fn more_dots_than_are_remembered() {
        for lines in [126, 127, 128, 129, 1000] {
            let content = [&b"."[..], "\r\n.a\r\n..b\r\nc".repeat(lines).as_bytes()].concat();
            for size in [content.len(), 700, 64] {
                let stuffed = in_pieces(&content, &[size]).unwrap();
                assert_eq!(stuffed, by_the_book(&content), "{lines} by {size}");
            }
        }
    }

    proptest! {
        #[test]
        fn stuffing_is_by_the_book_at_any_split(
            words in prop::collection::vec(prop_oneof![Just("."), Just("\r\n"), Just("\r\n."), Just("a"), Just("..")], 0..40),
            sizes in prop::collection::vec(1usize..9, 1..8),
        ) {
            let content = words.concat();
            prop_assert_eq!(in_pieces(content.as_bytes(), &sizes).unwrap(), by_the_book(content.as_bytes()));
        }
    }
}
