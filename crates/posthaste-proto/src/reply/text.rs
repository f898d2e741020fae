//! The text of a kept reply: short ones, which most are, without an allocation.

use alloc::sync::Arc;
use core::fmt;

/// Octets, in place up to [`Text::IN_PLACE`] of them, else shared between clones.
#[derive(Clone)]
pub(super) struct Text(Repr);

#[derive(Clone)]
enum Repr {
    InPlace {
        length: u8,
        octets: [u8; Text::IN_PLACE],
    },
    Shared(Arc<[u8]>),
}

impl Text {
    /// Long enough for what servers say to MAIL, RCPT and the end of the content.
    const IN_PLACE: usize = 54;

    pub(super) fn new(text: &[u8]) -> Self {
        let mut octets = [0; Self::IN_PLACE];
        match (octets.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text);
                Self(Repr::InPlace { length, octets })
            }
            _ => Self(Repr::Shared(text.into())),
        }
    }

    pub(super) fn octets(&self) -> &[u8] {
        match &self.0 {
            Repr::InPlace { length, octets } => {
                octets.get(..usize::from(*length)).unwrap_or_default()
            }
            Repr::Shared(octets) => octets,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&super::printable(self.octets()), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_kept() {
        let octets = [7; 200];
        for length in 0..octets.len() {
            let text = Text::new(&octets[..length]);
            assert_eq!(text.octets(), &octets[..length]);
            assert_eq!(text.clone(), text);
        }
    }
}
