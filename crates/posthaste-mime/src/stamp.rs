//! What makes two messages of the same content differ: the date, the Message-ID, the boundaries.

use core::fmt;

use crate::header::{Date, Mailbox, MessageId};

/// Date, and the random octets from which Message-ID and boundaries are made.
///
/// The same stamp gives the same octets every time. It is an argument, because this crate asks neither a
/// clock nor a random number generator; only [`Stamp::system`], behind the feature `system`, does.
#[derive(Clone)]
pub struct Stamp {
    date: Date,
    entropy: [u8; 32],
}

impl Stamp {
    /// A stamp of the given date. `entropy` must be fresh random octets for each message: two messages with
    /// the same ones have the same Message-ID, and boundaries that can be guessed can be forged by whoever
    /// writes the text.
    #[must_use]
    pub fn new(date: Date, entropy: [u8; 32]) -> Self {
        Self { date, entropy }
    }

    /// For tests: a stamp that depends on nothing but `seconds` since 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub fn fixed(seconds: u32) -> Self {
        let mut entropy = [0; 32];
        for (number, octet) in (0_u8..).zip(entropy.iter_mut()) {
            *octet = number;
        }
        Self {
            date: Date::from_u32(seconds),
            entropy,
        }
    }

    /// The present time in UTC (`+0000`), and random octets of the operating system.
    ///
    /// # Errors
    ///
    /// When the operating system gives no random octets, or its clock is not in the years 1970 to 9999.
    #[cfg(feature = "system")]
    pub fn system() -> Result<Self, StampError> {
        let seconds = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|time| i64::try_from(time.as_secs()).ok())
            .ok_or(StampError::Clock)?;
        let date = Date::utc(seconds).map_err(|_| StampError::Clock)?;
        let mut entropy = [0; 32];
        getrandom::fill(&mut entropy).map_err(|_| StampError::Random)?;
        Ok(Self { date, entropy })
    }

    /// The same stamp with another date, such as one in a local zone.
    #[must_use]
    pub fn with_date(mut self, date: Date) -> Self {
        self.date = date;
        self
    }

    /// The date.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// `random@domain`, the domain that of the author. Never the name of this host.
    pub(crate) fn message_id(&self, author: &Mailbox) -> MessageId {
        let left = hex(&self.entropy[..16]);
        MessageId::new(&format!("{left}@{}", author.domain()))
            // Domains that are not ASCII have no place in a Message-ID; this one cannot exist.
            .unwrap_or_else(|_| MessageId::unchecked(format!("{left}@utf8.invalid")))
    }

    /// 128 bits in hexadecimal.
    pub(crate) fn boundary_seed(&self) -> String {
        hex(&self.entropy[16..])
    }
}

/// The entropy is not shown: boundaries are not to be guessed from logs.
impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stamp")
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

/// Why the system gives no stamp.
#[cfg(feature = "system")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StampError {
    /// The clock is not in the years 1970 to 9999.
    Clock,
    /// There are no random octets.
    Random,
}

#[cfg(feature = "system")]
impl fmt::Display for StampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clock => "the clock of this system is not in the years 1970 to 9999",
            Self::Random => "this system gives no random numbers",
        })
    }
}

#[cfg(feature = "system")]
impl core::error::Error for StampError {}

fn hex(octets: &[u8]) -> String {
    octets
        .iter()
        .flat_map(|octet| [octet >> 4, octet & 15])
        .map(|nibble| crate::encoded_word::hex(nibble).to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_id_has_the_domain_of_the_author() {
        let stamp = Stamp::fixed(0);
        let id = |address: &str| {
            stamp
                .message_id(&address.parse().unwrap())
                .as_str()
                .to_owned()
        };
        assert_eq!(
            id("a@example.org"),
            "000102030405060708090a0b0c0d0e0f@example.org"
        );
        assert!(id("a@[192.0.2.1]").ends_with("@[192.0.2.1]"));
        assert!(id("a@例子.中国").ends_with("@utf8.invalid"));
    }

    #[cfg(feature = "system")]
    #[test]
    fn the_system_gives_a_new_stamp_each_time() {
        let (one, other) = (Stamp::system().unwrap(), Stamp::system().unwrap());
        assert_ne!(one.entropy, other.entropy);
        assert!(one.date().seconds() > 1_700_000_000);
        assert!(!format!("{one:?}").contains("entropy"));
    }
}
