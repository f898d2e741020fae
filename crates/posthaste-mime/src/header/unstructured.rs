//! Unstructured text (RFC 5322 section 2.2.1): Subject, Comments, most custom fields.

use super::{fold::Folder, value::MAX_WORD};
use crate::encoded_word;

/// Writes text that passed [`super::value::check`]. What would not arrive as it is goes into one run of
/// encoded-words, from the first word that needs it to the last.
pub(crate) fn write(folder: &mut Folder<'_>, text: &str, utf8: bool) {
    if text.is_empty() {
        return;
    }
    let Some((start, end)) = run(text, utf8) else {
        tokens(folder, text);
        return;
    };
    // The blank before and after the run is the one that any two tokens have between them.
    if start > 0 {
        tokens(folder, &text[..start - 1]);
    }
    encoded_word::write_run(folder, &text[start..end]);
    if end < text.len() {
        tokens(folder, &text[end + 1..]);
    }
}

fn tokens(folder: &mut Folder<'_>, text: &str) {
    for word in text.split(' ') {
        folder.token(word);
    }
}

/// Where the encoded run begins and ends: on word borders.
fn run(text: &str, utf8: bool) -> Option<(usize, usize)> {
    let mut first = None;
    let mut last = 0;
    let mut before = 0;
    let mut at = 0;
    let mut after_blanks = false;
    for word in text.split(' ') {
        let end = at + word.len();
        if word.is_empty() {
            // Blanks at an end, or two in a row: the words on both sides hold them.
            first = first.or(Some(before));
            last = end;
            after_blanks = true;
        } else {
            if after_blanks || needs_encoding(word, utf8) {
                first = first.or(Some(at));
                last = end;
            }
            after_blanks = false;
        }
        before = at;
        at = end + 1;
    }
    first.map(|first| (first, last))
}

/// Whether a word without blanks would be changed, or be taken for something else, when read back.
pub(crate) fn needs_encoding(word: &str, utf8: bool) -> bool {
    (!utf8 && !word.is_ascii())
        || word.contains('\t')
        || word.contains("=?")
        || word.len() > MAX_WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> String {
        let mut out = String::new();
        let mut folder = Folder::field(&mut out, "Subject");
        write(&mut folder, text, false);
        folder.finish();
        out
    }

    #[test]
    fn plain_text_stays_plain() {
        assert_eq!(subject("Hello, world"), "Subject: Hello, world\r\n");
        assert_eq!(subject(""), "Subject:\r\n");
    }

    #[test]
    fn one_run_without_islands() {
        assert_eq!(
            subject("Re: über und für uns"),
            "Subject: Re: =?UTF-8?Q?=C3=BCber_und_f=C3=BCr?= uns\r\n"
        );
    }

    #[test]
    fn blanks_that_would_be_lost_are_encoded() {
        assert_eq!(subject(" a b"), "Subject: =?UTF-8?Q?_a?= b\r\n");
        assert_eq!(subject("a b "), "Subject: a =?UTF-8?Q?b_?=\r\n");
        assert_eq!(subject("x a  b y"), "Subject: x =?UTF-8?Q?a__b?= y\r\n");
        assert_eq!(subject("a\tb"), "Subject: =?UTF-8?Q?a=09b?=\r\n");
        assert_eq!(subject(" "), "Subject: =?UTF-8?Q?_?=\r\n");
    }

    #[test]
    fn text_that_looks_like_an_encoded_word_is_protected() {
        assert_eq!(
            subject("=?x?q?y?="),
            "Subject: =?UTF-8?Q?=3D=3Fx=3Fq=3Fy=3F=3D?=\r\n"
                .replace("?Q?=3D=3Fx=3Fq=3Fy=3F=3D", "?B?PT94P3E/eT89")
        );
    }

    #[test]
    fn utf8_text_stays_when_allowed() {
        let mut out = String::new();
        let mut folder = Folder::field(&mut out, "Subject");
        write(&mut folder, "季度 报告", true);
        folder.finish();
        assert_eq!(out, "Subject: 季度 报告\r\n");
    }
}
