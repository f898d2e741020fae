use std::fmt;

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
    /// The server does not speak TLS here: it answered in plain text.
    WrongMode,
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

    /// The server's plain words instead of TLS; `seen` are its first octets.
    pub(super) fn plain_text(seen: &[u8]) -> Self {
        let seen = posthaste_proto::reply::printable(seen);
        Self::new(
            TlsErrorKind::WrongMode,
            format!(
                "the server speaks plain text where TLS was begun: \"{}\"",
                seen.trim_end()
            ),
        )
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
                let wanted = expected.to_str();
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

/// rustls names what is presented as `DnsName("mail.example.org")`.
fn bare_name(presented: &str) -> String {
    let bare = presented
        .split_once('(')
        .map_or(presented, |(_, rest)| rest.trim_end_matches(')'));
    posthaste_proto::reply::printable(bare.trim_matches('"').as_bytes()).into_owned()
}

/// `2026-11-23`, by the civil calendar.
fn date(time: UnixTime) -> String {
    let days = time.as_secs() / 86_400;
    // Years that begin in March, so that the leap day comes last; 146,097 days are 400 years.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
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
        assert_eq!(bare_name("odd"), "odd");
    }
}
