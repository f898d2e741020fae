//! When and how urgently a message is delivered: BY (RFC 2852), HOLDFOR and HOLDUNTIL (RFC 4865), MT-PRIORITY (RFC 6710).

use core::fmt;
use core::str::FromStr;

use super::{UtcTime, ValueError};

/// The most seconds that a parameter can say: nine digits.
const MAX_SECONDS: u32 = 999_999_999;

/// By when a message must be delivered, and what happens when it is not, `BY=` (RFC 2852 section 4).
///
/// ```
/// use posthaste_proto::command::DeliverBy;
///
/// assert_eq!(DeliverBy::or_return(120)?.to_string(), "120;R");
/// assert_eq!(DeliverBy::or_notify(-30)?.with_trace().to_string(), "-30;NT");
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliverBy {
    seconds: i32,
    returns: bool,
    trace: bool,
}

impl DeliverBy {
    /// Within so many seconds, or it is returned: mode `R`.
    ///
    /// # Errors
    ///
    /// For 0 and for more than 999,999,999 seconds.
    pub fn or_return(seconds: u32) -> Result<Self, ValueError> {
        Self::new(i32::try_from(seconds).map_err(|_| ValueError::Range)?, true)
    }

    /// Within so many seconds, or the sender is told of the delay and delivery goes on: mode `N`. Negative when the
    /// time is over already.
    ///
    /// # Errors
    ///
    /// Beyond 999,999,999 seconds either way.
    pub fn or_notify(seconds: i32) -> Result<Self, ValueError> {
        Self::new(seconds, false)
    }

    /// Every server on the way is to report that it passed the message on.
    #[must_use]
    pub const fn with_trace(self) -> Self {
        Self {
            trace: true,
            ..self
        }
    }

    /// The seconds left.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.seconds
    }

    /// Whether a late message is returned (mode `R`); else the sender is told and delivery goes on (mode `N`).
    #[must_use]
    pub const fn returns(self) -> bool {
        self.returns
    }

    /// Whether every server reports.
    #[must_use]
    pub const fn traces(self) -> bool {
        self.trace
    }

    fn new(seconds: i32, returns: bool) -> Result<Self, ValueError> {
        if seconds.unsigned_abs() > MAX_SECONDS || returns && seconds <= 0 {
            return Err(ValueError::Range);
        }
        Ok(Self {
            seconds,
            returns,
            trace: false,
        })
    }
}

/// Writes the value on the wire.
impl fmt::Display for DeliverBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.returns { "R" } else { "N" };
        let trace = if self.trace { "T" } else { "" };
        write!(f, "{};{mode}{trace}", self.seconds)
    }
}

/// Reads the value on the wire.
impl FromStr for DeliverBy {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        let (seconds, mode) = value.split_once(';').ok_or(ValueError::Form)?;
        let (returns, trace) = match mode.to_ascii_uppercase().as_str() {
            "R" => (true, false),
            "RT" => (true, true),
            "N" => (false, false),
            "NT" => (false, true),
            _ => return Err(ValueError::Form),
        };
        let (sign, digits) = match seconds.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, seconds.strip_prefix('+').unwrap_or(seconds)),
        };
        let seconds = i32::try_from(number(digits)?).map_err(|_| ValueError::Range)?;
        let by = Self::new(sign * seconds, returns)?;
        Ok(if trace { by.with_trace() } else { by })
    }
}

/// Until when the server holds a message back, `HOLDFOR=` or `HOLDUNTIL=` (RFC 4865 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the RFC has these two")]
pub enum FutureRelease {
    /// For so long.
    For(HoldFor),
    /// Until then.
    Until(UtcTime),
}

/// Seconds for which a message is held back: 1 to 999,999,999.
///
/// ```
/// use posthaste_proto::command::HoldFor;
/// assert_eq!(HoldFor::seconds(3600)?.to_string(), "3600");
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HoldFor(u32);

impl HoldFor {
    /// Takes a number of seconds.
    ///
    /// # Errors
    ///
    /// For 0 and for more than 999,999,999.
    pub const fn seconds(seconds: u32) -> Result<Self, ValueError> {
        if seconds == 0 || seconds > MAX_SECONDS {
            Err(ValueError::Range)
        } else {
            Ok(Self(seconds))
        }
    }

    /// The seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u32 {
        self.0
    }
}

/// Writes the value on the wire.
impl fmt::Display for HoldFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads the value on the wire.
impl FromStr for HoldFor {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        Self::seconds(number(value)?)
    }
}

/// How urgent a message is, `MT-PRIORITY=` (RFC 6710 section 5): -9 to 9, 0 when nothing is said.
///
/// ```
/// use posthaste_proto::command::Priority;
/// assert_eq!(Priority::new(-2)?.to_string(), "-2");
/// assert!(Priority::new(10).is_err());
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Priority(i8);

impl Priority {
    /// Takes a priority.
    ///
    /// # Errors
    ///
    /// Outside of -9 to 9.
    pub const fn new(priority: i8) -> Result<Self, ValueError> {
        if priority < -9 || priority > 9 {
            Err(ValueError::Range)
        } else {
            Ok(Self(priority))
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i8 {
        self.0
    }
}

/// Writes the value on the wire.
impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads the value on the wire.
impl FromStr for Priority {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        let digit = value.strip_prefix('-').unwrap_or(value);
        let is_number = digit.len() == 1 && digit.bytes().all(|octet| octet.is_ascii_digit());
        if !is_number || value == "-0" {
            return Err(ValueError::Form);
        }
        Self::new(value.parse().map_err(|_| ValueError::Form)?)
    }
}

/// `1*9DIGIT`
fn number(digits: &str) -> Result<u32, ValueError> {
    let valid = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    if !valid {
        return Err(ValueError::Form);
    }
    match digits.parse() {
        Ok(number) if digits.len() <= 9 => Ok(number),
        Ok(_) | Err(_) => Err(ValueError::Range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    #[test]
    fn what_is_out_of_range_or_form() {
        assert!(DeliverBy::or_return(0).is_err());
        assert!(DeliverBy::or_return(1_000_000_000).is_err());
        assert!(DeliverBy::or_notify(-1_000_000_000).is_err());
        for value in [
            "",
            "120",
            "120;",
            ";R",
            "0;R",
            "-1;R",
            "1;X",
            "1;TR",
            "--1;N",
            "1 ;R",
            "1234567890;N",
        ] {
            assert!(value.parse::<DeliverBy>().is_err(), "{value}");
        }
        assert_eq!("+5;nt".parse::<DeliverBy>().unwrap().to_string(), "5;NT");
        for value in ["", "0", "-1", "+1", "1.5", "1234567890"] {
            assert!(value.parse::<HoldFor>().is_err(), "{value}");
        }
        for value in ["", "10", "-10", "-0", "+1", "a", "--1"] {
            assert!(value.parse::<Priority>().is_err(), "{value}");
        }
    }

    proptest! {
        #[test]
        fn values_read_back(
            seconds in -999_999_999..=999_999_999i32, trace: bool, hold in 1..=999_999_999u32, priority in -9..=9i8,
        ) {
            let by = DeliverBy::or_notify(seconds).unwrap();
            let by = if trace { by.with_trace() } else { by };
            prop_assert_eq!(by.to_string().parse::<DeliverBy>().unwrap(), by);
            let by = DeliverBy::or_return(hold).unwrap();
            prop_assert_eq!(by.to_string().parse::<DeliverBy>().unwrap(), by);
            let hold = HoldFor::seconds(hold).unwrap();
            prop_assert_eq!(hold.to_string().parse::<HoldFor>().unwrap(), hold);
            let priority = Priority::new(priority).unwrap();
            prop_assert_eq!(priority.to_string().parse::<Priority>().unwrap(), priority);
        }
    }
}
