//! The second net: the password, wherever it comes up.

use std::fmt;

use posthaste_proto::Secret;
use posthaste_proto::reply::printable;

/// The forms of a password that must not be seen.
#[derive(Default)]
pub(super) struct Mask(Vec<Secret>);

impl Mask {
    /// Shorter secrets would mask ordinary words.
    const SHORTEST: usize = 4;

    pub(super) fn new(user: Option<&str>, password: Option<&Secret>) -> Self {
        let Some(password) = password else {
            return Self::default();
        };
        let user = user.unwrap_or_default().as_bytes();
        let plain = [&b"\0"[..], user, b"\0", password.expose()].concat();
        // The longest first, since the others may stand in it.
        let forms = [
            base64(&plain),
            base64(password.expose()),
            password.expose().to_vec(),
        ];
        Self(
            forms
                .into_iter()
                .filter(|form| form.len() >= Self::SHORTEST)
                .map(Secret::new)
                .collect(),
        )
    }

    /// A line as it may be shown.
    pub(super) fn shown(&self, line: &[u8]) -> String {
        let mut line = line.to_vec();
        for secret in &self.0 {
            line = replace(&line, secret.expose());
        }
        printable(&line).into_owned()
    }
}

fn replace(line: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.first() {
        if let Some(behind) = rest.strip_prefix(secret) {
            shown.extend_from_slice(b"***");
            rest = behind;
        } else {
            shown.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    shown
}

/// RFC 4648 section 4. For searching only: what goes to the wire is encoded elsewhere.
fn base64(octets: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = Vec::with_capacity(octets.len().div_ceil(3) * 4);
    for group in octets.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| {
            bits << 8 | u32::from(group.get(at).copied().unwrap_or(0))
        });
        for digit in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * digit) & 63).unwrap_or(0);
            let octet = if digit <= group.len() {
                ALPHABET.get(index).copied().unwrap_or(b'=')
            } else {
                b'='
            };
            encoded.push(octet);
        }
    }
    encoded
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({} forms)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded.as_bytes());
        }
    }

    #[test]
    fn every_form_is_masked() {
        let mask = Mask::new(Some("ann"), Some(&Secret::from("hunter2")));
        assert_eq!(
            mask.shown(b"x hunter2 aHVudGVyMg== AGFubgBodW50ZXIy y"),
            "x *** *** *** y"
        );
        assert_eq!(
            Mask::new(Some("ann"), Some(&Secret::from("ok"))).shown(b"250 ok"),
            "250 ok"
        );
    }
}
