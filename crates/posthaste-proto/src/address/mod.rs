//! Addresses of the envelope: mailboxes, paths and the names hosts call themselves by
//! (RFC 5321 4.1.2 and 4.1.3, RFC 6531 3.3).
//!
//! ```text
//!  "Ann Lee"@example.org          a Mailbox: LocalPart @ Domain
//!   ^^^^^^^   ^^^^^^^^^^^
//!  LocalPart  Domain::Name(DomainName)   or   Domain::Literal(AddressLiteral)   [192.0.2.1]
//!
//!  ReversePath = Mailbox or nothing       MAIL FROM:<...>
//!  ForwardPath = Mailbox or Postmaster    RCPT TO:<...>
//!  ClientName  = ASCII Domain             EHLO ...
//! ```
//!
//! Every value is checked once, when it is made. None of these types can hold a control character, so none can
//! end a command line or begin a second one. What is printed parses back to an equal value.
//!
//! Limits, in octets of the printed form: local part 64, domain 255, label 63, path with its angle brackets 256
//! (RFC 5321 4.5.3.1).
//!
//! ```
//! use posthaste_proto::address::Mailbox;
//!
//! let ann: Mailbox = "ann@example.org".parse()?;
//! assert_eq!(ann.local_part().as_str(), "ann");
//!
//! // Quotes are syntax, not content: they are kept off when they are not needed.
//! let same: Mailbox = r#""ann"@example.org"#.parse()?;
//! assert_eq!(same, ann);
//! assert_eq!(same.to_string(), "ann@example.org");
//!
//! let error = "ann@example.org\r\nRCPT TO:<eve@example.org>".parse::<Mailbox>().unwrap_err();
//! assert_eq!(error.offset(), 15);
//! # Ok::<(), posthaste_proto::address::AddressError>(())
//! ```

use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

#[cfg(feature = "idna")]
mod a_label;
mod client_name;
mod domain;
mod error;
mod literal;
mod local_part;
pub(crate) mod parser;
pub(crate) mod path;
#[cfg(test)]
pub(crate) mod strategy;

pub use client_name::ClientName;
pub use domain::{Domain, DomainName};
pub use error::{AddressError, AddressErrorKind};
pub use literal::{AddressLiteral, GeneralLiteral};
pub use local_part::LocalPart;
pub use path::{ForwardPath, ReversePath};

/// The longest mailbox in octets: a path of 256 without its angle brackets (RFC 5321 4.5.3.1.3).
pub const MAX_MAILBOX: usize = 254;

/// A mailbox, `local-part@domain` (RFC 5321 4.1.2), in ASCII or, for SMTPUTF8, in UTF-8 (RFC 6531 3.3).
///
/// Two mailboxes are equal when local part and domain are the same octets. [`Mailbox::is_same`] compares as mail
/// systems do, without regard to ASCII case in the domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mailbox {
    local_part: LocalPart,
    domain: Domain,
}

impl Mailbox {
    /// Joins a local part and a domain.
    ///
    /// # Errors
    ///
    /// When the two together are longer than [`MAX_MAILBOX`].
    pub fn new(local_part: LocalPart, domain: Domain) -> Result<Self, AddressError> {
        let octets = local_part.encoded_len() + 1 + domain.encoded_len();
        if octets > MAX_MAILBOX {
            return Err(AddressError::new(
                AddressErrorKind::PathTooLong,
                MAX_MAILBOX,
            ));
        }
        Ok(Self { local_part, domain })
    }

    /// What stands before the `@`, without quotes.
    #[must_use]
    pub const fn local_part(&self) -> &LocalPart {
        &self.local_part
    }

    /// What stands behind the `@`.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Whether the whole mailbox is ASCII. One that is not needs the SMTPUTF8 extension.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.local_part.is_ascii() && self.domain.is_ascii()
    }

    /// Whether both name the same mailbox: local parts octet by octet (RFC 5321 2.4), domains without regard to
    /// ASCII case.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.local_part == other.local_part && self.domain.is_same(&other.domain)
    }

    /// An order in which the same mailboxes are equal, and so neighbours when sorted.
    pub(crate) fn cmp_same(&self, other: &Self) -> Ordering {
        let domains = || self.domain.cmp_same(&other.domain);
        self.local_part.cmp(&other.local_part).then_with(domains)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local_part, self.domain)
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parser::whole(text, parser::mailbox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    fn kind(text: &str) -> (AddressErrorKind, usize) {
        let error = text.parse::<Mailbox>().expect_err(text);
        (error.kind(), error.offset())
    }

    #[test]
    fn valid_mailboxes_print_in_their_shortest_form() {
        for (given, printed) in [
            ("a@b", "a@b"),
            (
                "first.last+tag@sub.example.org",
                "first.last+tag@sub.example.org",
            ),
            (
                "!#$%&'*+-/=?^_`{|}~@example.org",
                "!#$%&'*+-/=?^_`{|}~@example.org",
            ),
            (r#""ann"@example.org"#, "ann@example.org"),
            (r#""a\n\n"@example.org"#, "ann@example.org"),
            (r#""a b"@example.org"#, r#""a b"@example.org"#),
            (r#""a..b"@example.org"#, r#""a..b"@example.org"#),
            (r#"""@example.org"#, r#"""@example.org"#),
            (r#""a\"\\b"@example.org"#, r#""a\"\\b"@example.org"#),
            (
                r#""a@b> SIZE=1"@example.org"#,
                r#""a@b> SIZE=1"@example.org"#,
            ),
            ("a@[192.0.2.1]", "a@[192.0.2.1]"),
            ("a@[ipv6:2001:DB8:0::1]", "a@[IPv6:2001:db8::1]"),
            ("a@[IPv6:::ffff:192.0.2.1]", "a@[IPv6:::ffff:192.0.2.1]"),
            ("a@[x400:c=de;a=b]", "a@[x400:c=de;a=b]"),
            ("jürgen@müller.example", "jürgen@müller.example"),
            ("用户@例子.中国", "用户@例子.中国"),
        ] {
            let mailbox: Mailbox = given.parse().expect(given);
            assert_eq!(mailbox.to_string(), printed, "{given}");
            assert_eq!(mailbox.is_ascii(), given.is_ascii(), "{given}");
        }
    }

    #[test]
    fn what_is_wrong_and_where() {
        use AddressErrorKind as K;
        for (text, expected) in [
            ("", (K::Empty, 0)),
            ("a", (K::MissingAt, 1)),
            ("a.b", (K::MissingAt, 3)),
            ("@b", (K::LocalPart, 0)),
            (".a@b", (K::LocalPart, 0)),
            ("a..b@c", (K::LocalPart, 2)),
            ("a.@c", (K::LocalPart, 2)),
            ("a b@c", (K::LocalPart, 1)),
            ("a,b@c", (K::LocalPart, 1)),
            ("<a@b>", (K::LocalPart, 0)),
            ("Ann <a@b>", (K::LocalPart, 3)),
            (r#""a@b"#, (K::QuotedString, 4)),
            (r#""a"b@c"#, (K::MissingAt, 3)),
            (r#""a\"#, (K::QuotedString, 3)),
            ("\"a\u{e9}\\\u{e9}\"@b", (K::QuotedString, 5)),
            ("a@", (K::Domain, 2)),
            ("a@.b", (K::Domain, 2)),
            ("a@b..c", (K::Domain, 4)),
            ("a@b.", (K::Domain, 4)),
            ("a@-b", (K::Domain, 2)),
            ("a@b-", (K::Domain, 3)),
            ("a@b_c", (K::Trailing, 3)),
            ("a@b@c", (K::Trailing, 3)),
            ("a@b,c@d", (K::Trailing, 3)),
            ("a@b ", (K::Trailing, 3)),
            ("a@b>", (K::Trailing, 3)),
            ("a@b\u{3002}c", (K::Domain, 3)),
            ("a@b\u{ff0e}c", (K::Domain, 3)),
            ("a@\u{202e}b", (K::Domain, 2)),
            ("a@[1.2.3]", (K::Literal, 3)),
            ("a@[1.2.3.256]", (K::Literal, 3)),
            ("a@[01.2.3.4]", (K::Literal, 3)),
            ("a@[2001:db8::1]", (K::Literal, 3)),
            ("a@[IPv6:1.2.3.4]", (K::Literal, 3)),
            ("a@[IPv6:fe80::1%eth0]", (K::Literal, 3)),
            ("a@[1.2.3.4", (K::Literal, 10)),
            ("a@[x400:]", (K::Literal, 3)),
            ("a@[x-:y]", (K::Literal, 3)),
            ("a@b\r\n", (K::Control, 3)),
            ("a\0@b", (K::Control, 1)),
            ("\"a\tb\"@c", (K::Control, 2)),
            ("\"a\rb\"@c", (K::Control, 2)),
            ("\"a\\\nb\"@c", (K::Control, 3)),
            ("a\u{85}@b", (K::Control, 1)),
            ("a\u{2028}@b", (K::Control, 1)),
            ("a\u{7f}@b", (K::Control, 1)),
        ] {
            assert_eq!(kind(text), expected, "{text:?}");
        }
    }

    #[test]
    fn limits_are_reached_and_named() {
        use AddressErrorKind as K;
        let local = "l".repeat(64);
        assert!(format!("{local}@b").parse::<Mailbox>().is_ok());
        assert_eq!(kind(&format!("{local}l@b")).0, K::LocalPartTooLong);
        // A needless pair of quotes does not count: it is not part of what is sent.
        assert!(format!("\"{local}\"@b").parse::<Mailbox>().is_ok());
        assert_eq!(
            kind(&format!("\"{} {}\"@b", "l".repeat(40), "l".repeat(22))).0,
            K::LocalPartTooLong
        );

        let label = "d".repeat(63);
        assert!(format!("a@{label}").parse::<Mailbox>().is_ok());
        assert_eq!(kind(&format!("a@{label}d")).0, K::LabelTooLong);
        assert!(format!("a@{}", "é".repeat(59)).parse::<Mailbox>().is_ok());
        assert_eq!(kind(&format!("a@{}", "é".repeat(60))).0, K::LabelTooLong);

        let domain = [label.as_str(); 4].join(".");
        assert_eq!(domain.len(), 255);
        assert!(domain.parse::<DomainName>().is_ok());
        assert_eq!(kind(&format!("a@{domain}")).0, K::PathTooLong);
        assert_eq!(kind(&format!("a@{domain}.e")).0, K::DomainTooLong);
        assert!(format!("a@{}", &domain[3..]).parse::<Mailbox>().is_ok());
        assert_eq!(kind(&format!("aa@{}", &domain[2..])).0, K::PathTooLong);
        let literal = |octets: usize| format!("[x:{}]", "y".repeat(octets - 4));
        assert!(literal(255).parse::<Domain>().is_ok());
        let too_long = literal(256).parse::<Domain>().unwrap_err();
        assert_eq!((too_long.kind(), too_long.offset()), (K::DomainTooLong, 0));
        assert_eq!(kind(&"a".repeat(100_000)).0, K::PathTooLong);
    }

    #[test]
    fn same_mailbox_is_judged_by_exact_local_part_and_caseless_domain() {
        let parse = |text: &str| text.parse::<Mailbox>().unwrap();
        assert!(parse("ann@Example.ORG").is_same(&parse("ann@example.org")));
        assert!(!parse("Ann@example.org").is_same(&parse("ann@example.org")));
        assert_ne!(parse("ann@Example.ORG"), parse("ann@example.org"));
    }

    proptest! {
        #[test]
        fn printed_mailboxes_parse_back(mailbox in strategy::mailbox()) {
            let text = mailbox.to_string();
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert!(text.len() <= MAX_MAILBOX);
            prop_assert_eq!(text.parse::<Mailbox>().unwrap(), mailbox);
        }

        #[test]
        fn whatever_parses_prints_and_parses_to_the_same(text in "[a-c.@\"\\\\ é\\[\\]:0-9<>,\r\n\0-]{0,24}") {
            if let Ok(mailbox) = text.parse::<Mailbox>() {
                let printed = mailbox.to_string();
                prop_assert!(!printed.bytes().any(|b| b < 0x20 || b == 0x7f));
                prop_assert_eq!(printed.parse::<Mailbox>().unwrap(), mailbox);
            }
        }

        #[test]
        fn an_error_points_into_the_text_or_at_its_end(text in any::<String>()) {
            if let Err(error) = text.parse::<Mailbox>() {
                prop_assert!(error.offset() <= text.len());
                prop_assert!(text.is_char_boundary(error.offset()));
            }
        }
    }
}
