//! What stands behind a keyword.

use alloc::string::{String, ToString as _};
use core::num::NonZeroUsize;

use crate::command::{DeliverBy, FutureRelease, UtcTime};

/// What SIZE says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SizeLimit {
    /// Octets; `None` when there is no fixed limit (0, no number, or one that cannot be read).
    pub octets: Option<u64>,
}

/// What DELIVERBY says (RFC 2852 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliverByOffer {
    /// The fewest seconds for which the server takes mode `R`; `None` when it names none.
    pub minimum: Option<u32>,
}

/// What FUTURERELEASE says (RFC 4865 section 4). A limit that is missing, or cannot be read, is `None`: then the
/// server decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FutureReleaseOffer {
    /// The most seconds for which a message is held.
    pub seconds: Option<u32>,
    /// The latest time until which a message is held.
    pub until: Option<UtcTime>,
}

/// What MT-PRIORITY says (RFC 6710 section 3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriorityOffer {
    /// The name of the profile that says what the priorities mean; `None` when none is named.
    pub profile: Option<String>,
}

/// What LIMITS says (RFC 9422 section 4). 0 and what cannot be read is as good as no limit; limits of other names are
/// ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ServerLimits {
    /// RCPTMAX: the most RCPT commands in one transaction.
    pub recipients: Option<NonZeroUsize>,
    /// MAILMAX: the most MAIL commands in one session.
    pub messages: Option<NonZeroUsize>,
    /// RCPTDOMAINMAX: the most different domains of recipients in one session.
    pub domains: Option<NonZeroUsize>,
}

impl SizeLimit {
    pub(super) fn read(parameters: &[u8]) -> Self {
        let octets = match parameters.first_chunk() {
            // Most sizes have so many.
            Some(digits) if parameters.len() == digits.len() => eight_digits(*digits),
            _ => parameters.iter().try_fold(0_u64, |size, digit| {
                let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
                size.checked_mul(10)?.checked_add(digit.into())
            }),
        };
        Self {
            octets: octets.filter(|size| *size != 0),
        }
    }
}

impl DeliverByOffer {
    pub(super) fn read(parameters: &[u8]) -> Self {
        Self {
            minimum: number(parameters),
        }
    }

    /// Whether the server takes this request. Its minimum is about mode `R` only.
    #[must_use]
    pub fn takes(self, by: DeliverBy) -> bool {
        let asked = u32::try_from(by.seconds()).unwrap_or(0);
        !by.returns() || self.minimum.is_none_or(|minimum| asked >= minimum)
    }
}

impl FutureReleaseOffer {
    pub(super) fn read(parameters: &[u8]) -> Self {
        let mut words = parameters
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        Self {
            seconds: words.next().and_then(number),
            until: words
                .next()
                .and_then(|word| core::str::from_utf8(word).ok()?.parse().ok()),
        }
    }

    /// Whether the server holds a message back for so long.
    #[must_use]
    pub fn takes(self, release: FutureRelease) -> bool {
        match release {
            FutureRelease::For(hold) => self.seconds.is_none_or(|most| hold.as_seconds() <= most),
            FutureRelease::Until(time) => self.until.is_none_or(|last| time <= last),
        }
    }
}

impl PriorityOffer {
    /// The most octets of a profile's name that are kept.
    const KEPT: usize = 64;

    pub(super) fn read(parameters: &[u8]) -> Self {
        let mut words = parameters.split(u8::is_ascii_whitespace);
        let profile = words
            .next()
            .filter(|word| (1..=Self::KEPT).contains(&word.len()))
            .filter(|word| word.iter().all(u8::is_ascii_graphic));
        Self {
            profile: profile
                .and_then(|word| core::str::from_utf8(word).ok())
                .map(|word| word.to_string()),
        }
    }
}

impl ServerLimits {
    /// No limit at all.
    pub(super) const NONE: Self = Self {
        recipients: None,
        messages: None,
        domains: None,
    };

    /// Reads `name=value` pairs; the last of each name counts.
    pub(super) fn read(&mut self, parameters: &[u8]) {
        for pair in parameters.split(u8::is_ascii_whitespace) {
            let Some(at) = pair.iter().position(|octet| *octet == b'=') else {
                continue;
            };
            let (name, value) = pair.split_at(at);
            let limit = match name.to_ascii_uppercase().as_slice() {
                b"RCPTMAX" => &mut self.recipients,
                b"MAILMAX" => &mut self.messages,
                b"RCPTDOMAINMAX" => &mut self.domains,
                _ => continue,
            };
            *limit = value
                .get(1..)
                .and_then(number)
                .and_then(|number| usize::try_from(number).ok())
                .and_then(NonZeroUsize::new);
        }
    }
}

/// A number of eight digits, all of them at once.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    let word = u64::from_le_bytes(digits);
    let upper = |word| word & u64::from_le_bytes([0xf0; 8]) == u64::from_le_bytes([0x30; 8]);
    if !upper(word) || !upper(word + u64::from_le_bytes([6; 8])) {
        return None;
    }
    // The first digit is the lowest octet. Neighbours are joined: to numbers of two digits, of four, of eight.
    let ones = word & u64::from_le_bytes([0x0f; 8]);
    let twos = (ones * 10 + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

/// Digits and nothing else; `None` also when it does not fit.
fn number(text: &[u8]) -> Option<u32> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}
