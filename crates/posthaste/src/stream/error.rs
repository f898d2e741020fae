use std::fmt;
use std::net::IpAddr;

use posthaste_mime::header::Date;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error as Rustls};

/// Why a handshake failed. `Display` is one line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsError {
    kind: TlsErrorKind,
    message: String,
}

/// The kinds of [`TlsError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsErrorKind {
    /// The limit was reached; the handshake can go on.
    TimedOut,
    /// The server closed the connection.
    Closed,
    /// The server does not speak TLS here: it answered with an SMTP reply in plain text.
    WrongMode,
    /// What answered speaks neither TLS here nor SMTP.
    NotTls,
    /// The certificate is for other names.
    NameMismatch,
    /// The certificate is past its date.
    Expired,
    /// The certificate's date is still to come.
    NotYetValid,
    /// No authority that is trusted here signed the certificate.
    UnknownIssuer,
    /// The certificate was revoked.
    Revoked,
    /// The certificate is no good for another reason.
    Certificate,
    /// Both sides speak TLS but have no version or cipher in common.
    Incompatible,
    /// Anything else in the handshake, and the server's alerts.
    Handshake,
    /// No authority is trusted here, so no certificate could be accepted.
    NoRoots,
    /// This stream has no TLS.
    Unsupported,
}

impl TlsError {
    /// An error of one's own stream.
    pub fn new(kind: TlsErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// What kind it is.
    pub fn kind(&self) -> TlsErrorKind {
        self.kind
    }

    pub(super) fn unsupported() -> Self {
        Self::new(TlsErrorKind::Unsupported, "this connection has no TLS")
    }

    pub(super) fn timed_out() -> Self {
        Self::new(TlsErrorKind::TimedOut, "the handshake took too long")
    }

    pub(super) fn no_roots(found: &str) -> Self {
        let message = format!(
            "no certificate authorities are trusted here{found}; install the system's (package ca-certificates), \
             name a PEM file in SSL_CERT_FILE, or give an authority's certificate (--tls-ca, tls_ca_file)"
        );
        Self::new(TlsErrorKind::NoRoots, message)
    }

    /// What came instead of TLS, when it is none: `seen` are the first octets of the peer, of which no more than `kept`
    /// are kept.
    pub(super) fn not_tls(seen: &[u8], kept: usize) -> Option<Self> {
        // The types of TLS records: RFC 8446 section 5.1, and heartbeat.
        if matches!(seen.first(), None | Some(0x14..=0x18)) {
            return None;
        }
        let (kind, what) = match seen {
            [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', ..] => (
                TlsErrorKind::WrongMode,
                "the server speaks plain text where TLS was begun",
            ),
            _ => (
                TlsErrorKind::NotTls,
                "what was answered is neither TLS nor SMTP",
            ),
        };
        let message = format!("{what}: \"{}\"", first_line(seen, seen.len() >= kept));
        Some(Self::new(kind, message))
    }

    pub(super) fn of(error: &Rustls) -> Self {
        #[allow(
            clippy::wildcard_enum_match_arm,
            reason = "the rest is shown in rustls's words"
        )]
        match error {
            Rustls::InvalidCertificate(error) => Self::of_certificate(error),
            Rustls::PeerIncompatible(what) => Self::new(
                TlsErrorKind::Incompatible,
                format!("no TLS version or cipher in common: {what:?}"),
            ),
            Rustls::AlertReceived(alert) => {
                let kind = match alert {
                    AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity => {
                        TlsErrorKind::Incompatible
                    }
                    _ => TlsErrorKind::Handshake,
                };
                Self::new(
                    kind,
                    format!("the server refused the handshake: alert {alert:?}"),
                )
            }
            error => Self::new(TlsErrorKind::Handshake, error.to_string()),
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        #[allow(clippy::wildcard_enum_match_arm, reason = "the rest is shown in rustls's words")]
        let (kind, message) = match error {
            CertificateError::NotValidForNameContext { expected, presented } => {
                let offered = match presented.len() {
                    0 => "no name at all".to_owned(),
                    _ => presented.iter().map(|name| bare_name(name)).collect::<Vec<_>>().join(", "),
                };
                let wanted = address_or(&expected.to_str());
                (TlsErrorKind::NameMismatch, format!("the certificate is for {offered}, not for {wanted}"))
            }
            CertificateError::NotValidForName => {
                (TlsErrorKind::NameMismatch, "the certificate is for another name".to_owned())
            }
            CertificateError::ExpiredContext { not_after, .. } => {
                (TlsErrorKind::Expired, format!("the certificate expired on {}", date(*not_after)))
            }
            CertificateError::Expired => (TlsErrorKind::Expired, "the certificate expired".to_owned()),
            CertificateError::NotValidYetContext { not_before, .. } => {
                (TlsErrorKind::NotYetValid, format!("the certificate is not valid before {}", date(*not_before)))
            }
            CertificateError::NotValidYet => (TlsErrorKind::NotYetValid, "the certificate is not valid yet".to_owned()),
            CertificateError::UnknownIssuer => (
                TlsErrorKind::UnknownIssuer,
                "the certificate was signed by nobody who is trusted here".to_owned(),
            ),
            CertificateError::BadSignature => (
                TlsErrorKind::UnknownIssuer,
                "the certificate names an issuer that is trusted here, but was signed with another key than that one's"
                    .to_owned(),
            ),
            CertificateError::Revoked => (TlsErrorKind::Revoked, "the certificate was revoked".to_owned()),
            CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => (
                TlsErrorKind::Certificate,
                "the certificate is an authority's own (CA:TRUE), which cannot stand for a server".to_owned(),
            ),
            other => (TlsErrorKind::Certificate, format!("the certificate is not acceptable: {other}")),
        };
        Self { kind, message }
    }
}

impl TlsErrorKind {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "timed-out",
            Self::Closed => "closed",
            Self::WrongMode => "wrong-mode",
            Self::NotTls => "not-tls",
            Self::NameMismatch => "name-mismatch",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::UnknownIssuer => "unknown-issuer",
            Self::Revoked => "revoked",
            Self::Certificate => "certificate",
            Self::Incompatible => "incompatible",
            Self::Handshake => "handshake",
            Self::NoRoots => "no-roots",
            Self::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TlsError {}

/// The first line, fit to be shown; `…` stands for what follows it.
fn first_line(seen: &[u8], cut: bool) -> String {
    let end = seen.iter().position(|octet| b"\r\n".contains(octet));
    let line = seen.get(..end.unwrap_or(seen.len())).unwrap_or(seen);
    let rest = seen.get(line.len()..).unwrap_or_default();
    let more = !rest.trim_ascii().is_empty() || (cut && end.is_none());
    let line = posthaste_proto::reply::printable(line).into_owned();
    line + if more { "…" } else { "" }
}

/// Addresses as everyone writes them: `::1`, which some write as `0::1`.
fn address_or(name: &str) -> String {
    name.parse::<IpAddr>()
        .map_or_else(|_| name.to_owned(), |address| address.to_string())
}

/// rustls names what is presented as `DnsName("mail.example.org")`.
fn bare_name(presented: &str) -> String {
    let bare = presented
        .split_once('(')
        .map_or(presented, |(_, rest)| rest.trim_end_matches(')'));
    address_or(&posthaste_proto::reply::printable(
        bare.trim_matches('"').as_bytes(),
    ))
}

/// `2026-11-23`. A certificate's dates that no mail could have are shown in seconds.
fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match Date::utc(seconds) {
        Ok(date) => {
            let (year, month, day) = date.year_month_day();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Err(_) => format!("{seconds} s after 1970"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, shown) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(
                date(UnixTime::since_unix_epoch(Duration::from_secs(seconds))),
                shown
            );
        }
    }

    #[test]
    fn names_are_shown_bare() {
        assert_eq!(
            bare_name("DnsName(\"mail.example.org\")"),
            "mail.example.org"
        );
        assert_eq!(bare_name("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(bare_name("IpAddress(0::1)"), "::1");
        assert_eq!(bare_name("odd"), "odd");
    }

    #[test]
    fn what_is_no_tls_is_quoted_by_its_first_line() {
        let told = |seen: &[u8]| {
            TlsError::not_tls(seen, 20).map(|error| (error.kind(), error.to_string()))
        };
        let (kind, message) = told(b"SSH-2.0-x\r\n").unwrap();
        assert_eq!(kind, TlsErrorKind::NotTls);
        assert!(message.ends_with(": \"SSH-2.0-x\""), "{message}");
        let (kind, message) = told(b"220-a\r\n220 b\r\n").unwrap();
        assert_eq!(kind, TlsErrorKind::WrongMode);
        assert!(message.ends_with(": \"220-a…\""), "{message}");
        let (_, message) = told(&[b'x'; 20]).unwrap();
        assert!(message.ends_with("x…\""), "{message}");
        assert_eq!(told(b""), None);
        assert_eq!(told(&[0x15, 3, 3, 0, 2]), None);
    }
}
