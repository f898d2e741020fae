//! Parts of lines of the server that are kept as it wrote them.

use alloc::vec::Vec;

/// Texts without LF, an LF behind each: in place while they are short, which they mostly are, and never more than `MOST`
/// octets.
#[derive(Clone)]
pub(super) struct Kept<const MOST: usize> {
    place: [u8; IN_PLACE],
    /// How many octets are in place; all of them, when there was no room for more.
    length: u8,
    /// All that is kept, when there was no room in place.
    many: Option<Vec<u8>>,
}

/// Long enough for what mail servers list beside what is known here.
const IN_PLACE: usize = 47;

impl<const MOST: usize> Kept<MOST> {
    /// None.
    pub(super) const NONE: Self = Self {
        place: [0; IN_PLACE],
        length: 0,
        many: None,
    };

    /// Keeps another; of one for which there is no room, the words that have room.
    #[inline(always)]
    pub(super) fn push(&mut self, text: &[u8]) {
        let begin = usize::from(self.length);
        let end = begin + text.len();
        if let Some([place @ .., line_end]) = self.place.get_mut(begin..=end) {
            place.copy_from_slice(text);
            *line_end = b'\n';
            // It is less than `IN_PLACE`.
            self.length = (end + 1) as u8;
        } else {
            self.push_many(text);
        }
    }

    #[cold]
    fn push_many(&mut self, text: &[u8]) {
        let few = self.place.get(..usize::from(self.length));
        let many = self
            .many
            .get_or_insert_with(|| few.unwrap_or_default().to_vec());
        self.length = IN_PLACE as u8;
        let room = MOST.saturating_sub(many.len() + 1);
        let text = match text.get(..room) {
            Some(cut) if text.len() > room => {
                // A word that was cut is none.
                let end = cut.iter().rposition(u8::is_ascii_whitespace);
                cut.get(..end.unwrap_or(0)).unwrap_or_default()
            }
            _ => text,
        };
        if !text.is_empty() {
            many.extend_from_slice(text);
            many.push(b'\n');
        }
    }

    /// All that are kept.
    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        let texts = self.octets().split_inclusive(|octet| *octet == b'\n');
        texts.filter_map(|text| text.strip_suffix(b"\n"))
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

impl<const MOST: usize> Default for Kept<MOST> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<const MOST: usize> PartialEq for Kept<MOST> {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl<const MOST: usize> Eq for Kept<MOST> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_in_place_and_beyond() {
        for length in 1..80 {
            let long = "x".repeat(length);
            let texts = ["a  b-c\t\u{e9}", &long, "D"];
            let mut kept = Kept::<100>::NONE;
            texts.iter().for_each(|text| kept.push(text.as_bytes()));
            assert!(kept.all().eq(texts.map(str::as_bytes)));
        }
    }

    #[test]
    fn no_more_than_the_limit_and_no_half_words() {
        let mut kept = Kept::<70>::NONE;
        for text in [
            "x".repeat(40),
            "a bc".into(),
            "y".repeat(10),
            "def ghi jklmn".into(),
            "z".into(),
        ] {
            kept.push(text.as_bytes());
        }
        let all: Vec<_> = kept.all().collect();
        assert_eq!(all[1..], [&b"a bc"[..], &[b'y'; 10], b"def ghi", b"z"]);
    }
}
