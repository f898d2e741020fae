//! The two channel bindings of TLS: what ties a login to the connection that it is made over.

use ring::digest::{self, Algorithm, SHA256, SHA384, SHA512};
use rustls::{ClientConnection, ProtocolVersion};

use super::der::{Der, tag};

/// `tls-exporter` (RFC 9266).
///
/// From TLS 1.3 only. TLS 1.2 has one too where extended master secret was agreed on, and rustls does not say whether it
/// was; [`server_end_point`] is for that.
pub(super) fn exporter(connection: &ClientConnection) -> Option<[u8; 32]> {
    if connection.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return None;
    }
    connection
        .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
        .ok()
}

/// `tls-server-end-point` (RFC 5929 section 4) of a certificate in DER. `None` where it is undefined: the signature has
/// no hash of its own, more than one, or one that is not known here.
pub(super) fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let hash = signature_hash(certificate)?;
    Some(digest::digest(hash, certificate).as_ref().to_vec())
}

/// The hash of a certificate's signature: `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }`
/// (RFC 5280 section 4.1).
fn signature_hash(certificate: &[u8]) -> Option<&'static Algorithm> {
    let mut whole = Der::new(certificate);
    let mut parts = whole.enter(tag::SEQUENCE)?;
    parts.take(tag::SEQUENCE)?;
    let mut algorithm = parts.enter(tag::SEQUENCE)?;
    parts.take(tag::BIT_STRING)?;
    if !parts.is_empty() || !whole.is_empty() {
        return None;
    }
    let name = algorithm.take(tag::OBJECT_ID)?;
    if name == RSA_PSS {
        return pss_hash(algorithm);
    }
    find(SIGNATURES, name)
}

/// `RSASSA-PSS-params ::= SEQUENCE { [0] hash, [1] mask generation, ... }` (RFC 4055 section 3.1). Both hashes must be
/// the same; each is SHA-1 when it is left out.
fn pss_hash(mut algorithm: Der<'_>) -> Option<&'static Algorithm> {
    let mut parameters = algorithm.enter(tag::SEQUENCE)?;
    let hash = match parameters.enter(tag::explicit(0)) {
        Some(mut hash) => hash.enter(tag::SEQUENCE)?.take(tag::OBJECT_ID)?,
        None => SHA1_NAME,
    };
    let mask = match parameters.enter(tag::explicit(1)) {
        Some(mut mask) => {
            let mut mask = mask.enter(tag::SEQUENCE)?;
            (mask.take(tag::OBJECT_ID)? == MGF1).then_some(())?;
            mask.enter(tag::SEQUENCE)?.take(tag::OBJECT_ID)?
        }
        None => SHA1_NAME,
    };
    if hash == mask {
        find(HASHES, hash)
    } else {
        None
    }
}

type Row = (&'static [u8], &'static Algorithm);

fn find(table: &[Row], name: &[u8]) -> Option<&'static Algorithm> {
    let row = table.iter().find(|(known, _)| *known == name);
    row.map(|(_, hash)| *hash)
}

/// The signature algorithms that have one hash, by object identifier; MD5 and SHA-1 count as SHA-256.
const SIGNATURES: &[Row] = &[
    // md5, sha1, sha256, sha384, sha512 with RSA: 1.2.840.113549.1.1.x (RFC 8017 appendix C).
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", &SHA256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", &SHA256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", &SHA256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", &SHA384),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", &SHA512),
    // ECDSA with sha1, sha256, sha384, sha512: 1.2.840.10045.4.x (RFC 5758 section 3.2).
    (b"\x2a\x86\x48\xce\x3d\x04\x01", &SHA256),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", &SHA256),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", &SHA384),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", &SHA512),
];

/// 1.2.840.113549.1.1.10 and .8.
const RSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
const MGF1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";

/// 1.3.14.3.2.26.
const SHA1_NAME: &[u8] = b"\x2b\x0e\x03\x02\x1a";

/// The hashes by themselves: 2.16.840.1.101.3.4.2.x.
const HASHES: &[Row] = &[
    (SHA1_NAME, &SHA256),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x01", &SHA256),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x02", &SHA384),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x03", &SHA512),
];

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    macro_rules! certificate {
        ($name:literal) => {
            CertificateDer::from_pem_slice(include_bytes!(concat!(
                "../../tests/certificates/",
                $name,
                ".pem"
            )))
            .unwrap()
        };
    }

    fn end_point(certificate: &[u8]) -> Option<String> {
        let hash = server_end_point(certificate)?;
        Some(hash.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    #[test]
    fn hashes_are_those_of_openssl() {
        for (certificate, hash) in [
            (
                certificate!("rsa-md5"),
                Some("fa3a6535515e1e7d48fd7201b728ba9d12ec873326ec2fe183fb4ce553dfed5c"),
            ),
            (
                certificate!("rsa-sha1"),
                Some("6f66746e543326d802f13195c0559f5c0ace954354fcb9b968cb07f115148b8f"),
            ),
            (
                certificate!("rsa-sha256"),
                Some("c3b53bbb302fc49c1a4adcee2ec104aec26221042695e6d04ff41540b7d92c72"),
            ),
            (
                certificate!("rsa-sha384"),
                Some(
                    "443eab2b72c356633b7612d5df8071bf7b1bce35a0669cd2a54603803eb9437a\
                     3561cd03abd7d509c6f1f8d23b26463b",
                ),
            ),
            (
                certificate!("rsa-sha512"),
                Some(
                    "a1fc9b545ec211b00dbc13fca35ca662a1cfdeb578c3d5955ba26de1c29a147b\
                     49a67736d010121bfdc3d4bdab05c098dde7da0e909dfb58d79fd2ce5af28e31",
                ),
            ),
            (
                certificate!("pss-sha1"),
                Some("af9e036407efe29213ddfd545b480701449ed13d0063049135c343b54377fd7e"),
            ),
            (
                certificate!("pss-sha384"),
                Some(
                    "b5db06ad322fbb266309b8f51543842f840fb7059b139f59263ecd5e88f58099\
                     82d94af188507db9d38d9082de099ffc",
                ),
            ),
            (certificate!("pss-mixed"), None),
            (
                certificate!("ecdsa-sha256"),
                Some("233497aab8d7bb2706be91dd57df25553b51b1f8d1b98730557f48d4f9590ad6"),
            ),
            (
                certificate!("ecdsa-sha384"),
                Some(
                    "97b3fe45c255195348595b53b17a934229788c2fc9595c96bc0ebe519810c262\
                     1913f9ba5e2b8ca58ea9fb1e132d1474",
                ),
            ),
            (
                certificate!("ecdsa-sha512"),
                Some(
                    "69214de70b41fc5673cce3bca8619e98ff73975ed3592b13c9741d7af84de15b\
                     cd292f3e4d2bd44a403d073ed8d825f80dce90b35930d84b5b2a704f2947e747",
                ),
            ),
            (certificate!("ed25519"), None),
        ] {
            assert_eq!(end_point(&certificate).as_deref(), hash);
        }
    }

    #[test]
    fn what_is_cut_or_changed_has_an_end_point_or_none() {
        let whole = certificate!("pss-sha384");
        for end in 0..whole.len() {
            assert_eq!(server_end_point(&whole[..end]), None, "{end}");
        }
        let mut longer = whole.to_vec();
        longer.push(0);
        assert_eq!(server_end_point(&longer), None);
        // Whatever stands there: an answer, and no panic.
        for at in 0..whole.len() {
            for octet in [0, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = whole.to_vec();
                changed[at] = octet;
                let lengths = server_end_point(&changed).map(|hash| hash.len());
                assert!(matches!(lengths, None | Some(32 | 48 | 64)), "{at}");
            }
        }
    }
}
