//! DER (X.690) as far as a certificate needs it to be looked into: one value after the other, nothing kept.

/// Octets that are DER values, one behind the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

/// The tags that are looked for: one octet each.
pub(super) mod tag {
    pub(in crate::stream) const BIT_STRING: u8 = 0x03;
    pub(in crate::stream) const OBJECT_ID: u8 = 0x06;
    pub(in crate::stream) const SEQUENCE: u8 = 0x30;

    /// `[number]`, explicit, for numbers below 31.
    pub(in crate::stream) const fn explicit(number: u8) -> u8 {
        0xa0 | number
    }
}

impl<'a> Der<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The content of the next value, if it has this tag. Otherwise nothing is taken.
    ///
    /// Lengths are definite and as short as they can be (X.690 section 10.1), and never more than there is.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        if *found != tag {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// The same for a value that holds values.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A length, and what follows it. Four octets are more than any certificate needs.
fn length(octets: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = octets.split_first()?;
    let count = match first {
        short @ ..=0x7f => return Some((usize::from(*short), rest)),
        0x81..=0x84 => usize::from(first & 0x7f),
        _ => return None,
    };
    let (digits, rest) = rest.split_at_checked(count)?;
    let value = digits
        .iter()
        .fold(0_u32, |value, digit| value << 8 | u32::from(*digit));
    let shortest = digits.first() != Some(&0) && value >= 0x80;
    let value = usize::try_from(value).ok()?;
    shortest.then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_one_by_one() {
        let mut der = Der::new(b"\x30\x06\x06\x01a\x03\x01b\x06\x00");
        let mut inner = der.enter(tag::SEQUENCE).unwrap();
        assert_eq!(inner.take(tag::BIT_STRING), None);
        assert_eq!(inner.take(tag::OBJECT_ID), Some(&b"a"[..]));
        assert_eq!(inner.take(tag::BIT_STRING), Some(&b"b"[..]));
        assert!(inner.is_empty() && !der.is_empty());
        assert_eq!(der.take(tag::OBJECT_ID), Some(&b""[..]));
        assert_eq!(der.take(tag::OBJECT_ID), None);
    }

    #[test]
    fn lengths_have_one_form() {
        let long = |head: &[u8], count: usize| [head, &vec![b'x'; count]].concat();
        for (octets, taken) in [
            (long(b"\x03\x7f", 0x7f), Some(0x7f)),
            (long(b"\x03\x81\x80", 0x80), Some(0x80)),
            (long(b"\x03\x82\x01\x00", 0x100), Some(0x100)),
            // Longer than it could be, indefinite, more than there is, cut short.
            (long(b"\x03\x81\x7f", 0x7f), None),
            (long(b"\x03\x82\x00\x80", 0x80), None),
            (long(b"\x03\x80", 2), None),
            (long(b"\x03\x05", 4), None),
            (long(b"\x03\x84\xff\xff\xff\xff", 4), None),
            (long(b"\x03\x85\x01\x00\x00\x00\x00", 4), None),
            (long(b"\x03\x82\x01", 0), None),
            (long(b"\x03", 0), None),
            (Vec::new(), None),
        ] {
            let mut der = Der::new(&octets);
            let found = der.take(tag::BIT_STRING).map(<[u8]>::len);
            assert_eq!(found, taken, "{octets:x?}");
        }
    }
}
