//! Boundaries (RFC 2046 section 5.1.1).

use std::collections::BTreeSet;

/// What the boundaries of one message are made of.
///
/// `=_` cannot occur in base64 nor in quoted-printable, and 128 random bits occur nowhere else, unless somebody
/// knows the stamp: an attached message that was made from the same one has the same boundaries. Content that
/// may not be encoded is looked through for them, and what it holds is left out.
#[derive(Debug)]
pub(crate) struct Boundaries<'a> {
    seed: &'a str,
    /// 0 as long as nothing is in the way.
    round: usize,
}

impl<'a> Boundaries<'a> {
    /// Boundaries of this seed that occur nowhere in `contents`: neither as a whole nor as the beginning of a
    /// longer word, in a delimiter line or elsewhere.
    pub(crate) fn apart_from<'c>(
        contents: impl IntoIterator<Item = &'c [u8]>,
        seed: &'a str,
    ) -> Self {
        let finder = memchr::memmem::Finder::new(seed);
        let mut taken = BTreeSet::new();
        for content in contents {
            for at in finder.find_iter(content) {
                taken.extend(round_before(&content[..at]));
            }
        }
        let round = (0..)
            .find(|round| !taken.contains(round))
            .unwrap_or(usize::MAX);
        Self { seed, round }
    }

    /// The boundary of the multipart with this number.
    ///
    /// The number comes first, with an underscore or a dot behind it, so that none of them is the beginning of
    /// another, whatever the round.
    pub(crate) fn of(&self, number: usize) -> String {
        match self.round {
            0 => format!("=_{number}_{}", self.seed),
            round => format!("=_{number}.{round}_{}", self.seed),
        }
    }
}

/// The round of the boundary of which `text` holds all that stands before the seed; `None` when it is no boundary
/// that could be made here.
fn round_before(text: &[u8]) -> Option<usize> {
    let text = text.strip_suffix(b"_")?;
    let digits = text
        .iter()
        .rev()
        .take_while(|octet| octet.is_ascii_digit())
        .count();
    let (before, digits) = text.split_at(text.len() - digits);
    if before.ends_with(b".") {
        core::str::from_utf8(digits).ok()?.parse().ok()
    } else {
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_boundary_begins_with_another() {
        let seed = "0123456789abcdef".repeat(2);
        let mut all = Vec::new();
        for round in (0..30).chain([usize::MAX]) {
            let boundaries = Boundaries { seed: &seed, round };
            all.extend((0..30).map(|number| boundaries.of(number)));
        }
        for one in &all {
            assert!(one.len() <= 70);
            assert_eq!(
                all.iter()
                    .filter(|other| other.starts_with(one.as_str()))
                    .count(),
                1
            );
        }
    }

    #[test]
    fn the_first_round_that_occurs_nowhere_is_taken() {
        for (contents, round) in [
            (&["", "seed", "x_see", "=_1.1_seed"][..], 0),
            (&["=_1_seed"], 1),
            (&["x", "=_1_seed =_3.2_seed"], 1),
            (&["=_1.1_seed=_2.3_seedy", "=_1_seed"], 2),
            (&["=_1_seed=_1.99999999999999999999999_seed"], 1),
        ] {
            let contents = contents.iter().map(|content| content.as_bytes());
            assert_eq!(Boundaries::apart_from(contents, "seed").round, round);
        }
    }
}
