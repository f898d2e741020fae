//! The Date field (RFC 5322 section 3.3).

use core::{error, fmt, ops::RangeInclusive};

/// A point in time and the offset of the zone it is told in. Prints as `Fri, 21 Nov 1997 09:55:06 -0600`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    seconds: i64,
    offset: Option<i16>,
}

impl Date {
    /// `seconds` since 1970-01-01 00:00:00 UTC, told in a zone `offset` minutes east of UTC.
    ///
    /// ```
    /// use posthaste_mime::header::Date;
    ///
    /// let date = Date::new(880_127_706, -6 * 60)?;
    /// assert_eq!(date.to_string(), "Fri, 21 Nov 1997 09:55:06 -0600");
    /// # Ok::<(), posthaste_mime::header::DateError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the local year is not in 1900..=9999, or the offset is a day or more.
    pub fn new(seconds: i64, offset: i16) -> Result<Self, DateError> {
        if offset.unsigned_abs() >= 24 * 60 {
            return Err(DateError::Offset);
        }
        Self {
            seconds,
            offset: Some(offset),
        }
        .checked()
    }

    /// The same, told in UTC: `+0000`.
    ///
    /// # Errors
    ///
    /// When the year is not in 1900..=9999.
    pub fn utc(seconds: i64) -> Result<Self, DateError> {
        Self::new(seconds, 0)
    }

    /// The same, told in UTC by a sender whose local zone is not known: `-0000`.
    ///
    /// # Errors
    ///
    /// When the year is not in 1900..=9999.
    pub fn unknown_zone(seconds: i64) -> Result<Self, DateError> {
        Self {
            seconds,
            offset: None,
        }
        .checked()
    }

    /// Every such date has a year of four digits.
    pub(crate) fn from_u32(seconds: u32) -> Self {
        Self {
            seconds: i64::from(seconds),
            offset: Some(0),
        }
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Minutes east of UTC; `None` for an unknown zone.
    #[must_use]
    pub fn offset(&self) -> Option<i16> {
        self.offset
    }

    fn checked(self) -> Result<Self, DateError> {
        if (YEAR_1900..YEAR_10000).contains(&self.local_seconds()) {
            Ok(self)
        } else {
            Err(DateError::Year)
        }
    }

    fn local_seconds(&self) -> i64 {
        self.seconds
            .saturating_add(i64::from(self.offset.unwrap_or(0)) * 60)
    }
}

const YEAR_1900: i64 = -2_208_988_800;
const YEAR_10000: i64 = 253_402_300_800;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Date {
    /// Year, month (1 to 12) and day of the month, in the date's own zone.
    pub fn year_month_day(&self) -> (i64, usize, i64) {
        let (year, month, day) = civil(self.local_seconds().div_euclid(86_400));
        (year, month + 1, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.local_seconds();
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let sign = match self.offset {
            Some(minutes) if minutes >= 0 => '+',
            Some(_) | None => '-',
        };
        let offset = self.offset.unwrap_or(0).unsigned_abs();
        write!(
            f,
            "{}, {day} {} {year:04} {:02}:{:02}:{:02} {sign}{:02}{:02}",
            WEEKDAYS[days.rem_euclid(7) as usize],
            MONTHS[month],
            second / 3600,
            second / 60 % 60,
            second % 60,
            offset / 60,
            offset % 60,
        )
    }
}

/// Year, month (0 is January) and day of the month, of a day counted from 1970-01-01.
fn civil(days: i64) -> (i64, usize, i64) {
    // Years that begin in March put the leap day last; 400 of them are 146 097 days.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let january_on = i64::from(month >= 10);
    (
        era * 400 + year + january_on,
        ((month + 2) % 12) as usize,
        day,
    )
}

/// Whether `text` is a date-time of RFC 5322 section 3.3 in its present form, with one blank between two words and
/// without comments; or the offset of what is none.
pub(crate) fn check(text: &str) -> Result<(), usize> {
    let mut end = 0;
    let mut words = text.split(' ').map(|word| {
        let offset = end;
        end += word.len() + 1;
        (offset, word)
    });
    let mut next = || words.next().unwrap_or((text.len(), ""));
    let (mut at, mut word) = next();
    let weekday = match word.strip_suffix(',') {
        None => None,
        Some(name) => {
            let weekday = WEEKDAYS.iter().position(|weekday| *weekday == name);
            let offset = at;
            (at, word) = next();
            Some((offset, weekday.ok_or(offset)?))
        }
    };
    let day_at = at;
    let day = number(word, 1..=2, 1..=31).ok_or(at)?;
    (at, word) = next();
    let month = MONTHS.iter().position(|month| *month == word).ok_or(at)?;
    (at, word) = next();
    let year = number(word, 4..=4, 1900..=9999).ok_or(at)?;
    let days = days_from_civil(year, month, day);
    // The 31st of a month that has no such day is a day of the next one.
    if civil(days).1 != month {
        return Err(day_at);
    }
    if let Some((offset, weekday)) = weekday
        && days.rem_euclid(7) != weekday as i64
    {
        return Err(offset);
    }
    (at, word) = next();
    let mut parts = word.split(':');
    let mut part = |limits| number(parts.next()?, 2..=2, limits);
    part(0..=23).and_then(|_| part(0..=59)).ok_or(at)?;
    match parts.next() {
        None => {}
        Some(second) => {
            // A leap second is one.
            number(second, 2..=2, 0..=60).ok_or(at)?;
        }
    }
    if parts.next().is_some() {
        return Err(at);
    }
    (at, word) = next();
    let zone = word.strip_prefix(['+', '-']).ok_or(at)?;
    number(zone, 4..=4, 0..=9959)
        .filter(|zone| zone % 100 < 60)
        .ok_or(at)?;
    match words.next() {
        None => Ok(()),
        Some((at, _)) => Err(at),
    }
}

/// A number of so many digits, within limits.
fn number(text: &str, digits: RangeInclusive<usize>, limits: RangeInclusive<i64>) -> Option<i64> {
    if !digits.contains(&text.len()) || !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| limits.contains(number))
}

/// The day counted from 1970-01-01, of year, month (0 is January) and day of the month.
fn days_from_civil(year: i64, month: usize, day: i64) -> i64 {
    // Years that begin in March put the leap day last; 400 of them are 146 097 days.
    let year = year - i64::from(month < 2);
    let month = (month as i64 + 10) % 12;
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

/// Why a date cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateError {
    /// The year is not in 1900..=9999.
    Year,
    /// The offset is a day or more.
    Offset,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Year => "the year of the date is not in 1900..=9999",
            Self::Offset => "the offset of the date is not within 23:59 of UTC",
        })
    }
}

impl error::Error for DateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_print() {
        for (seconds, offset, text) in [
            (0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (951_868_799, 0, "Tue, 29 Feb 2000 23:59:59 +0000"),
            (4_107_542_400, 0, "Mon, 1 Mar 2100 00:00:00 +0000"),
            (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (-1, 330, "Thu, 1 Jan 1970 05:29:59 +0530"),
            (1_700_000_000, -210, "Tue, 14 Nov 2023 18:43:20 -0330"),
        ] {
            assert_eq!(Date::new(seconds, offset).unwrap().to_string(), text);
        }
        assert_eq!(
            Date::unknown_zone(0).unwrap().to_string(),
            "Thu, 1 Jan 1970 00:00:00 -0000"
        );
    }

    #[test]
    fn what_is_printed_is_a_date() {
        // Every third day of some centuries, leap years and the ends of 400 years among them.
        for days in (0..300_000).step_by(3) {
            let date = Date::utc(YEAR_1900 + days * 86_400).unwrap().to_string();
            assert_eq!(check(&date), Ok(()), "{date}");
            let (year, month, day) = civil(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn years_have_four_digits_and_offsets_are_below_a_day() {
        assert_eq!(
            Date::utc(YEAR_1900).unwrap().to_string(),
            "Mon, 1 Jan 1900 00:00:00 +0000"
        );
        assert_eq!(Date::utc(YEAR_1900 - 1), Err(DateError::Year));
        assert_eq!(
            Date::utc(YEAR_10000 - 1).unwrap().to_string(),
            "Fri, 31 Dec 9999 23:59:59 +0000"
        );
        assert_eq!(Date::new(YEAR_10000 - 1, 1), Err(DateError::Year));
        assert_eq!(Date::utc(i64::MAX), Err(DateError::Year));
        assert_eq!(Date::new(0, 1440), Err(DateError::Offset));
    }
}
