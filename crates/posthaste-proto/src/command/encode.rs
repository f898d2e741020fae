//! The client's side: command lines written from references.

use alloc::vec::Vec;
use core::fmt::{self, Display, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{MailParameters, MechanismName, RcptParameters};
use crate::Secret;
use crate::address::{ClientName, ForwardPath, ReversePath};

/// Appends `EHLO name` and CRLF.
pub fn encode_ehlo(out: &mut Vec<u8>, name: &ClientName) {
    encode_with(out, "EHLO", name);
}

/// Appends `HELO name` and CRLF.
pub fn encode_helo(out: &mut Vec<u8>, name: &ClientName) {
    encode_with(out, "HELO", name);
}

/// Appends `LHLO name` and CRLF (RFC 2033 4.1).
pub fn encode_lhlo(out: &mut Vec<u8>, name: &ClientName) {
    encode_with(out, "LHLO", name);
}

/// Appends `MAIL FROM:<path>`, the parameters and CRLF.
pub fn encode_mail(out: &mut Vec<u8>, reverse_path: &ReversePath, parameters: &MailParameters) {
    line(out, format_args!("MAIL FROM:<{reverse_path}>{parameters}"));
}

/// Appends `RCPT TO:<path>`, the parameters and CRLF.
pub fn encode_rcpt(out: &mut Vec<u8>, forward_path: &ForwardPath, parameters: &RcptParameters) {
    line(out, format_args!("RCPT TO:<{forward_path}>{parameters}"));
}

/// Appends `DATA` and CRLF.
pub fn encode_data(out: &mut Vec<u8>) {
    out.extend_from_slice(b"DATA\r\n");
}

/// Appends `BDAT size`, ` LAST` for the last chunk, and CRLF. Exactly `size` octets must follow.
pub fn encode_bdat(out: &mut Vec<u8>, size: u64, last: bool) {
    line(
        out,
        format_args!("BDAT {size}{}", if last { " LAST" } else { "" }),
    );
}

/// Appends `RSET` and CRLF.
pub fn encode_rset(out: &mut Vec<u8>) {
    out.extend_from_slice(b"RSET\r\n");
}

/// Appends `NOOP` and CRLF.
pub fn encode_noop(out: &mut Vec<u8>) {
    out.extend_from_slice(b"NOOP\r\n");
}

/// Appends `QUIT` and CRLF.
pub fn encode_quit(out: &mut Vec<u8>) {
    out.extend_from_slice(b"QUIT\r\n");
}

/// Appends `STARTTLS` and CRLF.
pub fn encode_starttls(out: &mut Vec<u8>) {
    out.extend_from_slice(b"STARTTLS\r\n");
}

/// Appends `AUTH mechanism`, the initial response in base64 if there is one (`=` when it is empty), and CRLF.
///
/// `out` then holds the secret in a readable form: wiping it is its owner's task.
pub fn encode_auth(
    out: &mut Vec<u8>,
    mechanism: &MechanismName,
    initial_response: Option<&Secret>,
) {
    out.extend_from_slice(b"AUTH ");
    out.extend_from_slice(mechanism.as_str().as_bytes());
    if let Some(response) = initial_response {
        out.push(b' ');
        if response.expose().is_empty() {
            out.push(b'=')
        } else {
            push_base64(out, response.expose())
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends a response to a 334 challenge in base64 and CRLF; an empty response is an empty line (RFC 4954 4).
pub fn encode_auth_response(out: &mut Vec<u8>, response: &Secret) {
    push_base64(out, response.expose());
    out.extend_from_slice(b"\r\n");
}

/// Appends the line that cancels an exchange, `*` and CRLF.
pub fn encode_auth_cancel(out: &mut Vec<u8>) {
    out.extend_from_slice(b"*\r\n");
}

pub(super) fn encode_with(out: &mut Vec<u8>, verb: &str, argument: &impl Display) {
    line(out, format_args!("{verb} {argument}"));
}

/// Writes base64 straight into `out`, so that no second copy of a secret is left behind in freed memory.
fn push_base64(out: &mut Vec<u8>, octets: &[u8]) {
    let start = out.len();
    out.resize(start + octets.len().div_ceil(3) * 4, 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let written = STANDARD.encode_slice(octets, room).unwrap_or(0);
    out.truncate(start + written);
}

fn line(out: &mut Vec<u8>, arguments: fmt::Arguments<'_>) {
    struct Octets<'a>(&'a mut Vec<u8>);
    impl fmt::Write for Octets<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    // Neither a Vec nor any Display of this crate ever fails.
    let _ = Octets(out).write_fmt(arguments);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Body, Keyword, Parameter, Value};

    fn encoded(write: impl FnOnce(&mut Vec<u8>)) -> alloc::string::String {
        let mut out = Vec::new();
        write(&mut out);
        alloc::string::String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_are_exactly_these() {
        let name = "[192.0.2.1]".parse().unwrap();
        assert_eq!(
            encoded(|out| encode_ehlo(out, &name)),
            "EHLO [192.0.2.1]\r\n"
        );
        assert_eq!(
            encoded(|out| encode_helo(out, &name)),
            "HELO [192.0.2.1]\r\n"
        );
        assert_eq!(
            encoded(|out| encode_lhlo(out, &name)),
            "LHLO [192.0.2.1]\r\n"
        );
        let other = Parameter::new(
            Keyword::new("x-auth").unwrap(),
            Some(Value::new("<>").unwrap()),
        );
        let parameters = MailParameters::new()
            .with_size(9)
            .with_body(Body::BinaryMime)
            .with_smtputf8(true)
            .with_other(other)
            .unwrap();
        assert_eq!(
            encoded(|out| encode_mail(out, &ReversePath::null(), &parameters)),
            "MAIL FROM:<> SIZE=9 BODY=BINARYMIME SMTPUTF8 X-AUTH=<>\r\n"
        );
        assert_eq!(
            encoded(|out| encode_rcpt(out, &ForwardPath::Postmaster, &RcptParameters::new())),
            "RCPT TO:<Postmaster>\r\n"
        );
        assert_eq!(encoded(|out| encode_bdat(out, 10, false)), "BDAT 10\r\n");
        assert_eq!(encoded(|out| encode_bdat(out, 0, true)), "BDAT 0 LAST\r\n");
    }

    #[test]
    fn responses_are_base64() {
        let plain = MechanismName::new("PLAIN").unwrap();
        assert_eq!(
            encoded(|out| encode_auth(out, &plain, None)),
            "AUTH PLAIN\r\n"
        );
        assert_eq!(
            encoded(|out| encode_auth(out, &plain, Some(&Secret::from("")))),
            "AUTH PLAIN =\r\n"
        );
        assert_eq!(
            encoded(|out| encode_auth(out, &plain, Some(&Secret::from("\0a\0b")))),
            "AUTH PLAIN AGEAYg==\r\n"
        );
        assert_eq!(
            encoded(|out| encode_auth_response(out, &Secret::from("ann"))),
            "YW5u\r\n"
        );
        assert_eq!(
            encoded(|out| encode_auth_response(out, &Secret::from(""))),
            "\r\n"
        );
        assert_eq!(encoded(encode_auth_cancel), "*\r\n");
    }
}
