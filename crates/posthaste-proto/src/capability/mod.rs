//! What a server offers: the lines of its answer to EHLO (RFC 5321 section 4.1.1.1).

use alloc::vec::Vec;
use core::fmt;

use crate::reply::{Quirks, ReplyRef};

mod extension;
mod kept;
mod keyword;
mod offer;
mod read;

pub use extension::{Extension, Extensions};
use kept::Kept;
use keyword::{Keyword, Keywords};
pub use offer::{DeliverByOffer, FutureReleaseOffer, PriorityOffer, ServerLimits, SizeLimit};

/// The extensions that matter here, decoded once. Keywords are compared without case, repeated ones are merged, and
/// forms that real servers send are understood (`AUTH=LOGIN`, `SIZE=1000`, blanks before a keyword).
#[derive(Clone, PartialEq, Eq, Default)]
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
    /// The names of mechanisms behind AUTH, as they came.
    auth: Kept<1024>,
    /// Lines that begin with no keyword known here, as they came.
    others: Kept<{ Self::KEYWORDS_KEPT * (Self::KEYWORD_KEPT + 2) }>,
    kept: u8,
    known: Keywords,
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
        deliver_by: None,
        future_release: None,
        mt_priority: None,
        require_tls: false,
        limits: ServerLimits::NONE,
        auth: Kept::NONE,
        others: Kept::NONE,
        kept: 0,
        known: Keywords::NONE,
        quirks: Quirks::NONE,
    };

    /// The longest keyword that is kept when it is unknown here, in octets; longer ones are forgotten.
    pub const KEYWORD_KEPT: usize = 64;

    /// So many lines whose keyword is unknown here are kept at most.
    pub const KEYWORDS_KEPT: usize = 64;

    /// Reads the lines behind the first one, which names the server.
    #[inline]
    pub fn from_reply(reply: &ReplyRef<'_>) -> Self {
        let mut capabilities = Self::NONE;
        capabilities.read(reply.further_lines());
        capabilities
    }

    /// The names of the AUTH mechanisms (RFC 4954), each once, as the server writes them and in its order. None also when
    /// there is an AUTH without names: [`offers`](Self::offers) tells.
    ///
    /// ```
    /// use posthaste_proto::capability::Capabilities;
    /// use posthaste_proto::reply::{Parser, ReplyLimits};
    ///
    /// let mut parser = Parser::new(ReplyLimits::default());
    /// let mut answer: &[u8] = b"250-mx\r\n250-AUTH=Login\r\n250 AUTH LOGIN NTLM\r\n";
    /// let capabilities = Capabilities::from_reply(&parser.parse(&mut answer).unwrap().unwrap());
    /// assert_eq!(capabilities.auth().collect::<Vec<_>>(), ["Login", "NTLM"]);
    /// assert!(capabilities.offers_mechanism("ntlm"));
    /// ```
    pub fn auth(&self) -> impl Iterator<Item = &str> {
        self.names().enumerate().filter_map(|(index, name)| {
            let mut before = self.names().take(index);
            (!before.any(|known| known.eq_ignore_ascii_case(name))).then_some(name)
        })
    }

    /// Whether the server offers the mechanism of this name, in whatever case.
    #[must_use]
    pub fn offers_mechanism(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether a mechanism with channel binding is offered.
    pub(crate) fn offers_channel_binding(&self) -> bool {
        let is_plus = |name: &str| name.len() > 5 && name.to_ascii_uppercase().ends_with("-PLUS");
        self.names().any(is_plus)
    }

    /// Whether the server listed this keyword, in whatever case. Of lines whose keyword is unknown here,
    /// the first [`KEYWORDS_KEPT`](Self::KEYWORDS_KEPT) are remembered, when it has at most
    /// [`KEYWORD_KEPT`](Self::KEYWORD_KEPT) octets.
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
            ("AUTH", self.offers(Extension::Auth)),
            ("DELIVERBY", self.deliver_by.is_some()),
            ("FUTURERELEASE", self.future_release.is_some()),
            ("MT-PRIORITY", self.mt_priority.is_some()),
            ("REQUIRETLS", self.require_tls),
            ("LIMITS", self.known.contains(Keyword::Limits)),
            ("X-EXPS", self.known.contains(Keyword::XExps)),
        ];
        known
            .into_iter()
            .filter(|(_, offered)| *offered)
            .map(|(name, _)| name)
            .chain(self.unknown())
            .any(|name| name.eq_ignore_ascii_case(keyword))
    }

    /// Whether the server offers what this extension stands for.
    #[must_use]
    pub fn offers(&self, extension: Extension) -> bool {
        match extension {
            Extension::Auth => {
                self.known.contains(Keyword::Auth) || self.known.contains(Keyword::XExps)
            }
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

    /// What stands behind AUTH and is a SASL name (RFC 4422 section 3.1).
    fn names(&self) -> impl Iterator<Item = &str> {
        self.auth
            .all()
            .flat_map(|line| line.split(u8::is_ascii_whitespace))
            .filter_map(|name| word(name, b"-_"))
    }

    /// Keywords that are unknown here: the beginnings of the lines that were kept.
    fn unknown(&self) -> impl Iterator<Item = &str> {
        self.others
            .all()
            .filter_map(|line| {
                line.split(|octet| matches!(octet, b' ' | b'\t' | b'='))
                    .next()
            })
            .filter(|keyword| keyword.len() <= Self::KEYWORD_KEPT)
            .filter_map(|keyword| word(keyword, b"-_."))
    }
}

/// The octets as text, when they are letters, digits and these others, and at least one.
fn word<'a>(octets: &'a [u8], others: &[u8]) -> Option<&'a str> {
    let fits = |octet: &u8| octet.is_ascii_alphanumeric() || others.contains(octet);
    let text = core::str::from_utf8(octets).ok()?;
    (!text.is_empty() && octets.iter().all(fits)).then_some(text)
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offered = self.offers(Extension::Auth);
        f.debug_struct("Capabilities")
            .field("starttls", &self.starttls)
            .field("pipelining", &self.pipelining)
            .field("chunking", &self.chunking)
            .field("binarymime", &self.binarymime)
            .field("eight_bit_mime", &self.eight_bit_mime)
            .field("smtputf8", &self.smtputf8)
            .field("dsn", &self.dsn)
            .field("enhanced_status_codes", &self.enhanced_status_codes)
            .field("size", &self.size)
            .field("auth", &offered.then(|| self.auth().collect::<Vec<_>>()))
            .field("deliver_by", &self.deliver_by)
            .field("future_release", &self.future_release)
            .field("mt_priority", &self.mt_priority)
            .field("require_tls", &self.require_tls)
            .field("limits", &self.limits)
            .field("others", &self.unknown().collect::<Vec<_>>())
            .field("quirks", &self.quirks)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::{Parser, Quirk, ReplyLimits};

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
        assert_eq!(
            found.auth().collect::<Vec<_>>(),
            ["LOGIN", "PLAIN", "XOAUTH2"]
        );
        assert!(found.eight_bit_mime && found.pipelining && !found.starttls);
        assert!(found.offers_mechanism("Plain") && !found.offers_mechanism("X"));
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
        // Six stand before them, two of which are no keywords that are kept.
        assert!(found.has("X-57") && !found.has("X-58") && !found.has("OK"));
        assert_eq!(found.unknown().count(), 62);
    }

    #[test]
    fn the_first_line_is_no_extension() {
        assert_eq!(capabilities("250 STARTTLS\r\n"), Capabilities::default());
    }
}
