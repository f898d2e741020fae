//! The keywords of EHLO that are known here, recognised by comparing and without a search.

use crate::reply::{Word, padded};

/// A keyword, as the server may write it in any case. Those before AUTH stand alone: nothing behind them is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    BinaryMime,
    Chunking,
    Dsn,
    EightBitMime,
    EnhancedStatusCodes,
    Pipelining,
    RequireTls,
    SmtpUtf8,
    StartTls,
    Auth,
    DeliverBy,
    FutureRelease,
    Limits,
    MtPriority,
    Size,
    XExps,
}

/// Some keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Keywords(u16);

impl Keyword {
    /// The keyword whose letters `text` begins with: where a keyword [`ends`] behind them, it is this one.
    #[inline(always)]
    pub(super) fn find(text: &[u8]) -> Option<Self> {
        let word = first_word(text);
        // The few that begin alike are compared one after the other.
        let is = |name| begins(text, word, name);
        match word as u8 {
            b'8' if is("8BITMIME") => Some(Self::EightBitMime),
            b'A' | b'a' if is("AUTH") => Some(Self::Auth),
            b'B' | b'b' if is("BINARYMIME") => Some(Self::BinaryMime),
            b'C' | b'c' if is("CHUNKING") => Some(Self::Chunking),
            b'D' | b'd' if is("DSN") => Some(Self::Dsn),
            b'D' | b'd' if is("DELIVERBY") => Some(Self::DeliverBy),
            b'E' | b'e' if is("ENHANCEDSTATUSCODES") => Some(Self::EnhancedStatusCodes),
            b'F' | b'f' if is("FUTURERELEASE") => Some(Self::FutureRelease),
            b'L' | b'l' if is("LIMITS") => Some(Self::Limits),
            b'M' | b'm' if is("MT-PRIORITY") => Some(Self::MtPriority),
            b'P' | b'p' if is("PIPELINING") => Some(Self::Pipelining),
            b'R' | b'r' if is("REQUIRETLS") => Some(Self::RequireTls),
            b'S' | b's' if is("SIZE") => Some(Self::Size),
            b'S' | b's' if is("STARTTLS") => Some(Self::StartTls),
            b'S' | b's' if is("SMTPUTF8") => Some(Self::SmtpUtf8),
            b'X' | b'x' if is("X-EXPS") => Some(Self::XExps),
            _ => None,
        }
    }

    /// How many letters it has.
    pub(super) const fn length(self) -> usize {
        /// In the order of [`Keyword`].
        const LENGTHS: [u8; 16] = [10, 8, 3, 8, 19, 10, 10, 8, 8, 4, 9, 13, 6, 11, 4, 6];
        LENGTHS[self as usize] as usize
    }

    pub(super) const fn stands_alone(self) -> bool {
        (self as u16) < Self::Auth as u16
    }
}

impl Keywords {
    /// None.
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn contains(self, keyword: Keyword) -> bool {
        self.0 & (1 << keyword as u16) != 0
    }

    /// Whether a keyword is in both.
    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// These, and the others.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn insert(&mut self, keyword: Keyword) {
        self.0 |= 1 << keyword as u16;
    }
}

/// Whether a keyword ends where `rest` begins: at a blank, a tab, `=` or the end of the line.
#[inline(always)]
pub(super) fn ends(rest: &[u8]) -> bool {
    matches!(
        rest,
        [] | [b' ' | b'\t' | b'=' | b'\n', ..] | [b'\r', b'\n', ..]
    )
}

/// The first 8 octets; NUL for those that are not there.
#[inline(always)]
fn first_word(text: &[u8]) -> u64 {
    let Word(word) = match text.first_chunk() {
        Some(octets) => Word::of(octets),
        None => Word::of(&padded(text)),
    };
    word
}

/// Whether `text`, whose first octets are `word`, begins with `name`, which must be in capitals. The name is known when
/// this is compiled, which makes one comparison of it, or two or three of the few long names.
#[inline(always)]
fn begins(text: &[u8], word: u64, name: &str) -> bool {
    let mut words = name.as_bytes().chunks(8).enumerate();
    words.all(|(index, name)| {
        let word = match index {
            0 => word,
            _ => match text.get(index * 8..) {
                Some(text) => first_word(text),
                None => return false,
            },
        };
        differences(word, name) == 0
    })
}

/// Where `word` is not `name`, of which the first 8 octets count.
#[inline(always)]
fn differences(word: u64, name: &[u8]) -> u64 {
    let mut capitals = [0; 8];
    let mut relevant = [0; 8];
    for ((capital, relevant), octet) in capitals.iter_mut().zip(&mut relevant).zip(name) {
        *capital = *octet;
        // The bit that makes a letter small does not count.
        *relevant = if octet.is_ascii_alphabetic() {
            !0x20
        } else {
            !0
        };
    }
    (word ^ u64::from_le_bytes(capitals)) & u64::from_le_bytes(relevant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_case_and_whole_words_only() {
        let rest = |text: &'static [u8]| {
            let keyword = Keyword::find(text)?;
            let rest = text.get(keyword.length()..)?;
            ends(rest).then_some((keyword, rest))
        };
        assert_eq!(rest(b"dSn"), Some((Keyword::Dsn, &b""[..])));
        assert_eq!(rest(b"SIZE=5\nDSN"), Some((Keyword::Size, &b"=5\nDSN"[..])));
        assert_eq!(
            rest(b"8bitMIME\nHELP"),
            Some((Keyword::EightBitMime, &b"\nHELP"[..]))
        );
        assert_eq!(
            rest(b"mt-Priority MIXER"),
            Some((Keyword::MtPriority, &b" MIXER"[..]))
        );
        assert_eq!(
            rest(b"EnhancedStatusCodes\r\n"),
            Some((Keyword::EnhancedStatusCodes, &b"\r\n"[..]))
        );
        for name in [
            "BINARYMIME",
            "CHUNKING",
            "DSN",
            "8BITMIME",
            "ENHANCEDSTATUSCODES",
            "PIPELINING",
            "REQUIRETLS",
            "SMTPUTF8",
            "STARTTLS",
            "AUTH",
            "DELIVERBY",
            "FUTURERELEASE",
            "LIMITS",
            "MT-PRIORITY",
            "SIZE",
            "X-EXPS",
        ] {
            assert_eq!(Keyword::find(name.as_bytes()).unwrap().length(), name.len());
        }
        for text in [
            &b""[..],
            b"D",
            b"DSNX",
            b"DSN\rX",
            b"DSN\0",
            b"DS",
            b" DSN",
            b"\x18BITMIME",
            b"MT\rPRIORITY",
            b"STARTTL\x73x",
            b"D\x13N",
            b"PIPELINI",
            b"PIPELININ",
            b"PIPELINIXG",
            b"ENHANCEDSTATUSCODE",
            b"ENHANCEDSTATXSCODES",
        ] {
            assert_eq!(rest(text), None, "{text:?}");
        }
    }
}
