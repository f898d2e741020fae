//! Parts of lines of the server that are kept as it wrote them.

use alloc::vec::Vec;

/// Texts without LF, an LF behind each: in place while they are short, which they mostly are.
#[derive(Clone)]
pub(super) struct Kept {
    place: [u8; Self::IN_PLACE],
    length: u8,
    /// All of them, when there is no room in place.
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

    /// Keeps another.
    #[inline]
    pub(super) fn push(&mut self, text: &[u8]) {
        let begin = usize::from(self.length);
        let end = begin + text.len();
        let place = self
            .place
            .get_mut(begin..=end)
            .filter(|_| self.many.is_none());
        if let (Some([place @ .., end_of_line]), Ok(length)) = (place, u8::try_from(end + 1)) {
            place.copy_from_slice(text);
            *end_of_line = b'\n';
            self.length = length;
        } else {
            self.push_many(text);
        }
    }

    #[cold]
    fn push_many(&mut self, text: &[u8]) {
        let many = self.many.get_or_insert_with(|| {
            let few = self.place.get(..usize::from(self.length));
            few.unwrap_or_default().to_vec()
        });
        many.extend_from_slice(text);
        many.push(b'\n');
    }

    /// How many octets are kept.
    pub(super) fn len(&self) -> usize {
        self.octets().len()
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
    fn texts_are_kept_in_place_and_beyond() {
        for length in 0..80 {
            let long = "x".repeat(length);
            let texts = ["a  b-c\t\u{e9}", &long, "D"];
            let mut kept = Kept::NONE;
            texts.iter().for_each(|text| kept.push(text.as_bytes()));
            assert!(kept.all().eq(texts.map(str::as_bytes)));
            assert_eq!(kept.len(), length + 13);
        }
    }
}
