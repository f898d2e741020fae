//! Names and secrets made fit for a mechanism: refused where they cannot be written, prepared where the mechanism says so.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::error::AuthFailure;

/// No field of PLAIN can hold NUL (RFC 4616 section 2), and servers read C strings elsewhere too.
pub(super) fn without_nul(octets: &[u8]) -> Result<&[u8], AuthFailure> {
    if octets.contains(&0) {
        Err(AuthFailure::Unencodable)
    } else {
        Ok(octets)
    }
}

/// `saslname` of RFC 5801 section 4: `=` and `,` are escaped, NUL cannot be written. ^A would end a field of OAUTHBEARER.
pub(super) fn push_sasl_name(out: &mut Vec<u8>, name: &str) -> Result<(), AuthFailure> {
    for octet in name.bytes() {
        match octet {
            0 | 1 => return Err(AuthFailure::Unencodable),
            b'=' => out.extend_from_slice(b"=3D"),
            b',' => out.extend_from_slice(b"=2C"),
            _ => out.push(octet),
        }
    }
    Ok(())
}

/// SASLprep (RFC 4013) of a name or a password. ASCII needs no tables, so it is prepared without the feature too.
#[cfg_attr(not(feature = "scram"), allow(dead_code, reason = "for SCRAM alone"))]
pub(super) fn prepare(octets: &[u8]) -> Result<Cow<'_, str>, AuthFailure> {
    let text = core::str::from_utf8(octets).map_err(|_| AuthFailure::Unencodable)?;
    if text.bytes().any(|octet| octet.is_ascii_control()) {
        return Err(AuthFailure::Unencodable);
    }
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text));
    }
    prepare_beyond_ascii(text)
}

#[cfg(feature = "saslprep")]
fn prepare_beyond_ascii(text: &str) -> Result<Cow<'_, str>, AuthFailure> {
    stringprep::saslprep(text).map_err(|_| AuthFailure::Unencodable)
}

#[cfg(not(feature = "saslprep"))]
#[cfg_attr(not(feature = "scram"), allow(dead_code, reason = "for SCRAM alone"))]
fn prepare_beyond_ascii(_: &str) -> Result<Cow<'_, str>, AuthFailure> {
    Err(AuthFailure::NeedsSaslPrep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_prepared_without_tables() {
        assert_eq!(prepare(b"user").as_deref(), Ok("user"));
        assert_eq!(prepare(b"USER").as_deref(), Ok("USER"));
        assert_eq!(prepare(b"a\x07b"), Err(AuthFailure::Unencodable));
        assert_eq!(prepare(b"a\xffb"), Err(AuthFailure::Unencodable));
    }

    /// The examples of RFC 4013 section 3.
    #[cfg(feature = "saslprep")]
    #[test]
    fn the_examples_of_rfc_4013() {
        for (given, prepared) in [
            ("I\u{ad}X", Ok("IX")),
            ("\u{aa}", Ok("a")),
            ("\u{2168}", Ok("IX")),
            ("\u{627}1", Err(AuthFailure::Unencodable)),
        ] {
            assert_eq!(
                prepare(given.as_bytes()).as_deref(),
                prepared.as_ref().copied()
            );
        }
    }

    #[cfg(not(feature = "saslprep"))]
    #[test]
    fn beyond_ascii_the_feature_is_needed() {
        assert_eq!(
            prepare("p\u{e4}ss".as_bytes()),
            Err(AuthFailure::NeedsSaslPrep)
        );
    }
}
