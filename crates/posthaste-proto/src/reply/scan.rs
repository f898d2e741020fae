//! Line ends, found by words of 8 octets: lines are mostly so short that to call memchr costs more.

/// What stands before the first LF, and what behind it.
#[inline(always)]
pub(crate) fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    match text.split_at_checked(scan(text).0)? {
        (line, [_, behind @ ..]) => Some((line, behind)),
        _ => None,
    }
}

/// How many octets stand before the first LF, or in all when there is none, and whether they are ASCII.
#[inline(always)]
pub(super) fn scan(text: &[u8]) -> (usize, bool) {
    let (words, few) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        match Word::of(word).ends() {
            Some(ends) if ends.is_empty() => {}
            Some(ends) => return (index * 8 + ends.first(), true),
            None => return scan_any(text),
        }
    }
    if few.is_empty() {
        return (text.len(), true);
    }
    // The last word overlaps the one before, in which no LF is.
    let begin = text.len().saturating_sub(8);
    let last = text.last_chunk().copied();
    match Word::of(&last.unwrap_or_else(|| padded(text))).ends() {
        Some(ends) if ends.is_empty() => (text.len(), true),
        Some(ends) => (begin + ends.first(), true),
        None => scan_any(text),
    }
}

/// The same where octets outside ASCII are.
#[cold]
fn scan_any(text: &[u8]) -> (usize, bool) {
    let length = memchr::memchr(b'\n', text).unwrap_or(text.len());
    (length, text.get(..length).is_some_and(<[u8]>::is_ascii))
}

/// Eight octets, the first of them the lowest.
#[derive(Clone, Copy)]
pub(crate) struct Word(pub(crate) u64);

/// Where LFs are in a word: the top bit of each of them.
#[derive(Clone, Copy)]
pub(super) struct LineEnds(u64);

impl Word {
    const TOPS: u64 = u64::from_le_bytes([0x80; 8]);

    #[inline(always)]
    pub(crate) fn of(octets: &[u8; 8]) -> Self {
        Self(u64::from_le_bytes(*octets))
    }

    /// `None` when an octet is not ASCII.
    #[inline(always)]
    pub(super) fn ends(self) -> Option<LineEnds> {
        if self.0 & Self::TOPS != 0 {
            return None;
        }
        // No octet is over 0x7f: nothing is borrowed from the next, and only 0 leaves the top bit where it is.
        let differing = self.0 ^ u64::from_le_bytes([b'\n'; 8]);
        Some(LineEnds((Self::TOPS - differing) & Self::TOPS))
    }
}

impl LineEnds {
    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The place of the first, 0 to 7.
    #[inline(always)]
    pub(super) fn first(self) -> usize {
        self.0.trailing_zeros() as usize / 8
    }

    /// All but the first.
    #[inline(always)]
    pub(super) fn others(self) -> Self {
        Self(self.0 & self.0.wrapping_sub(1))
    }
}

/// Fewer than 8 octets, and NULs behind them.
#[cold]
pub(crate) fn padded(text: &[u8]) -> [u8; 8] {
    let mut octets = [0; 8];
    octets
        .iter_mut()
        .zip(text)
        .for_each(|(to, from)| *to = *from);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_found_at_every_place() {
        for length in 0..40 {
            for at in 0..=length {
                for (other, octet) in [(0, b'\x0b'), (at / 2, b'\x8a'), (length - at / 2, 0xff)] {
                    let mut text = [b'\t'; 40];
                    text[other.min(39)] = octet;
                    text[at.min(39)] = b'\n';
                    let text = &text[..length];
                    let line = text.split(|octet| *octet == b'\n').next().unwrap();
                    assert_eq!(scan(text), (line.len(), line.is_ascii()), "{text:?}");
                    let split = (at < length).then(|| (line, &text[at + 1..]));
                    assert_eq!(split_line(text), split, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn each_end_in_a_word_is_marked() {
        for bits in 0..=255_u8 {
            let octets =
                core::array::from_fn(|at| if bits >> at & 1 == 1 { b'\n' } else { b'\x0b' });
            let mut ends = Word::of(&octets).ends().unwrap();
            for at in (0..8).filter(|at| bits >> at & 1 == 1) {
                assert_eq!(ends.first(), at);
                ends = ends.others();
            }
            assert!(ends.is_empty());
        }
    }
}
