//! The lines of the answer to EHLO, read.

use super::Capabilities;
use super::keyword::{Keyword, Keywords, ends};
use super::offer::{DeliverByOffer, FutureReleaseOffer, PriorityOffer, SizeLimit};
use crate::reply::{Quirk, split_line};

impl Capabilities {
    /// Reads lines as they came, with codes and line ends.
    pub(super) fn read(&mut self, mut lines: &[u8]) {
        let (mut known, mut repeated) = (Keywords::NONE, false);
        // Behind the code and the hyphen or blank.
        while let Some(text) = lines.get(4..) {
            lines = match Keyword::find(text) {
                // Most lines are this and nothing else: where the keyword ends, the line ends.
                Some(keyword)
                    if keyword.stands_alone()
                        && let length = keyword.length()
                        && text.get(length..length + 2) == Some(b"\r\n") =>
                {
                    repeated |= known.contains(keyword);
                    known.insert(keyword);
                    text.get(length + 2..).unwrap_or_default()
                }
                Some(keyword) => self.read_known(text, keyword),
                None => self.read_unknown(text),
            };
        }
        if repeated || self.known.meets(known) {
            self.quirks.insert(Quirk::KeywordRepeated);
        }
        self.known = self.known.with(known);
        self.set_flags();
    }

    /// Reads the line that `text` and this keyword begin, and gives back the lines behind it.
    #[inline(never)]
    fn read_known<'a>(&mut self, text: &'a [u8], keyword: Keyword) -> &'a [u8] {
        let Some((name, rest)) = text.split_at_checked(keyword.length()) else {
            return &[];
        };
        let (rest, behind) = split_line(rest).unwrap_or((rest, &[]));
        let rest = without_end(rest);
        let parameters = match rest {
            [b' ', parameters @ ..]
                if parameters.first().is_some_and(u8::is_ascii_alphanumeric) =>
            {
                parameters
            }
            _ if ends(rest) => self.trim_parameters(rest),
            _ => {
                self.read_odd_line(text.get(..name.len() + rest.len()).unwrap_or_default());
                return behind;
            }
        };
        self.add(keyword, parameters);
        behind
    }

    /// Reads the line that `text` begins, and gives back the lines behind it.
    #[inline(never)]
    fn read_unknown<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let (line, behind) = split_line(text).unwrap_or((text, &[]));
        let line = without_end(line);
        if line.first().is_some_and(u8::is_ascii_alphanumeric) {
            self.add_other(line);
        } else {
            self.read_odd_line(line);
        }
        behind
    }

    /// A line that begins with a blank, perhaps, or with more than a keyword.
    #[cold]
    fn read_odd_line(&mut self, line: &[u8]) {
        let words = line.trim_ascii_start();
        if words.len() < line.len() && !words.is_empty() {
            self.quirks.insert(Quirk::LeadingBlank);
        }
        let keyword = Keyword::find(words);
        let rest = keyword.and_then(|keyword| words.get(keyword.length()..));
        match (keyword, rest) {
            (Some(keyword), Some(rest)) if ends(rest) => {
                let parameters = self.trim_parameters(rest);
                self.add(keyword, parameters);
            }
            _ => self.add_other(words),
        }
    }

    /// Adds a keyword that is known, and what stands behind it in its line.
    #[inline(always)]
    fn add(&mut self, keyword: Keyword, parameters: &[u8]) {
        if self.known.contains(keyword) {
            self.quirks.insert(Quirk::KeywordRepeated);
        }
        self.known.insert(keyword);
        match keyword {
            Keyword::Auth => self.auth.push(parameters),
            Keyword::DeliverBy => self.deliver_by = Some(DeliverByOffer::read(parameters)),
            Keyword::FutureRelease => {
                self.future_release = Some(FutureReleaseOffer::read(parameters));
            }
            Keyword::Limits => self.limits.read(parameters),
            Keyword::MtPriority => self.mt_priority = Some(PriorityOffer::read(parameters)),
            Keyword::Size => self.size = Some(SizeLimit::read(parameters)),
            Keyword::XExps => {
                self.quirks.insert(Quirk::XExps);
                self.auth.push(parameters);
            }
            Keyword::BinaryMime
            | Keyword::Chunking
            | Keyword::Dsn
            | Keyword::EightBitMime
            | Keyword::EnhancedStatusCodes
            | Keyword::Pipelining
            | Keyword::RequireTls
            | Keyword::SmtpUtf8
            | Keyword::StartTls => {}
        }
    }

    /// What is behind blanks and an equals sign.
    #[cold]
    fn trim_parameters<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let parameters = rest.trim_ascii_start();
        match parameters.strip_prefix(b"=") {
            Some(value) => {
                self.quirks.insert(Quirk::KeywordEquals);
                value.trim_ascii_start()
            }
            None => parameters,
        }
    }

    /// Says of each keyword that stands alone whether it was met.
    fn set_flags(&mut self) {
        self.binarymime = self.known.contains(Keyword::BinaryMime);
        self.chunking = self.known.contains(Keyword::Chunking);
        self.dsn = self.known.contains(Keyword::Dsn);
        self.eight_bit_mime = self.known.contains(Keyword::EightBitMime);
        self.enhanced_status_codes = self.known.contains(Keyword::EnhancedStatusCodes);
        self.pipelining = self.known.contains(Keyword::Pipelining);
        self.require_tls = self.known.contains(Keyword::RequireTls);
        self.smtputf8 = self.known.contains(Keyword::SmtpUtf8);
        self.starttls = self.known.contains(Keyword::StartTls);
    }

    /// Remembers a line that begins with no keyword known here. What is behind the last that is kept is forgotten, and what
    /// is no keyword left out when they are asked for.
    fn add_other(&mut self, line: &[u8]) {
        // What makes a keyword too long goes with it, to be told.
        let line = line.get(..=Self::KEYWORD_KEPT).unwrap_or(line);
        if !line.is_empty() && usize::from(self.kept) < Self::KEYWORDS_KEPT {
            self.kept += 1;
            self.others.push(line);
        }
    }
}

/// A line without the blanks and the CR at its end.
#[inline(always)]
fn without_end(line: &[u8]) -> &[u8] {
    match line {
        [text @ .., b'\r'] if text.last().is_some_and(u8::is_ascii_graphic) => text,
        _ => line.trim_ascii_end(),
    }
}
