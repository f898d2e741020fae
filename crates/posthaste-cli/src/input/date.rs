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
    let date = if zone_is_unknown(text) {
        Date::unknown_zone(seconds)
    } else {
        Date::new(seconds, minutes_east(&zoned))
    };
    date.map_err(|error| wrong(&error.to_string()))
}

/// `-0000`, or the one letter that says no more than that (RFC 5322 sections 3.3 and 4.3). Behind the zone of a
/// date that was read stand only comments.
fn zone_is_unknown(text: &str) -> bool {
    let date = text.split('(').next().unwrap_or_default();
    let zone = date.split_whitespace().next_back().unwrap_or_default();
    zone == "-0000" || (zone.len() == 1 && zone.chars().all(|c| c.is_ascii_alphabetic()))
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
            (
                "Fri, 21 Nov 1997 09:55:06 -0000 (x)",
                "Fri, 21 Nov 1997 09:55:06 -0000",
            ),
            (
                "Fri, 21 Nov 1997 09:55:06 -0000(a (b) \\) +0000) ",
                "Fri, 21 Nov 1997 09:55:06 -0000",
            ),
            (
                "Fri, 21 Nov 1997 09:55:06 +0000 (not -0000)",
                "Fri, 21 Nov 1997 09:55:06 +0000",
            ),
            (
                "Fri, 21 Nov 1997 09:55:06 GMT",
                "Fri, 21 Nov 1997 09:55:06 +0000",
            ),
            (
                "Fri, 21 Nov 1997 09:55:06 Q",
                "Fri, 21 Nov 1997 09:55:06 -0000",
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
            "1 Jan 2026 00:00:00 +0000 (x",
            "1 Jan 2026 00:00:00 +0000 (x) y",
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
