//! What a server offers: the lines of its answer to EHLO (RFC 5321 section 4.1.1.1).

use alloc::string::String;

use crate::reply::ReplyRef;
use crate::sasl::Mechanism;

mod extension;
mod offer;

pub use extension::{Extension, Extensions};
pub use offer::{DeliverByOffer, FutureReleaseOffer, PriorityOffer, ServerLimits, SizeLimit};

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
    /// DELIVERBY (RFC 2852).
    pub deliver_by: Option<DeliverByOffer>,
    /// FUTURERELEASE (RFC 4865).
    pub future_release: Option<FutureReleaseOffer>,
    /// MT-PRIORITY (RFC 6710).
    pub mt_priority: Option<PriorityOffer>,
    /// REQUIRETLS (RFC 8689).
    pub require_tls: bool,
    /// LIMITS (RFC 9422); without it, none.
    pub limits: ServerLimits,
    /// Keywords that have no place above, in upper case, separated by blanks.
    others: Option<String>,
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
        deliver_by: None,
        future_release: None,
        mt_priority: None,
        require_tls: false,
        limits: ServerLimits::NONE,
        others: None,
    };

    /// The longest keyword that is kept when it is unknown here, in octets; longer ones are forgotten.
    pub const KEYWORD_KEPT: usize = 64;

    /// At most so many unknown keywords are kept.
    pub const KEYWORDS_KEPT: usize = 64;

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

    /// Whether the server listed this keyword, in whatever case. Of keywords that are unknown here, the first
    /// [`KEYWORDS_KEPT`](Self::KEYWORDS_KEPT) of at most [`KEYWORD_KEPT`](Self::KEYWORD_KEPT) octets are remembered.
    ///
    /// ```
    /// use posthaste_proto::capability::Capabilities;
    /// use posthaste_proto::reply::{Parser, ReplyLimits};
    ///
    /// let mut parser = Parser::new(ReplyLimits::default());
    /// let mut answer: &[u8] = b"250-mx\r\n250-xclient NAME ADDR\r\n250 SIZE 1000\r\n";
    /// let capabilities = Capabilities::from_reply(&parser.parse(&mut answer).unwrap().unwrap());
    /// assert!(capabilities.has("XCLIENT") && capabilities.has("size"));
    /// assert!(!capabilities.has("DSN"));
    /// ```
    #[must_use]
    pub fn has(&self, keyword: &str) -> bool {
        let known = [
            ("STARTTLS", self.starttls),
            ("PIPELINING", self.pipelining),
            ("CHUNKING", self.chunking),
            ("BINARYMIME", self.binarymime),
            ("8BITMIME", self.eight_bit_mime),
            ("SMTPUTF8", self.smtputf8),
            ("DSN", self.dsn),
            ("ENHANCEDSTATUSCODES", self.enhanced_status_codes),
            ("SIZE", self.size.is_some()),
            ("AUTH", self.auth.is_some()),
            ("DELIVERBY", self.deliver_by.is_some()),
            ("FUTURERELEASE", self.future_release.is_some()),
            ("MT-PRIORITY", self.mt_priority.is_some()),
            ("REQUIRETLS", self.require_tls),
        ];
        let others = self.others.iter().flat_map(|others| others.split(' '));
        known
            .into_iter()
            .filter(|(_, offered)| *offered)
            .map(|(name, _)| name)
            .chain(others)
            .any(|name| name.eq_ignore_ascii_case(keyword))
    }

    /// Whether the server offers what this extension stands for.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        match extension {
            Extension::Auth => self.auth.is_some(),
            Extension::DeliverBy => self.deliver_by.is_some(),
            Extension::Dsn => self.dsn,
            Extension::FutureRelease => self.future_release.is_some(),
            Extension::MtPriority => self.mt_priority.is_some(),
            Extension::RequireTls => self.require_tls,
        }
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
            6 if keyword.eq_ignore_ascii_case(b"X-EXPS") => {
                self.add_other(keyword);
                return self.add_auth(parameters);
            }
            6 if keyword.eq_ignore_ascii_case(b"LIMITS") => {
                self.add_other(keyword);
                return self.limits.read(parameters);
            }
            8 if keyword.eq_ignore_ascii_case(b"STARTTLS") => &mut self.starttls,
            8 if keyword.eq_ignore_ascii_case(b"8BITMIME") => &mut self.eight_bit_mime,
            8 if keyword.eq_ignore_ascii_case(b"SMTPUTF8") => &mut self.smtputf8,
            8 if keyword.eq_ignore_ascii_case(b"CHUNKING") => &mut self.chunking,
            9 if keyword.eq_ignore_ascii_case(b"DELIVERBY") => {
                self.deliver_by = Some(DeliverByOffer::read(parameters));
                return;
            }
            10 if keyword.eq_ignore_ascii_case(b"REQUIRETLS") => &mut self.require_tls,
            10 if keyword.eq_ignore_ascii_case(b"PIPELINING") => &mut self.pipelining,
            10 if keyword.eq_ignore_ascii_case(b"BINARYMIME") => &mut self.binarymime,
            11 if keyword.eq_ignore_ascii_case(b"MT-PRIORITY") => {
                self.mt_priority = Some(PriorityOffer::read(parameters));
                return;
            }
            13 if keyword.eq_ignore_ascii_case(b"FUTURERELEASE") => {
                self.future_release = Some(FutureReleaseOffer::read(parameters));
                return;
            }
            19 if keyword.eq_ignore_ascii_case(b"ENHANCEDSTATUSCODES") => {
                &mut self.enhanced_status_codes
            }
            _ => return self.add_other(keyword),
        };
        *flag = true;
    }

    /// Remembers a keyword that has no place of its own. One that is no keyword (RFC 5321 section 4.1.1.1) or too long
    /// is forgotten, and so is what comes after the last that is kept.
    fn add_other(&mut self, keyword: &[u8]) {
        let valid = (1..=Self::KEYWORD_KEPT).contains(&keyword.len())
            && keyword
                .iter()
                .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.'));
        if !valid {
            return;
        }
        let others = self.others.get_or_insert_default();
        let there = || others.split(' ').filter(|other| !other.is_empty());
        if there().any(|other| other.as_bytes().eq_ignore_ascii_case(keyword))
            || there().count() >= Self::KEYWORDS_KEPT
        {
            return;
        }
        if !others.is_empty() {
            others.push(' ');
        }
        others.extend(
            keyword
                .iter()
                .map(|octet| char::from(octet.to_ascii_uppercase())),
        );
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
    fn what_stands_behind_the_keywords() {
        let found = capabilities(
            "250-mx\r\n250-deliverby 60\r\n250-FutureRelease 86400 2030-01-01T00:00:00Z\r\n250-MT-PRIORITY MIXER\r\n250-REQUIRETLS\r\n250 LIMITS rcptmax=10 MAILMAX=0 RCPTDOMAINMAX=x FUTURE=1\r\n",
        );
        assert_eq!(found.deliver_by.unwrap().minimum, Some(60));
        let release = found.future_release.unwrap();
        assert_eq!(release.seconds, Some(86_400));
        assert_eq!(release.until, "2030-01-01T00:00:00Z".parse().ok());
        assert_eq!(
            found.mt_priority.as_ref().unwrap().profile.as_deref(),
            Some("MIXER")
        );
        assert!(found.require_tls);
        assert_eq!(found.limits.recipients.map(usize::from), Some(10));
        assert_eq!((found.limits.messages, found.limits.domains), (None, None));
        assert!(found.has("LIMITS"));
        for extension in Extensions::NONE
            .with(Extension::DeliverBy)
            .with(Extension::FutureRelease)
            .with(Extension::MtPriority)
            .with(Extension::RequireTls)
            .iter()
        {
            assert!(
                found.offers(extension) && found.has(extension.keyword()),
                "{extension}"
            );
        }
        assert!(!found.offers(Extension::Dsn) && !found.offers(Extension::Auth));
    }

    #[test]
    fn offers_that_cannot_be_read_are_no_limits() {
        for (line, seconds) in [
            ("FUTURERELEASE", None),
            ("FUTURERELEASE 60", Some(60)),
            ("FUTURERELEASE 60 1764547200", Some(60)),
            ("FUTURERELEASE x y z", None),
        ] {
            let found = capabilities(&alloc::format!("250-mx\r\n250 {line}\r\n"));
            let release = found.future_release.unwrap();
            assert_eq!((release.seconds, release.until), (seconds, None), "{line}");
        }
        for line in [
            "DELIVERBY",
            "DELIVERBY x",
            "DELIVERBY 99999999999",
            "DELIVERBY -5",
        ] {
            let found = capabilities(&alloc::format!("250-mx\r\n250 {line}\r\n"));
            assert_eq!(found.deliver_by.unwrap().minimum, None, "{line}");
        }
        let long = "p".repeat(65);
        for line in [
            "MT-PRIORITY",
            "MT-PRIORITY \u{e9}",
            &alloc::format!("MT-PRIORITY {long}"),
        ] {
            let found = capabilities(&alloc::format!("250-mx\r\n250 {line}\r\n"));
            assert_eq!(found.mt_priority.unwrap().profile, None, "{line}");
        }
    }

    #[test]
    fn unknown_keywords_are_kept_within_bounds() {
        let longest = "L".repeat(64);
        let mut lines = alloc::format!(
            "250-mx\r\n250-{longest}\r\n250-{longest}L\r\n250-xClient A B\r\n250-XCLIENT\r\n250-X Y\r\n250-B\u{fc}\r\n"
        );
        for number in 0..100 {
            lines.push_str(&alloc::format!("250-X-{number}\r\n"));
        }
        lines.push_str("250 OK\r\n");
        let found = capabilities(&lines);
        assert!(found.has(&longest) && found.has("XCLIENT") && found.has("x"));
        assert!(
            !found.has(&alloc::format!("{longest}L")) && !found.has("B\u{fc}") && !found.has("")
        );
        // Three stand before them.
        assert!(found.has("X-60") && !found.has("X-61") && !found.has("OK"));
        assert_eq!(found.others.unwrap().split(' ').count(), 64);
    }

    #[test]
    fn the_first_line_is_no_extension() {
        assert_eq!(capabilities("250 STARTTLS\r\n"), Capabilities::default());
    }
}
