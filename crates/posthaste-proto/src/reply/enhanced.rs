//! Enhanced status codes (RFC 3463, sent in replies as RFC 2034 says).

use core::fmt;

use super::ReplyCode;

/// `class.subject.detail`, for example 5.1.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedStatusCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl EnhancedStatusCode {
    /// A code from its parts: class 2, 4 or 5, the others up to 999.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        if matches!(class, 2 | 4 | 5) && subject <= 999 && detail <= 999 {
            Some(Self {
                class,
                subject,
                detail,
            })
        } else {
            None
        }
    }

    /// 2, 4 or 5.
    pub const fn class(self) -> u8 {
        self.class
    }

    /// The second number: 1 addressing, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security.
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The third number, read together with the subject.
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// Takes a code off the front of a text line: the code and how many octets it filled, the blank behind it
    /// included. `None` when the text has no code, or one of another class than the reply code, which is then text.
    pub(crate) fn split_off(text: &[u8], code: ReplyCode) -> Option<(Self, usize)> {
        let class = text.first()?.checked_sub(b'0')?;
        if u16::from(class) != code.number() / 100 || text.get(1) != Some(&b'.') {
            return None;
        }
        let (subject, at) = number(text, 2)?;
        if text.get(at) != Some(&b'.') {
            return None;
        }
        let (detail, end) = number(text, at + 1)?;
        let used = match text.get(end) {
            None => end,
            Some(b' ' | b'\t') => end + 1,
            Some(_) => return None,
        };
        Some((Self::new(class, subject, detail)?, used))
    }
}

/// One to three digits at `at`, and where they end.
fn number(text: &[u8], at: usize) -> Option<(u16, usize)> {
    let mut value = 0;
    let mut end = at;
    while let Some(digit) = text.get(end).filter(|octet| octet.is_ascii_digit()) {
        if end - at == 3 {
            return None;
        }
        value = value * 10 + u16::from(digit - b'0');
        end += 1;
    }
    (end > at).then_some((value, end))
}

impl fmt::Display for EnhancedStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedStatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(code: u16, text: &str) -> Option<(EnhancedStatusCode, usize)> {
        EnhancedStatusCode::split_off(text.as_bytes(), ReplyCode::new(code).unwrap())
    }

    #[test]
    fn a_code_is_taken_off_the_front() {
        assert_eq!(
            split(250, "2.1.5 Ok"),
            Some((EnhancedStatusCode::new(2, 1, 5).unwrap(), 6))
        );
        assert_eq!(
            split(535, "5.7.139"),
            Some((EnhancedStatusCode::new(5, 7, 139).unwrap(), 7))
        );
    }

    #[test]
    fn what_is_no_code_stays_text() {
        for text in [
            "",
            "2",
            "2.",
            "2.1",
            "2.1.",
            "2.1.5x",
            "2.1000.1 x",
            "2..1",
            "5.1.1 wrong class",
            "2.1.5.1 x",
        ] {
            assert_eq!(split(250, text), None, "{text}");
        }
        assert_eq!(split(354, "3.0.0 no such class"), None);
    }
}
