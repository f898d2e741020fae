//! What came and is not worked on yet.

use posthaste_proto::Secret;

/// Octets in order, taken off at the front.
#[derive(Default)]
pub(super) struct Input {
    octets: Vec<u8>,
    taken: usize,
    /// So far was looked for a line end, so that a line in many pieces costs linear time.
    searched: usize,
    /// The rest of a line that is too long is thrown away. It began with BDAT, or not.
    skipping: bool,
    bdat: bool,
}

/// The head of the input, as a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// No line end yet.
    Incomplete,
    /// A line, its CRLF off. It may hold a password.
    Complete(Secret),
    /// A line longer than the limit came to its end; it was thrown away. Behind one that began with BDAT stands content.
    TooLong { bdat: bool },
    /// A line ended in LF without CR.
    BareLf,
}

impl Input {
    pub(super) fn push(&mut self, octets: &[u8]) {
        if self.taken == self.octets.len() {
            self.clear_taken();
        }
        self.octets.extend_from_slice(octets);
    }

    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.taken = 0;
        self.searched = 0;
        self.skipping = false;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.taken == self.octets.len()
    }

    /// What waits.
    pub(super) fn octets(&self) -> &[u8] {
        self.octets.get(self.taken..).unwrap_or_default()
    }

    /// Takes `n` octets off.
    pub(super) fn take(&mut self, n: usize) {
        self.taken = (self.taken + n).min(self.octets.len());
        self.searched = self.taken;
        if self.taken == self.octets.len() {
            self.clear_taken();
        }
    }

    /// Takes a line of at most `limit` octets, CRLF included, off.
    pub(super) fn line(&mut self, limit: usize) -> Line {
        let unsearched = self.octets.get(self.searched..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'\n', unsearched) else {
            self.searched = self.octets.len();
            if self.octets().len() > limit {
                self.skip();
            }
            return Line::Incomplete;
        };
        let end = self.searched + found;
        let line = self.octets.get(self.taken..end).unwrap_or_default();
        let bdat = if self.skipping {
            self.bdat
        } else {
            begins_with_bdat(line)
        };
        let result = match line.strip_suffix(b"\r") {
            None if !self.skipping => Line::BareLf,
            _ if self.skipping || line.len() + 1 > limit => Line::TooLong { bdat },
            Some(line) => Line::Complete(Secret::new(line)),
            None => Line::BareLf,
        };
        self.skipping = false;
        let whole = end + 1 - self.taken;
        self.take(whole);
        result
    }

    /// Throws away what waits of a line that is too long, but for the last octet, which may be its CR.
    fn skip(&mut self) {
        if !self.skipping {
            self.bdat = begins_with_bdat(self.octets());
        }
        let last = self.octets.pop();
        self.octets.clear();
        self.octets.extend(last);
        self.taken = 0;
        self.searched = self.octets.len();
        self.skipping = true;
    }

    fn clear_taken(&mut self) {
        self.octets.clear();
        self.taken = 0;
        self.searched = 0;
    }
}

fn begins_with_bdat(line: &[u8]) -> bool {
    line.get(..4)
        .is_some_and(|verb| verb.eq_ignore_ascii_case(b"BDAT"))
}

/// Input may hold passwords.
impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Input({} octets)", self.octets().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_in_any_pieces() {
        let octets = b"ab\r\n\r\nlonger than ten\r\n12345678\r\n123456789\r\nlast";
        let expected = [
            Line::Complete("ab".into()),
            Line::Complete("".into()),
            Line::TooLong { bdat: false },
            Line::Complete("12345678".into()),
            Line::TooLong { bdat: false },
            Line::Incomplete,
        ];
        for step in 1..=octets.len() {
            let mut input = Input::default();
            let mut lines = Vec::new();
            for piece in octets.chunks(step) {
                input.push(piece);
                loop {
                    match input.line(10) {
                        Line::Incomplete => break,
                        line @ (Line::Complete(_) | Line::TooLong { .. } | Line::BareLf) => {
                            lines.push(line)
                        }
                    }
                }
                assert!(input.octets().len() <= 10 + step);
            }
            lines.push(Line::Incomplete);
            assert_eq!(lines, expected, "pieces of {step}");
            assert_eq!(input.octets(), b"last");
        }
    }

    #[test]
    fn lf_alone_is_told() {
        let mut input = Input::default();
        input.push(b"NOOP\n");
        assert_eq!(input.line(10), Line::BareLf);
        input.push(b"a\rb");
        assert_eq!(input.line(10), Line::Incomplete);
        input.push(b"\r\n");
        assert_eq!(input.line(10), Line::Complete("a\rb".into()));
    }
}
