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

    /// What the registered code means, in short words; `None` for one that is not registered (RFC 3463 section 3, RFC 5248
    /// and what was registered since). Whether it is a success, a delay or a failure is said by the class alone.
    ///
    /// ```
    /// use posthaste_proto::reply::EnhancedStatusCode;
    /// let code = EnhancedStatusCode::new(5, 2, 2).unwrap();
    /// assert_eq!(code.meaning(), Some("the mailbox is full"));
    /// ```
    pub const fn meaning(self) -> Option<&'static str> {
        Some(match (self.subject, self.detail) {
            (0, 0) => "nothing more is said",
            (1, 0) => "something about an address",
            (1, 1) => "there is no such mailbox",
            (1, 2) => "the recipient's domain does not exist or takes no mail",
            (1, 3) => "the recipient's address is not well formed",
            (1, 4) => "the recipient's address fits more than one mailbox",
            (1, 5) => "the recipient's address is good",
            (1, 6) => "the recipient has moved and left no new address",
            (1, 7) => "the sender's address is not well formed",
            (1, 8) => "the sender's domain does not exist or takes no mail",
            (1, 9) => "passed on to a system that may not keep to what was asked",
            (1, 10) => "the recipient's domain says that it takes no mail",
            (2, 0) => "something about the mailbox",
            (2, 1) => "the mailbox is disabled",
            (2, 2) => "the mailbox is full",
            (2, 3) => "the message is longer than this mailbox may get",
            (2, 4) => "the mailing list could not be expanded",
            (3, 0) => "something about the receiving system",
            (3, 1) => "the receiving system has no room left",
            (3, 2) => "the receiving system takes no mail from the network now",
            (3, 3) => "the receiving system cannot do what the message needs",
            (3, 4) => "the message is larger than the receiving system takes",
            (3, 5) => "the receiving system is set up wrongly",
            (3, 6) => "another priority was given to the message",
            (4, 0) => "something about the network or the route",
            (4, 1) => "the next host does not answer",
            (4, 2) => "the connection was lost or is too bad",
            (4, 3) => "a directory, such as the DNS, does not answer",
            (4, 4) => "no way to the recipient's host is known",
            (4, 5) => "the mail system is overloaded",
            (4, 6) => "the message goes round in a loop",
            (4, 7) => "the message could not be delivered in time",
            (5, 0) => "something about the protocol",
            (5, 1) => "the command is unknown or out of order",
            (5, 2) => "the command is not well formed",
            (5, 3) => "too many recipients for one message",
            (5, 4) => "an argument of the command is wrong",
            (5, 5) => "the two sides speak different versions of the protocol",
            (5, 6) => "a line of the authentication is too long",
            (6, 0) => "something about the content",
            (6, 1) => "the type of the content is not taken",
            (6, 2) => "the content would have to be converted, which is not allowed",
            (6, 3) => "the content would have to be converted, which cannot be done",
            (6, 4) => "the content was converted and something was lost",
            (6, 5) => "the content could not be converted",
            (6, 6) => "the content could not be fetched",
            (6, 7) => "addresses outside ASCII are not taken here",
            (6, 8 | 10) => "the answer needs UTF-8, which the client did not allow",
            (6, 9) => "a header in UTF-8 cannot be passed on to a recipient",
            (7, 0) => "something about security or policy",
            (7, 1) => "the sender may not send this here",
            (7, 2) => "the sender may not send to this mailing list",
            (7, 3) => "the message's protection would have to be converted, which cannot be done",
            (7, 4) => "a security feature of the message is not known here",
            (7, 5) => "a signature or encryption could not be processed",
            (7, 6) => "a cryptographic algorithm is not known here",
            (7, 7) => "the message was changed on its way",
            (7, 8) => "the user name or the password is wrong",
            (7, 9) => "the authentication mechanism is too weak for this account",
            (7, 10) => "the connection must be encrypted",
            (7, 11) => "the connection must be encrypted for this authentication mechanism",
            (7, 12) => "the password must be set again before this mechanism can be used",
            (7, 13) => "the account is disabled",
            (7, 14) => "the servers do not trust each other as this needs",
            (7, 15) => "the message's priority is too low at the moment",
            (7, 16) => "the message is too large for its priority",
            (7, 17) => "the mailbox has changed hands since the time that was named",
            (7, 18) => "the domain has changed hands since the time that was named",
            (7, 19) => "whether the mailbox has changed hands cannot be told",
            (7, 20) => "the message has no DKIM signature that is valid",
            (7, 21) => "the message has no DKIM signature that is acceptable here",
            (7, 22) => "the message has no DKIM signature of its author's domain",
            (7, 23) => "SPF does not let this host send for the sender's domain",
            (7, 24) => "SPF could not be evaluated",
            (7, 25) => "the client's address has no name that leads back to it",
            (7, 26) => "the message fails more than one check of its origin",
            (7, 27) => "the sender's domain says that it takes no mail",
            (7, 28) => "too much mail of this kind",
            (7, 29) => "the chain of ARC seals is broken",
            (7, 30) => "the next server cannot promise TLS all the way (REQUIRETLS)",
            _ => return None,
        })
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
    fn registered_codes_have_their_words() {
        let meaning = |class, subject, detail| {
            EnhancedStatusCode::new(class, subject, detail)
                .unwrap()
                .meaning()
        };
        for (subject, last) in [(1, 10), (2, 4), (3, 6), (4, 7), (5, 6), (6, 10), (7, 30)] {
            for detail in 0..=last {
                assert!(meaning(5, subject, detail).is_some(), "{subject}.{detail}");
            }
            assert_eq!(meaning(5, subject, last + 1), None);
        }
        assert_eq!(meaning(4, 7, 139), None);
        assert_eq!(meaning(2, 8, 0), None);
        assert_eq!(meaning(4, 2, 2), meaning(5, 2, 2));
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
