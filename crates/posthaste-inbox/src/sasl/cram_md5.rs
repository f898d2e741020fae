//! CRAM-MD5 (RFC 2195): a challenge, and its HMAC-MD5 with the password as key.

use core::fmt::Write as _;

use hmac::{Hmac, Mac as _};
use md5::Md5;
use posthaste_proto::Secret;
use subtle::ConstantTimeEq as _;

use super::{Context, Turn, keyed, user_name};

#[derive(Debug)]
pub(crate) struct CramMd5 {
    challenge: String,
}

impl CramMd5 {
    /// `random` must be new each time: who knows the challenge beforehand can ask the user for its answer.
    pub(super) fn new(random: [u8; 32], host: &str) -> Self {
        // The form of a message identifier, as the RFC has it; the random half stands for number and time. A name in
        // brackets, [127.0.0.1], is an identifier's right side too.
        let mut challenge = String::from("<");
        push_hex(&mut challenge, random.get(..16).unwrap_or(&random));
        challenge.push('@');
        challenge.push_str(host);
        challenge.push('>');
        Self { challenge }
    }

    pub(super) fn challenge(&self) -> &str {
        &self.challenge
    }

    /// `user SP digest`, the digest in 32 hexadecimal digits. A user name may have blanks.
    pub(super) fn respond(&self, context: Context<'_>, response: &Secret) -> Turn {
        let parts = response.expose().iter().rposition(|octet| *octet == b' ');
        let parts = parts.and_then(|at| response.expose().split_at_checked(at));
        let Some((user, [b' ', digest @ ..])) = parts else {
            return Turn::Refuse(501, "5.5.2 not a CRAM-MD5 response");
        };
        if digest.len() != 32 || !digest.iter().all(u8::is_ascii_hexdigit) {
            return Turn::Refuse(501, "5.5.2 not a CRAM-MD5 response");
        }
        let Some(user) = user_name(user) else {
            return Turn::WRONG;
        };
        let users = &context.config.users;
        if users.are_any() {
            return Turn::accept(user);
        }
        // For a stranger the same work is done, so that time does not tell who is known.
        let password = users.password(user);
        let expected = digest_of(password.map_or(b"", Secret::expose), &self.challenge);
        let is_right: bool = expected
            .as_bytes()
            .ct_eq(&digest.to_ascii_lowercase())
            .into();
        if password.is_some() && is_right {
            Turn::accept(user)
        } else {
            Turn::WRONG
        }
    }
}

fn digest_of(password: &[u8], challenge: &str) -> String {
    let mut mac = keyed::<Hmac<Md5>>(password);
    mac.update(challenge.as_bytes());
    let mut digest = String::with_capacity(32);
    push_hex(&mut digest, &mac.finalize().into_bytes());
    digest
}

fn push_hex(text: &mut String, octets: &[u8]) {
    for octet in octets {
        // Writing into a String does not fail.
        let _ = write!(text, "{octet:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const CHALLENGE: &str = "<1896.697170952@postoffice.reston.mci.net>";

    fn respond(config: &Config, response: &str) -> Turn {
        let cram = CramMd5 {
            challenge: CHALLENGE.into(),
        };
        let context = Context {
            config,
            tls: None,
            offers_plus: false,
        };
        cram.respond(context, &response.into())
    }

    /// RFC 2195 section 2.
    #[test]
    fn the_rfcs_example() {
        let config = Config::new().auth("tim", "tanstaaftanstaaf");
        let right = "tim b913a602c7eda7a495b4e6e7334d3890";
        assert_eq!(respond(&config, right), Turn::accept("tim"));
        assert_eq!(
            respond(&config, &right.to_uppercase().replace("TIM", "tim")),
            Turn::accept("tim")
        );
        assert_eq!(respond(&config, &right.replace('0', "1")), Turn::WRONG);
        assert_eq!(respond(&config, &right.replace("tim", "tom")), Turn::WRONG);
    }

    #[test]
    fn a_user_name_may_have_blanks_and_a_stranger_has_no_empty_password() {
        let config = Config::new().auth("tim tam", "");
        let digest = digest_of(b"", CHALLENGE);
        assert_eq!(
            respond(&config, &format!("tim tam {digest}")),
            Turn::accept("tim tam")
        );
        assert_eq!(respond(&config, &format!("tim {digest}")), Turn::WRONG);
        assert_eq!(respond(&config, &format!(" {digest}")), Turn::WRONG);
        for response in [
            "",
            " ",
            "tim",
            &digest,
            "tim b913",
            &format!("tim {digest}0"),
        ] {
            assert!(
                matches!(respond(&config, response), Turn::Refuse(501, _)),
                "{response}"
            );
        }
    }

    #[test]
    fn challenges_have_the_form_of_the_rfc() {
        let cram = CramMd5::new([0xab; 32], "mx.example.org");
        assert_eq!(
            cram.challenge(),
            "<abababababababababababababababab@mx.example.org>"
        );
    }
}
