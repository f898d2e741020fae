//! ANONYMOUS (RFC 4505): a trace of the client's choice, and nobody's name.

use posthaste_proto::Secret;

use super::Turn;

/// The trace is checked and forgotten: the user is `anonymous`.
pub(super) fn respond(response: &Secret) -> Turn {
    match core::str::from_utf8(response.expose()) {
        // RFC 4505 2 lets a trace have 255 characters.
        Ok(trace) if trace.chars().count() <= 255 && !trace.contains(char::is_control) => {
            Turn::accept("anonymous")
        }
        Ok(_) | Err(_) => Turn::Refuse(501, "5.5.2 not an ANONYMOUS response"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_text_of_at_most_255_characters() {
        for trace in ["", "sirhc", "ann@example.org", &"ü".repeat(255)] {
            assert_eq!(respond(&trace.into()), Turn::accept("anonymous"));
        }
        for trace in [&b"\xff"[..], b"a\0b", "ü".repeat(256).as_bytes()] {
            assert!(matches!(respond(&Secret::new(trace)), Turn::Refuse(501, _)));
        }
    }
}
