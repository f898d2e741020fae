//! Randomness that comes in once, as a seed, and goes out as nonces, salts and challenges.

use hmac::{Hmac, Mac as _};
use posthaste_proto::Secret;
use sha2::Sha256;

/// Draws from a seed: HMAC-SHA-256 over a counter. The same seed gives the same draws; who knows the seed knows them all.
#[derive(Debug)]
pub(crate) struct Entropy {
    seed: Secret,
    drawn: u64,
}

impl Entropy {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            seed: Secret::new(seed),
            drawn: 0,
        }
    }

    /// 32 octets that were not drawn before.
    pub(crate) fn draw(&mut self) -> [u8; 32] {
        let mut mac = super::keyed::<Hmac<Sha256>>(self.seed.expose());
        mac.update(&self.drawn.to_be_bytes());
        self.drawn += 1;
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ_and_can_be_had_again() {
        let (mut one, mut two, mut other) = (
            Entropy::new([7; 32]),
            Entropy::new([7; 32]),
            Entropy::new([8; 32]),
        );
        let first = one.draw();
        assert_eq!(first, two.draw());
        assert_ne!(first, one.draw());
        assert_ne!(first, other.draw());
        assert_eq!(format!("{one:?}"), "Entropy { seed: Secret(..), drawn: 2 }");
    }
}
