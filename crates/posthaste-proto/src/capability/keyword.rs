//! The keywords of EHLO that are known here, recognised by comparing and without a search.

/// A keyword, as the server may write it in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Auth,
    BinaryMime,
    Chunking,
    DeliverBy,
    Dsn,
    EightBitMime,
    EnhancedStatusCodes,
    FutureRelease,
    Limits,
    MtPriority,
    Pipelining,
    RequireTls,
    Size,
    SmtpUtf8,
    StartTls,
    XExps,
}

impl Keyword {
    /// The keyword that `text` begins with, and what stands behind it: nothing, a blank, a tab, `=` or a line end.
    #[inline(always)]
    pub(super) fn split_off(text: &[u8]) -> Option<(Self, &[u8])> {
        // Lower case where it is a letter; the few that begin alike are compared one after the other.
        match text.first()? | 0x20 {
            b'8' => behind(text, b"8BITMIME", Self::EightBitMime),
            b'a' => behind(text, b"AUTH", Self::Auth),
            b'b' => behind(text, b"BINARYMIME", Self::BinaryMime),
            b'c' => behind(text, b"CHUNKING", Self::Chunking),
            b'd' => behind(text, b"DSN", Self::Dsn)
                .or_else(|| behind(text, b"DELIVERBY", Self::DeliverBy)),
            b'e' => behind(text, b"ENHANCEDSTATUSCODES", Self::EnhancedStatusCodes),
            b'f' => behind(text, b"FUTURERELEASE", Self::FutureRelease),
            b'l' => behind(text, b"LIMITS", Self::Limits),
            b'm' => behind(text, b"MT-PRIORITY", Self::MtPriority),
            b'p' => behind(text, b"PIPELINING", Self::Pipelining),
            b'r' => behind(text, b"REQUIRETLS", Self::RequireTls),
            b's' => behind(text, b"SIZE", Self::Size)
                .or_else(|| behind(text, b"STARTTLS", Self::StartTls))
                .or_else(|| behind(text, b"SMTPUTF8", Self::SmtpUtf8)),
            b'x' => behind(text, b"X-EXPS", Self::XExps),
            _ => None,
        }
    }
}

/// What stands behind `name`, which must be in capitals, when `text` begins with it. The length is known when this is
/// compiled, which makes a few comparisons of words of it.
#[inline(always)]
fn behind<'a, const N: usize>(
    text: &'a [u8],
    name: &[u8; N],
    keyword: Keyword,
) -> Option<(Keyword, &'a [u8])> {
    let (head, rest) = text.split_first_chunk::<N>()?;
    let (words, few) = head.as_chunks();
    let (name_words, name_few) = name.as_chunks();
    let words_differ = words.iter().zip(name_words).any(|(word, name)| {
        let case = u64::from_ne_bytes(name.map(case));
        (u64::from_ne_bytes(*word) ^ u64::from_ne_bytes(*name)) & !case != 0
    });
    let few_differ = few
        .iter()
        .zip(name_few)
        .any(|(octet, name)| (octet ^ name) & !case(*name) != 0);
    let ended = || matches!(rest.first(), None | Some(b' ' | b'\t' | b'=' | b'\n'));
    (!words_differ && !few_differ && ended()).then_some((keyword, rest))
}

/// The bit that makes a letter small; no bit where `name` is no letter.
const fn case(name: u8) -> u8 {
    if name.is_ascii_alphabetic() { 0x20 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_case_and_whole_words_only() {
        let rest = |text: &'static [u8]| Keyword::split_off(text);
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
        for text in [
            &b""[..],
            b"D",
            b"DSNX",
            b"DS",
            b" DSN",
            b"\x18BITMIME",
            b"MT\rPRIORITY",
            b"STARTTL\x73x",
            b"D\x13N",
        ] {
            assert_eq!(rest(text), None, "{text:?}");
        }
    }
}
