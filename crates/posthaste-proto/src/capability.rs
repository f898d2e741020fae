//! What a server offers: the lines of its answer to EHLO (RFC 5321 section 4.1.1.1).

use alloc::string::String;

use crate::reply::ReplyRef;
use crate::sasl::Mechanism;

/// The extensions that matter here, decoded once. Keywords are compared without case, repeated ones are merged, and
/// forms that real servers send are understood (`AUTH=LOGIN`, `SIZE=1000`, blanks before a keyword).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Capabilities {
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// CHUNKING (RFC 3030).
    pub chunking: bool,
    /// BINARYMIME (RFC 3030).
    pub binarymime: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// ENHANCEDSTATUSCODES (RFC 2034).
    pub enhanced_status_codes: bool,
    /// SIZE (RFC 1870): offered at all, and the octets a message may have, when the server names a limit.
    pub size: Option<SizeLimit>,
    /// The AUTH mechanisms (RFC 4954) as the server names them, in its order, separated by blanks.
    pub auth: Option<String>,
}

/// What SIZE says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SizeLimit {
    /// Octets; `None` when there is no fixed limit (0, no number, or one that cannot be read).
    pub octets: Option<u64>,
}

impl Capabilities {
    /// Nothing at all: what a server offers that only knows HELO.
    pub const NONE: Self = Self {
        starttls: false,
        pipelining: false,
        chunking: false,
        binarymime: false,
        eight_bit_mime: false,
        smtputf8: false,
        dsn: false,
        enhanced_status_codes: false,
        size: None,
        auth: None,
    };

    /// At most so many octets of mechanism names are kept.
    const AUTH_KEPT: usize = 1024;

    /// Reads the lines behind the first one, which names the server.
    pub fn from_reply(reply: &ReplyRef<'_>) -> Self {
        let mut capabilities = Self::default();
        for line in reply.raw_lines().skip(1) {
            capabilities.line(line);
        }
        capabilities
    }

    /// The mechanisms that both sides know, best first.
    pub fn mechanisms(&self) -> impl Iterator<Item = Mechanism> {
        Mechanism::ALL.into_iter().filter(|mechanism| {
            let mut offered = self.auth.iter().flat_map(|names| names.split(' '));
            offered.any(|name| name.eq_ignore_ascii_case(mechanism.name()))
        })
    }

    fn line(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        let end = line
            .iter()
            .position(|octet| matches!(octet, b' ' | b'\t' | b'='))
            .unwrap_or(line.len());
        let (keyword, rest) = line.split_at(end);
        let parameters = rest
            .trim_ascii_start()
            .strip_prefix(b"=")
            .unwrap_or(rest)
            .trim_ascii();
        let flag = match keyword.len() {
            3 if keyword.eq_ignore_ascii_case(b"DSN") => &mut self.dsn,
            4 if keyword.eq_ignore_ascii_case(b"AUTH") => return self.add_auth(parameters),
            4 if keyword.eq_ignore_ascii_case(b"SIZE") => return self.set_size(parameters),
            6 if keyword.eq_ignore_ascii_case(b"X-EXPS") => return self.add_auth(parameters),
            8 if keyword.eq_ignore_ascii_case(b"STARTTLS") => &mut self.starttls,
            8 if keyword.eq_ignore_ascii_case(b"8BITMIME") => &mut self.eight_bit_mime,
            8 if keyword.eq_ignore_ascii_case(b"SMTPUTF8") => &mut self.smtputf8,
            8 if keyword.eq_ignore_ascii_case(b"CHUNKING") => &mut self.chunking,
            10 if keyword.eq_ignore_ascii_case(b"PIPELINING") => &mut self.pipelining,
            10 if keyword.eq_ignore_ascii_case(b"BINARYMIME") => &mut self.binarymime,
            19 if keyword.eq_ignore_ascii_case(b"ENHANCEDSTATUSCODES") => {
                &mut self.enhanced_status_codes
            }
            _ => return,
        };
        *flag = true;
    }

    /// Joins mechanism names to those already there; what is no SASL name (RFC 4422 section 3.1) is left out.
    fn add_auth(&mut self, names: &[u8]) {
        let auth = self.auth.get_or_insert_default();
        for name in names.split(|octet| octet.is_ascii_whitespace()) {
            let known = auth
                .split(' ')
                .any(|before| before.as_bytes().eq_ignore_ascii_case(name));
            let Ok(name) = core::str::from_utf8(name) else {
                continue;
            };
            let is_name = name
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
            if known || name.is_empty() || !is_name || auth.len() + name.len() >= Self::AUTH_KEPT {
                continue;
            }
            if !auth.is_empty() {
                auth.push(' ');
            }
            auth.push_str(name);
        }
    }

    /// A number that does not fit is as good as no limit.
    fn set_size(&mut self, parameter: &[u8]) {
        let octets = core::str::from_utf8(parameter)
            .ok()
            .and_then(|text| text.parse().ok())
            .filter(|size| *size != 0);
        self.size = Some(SizeLimit { octets });
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::reply::{Parser, ReplyLimits};

    fn capabilities(lines: &str) -> Capabilities {
        let mut parser = Parser::new(ReplyLimits::default());
        let mut input = lines.as_bytes();
        Capabilities::from_reply(&parser.parse(&mut input).unwrap().unwrap())
    }

    #[test]
    fn forms_that_servers_send() {
        let found = capabilities(
            "250-mx\r\n250-size=35651584\r\n250-AUTH=LOGIN PLAIN\r\n250-auth plain XOAUTH2\r\n250- 8bitmime\r\n250 PiPelining\r\n",
        );
        assert_eq!(
            found.size,
            Some(SizeLimit {
                octets: Some(35_651_584)
            })
        );
        assert_eq!(found.auth.as_deref(), Some("LOGIN PLAIN XOAUTH2"));
        assert!(found.eight_bit_mime && found.pipelining && !found.starttls);
        assert_eq!(
            found.mechanisms().collect::<Vec<_>>(),
            [Mechanism::Plain, Mechanism::Login]
        );
    }

    #[test]
    fn sizes_that_are_no_limit() {
        for line in ["SIZE", "SIZE 0", "SIZE x", "SIZE 999999999999999999999999"] {
            let found = capabilities(&alloc::format!("250-mx\r\n250 {line}\r\n"));
            assert_eq!(found.size, Some(SizeLimit { octets: None }), "{line}");
        }
    }

    #[test]
    fn the_first_line_is_no_extension() {
        assert_eq!(capabilities("250 STARTTLS\r\n"), Capabilities::default());
    }
}
