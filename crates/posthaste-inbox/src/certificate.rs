//! Throw-away certificates, good ones and faulty ones.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Which certificate the server shows. Key and issuer are new each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Certificate {
    /// For `localhost`, 127.0.0.1 and ::1, from the issuer that [`Inbox::ca_pem`](crate::Inbox::ca_pem) gives out;
    /// good from a day ago for a month. A client that was not given the issuer sees an unknown one.
    #[default]
    Good,
    /// As good, but its time ran out a day ago.
    Expired,
    /// As good, but its time begins in a day.
    NotYetValid,
    /// As good, but for the name `wrong.invalid` alone.
    WrongName,
    /// For the right names, but signed by itself and not by the issuer that is given out.
    SelfSigned,
}

/// A certificate with its key, and its issuer for clients to trust.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) ca_pem: String,
}

impl Identity {
    /// tls-server-end-point (RFC 5929 4): the hash of the own certificate, by the hash of its signature. rcgen's keys sign
    /// with SHA-256.
    pub(crate) fn end_point(&self) -> Vec<u8> {
        let certificate = self.chain.first().map_or(&[][..], |der| der.as_ref());
        Sha256::digest(certificate).to_vec()
    }
}

impl Certificate {
    pub(crate) fn issue(self, now: SystemTime) -> Result<Identity, rcgen::Error> {
        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.distinguished_name
            .push(DnType::CommonName, "posthaste inbox issuer");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_validity(&mut ca, now, -40, 40);
        let ca_pem = ca.self_signed(&ca_key)?.pem();

        let names: &[&str] = match self {
            Self::WrongName => &["wrong.invalid"],
            Self::Good | Self::Expired | Self::NotYetValid | Self::SelfSigned => {
                &["localhost", "127.0.0.1", "::1"]
            }
        };
        let mut leaf =
            CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        leaf.distinguished_name
            .push(DnType::CommonName, "posthaste inbox");
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        match self {
            Self::Good | Self::WrongName | Self::SelfSigned => set_validity(&mut leaf, now, -1, 30),
            Self::Expired => set_validity(&mut leaf, now, -30, -1),
            Self::NotYetValid => set_validity(&mut leaf, now, 1, 30),
        }
        let key = KeyPair::generate()?;
        let certificate = match self {
            Self::SelfSigned => leaf.self_signed(&key)?,
            Self::Good | Self::Expired | Self::NotYetValid | Self::WrongName => {
                leaf.signed_by(&key, &Issuer::new(ca, ca_key))?
            }
        };
        Ok(Identity {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            ca_pem,
        })
    }
}

/// Valid from so many days after `now` until so many.
fn set_validity(params: &mut CertificateParams, now: SystemTime, from: i32, until: i32) {
    // The time crate's own type comes in through rcgen only; it adds core's durations.
    let seconds = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let shifted = |days: i32| {
        let distance = DAY * days.unsigned_abs();
        let seconds = if days < 0 {
            seconds.saturating_sub(distance)
        } else {
            seconds + distance
        };
        date_time_ymd(1970, 1, 1) + seconds
    };
    params.not_before = shifted(from);
    params.not_after = shifted(until);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_issued() {
        let now = SystemTime::UNIX_EPOCH + DAY * 20_000;
        for kind in [
            Certificate::Good,
            Certificate::Expired,
            Certificate::NotYetValid,
            Certificate::WrongName,
            Certificate::SelfSigned,
        ] {
            let identity = kind.issue(now).unwrap();
            assert_eq!(identity.chain.len(), 1);
            assert!(identity.ca_pem.starts_with("-----BEGIN CERTIFICATE-----"));
        }
    }
}
