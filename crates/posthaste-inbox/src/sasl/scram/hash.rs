use hmac::digest::{FixedOutput, KeyInit, Update};
use hmac::{Hmac, Mac};
use posthaste_proto::Secret;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::sasl::keyed;

/// The hash that a mechanism of the SCRAM family is named after, with what is made of it (RFC 5802 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    /// `H()`
    pub(super) fn digest(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(octets).to_vec(),
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }

    /// `HMAC()`
    pub(super) fn hmac(self, key: &[u8], octets: &[u8]) -> Vec<u8> {
        fn mac<M: Mac + KeyInit>(key: &[u8], octets: &[u8]) -> Vec<u8> {
            let mut mac = keyed::<M>(key);
            Mac::update(&mut mac, octets);
            mac.finalize().into_bytes().to_vec()
        }
        match self {
            Self::Sha1 => mac::<Hmac<Sha1>>(key, octets),
            Self::Sha256 => mac::<Hmac<Sha256>>(key, octets),
            Self::Sha512 => mac::<Hmac<Sha512>>(key, octets),
        }
    }

    /// `Hi()`, which is PBKDF2 with one block.
    pub(super) fn salted(self, password: &[u8], salt: &[u8], iterations: u32) -> Secret {
        fn hi<M>(password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Secret
        where
            M: KeyInit + Update + FixedOutput + Clone + Sync,
        {
            let mut out = vec![0; length];
            // Fails for keys of a wrong length, which HMAC does not have.
            let _ = pbkdf2::pbkdf2::<M>(password, salt, iterations, &mut out);
            Secret::new(out)
        }
        match self {
            Self::Sha1 => hi::<Hmac<Sha1>>(password, salt, iterations, 20),
            Self::Sha256 => hi::<Hmac<Sha256>>(password, salt, iterations, 32),
            Self::Sha512 => hi::<Hmac<Sha512>>(password, salt, iterations, 64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6070 section 2, the second and third vectors.
    #[test]
    fn pbkdf2_as_the_rfc_has_it() {
        for (iterations, expected) in [
            (2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
            (4096, "4b007901b765489abead49d926f721d065a429c1"),
        ] {
            let salted = Hash::Sha1.salted(b"password", b"salt", iterations);
            let hex: String = salted
                .expose()
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect();
            assert_eq!(hex, expected);
        }
    }
}
