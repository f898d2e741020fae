//! The server's first message: its nonce, the salt, the rounds (RFC 5802 section 5.1 and 7).

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sasl::BadChallenge;

/// What it says.
pub(super) struct ServerFirst<'a> {
    /// Ours, and theirs behind it.
    pub(super) nonce: &'a [u8],
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u32,
}

impl<'a> ServerFirst<'a> {
    /// `r=…,s=…,i=…`, in this order, and behind it extensions that may be ignored.
    pub(super) fn read(
        message: &'a [u8],
        ours: &str,
        (least, most): (u32, u32),
    ) -> Result<Self, BadChallenge> {
        let mut attributes = message.split(|octet| *octet == b',');
        let mut value = |name: &[u8]| {
            let attribute = attributes.next().unwrap_or_default();
            if attribute.starts_with(b"m=") {
                return Err(BadChallenge::Extension);
            }
            attribute.strip_prefix(name).ok_or(BadChallenge::Malformed)
        };
        let nonce = value(b"r=")?;
        let salt = value(b"s=")?;
        let iterations = value(b"i=")?;
        if attributes.any(|attribute| attribute.starts_with(b"m=")) {
            return Err(BadChallenge::Extension);
        }

        let theirs = nonce
            .strip_prefix(ours.as_bytes())
            .ok_or(BadChallenge::Nonce)?;
        if theirs.is_empty() || !nonce.iter().all(u8::is_ascii_graphic) {
            return Err(BadChallenge::Nonce);
        }
        let salt = STANDARD.decode(salt).map_err(|_| BadChallenge::Salt)?;
        if salt.is_empty() {
            return Err(BadChallenge::Salt);
        }
        if iterations.is_empty() || !iterations.iter().all(u8::is_ascii_digit) {
            return Err(BadChallenge::Malformed);
        }
        // A number that does not fit is too many, whatever it is.
        let iterations = iterations.iter().fold(0_u32, |sum, digit| {
            sum.saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'))
        });
        if !(least.max(1)..=most).contains(&iterations) {
            return Err(BadChallenge::Iterations {
                asked: iterations,
                least: least.max(1),
                most,
            });
        }
        Ok(Self {
            nonce,
            salt,
            iterations,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Result<u32, BadChallenge> {
        ServerFirst::read(message.as_bytes(), "our", (4096, 100_000)).map(|first| first.iterations)
    }

    #[test]
    fn what_is_read_and_what_is_refused() {
        let asked = |asked| BadChallenge::Iterations {
            asked,
            least: 4096,
            most: 100_000,
        };
        for (message, read_as) in [
            ("r=our1,s=QSXCR+Q6sek8bf92,i=4096", Ok(4096)),
            ("r=our1,s=QQ==,i=100000,x=unknown,y=", Ok(100_000)),
            ("r=our,s=QQ==,i=4096", Err(BadChallenge::Nonce)),
            ("r=ou,s=QQ==,i=4096", Err(BadChallenge::Nonce)),
            ("r=their,s=QQ==,i=4096", Err(BadChallenge::Nonce)),
            ("r=our\x01,s=QQ==,i=4096", Err(BadChallenge::Nonce)),
            ("r=our1,s=,i=4096", Err(BadChallenge::Salt)),
            ("r=our1,s=*,i=4096", Err(BadChallenge::Salt)),
            ("r=our1,s=QQ==,i=0", Err(asked(0))),
            ("r=our1,s=QQ==,i=4095", Err(asked(4095))),
            ("r=our1,s=QQ==,i=100001", Err(asked(100_001))),
            ("r=our1,s=QQ==,i=2147483648", Err(asked(2_147_483_648))),
            ("r=our1,s=QQ==,i=99999999999", Err(asked(u32::MAX))),
            ("r=our1,s=QQ==,i=", Err(BadChallenge::Malformed)),
            ("r=our1,s=QQ==,i=-1", Err(BadChallenge::Malformed)),
            ("r=our1,s=QQ==", Err(BadChallenge::Malformed)),
            ("s=QQ==,r=our1,i=4096", Err(BadChallenge::Malformed)),
            ("", Err(BadChallenge::Malformed)),
            ("m=x,r=our1,s=QQ==,i=4096", Err(BadChallenge::Extension)),
            ("r=our1,s=QQ==,i=4096,m=x", Err(BadChallenge::Extension)),
        ] {
            assert_eq!(read(message), read_as, "{message}");
        }
    }
}
