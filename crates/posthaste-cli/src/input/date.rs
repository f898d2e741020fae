//! `--date`, and the present time in the local zone.

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{Timestamp, Zoned};
use posthaste_mime::Date;

use crate::failure::Failure;

/// Reads a date-time of RFC 5322 section 3.3; the weekday may be left out.
pub(crate) fn parse(text: &str) -> Result<Date, Failure> {
    let wrong = |why: &str| {
        Failure::data("date", format!("--date '{text}': {why}"))
            .hint("write it as in 'Fri, 21 Nov 1997 09:55:06 -0600'")
    };
    // The control characters of folding are of no use here, and must not reach a header.
    if text.chars().any(char::is_control) {
        return Err(wrong("it holds a control character"));
    }
    let read = |text: &str| DateTimeParser::new().parse_zoned(text);
    let zoned = read(text).map_err(|_| {
        let other_day = text
            .split_once(',')
            .is_some_and(|(_, rest)| read(rest).is_ok());
        wrong(if other_day {
            "the weekday is not that of the day"
        } else {
            "this is no date with time and zone"
        })
    })?;
    let seconds = zoned.timestamp().as_second();
    // RFC 5322 section 3.3: the zone of the sender is not known.
    let date = if text.trim_end().ends_with("-0000") {
        Date::unknown_zone(seconds)
    } else {
        Date::new(seconds, minutes_east(&zoned))
    };
    date.map_err(|error| wrong(&error.to_string()))
}

/// The present, told in the zone of this system.
pub(crate) fn now() -> Option<Date> {
    let zoned = Zoned::now();
    Date::new(Timestamp::from(&zoned).as_second(), minutes_east(&zoned)).ok()
}

fn minutes_east(zoned: &Zoned) -> i16 {
    i16::try_from(zoned.offset().seconds() / 60).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_rfc_5322() {
        for (text, printed) in [
            (
                "Fri, 21 Nov 1997 09:55:06 -0600",
                "Fri, 21 Nov 1997 09:55:06 -0600",
            ),
            ("21 Nov 1997 09:55 +0800", "Fri, 21 Nov 1997 09:55:00 +0800"),
            (
                "1 Jan 2026 00:00:00 -0000",
                "Thu, 1 Jan 2026 00:00:00 -0000",
            ),
            (
                "1 Jan 2026 00:00:00 +0000",
                "Thu, 1 Jan 2026 00:00:00 +0000",
            ),
        ] {
            assert_eq!(parse(text).expect(text).to_string(), printed);
        }
    }

    #[test]
    fn nothing_else_is_a_date() {
        for text in [
            "",
            "now",
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            "Mon, 21 Nov 1997 09:55:06 -0600",
            "32 Jan 2026 00:00:00 +0000",
            "1 Jan 2026 24:00:00 +0000",
            "1 Jan 2026 00:00:00",
            "1 Jan 2026 00:00:00 +0000\r\nBcc: eve@example.org",
            "1 Jan 2026 00:00:00 +0000 x",
        ] {
            let failure = parse(text).expect_err(text);
            assert_eq!(
                failure.message.contains("weekday"),
                text.starts_with("Mon"),
                "{failure}"
            );
            assert_eq!(failure.exit, crate::exit::Exit::Data, "{text:?}");
        }
    }
}
