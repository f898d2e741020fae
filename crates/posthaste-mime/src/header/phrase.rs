//! Phrases (RFC 5322 section 3.2.5): display names and keywords.

use super::{
    address::{is_atext, quoted},
    fold::{Folder, SOFT},
    unstructured::needs_encoding,
};
use crate::encoded_word;

/// Writes a phrase: as atoms, as a quoted-string, or as encoded-words. `end` comes behind it: nothing, or a comma.
pub(crate) fn write(folder: &mut Folder<'_>, phrase: &str, end: &str, utf8: bool) {
    // A phrase of more than one line is better off as encoded-words than as an unbroken quoted-string.
    let limit = SOFT - 4;
    if is_phrase(phrase, utf8) && phrase.split(' ').all(|word| word.len() <= limit) {
        match phrase.rsplit_once(' ') {
            None => folder.token(&format!("{phrase}{end}")),
            Some((words, last)) => {
                words.split(' ').for_each(|word| folder.token(word));
                folder.token(&format!("{last}{end}"));
            }
        }
        return;
    }
    let blanks_last = !phrase.starts_with(' ') && !phrase.ends_with(' ') && !phrase.contains("  ");
    if blanks_last && !needs_encoding(phrase, utf8) {
        let quoted = quoted(phrase);
        if quoted.len() <= limit {
            folder.token(&format!("{quoted}{end}"));
            return;
        }
    }
    encoded_word::write_run(folder, phrase);
    if !end.is_empty() {
        // A blank stands between an encoded-word and any special (RFC 2047 section 5, rule 3).
        folder.token(end);
    }
}

/// Writes phrases with commas between them.
pub(crate) fn write_list(folder: &mut Folder<'_>, phrases: &[String], utf8: bool) {
    for (number, phrase) in phrases.iter().enumerate() {
        let comma = if number + 1 < phrases.len() { "," } else { "" };
        write(folder, phrase, comma, utf8);
    }
}

/// Reads phrases with commas between them. Commas in quotation marks separate nothing; the marks are taken off and
/// what they escape is resolved. Gives the offset of an element that is empty, or of a mark without its second.
pub(crate) fn list(text: &str) -> Result<Vec<String>, usize> {
    let mut phrases = Vec::new();
    let mut phrase = String::new();
    let mut start = 0;
    let mut quote = None;
    let mut was_quoted = false;
    let mut escaped = false;
    let mut end = |phrase: &mut String, was_quoted: bool, start| {
        let trimmed = phrase.trim_matches([' ', '\t']);
        if trimmed.is_empty() && !was_quoted {
            return Err(start);
        }
        phrases.push(trimmed.to_owned());
        phrase.clear();
        Ok(())
    };
    for (offset, character) in text.char_indices() {
        match (character, quote) {
            _ if escaped => {
                escaped = false;
                phrase.push(character);
            }
            ('\\', Some(_)) => escaped = true,
            ('"', Some(_)) => quote = None,
            ('"', None) => (quote, was_quoted) = (Some(offset), true),
            (',', None) => {
                end(&mut phrase, was_quoted, start)?;
                (start, was_quoted) = (offset + 1, false);
            }
            (other, _) => phrase.push(other),
        }
    }
    if let Some(offset) = quote {
        return Err(offset);
    }
    end(&mut phrase, was_quoted, start)?;
    Ok(phrases)
}

/// Whether `text` is a phrase as it stands: atoms with one blank between them.
pub(crate) fn is_phrase(text: &str, utf8: bool) -> bool {
    text.split(' ').all(|word| {
        !word.is_empty()
            && !needs_encoding(word, utf8)
            && word
                .chars()
                .all(|character| is_atext(character) && (utf8 || character.is_ascii()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_with_quotation_marks() {
        let read = |text| list(text).unwrap();
        assert_eq!(read("a"), ["a"]);
        assert_eq!(read(" a b ,\tc"), ["a b", "c"]);
        assert_eq!(read(r#""a, b", "c \"d\\", """#), ["a, b", r#"c "d\"#, ""]);
        assert_eq!(list("a, , b"), Err(2));
        assert_eq!(list("a, \"b, c"), Err(3));
        assert_eq!(list("\"\\\""), Err(0));
    }
}
