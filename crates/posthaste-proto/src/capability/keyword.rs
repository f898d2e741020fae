//! The keywords of EHLO that are known here, recognised by comparing and without a search.

/// A keyword, as the server may write it in any case. Those before AUTH stand alone: nothing behind them is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The keyword whose letters `text` begins with, and what stands behind them: where a keyword [`ends`], it is this one.
    #[inline(always)]
    pub(super) fn split_off(text: &[u8]) -> Option<(Self, &[u8])> {
        let word = first_word(text);
        // Lower case where it is a letter; the few that begin alike are compared one after the other.
        match word as u8 | 0x20 {
            b'8' => behind(text, word, b"8BITMIME", Self::EightBitMime),
            b'a' => behind(text, word, b"AUTH", Self::Auth),
            b'b' => behind(text, word, b"BINARYMIME", Self::BinaryMime),
            b'c' => behind(text, word, b"CHUNKING", Self::Chunking),
            b'd' => behind(text, word, b"DSN", Self::Dsn)
                .or_else(|| behind(text, word, b"DELIVERBY", Self::DeliverBy)),
            b'e' => behind(
                text,
                word,
                b"ENHANCEDSTATUSCODES",
                Self::EnhancedStatusCodes,
            ),
            b'f' => behind(text, word, b"FUTURERELEASE", Self::FutureRelease),
            b'l' => behind(text, word, b"LIMITS", Self::Limits),
            b'm' => behind(text, word, b"MT-PRIORITY", Self::MtPriority),
            b'p' => behind(text, word, b"PIPELINING", Self::Pipelining),
            b'r' => behind(text, word, b"REQUIRETLS", Self::RequireTls),
            b's' => behind(text, word, b"SIZE", Self::Size)
                .or_else(|| behind(text, word, b"STARTTLS", Self::StartTls))
                .or_else(|| behind(text, word, b"SMTPUTF8", Self::SmtpUtf8)),
            b'x' => behind(text, word, b"X-EXPS", Self::XExps),
            _ => None,
        }
    }

    pub(super) fn stands_alone(self) -> bool {
        self < Self::Auth
    }
}

impl Keywords {
    /// None.
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn contains(self, keyword: Keyword) -> bool {
        self.0 & (1 << keyword as u16) != 0
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
    u64::from_le_bytes(match text.first_chunk() {
        Some(octets) => *octets,
        None => {
            let mut octets = [0; 8];
            octets
                .iter_mut()
                .zip(text)
                .for_each(|(to, from)| *to = *from);
            octets
        }
    })
}

/// What stands behind `name`, which must be in capitals, when `text`, whose first octets are `word`, begins with it. The
/// length is known when this is compiled, which makes one comparison of it, or two or three of the few long names.
#[inline(always)]
fn behind<'a, const N: usize>(
    text: &'a [u8],
    word: u64,
    name: &[u8; N],
    keyword: Keyword,
) -> Option<(Keyword, &'a [u8])> {
    let mut differ = differences(word, name);
    if let Some((_, more)) = name.split_first_chunk::<8>() {
        if differ != 0 {
            return None;
        }
        for (place, name) in (8..).step_by(8).zip(more.chunks(8)) {
            differ |= differences(first_word(text.get(place..)?), name);
        }
    }
    let rest = text.get(N..)?;
    (differ == 0).then_some((keyword, rest))
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
        let rest = |text: &'static [u8]| Keyword::split_off(text).filter(|(_, rest)| ends(rest));
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
