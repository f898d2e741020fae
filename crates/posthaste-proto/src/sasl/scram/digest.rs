//! The hash of a SCRAM mechanism, and what is built of it (RFC 5802 section 2.2).

use alloc::vec;
use alloc::vec::Vec;

use hmac::digest::{Digest, FixedOutput, KeyInit, Update};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::secret::Secret;

/// Which hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sasl) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    /// `Hi`: PBKDF2 with as many octets as the hash has.
    pub(super) fn salt(self, password: &[u8], salt: &[u8], iterations: u32) -> Secret {
        let mut salted = vec![0; self.octets()];
        match self {
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, iterations, &mut salted),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut salted),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, iterations, &mut salted),
        }
        Secret::new(salted)
    }

    /// `HMAC`.
    pub(super) fn hmac(self, key: &[u8], text: &[u8]) -> Secret {
        match self {
            Self::Sha1 => mac::<Hmac<Sha1>>(key, text),
            Self::Sha256 => mac::<Hmac<Sha256>>(key, text),
            Self::Sha512 => mac::<Hmac<Sha512>>(key, text),
        }
    }

    /// `H`.
    pub(super) fn digest(self, text: &[u8]) -> Secret {
        Secret::new(match self {
            Self::Sha1 => Sha1::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
            Self::Sha512 => Sha512::digest(text).to_vec(),
        })
    }

    const fn octets(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

fn mac<M: Mac + KeyInit + Update + FixedOutput>(key: &[u8], text: &[u8]) -> Secret {
    // HMAC takes keys of every length.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else {
        return Secret::new(Vec::new());
    };
    Mac::update(&mut mac, text);
    Secret::new(mac.finalize().into_bytes().to_vec())
}
