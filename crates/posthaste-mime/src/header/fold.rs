//! Folding (RFC 5322 sections 2.1.1 and 2.2.3, RFC 2047 section 2).

/// Lines are folded when they would grow longer than this.
pub(crate) const SOFT: usize = 78;
/// A line that holds an encoded-word.
pub(crate) const WITH_WORD: usize = 76;
/// An encoded-word itself.
pub(crate) const WORD: usize = 75;
/// No line is ever longer, the line end not counted.
pub(crate) const HARD: usize = 998;

/// Writes one header field: tokens with one blank, or one fold, between them.
///
/// A fold comes only in front of something visible, so a line of blanks only cannot arise.
pub(crate) struct Folder<'a> {
    out: &'a mut String,
    column: usize,
    /// Nothing but the name stands on the line.
    bare: bool,
    /// The blank that begins a continuation line is written, its text is not.
    at_start: bool,
    has_word: bool,
}

impl<'a> Folder<'a> {
    pub(crate) fn field(out: &'a mut String, name: &str) -> Self {
        out.push_str(name);
        out.push(':');
        Self {
            out,
            column: name.len() + 1,
            bare: true,
            at_start: false,
            has_word: false,
        }
    }

    /// A piece that is not broken inside.
    pub(crate) fn token(&mut self, token: &str) {
        // Readers have trouble with a first line that is empty behind the name, so that only the hard
        // limit puts the first token on a line of its own.
        let limit = match (self.bare, self.has_word) {
            (true, _) => HARD,
            (false, true) => WITH_WORD,
            (false, false) => SOFT,
        };
        if !self.at_start && self.column + 1 + token.len() > limit {
            self.fold();
        }
        self.put(token);
    }

    /// How many octets an encoded-word may have here, and whether the line is a fresh one.
    pub(crate) fn word_room(&self) -> usize {
        WITH_WORD
            .saturating_sub(self.column + usize::from(!self.at_start))
            .min(WORD)
    }

    /// An encoded-word of at most [`Folder::word_room`] octets.
    pub(crate) fn word(&mut self, word: &str) {
        self.put(word);
        self.has_word = true;
    }

    /// Begins a continuation line, unless one has just begun.
    pub(crate) fn fold(&mut self) {
        if !self.at_start {
            self.out.push_str("\r\n ");
            self.column = 1;
            self.bare = false;
            self.at_start = true;
            self.has_word = false;
        }
    }

    /// Ends the field.
    pub(crate) fn finish(self) {
        self.out.push_str("\r\n");
    }

    fn put(&mut self, piece: &str) {
        if !self.at_start {
            self.out.push(' ');
            self.column += 1;
        }
        self.out.push_str(piece);
        self.column += piece.len();
        self.bare = false;
        self.at_start = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_fold_at_78() {
        let mut out = String::new();
        let mut folder = Folder::field(&mut out, "X-Test");
        folder.token(&"a".repeat(70));
        folder.token(&"b".repeat(77));
        folder.token("c");
        folder.finish();
        let lines: Vec<_> = out.split("\r\n").collect();
        assert_eq!(
            lines.iter().map(|line| line.len()).collect::<Vec<_>>(),
            [78, 78, 2, 0]
        );
    }

    #[test]
    fn a_long_first_token_stays_on_the_first_line() {
        let mut out = String::new();
        let mut folder = Folder::field(&mut out, "X-Test");
        folder.token(&"a".repeat(900));
        folder.finish();
        assert!(out.starts_with("X-Test: a"));
    }
}
