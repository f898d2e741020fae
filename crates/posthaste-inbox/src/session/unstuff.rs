//! Dot-stuffing undone, and the end of the content found (RFC 5321 4.5.2).

use memchr::memmem;

/// Undoes dot-stuffing at any split of the input. Only CRLF, dot, CRLF ends the content, and only CRLF ends a line:
/// CR or LF alone are octets as any other, so nothing that another server takes for an end is one here.
///
/// ```
/// use posthaste_inbox::session::Unstuffer;
///
/// let mut unstuffer = Unstuffer::new();
/// let mut content = Vec::new();
/// let taken = unstuffer.unstuff(b"..a\r\n\n.\nb\r\n.\r\nNOOP\r\n", &mut content);
/// assert_eq!(content, b".a\r\n\n.\nb\r\n");
/// assert_eq!(taken, 14);
/// assert!(unstuffer.is_ended());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unstuffer(State);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a line.
    LineStart,
    /// Inside a line.
    Inside,
    /// Inside a line, the last octet was CR.
    Cr,
    /// The line begins with a dot, which is held back.
    Dot,
    /// The line begins with a dot and CR, which are held back.
    DotCr,
    /// The terminator came.
    Ended,
}

impl Unstuffer {
    /// At the beginning of the content, which is the beginning of a line.
    #[must_use]
    pub const fn new() -> Self {
        Self(State::LineStart)
    }

    /// Whether the terminator came.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.0 == State::Ended
    }

    /// Appends the content of `input` to `content`, up to the terminator if it comes. Returns how many octets of
    /// `input` were used: all of them, unless the content ended.
    pub fn unstuff(&mut self, input: &[u8], content: &mut Vec<u8>) -> usize {
        let mut rest = input;
        while let Some((&octet, tail)) = rest.split_first() {
            self.0 = match (self.0, octet) {
                (State::Ended, _) => break,
                (State::LineStart, b'.') => {
                    rest = tail;
                    State::Dot
                }
                (State::Dot, b'\r') => {
                    rest = tail;
                    State::DotCr
                }
                (State::DotCr, b'\n') => {
                    rest = tail;
                    State::Ended
                }
                (State::DotCr, _) => {
                    content.push(b'\r');
                    State::Cr
                }
                (State::Cr, b'\n') => {
                    content.push(b'\n');
                    rest = tail;
                    State::LineStart
                }
                (State::LineStart | State::Inside | State::Cr | State::Dot, _) => {
                    let (state, length) = Self::run(rest);
                    let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                    content.extend_from_slice(run);
                    rest = after;
                    state
                }
            };
        }
        input.len() - rest.len()
    }

    /// The longest head of `rest` that is content as it stands, up to the next line that begins with a dot, and the
    /// state behind it. Lines without a leading dot are not looked at one by one.
    fn run(rest: &[u8]) -> (State, usize) {
        match memmem::find(rest, b"\r\n.") {
            Some(at) => (State::LineStart, at + 2),
            None if rest.ends_with(b"\r\n") => (State::LineStart, rest.len()),
            None if rest.ends_with(b"\r") => (State::Cr, rest.len()),
            None => (State::Inside, rest.len()),
        }
    }
}

impl Default for Unstuffer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule of the standard, line by line, for comparison. `None` when the content does not end.
    fn by_the_book(input: &[u8]) -> Option<(Vec<u8>, usize)> {
        let mut content = Vec::new();
        let mut at = 0;
        loop {
            let end = at + memmem::find(&input[at..], b"\r\n")? + 2;
            let line = &input[at..end];
            at = end;
            if line == b".\r\n" {
                return Some((content, at));
            }
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
    }

    fn in_pieces(input: &[u8], cuts: &[usize]) -> Option<(Vec<u8>, usize)> {
        let mut unstuffer = Unstuffer::new();
        let (mut content, mut at) = (Vec::new(), 0);
        let ends = cuts
            .iter()
            .map(|cut| cut % (input.len() + 1))
            .chain([input.len()]);
        let mut ends: Vec<_> = ends.collect();
        ends.sort_unstable();
        for end in ends {
            at += unstuffer.unstuff(&input[at..end.max(at)], &mut content);
            if unstuffer.is_ended() {
                return Some((content, at));
            }
        }
        assert_eq!(at, input.len());
        None
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_split_gives_what_the_book_says(
            input in prop::collection::vec(prop::sample::select(&b"\r\r\n\n..ab"[..]), 0..24),
            cuts in prop::collection::vec(any::<usize>(), 0..8),
            every in any::<bool>(),
        ) {
            let cuts = if every { (0..=input.len()).collect() } else { cuts };
            prop_assert_eq!(in_pieces(&input, &cuts), by_the_book(&input));
        }
    }

    #[test]
    fn nothing_else_ends_the_content() {
        for fake in [
            &b"\n.\n"[..],
            b"\n.\r\n",
            b"\r\n.\n",
            b"\r.\r",
            b"\r\n.\r",
            b"\r.\r\n",
            b"\n.\r",
            b"\r\n\0.\r\n",
            b"\r\n.\r\r\n",
            b"\r\n.\0\r\n",
        ] {
            let mut unstuffer = Unstuffer::new();
            let mut content = Vec::new();
            let input = [b"a", fake, b"b"].concat();
            assert_eq!(unstuffer.unstuff(&input, &mut content), input.len());
            assert!(!unstuffer.is_ended(), "{fake:?}");
        }
    }
}
