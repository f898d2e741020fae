//! What a server offers: the lines of its answer to EHLO (RFC 5321 section 4.1.1.1).

use alloc::string::String;

use crate::reply::{Quirk, Quirks, ReplyRef};
use crate::sasl::Mechanism;

mod extension;
mod keyword;
mod offer;

pub use extension::{Extension, Extensions};
use keyword::Keyword;
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
    /// The keywords that were met, a bit each.
    met: u16,
    quirks: Quirks,
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
        met: 0,
        quirks: Quirks::NONE,
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
        let text = reply.text();
        let first = memchr::memchr(b'\n', text).unwrap_or(text.len());
        let mut rest = text.get(first + 1..);
        while let Some(lines) = rest {
            rest = capabilities.first_line(lines);
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

    /// What the server did beside the standard in its answer, as far as it concerns keywords; what concerns the lines is
    /// told by [`ReplyRef::quirks`].
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Reads the first of these lines and gives back those behind it.
    #[inline(always)]
    fn first_line<'a>(&mut self, lines: &'a [u8]) -> Option<&'a [u8]> {
        let known = Keyword::split_off(lines);
        // Most lines are a known keyword and nothing else: where it ends, the line ends.
        if let Some((keyword, rest)) = known
            && matches!(rest, [] | [b'\n', ..])
        {
            self.add(keyword, b"");
            return rest.get(1..);
        }
        let end = memchr::memchr(b'\n', lines).unwrap_or(lines.len());
        let (line, rest) = lines.split_at(end);
        let words = line.trim_ascii();
        if !words.is_empty() && line.first().is_some_and(u8::is_ascii_whitespace) {
            self.quirks.insert(Quirk::LeadingBlank);
        }
        self.line(words);
        rest.get(1..)
    }

    fn line(&mut self, line: &[u8]) {
        if let Some((keyword, rest)) = Keyword::split_off(line) {
            let parameters = rest.trim_ascii_start();
            let parameters = if let Some(value) = parameters.strip_prefix(b"=") {
                self.quirks.insert(Quirk::KeywordEquals);
                value.trim_ascii_start()
            } else {
                parameters
            };
            self.add(keyword, parameters);
        } else {
            let mut words = line.split(|octet| matches!(octet, b' ' | b'\t' | b'='));
            self.add_other(words.next().unwrap_or_default());
        }
    }

    #[inline(always)]
    fn add(&mut self, keyword: Keyword, parameters: &[u8]) {
        let bit = 1 << keyword as u16;
        if self.met & bit != 0 {
            self.quirks.insert(Quirk::KeywordRepeated);
        }
        self.met |= bit;
        match keyword {
            Keyword::Auth => self.add_auth(parameters),
            Keyword::BinaryMime => self.binarymime = true,
            Keyword::Chunking => self.chunking = true,
            Keyword::DeliverBy => self.deliver_by = Some(DeliverByOffer::read(parameters)),
            Keyword::Dsn => self.dsn = true,
            Keyword::EightBitMime => self.eight_bit_mime = true,
            Keyword::EnhancedStatusCodes => self.enhanced_status_codes = true,
            Keyword::FutureRelease => {
                self.future_release = Some(FutureReleaseOffer::read(parameters));
            }
            Keyword::Limits => {
                self.add_other(b"LIMITS");
                self.limits.read(parameters);
            }
            Keyword::MtPriority => self.mt_priority = Some(PriorityOffer::read(parameters)),
            Keyword::Pipelining => self.pipelining = true,
            Keyword::RequireTls => self.require_tls = true,
            Keyword::Size => self.set_size(parameters),
            Keyword::SmtpUtf8 => self.smtputf8 = true,
            Keyword::StartTls => self.starttls = true,
            Keyword::XExps => {
                self.quirks.insert(Quirk::XExps);
                self.add_other(b"X-EXPS");
                self.add_auth(parameters);
            }
        }
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
        let others = self
            .others
            .get_or_insert_with(|| String::with_capacity(Self::KEYWORD_KEPT));
        let kept = others.bytes().filter(|octet| *octet == b' ').count() + 1;
        if lists(others, keyword) || kept >= Self::KEYWORDS_KEPT && !others.is_empty() {
            return;
        }
        if !others.is_empty() {
            others.push(' ');
        }
        let capitals = keyword.iter().map(u8::to_ascii_uppercase);
        others.extend(capitals.map(char::from));
    }

    /// Joins mechanism names to those already there; what is no SASL name (RFC 4422 section 3.1) is left out.
    fn add_auth(&mut self, names: &[u8]) {
        let auth = self.auth.get_or_insert_default();
        auth.reserve(names.len().min(Self::AUTH_KEPT));
        for name in names.split(u8::is_ascii_whitespace) {
            let is_name = name
                .iter()
                .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
            if name.is_empty() || !is_name || auth.len() + name.len() >= Self::AUTH_KEPT {
                continue;
            }
            if lists(auth, name) {
                continue;
            }
            if !auth.is_empty() {
                auth.push(' ');
            }
            auth.extend(name.iter().copied().map(char::from));
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

/// Whether this word, in whatever case, is among `words`, which blanks separate.
fn lists(words: &str, word: &[u8]) -> bool {
    let mut words = words.as_bytes().split(|octet| *octet == b' ');
    words.any(|known| known.eq_ignore_ascii_case(word))
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
        let quirks: Vec<_> = found.quirks().iter().collect();
        assert_eq!(
            quirks,
            [
                Quirk::LeadingBlank,
                Quirk::KeywordEquals,
                Quirk::KeywordRepeated
            ]
        );
    }

    #[test]
    fn each_oddity_has_its_quirk() {
        for (lines, quirk) in [
            ("250-size 5\r\n250-Auth login PLAIN\r\n250 x", None),
            ("250-X-A=5\r\n250-X-A=5\r\n250 ", None),
            ("250-\r\n250  \t", None),
            ("250-SIZE=5\r\n250 X", Some(Quirk::KeywordEquals)),
            ("250 AUTH =LOGIN", Some(Quirk::KeywordEquals)),
            ("250 \tHELP", Some(Quirk::LeadingBlank)),
            ("250-DSN\r\n250 dsn", Some(Quirk::KeywordRepeated)),
            ("250-AUTH\r\n250 X-exps LOGIN", Some(Quirk::XExps)),
        ] {
            let found = capabilities(&alloc::format!("250- SIZE=1\r\n{lines}\r\n"));
            assert_eq!(found.quirks().iter().next(), quirk, "{lines}");
            assert!(found.quirks().iter().count() <= 1, "{lines}");
        }
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
