//! Durations as the command line writes them: `90` (seconds), `90s`, `2m`, `500ms`.

use std::time::Duration;

/// Longer limits than this are a mistake, and would overflow a clock.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Reads a duration. Zero is refused: nothing can be done in no time.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let milliseconds: u64 = match unit {
        "" | "s" => 1000,
        "ms" => 1,
        "m" => 60_000,
        _ => return Err(FORM.to_owned()),
    };
    if number.is_empty() {
        return Err(FORM.to_owned());
    }
    let duration = number
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(milliseconds))
        .map(Duration::from_millis);
    match duration {
        Some(Duration::ZERO) => Err("a limit of no time at all can never be kept".to_owned()),
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) | None => Err("longer than a year".to_owned()),
    }
}

const FORM: &str = "write seconds (90 or 90s), minutes (2m) or milliseconds (500ms)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms() {
        for (text, milliseconds) in [
            ("90", 90_000),
            ("90s", 90_000),
            ("2m", 120_000),
            ("500ms", 500),
            ("007", 7000),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "s",
            "ms",
            "-1",
            "+1",
            "1.5s",
            "1h",
            " 1",
            "1 s",
            "1S",
            "0",
            "0ms",
            "١",
            "99999999999999999999",
            "31536001",
            "9999999999999999m",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
