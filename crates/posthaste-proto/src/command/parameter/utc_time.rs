use core::fmt;
use core::str::FromStr;

use super::ValueError;

/// A second of the years 1970 to 9999, written as `2026-03-01T12:00:00Z` (RFC 3339 section 5.6).
///
/// There is no clock here: the seconds come from the caller.
///
/// ```
/// use posthaste_proto::command::UtcTime;
///
/// let time = UtcTime::from_unix(1_772_366_400)?;
/// assert_eq!(time.to_string(), "2026-03-01T12:00:00Z");
/// assert_eq!("2026-03-01T14:00:00+02:00".parse(), Ok(time));
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UtcTime(u64);

const DAY: u64 = 86_400;

impl UtcTime {
    /// The last second of 9999.
    const LAST: u64 = 253_402_300_799;

    /// Takes the seconds since 1970, leap seconds not counted, as clocks of computers give them.
    ///
    /// # Errors
    ///
    /// Beyond the year 9999.
    pub const fn from_unix(seconds: u64) -> Result<Self, ValueError> {
        if seconds > Self::LAST {
            Err(ValueError::Range)
        } else {
            Ok(Self(seconds))
        }
    }

    /// The seconds since 1970.
    #[must_use]
    pub const fn as_unix(self) -> u64 {
        self.0
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0 / DAY);
        let second = self.0 % DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// Reads a `date-time` of RFC 3339: any offset, a fraction of a second is dropped.
impl FromStr for UtcTime {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let mut reader = Reader(text);
        let (year, month, day) = (reader.number(4)?, reader.behind("-")?, reader.behind("-")?);
        reader.letter('T')?;
        let (hour, minute, second) = (reader.number(2)?, reader.behind(":")?, reader.behind(":")?);
        reader.fraction()?;
        let offset = reader.offset()?;
        let exists = year >= 1970
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !reader.0.is_empty() || !exists {
            return Err(ValueError::Form);
        }
        let local = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        let seconds = local.checked_add_signed(-offset).ok_or(ValueError::Range)?;
        Self::from_unix(seconds)
    }
}

/// What is left to read.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn number(&mut self, digits: usize) -> Result<u64, ValueError> {
        let (number, rest) = self.0.split_at_checked(digits).ok_or(ValueError::Form)?;
        if !number.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(ValueError::Form);
        }
        self.0 = rest;
        number.parse().map_err(|_| ValueError::Form)
    }

    /// Two digits behind a separator.
    fn behind(&mut self, separator: &str) -> Result<u64, ValueError> {
        self.0 = self.0.strip_prefix(separator).ok_or(ValueError::Form)?;
        self.number(2)
    }

    fn letter(&mut self, letter: char) -> Result<(), ValueError> {
        let either = [letter, letter.to_ascii_lowercase()];
        self.0 = self.0.strip_prefix(either).ok_or(ValueError::Form)?;
        Ok(())
    }

    fn fraction(&mut self) -> Result<(), ValueError> {
        let Some(digits) = self.0.strip_prefix('.') else {
            return Ok(());
        };
        self.0 = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        if self.0.len() == digits.len() {
            return Err(ValueError::Form);
        }
        Ok(())
    }

    /// Seconds east of Greenwich.
    fn offset(&mut self) -> Result<i64, ValueError> {
        let sign = match self.0.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            Some(_) | None => return self.letter('Z').map(|()| 0),
        };
        self.0 = self.0.get(1..).unwrap_or_default();
        let (hour, minute) = (self.number(2)?, self.behind(":")?);
        if hour >= 24 || minute >= 60 {
            return Err(ValueError::Form);
        }
        let seconds = i64::try_from(hour * 3600 + minute * 60).map_err(|_| ValueError::Form)?;
        Ok(sign * seconds)
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970. Years are counted from March, so that the leap day is the last of its year.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    // Month lengths from March repeat as 31 30 31 30 31: 153 days in five months.
    (year * 365 + leap_days + (153 * month + 2) / 5 + day - 1) - 719_468
}

/// Year, month and day of a day since 1970.
fn date(days: u64) -> (u64, u64, u64) {
    let since = days + 719_468;
    let (era, day_of_era) = (since / 146_097, since % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era;
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    #[test]
    fn known_seconds() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            let time = UtcTime::from_unix(seconds).unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(text.parse(), Ok(time));
        }
        assert!(UtcTime::from_unix(253_402_300_800).is_err());
    }

    #[test]
    fn forms() {
        let parse = |text: &str| text.parse::<UtcTime>();
        assert_eq!(
            parse("1985-04-12t23:20:50.52z").unwrap().as_unix(),
            482_196_050
        );
        assert_eq!(
            parse("1996-12-19T16:39:57-08:00"),
            parse("1996-12-20T00:39:57Z")
        );
        for text in [
            "",
            "2026-03-01",
            "2026-03-01 12:00:00Z",
            "2026-3-01T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z",
            "2026-03-00T12:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T12:60:00Z",
            "2026-03-01T12:00:60Z",
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00.Z",
            "2026-03-01T12:00:00Zx",
            "2026-03-01T12:00:00+2:00",
            "2026-03-01T12:00:00+24:00",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "+026-03-01T12:00:00Z",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_read_back(seconds in 0..=UtcTime::LAST) {
            let time = UtcTime::from_unix(seconds).unwrap();
            prop_assert_eq!(time.to_string().parse::<UtcTime>().unwrap(), time);
        }
    }
}
