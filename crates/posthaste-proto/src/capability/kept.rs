//! Words of the server that are kept as it wrote them.

use alloc::vec::Vec;

/// Words, a blank behind each: in place while they are few, which they mostly are.
#[derive(Clone)]
pub(super) struct Kept {
    place: [u8; Self::IN_PLACE],
    length: u8,
    /// All of them, when they have no room in place.
    many: Option<Vec<u8>>,
}

impl Kept {
    /// Long enough for what mail servers list beside what is known here.
    const IN_PLACE: usize = 47;

    /// None.
    pub(super) const NONE: Self = Self {
        place: [0; Self::IN_PLACE],
        length: 0,
        many: None,
    };

    /// Keeps more words.
    #[inline]
    pub(super) fn push(&mut self, words: &[u8]) {
        let begin = usize::from(self.length);
        let end = begin + words.len();
        let place = self
            .place
            .get_mut(begin..=end)
            .filter(|_| self.many.is_none());
        if let (Some([place @ .., blank]), Ok(length)) = (place, u8::try_from(end + 1)) {
            place.copy_from_slice(words);
            *blank = b' ';
            self.length = length;
        } else {
            self.push_many(words);
        }
    }

    #[cold]
    fn push_many(&mut self, words: &[u8]) {
        let many = self.many.get_or_insert_with(|| {
            let few = self.place.get(..usize::from(self.length));
            few.unwrap_or_default().to_vec()
        });
        many.extend_from_slice(words);
        many.push(b' ');
    }

    /// How many octets are kept.
    pub(super) fn len(&self) -> usize {
        self.octets().len()
    }

    /// The words that are of letters, digits and these other characters; those that are not were no words.
    pub(super) fn words<'a>(&'a self, others: &'static [u8]) -> impl Iterator<Item = &'a str> {
        self.octets()
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
            .filter(|word| {
                word.iter()
                    .all(|octet| octet.is_ascii_alphanumeric() || others.contains(octet))
            })
            .filter_map(|word| core::str::from_utf8(word).ok())
    }

    fn octets(&self) -> &[u8] {
        match &self.many {
            Some(many) => many,
            None => {
                let few = self.place.get(..usize::from(self.length));
                few.unwrap_or_default()
            }
        }
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Kept {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_in_place_and_beyond() {
        for length in 0..80 {
            let long = "x".repeat(length);
            let mut kept = Kept::NONE;
            for words in ["a  b-c\t\u{e9}", &long, "D"] {
                kept.push(words.as_bytes());
            }
            let mut expected = Vec::from(["a", "b-c", long.as_str(), "D"]);
            expected.retain(|word| !word.is_empty());
            assert_eq!(kept.words(b"-").collect::<Vec<_>>(), expected);
            assert_eq!(kept.words(b"").next(), Some("a"));
            assert_eq!(kept.len(), length + 13);
        }
    }
}
