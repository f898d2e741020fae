//! Octets that never print.

use alloc::vec::Vec;
use core::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A password, a token, or anything else that must not be seen.
///
/// `Debug` shows the type and nothing else, in debug builds too; there is no `Display`. The octets are
/// wiped when the value is dropped, and two secrets are compared without an early exit.
///
/// ```
/// use posthaste_proto::Secret;
/// let secret = Secret::from("hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), b"hunter2");
/// ```
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Wraps the octets.
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(octets.into()))
    }

    /// The octets themselves. Whoever calls this answers for where they go.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// True when there are no octets.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces every occurrence of the secret in `text` with three asterisks.
    ///
    /// Secrets under four octets are left alone: they would mask ordinary words.
    pub(crate) fn mask_in(&self, text: &mut Vec<u8>) {
        if self.0.len() < 4 {
            return;
        }
        let mut from = 0;
        while let Some(at) = text
            .get(from..)
            .and_then(|rest| memchr::memmem::find(rest, &self.0))
        {
            let start = from + at;
            text.splice(start..start + self.0.len(), MASK.iter().copied());
            from = start + MASK.len();
        }
        self.mask_beginnings_in(text);
    }

    /// Masks what is left of the secret where a server cut it off. So many octets in a row are no chance.
    fn mask_beginnings_in(&self, text: &mut Vec<u8>) {
        let Some(begin) = self
            .0
            .get(..Self::BEGINNING)
            .filter(|_| self.0.len() > Self::BEGINNING)
        else {
            return;
        };
        let mut from = 0;
        while let Some(at) = text
            .get(from..)
            .and_then(|rest| memchr::memmem::find(rest, begin))
        {
            let start = from + at;
            let here = text.get(start..).unwrap_or_default();
            let alike = here.iter().zip(self.0.iter()).take_while(|(a, b)| a == b);
            let length = alike.count();
            text.splice(start..start + length, MASK.iter().copied());
            from = start + MASK.len();
        }
    }

    const BEGINNING: usize = 12;

    /// Masks the beginning of the secret at the end of a text that was cut off.
    pub(crate) fn mask_at_end(&self, text: &mut Vec<u8>) {
        let prefixes = (4..self.0.len())
            .rev()
            .filter_map(|length| self.0.get(..length));
        if let Some(prefix) = prefixes.into_iter().find(|prefix| text.ends_with(prefix)) {
            text.truncate(text.len() - prefix.len());
            text.extend_from_slice(MASK);
        }
    }
}

const MASK: &[u8] = b"***";

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<alloc::string::String> for Secret {
    fn from(text: alloc::string::String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl From<Vec<u8>> for Secret {
    fn from(octets: Vec<u8>) -> Self {
        Self::new(octets)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let mut text = b"535 hunter2 is wrong, hunter2hunter2".to_vec();
        Secret::from("hunter2").mask_in(&mut text);
        assert_eq!(text, b"535 *** is wrong, ******");
    }

    #[test]
    fn a_secret_that_was_cut_off_is_masked_too() {
        for (text, masked) in [
            ("wrong: hunte", "wrong: ***"),
            ("wrong: hun", "wrong: hun"),
            ("hunter", "***"),
        ] {
            let mut text = text.as_bytes().to_vec();
            Secret::from("hunter2").mask_at_end(&mut text);
            assert_eq!(text, masked.as_bytes());
        }
    }

    #[test]
    fn equality_looks_at_every_octet() {
        assert_eq!(Secret::from("abc"), Secret::from("abc"));
        assert_ne!(Secret::from("abc"), Secret::from("abd"));
        assert_ne!(Secret::from("abc"), Secret::from("abcd"));
    }
}
