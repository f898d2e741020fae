//! What a server tells, within an exchange, about a refusal.

use alloc::vec::Vec;
use core::fmt;

use crate::reply::printable;
use crate::secret::Secret;

/// The server's words about a refusal, from a 334 before it: the JSON of OAUTHBEARER and XOAUTH2 (RFC 7628 section 3.2.2), the
/// `e=` of SCRAM (RFC 5802 section 7). At most [`AuthDetail::KEPT`] octets, secrets masked, shown escaped.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthDetail(Vec<u8>);

impl AuthDetail {
    /// How many octets are kept.
    pub const KEPT: usize = 1024;

    pub(super) fn new(text: &[u8]) -> Self {
        Self(text.to_vec())
    }

    /// The octets, as the server sent them but for what is masked.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The `status` of the JSON: `invalid_token`, `insufficient_scope`, `invalid_request`, or a number in quotes.
    ///
    /// ```text
    /// {"status":"invalid_token","scope":"mail.send"}
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        let text = core::str::from_utf8(&self.0).ok()?;
        let (_, behind) = text.split_once("\"status\"")?;
        let value = behind.trim_start().strip_prefix(':')?.trim_start();
        let (status, _) = value.strip_prefix('"')?.split_once('"')?;
        (!status.contains('\\')).then_some(status)
    }

    /// Masked before it is cut: half a secret could not be found.
    pub(crate) fn kept(&self, traces: &[Secret]) -> Self {
        let mut text = self.0.clone();
        traces.iter().for_each(|trace| trace.mask_in(&mut text));
        text.truncate(Self::KEPT);
        Self(text)
    }
}

impl fmt::Debug for AuthDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthDetail({})", printable(&self.0))
    }
}

impl fmt::Display for AuthDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_json() {
        for (json, status) in [
            (r#"{"status":"invalid_token"}"#, Some("invalid_token")),
            (r#"{ "scope":"x", "status" : "401" }"#, Some("401")),
            (r#"{"status":401}"#, None),
            (r#"{"status":"a\"b"}"#, None),
            (r#"{"status":"#, None),
            ("invalid-proof", None),
            ("", None),
        ] {
            assert_eq!(AuthDetail::new(json.as_bytes()).status(), status, "{json}");
        }
    }

    #[test]
    fn masked_then_cut() {
        let text = [&[b'x'; 1020][..], b"hunter2"].concat();
        let kept = AuthDetail::new(&text).kept(&[Secret::from("hunter2")]);
        assert_eq!(kept.octets(), [&[b'x'; 1020][..], b"***"].concat());
    }
}
