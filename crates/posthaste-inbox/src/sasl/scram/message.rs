//! What a client says in SCRAM (RFC 5802 7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sasl::sasl_name;

/// The longest nonce that a client may have. The server says it back, in a line that must stay within the limits of a
/// reply; clients use some 20 to 50 octets.
pub(super) const MAX_NONCE: usize = 256;

/// Whether the channel is bound (RFC 5802 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flag {
    /// `n`: the client cannot.
    No,
    /// `y`: the client could, and thinks that the server cannot.
    Yes,
    /// `p`: bound with this type.
    Bound(String),
}

/// client-first-message
#[derive(Debug, PartialEq, Eq)]
pub(super) struct First<'a> {
    pub(super) flag: Flag,
    /// For whom the client wants to act.
    pub(super) authzid: Option<String>,
    /// `gs2-header`, all up to `bare`.
    pub(super) header: &'a str,
    /// `client-first-message-bare`
    pub(super) bare: &'a str,
    pub(super) user: String,
    pub(super) nonce: &'a str,
}

/// client-final-message
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Last<'a> {
    /// The GS2 header and what binds the channel, base64 removed.
    pub(super) binding: Vec<u8>,
    pub(super) nonce: &'a str,
    pub(super) without_proof: &'a str,
    pub(super) proof: Vec<u8>,
}

impl<'a> First<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (flag, rest) = text.split_once(',')?;
        let (authzid, bare) = rest.split_once(',')?;
        let header = text.get(..text.len() - bare.len())?;
        let flag = match flag {
            "n" => Flag::No,
            "y" => Flag::Yes,
            _ => Flag::Bound(flag.strip_prefix("p=").filter(|name| is_type(name))?.into()),
        };
        let authzid = match authzid {
            "" => None,
            name => Some(sasl_name(name.strip_prefix("a=")?)?),
        };
        // `m=` would stand before `n=`: an extension that must be understood, and is not.
        let (user, rest) = bare.strip_prefix("n=")?.split_once(',')?;
        let (nonce, extensions) = first_attribute(rest);
        let nonce = nonce.strip_prefix("r=")?;
        let user = sasl_name(user)?;
        let is_right = is_nonce(nonce) && nonce.len() <= MAX_NONCE && are_extensions(extensions);
        is_right.then_some(Self {
            flag,
            authzid,
            header,
            bare,
            user,
            nonce,
        })
    }
}

impl<'a> Last<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (without_proof, proof) = text.rsplit_once(',')?;
        let (binding, rest) = without_proof.split_once(',')?;
        let (nonce, extensions) = first_attribute(rest);
        let binding = STANDARD.decode(binding.strip_prefix("c=")?).ok()?;
        let proof = STANDARD.decode(proof.strip_prefix("p=")?).ok()?;
        let nonce = nonce.strip_prefix("r=")?;
        (is_nonce(nonce) && are_extensions(extensions)).then_some(Self {
            binding,
            nonce,
            without_proof,
            proof,
        })
    }
}

fn first_attribute(text: &str) -> (&str, Option<&str>) {
    match text.split_once(',') {
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    }
}

/// Extensions that may be ignored: `letter=value`, and not the `m` of those that may not.
fn are_extensions(text: Option<&str>) -> bool {
    text.is_none_or(|text| {
        text.split(',').all(|extension| {
            matches!(extension.as_bytes(), [letter, b'=', _, ..] if letter.is_ascii_alphabetic() && *letter != b'm')
        })
    })
}

/// `cb-name` of RFC 5801
fn is_type(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-'))
}

/// Printable, no comma.
fn is_nonce(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|octet| octet.is_ascii_graphic() && octet != b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_message_is_taken_apart() {
        let first = First::parse("p=tls-exporter,a=b=2Cc,n=us=3Der,r=abc,x=y=,z=1").unwrap();
        let expected = First {
            flag: Flag::Bound("tls-exporter".into()),
            authzid: Some("b,c".into()),
            header: "p=tls-exporter,a=b=2Cc,",
            bare: "n=us=3Der,r=abc,x=y=,z=1",
            user: "us=er".into(),
            nonce: "abc",
        };
        assert_eq!(first, expected);
        assert_eq!(First::parse("y,,n=a,r=b").unwrap().flag, Flag::Yes);
    }

    #[test]
    fn what_is_malformed_is_no_first_message() {
        let longest = "r".repeat(MAX_NONCE);
        assert!(First::parse(&format!("n,,n=a,r={longest}")).is_some());
        let too_long = format!("n,,n=a,r={longest}r");
        for text in [
            "",
            "n",
            "n,",
            "n,,",
            "x,,n=a,r=b",
            "p,,n=a,r=b",
            "p=,,n=a,r=b",
            "p=a b,,n=a,r=b",
            "n,b,n=a,r=b",
            "n,a=,n=a,r=b",
            "n,,m=1,n=a,r=b",
            "n,,n=,r=b",
            "n,,n=a=,r=b",
            "n,,n=a",
            "n,,n=a,r=",
            "n,,n=a,r=b c",
            "n,,n=a,r=b,",
            "n,,n=a,r=b,x",
            "n,,n=a,r=b,m=1",
            "n,,r=b,n=a",
            &too_long,
        ] {
            assert!(First::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_last_message_is_taken_apart() {
        let last = Last::parse("c=biws,r=ab,x=1,p=AAE=").unwrap();
        assert_eq!(last.binding, b"n,,");
        assert_eq!(last.nonce, "ab");
        assert_eq!(last.without_proof, "c=biws,r=ab,x=1");
        assert_eq!(last.proof, [0, 1]);
        for text in [
            "",
            "c=biws",
            "c=biws,r=ab",
            "c=biws,p=AAE=",
            "c=biw,r=ab,p=AAE=",
            "c=biws,r=ab,p=AAE",
            "c=biws,r=ab,p=AAE=,x=1",
            "c=biws,r=,p=AAE=",
            "c=biws,r=ab,m=1,p=AAE=",
            "r=ab,c=biws,p=AAE=",
        ] {
            assert!(Last::parse(text).is_none(), "{text}");
        }
    }
}
