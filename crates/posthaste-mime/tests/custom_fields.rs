//! Custom fields that have a grammar are held to it.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

use mail_parser::MessageParser;
use posthaste_mime::{
    BuildError, Encoding, Message, Stamp,
    header::{AddressErrorKind, HeaderValue, HeaderValueError},
};

fn build(name: &str, value: &str) -> Result<Message, BuildError> {
    Message::builder()
        .from("ann@example.org")
        .header(name, value)
        .build(&Stamp::fixed(0))
}

/// The line of this field, as it is written.
#[track_caller]
fn written(name: &str, value: &str) -> String {
    let message = build(name, value).unwrap();
    let head = message.headers(&Encoding::SEVEN_BIT).replace("\r\n ", " ");
    head.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap()
        .to_owned()
}

#[track_caller]
fn offset_of_grammar_error(name: &str, value: &str) -> usize {
    match build(name, value) {
        Err(BuildError::Value {
            field,
            error: HeaderValueError::Grammar { offset, .. },
        }) if field == name => offset,
        other => panic!("{name}: {value:?}: {other:?}"),
    }
}

#[test]
fn blind_copies_of_a_resent_message_are_not_written() {
    for name in ["Resent-Bcc", "resent-bcc", "RESENT-BCC"] {
        let error = build(name, "eve@example.org").unwrap_err();
        assert!(
            matches!(&error, BuildError::Reserved { field } if field == name),
            "{error:?}"
        );
        assert!(error.to_string().contains("bcc()"), "{error}");
    }
    let error = build("Bcc", "eve@example.org").unwrap_err();
    assert!(error.to_string().contains("bcc()"), "{error}");
    // What the last server writes has no method.
    let error = build("Return-Path", "<>").unwrap_err();
    assert!(!error.to_string().contains("method"), "{error}");
}

#[test]
fn the_language_of_the_content_can_be_said() {
    for value in [
        "en",
        "zh-Hans",
        "en, de-DE-1996",
        "i-klingon,x-a",
        "mi , en",
    ] {
        assert_eq!(written("Content-Language", value), value);
    }
    for (value, offset) in [
        ("", 0),
        ("en,", 3),
        ("en, ,de", 3),
        ("e_n", 0),
        ("en, de_DE", 4),
        ("123", 0),
        ("ninecharac", 0),
        ("en-ninecharac", 0),
        ("en-", 0),
        ("en (English)", 0),
        ("en de", 0),
    ] {
        assert_eq!(
            offset_of_grammar_error("Content-Language", value),
            offset,
            "{value:?}"
        );
    }
    assert!(matches!(
        build("Content-Language", "é"),
        Err(BuildError::Value {
            error: HeaderValueError::NotAscii { .. },
            ..
        })
    ));
    for name in [
        "Content-Type",
        "Content-ID",
        "Content-Description",
        "Content-Foo",
    ] {
        assert!(
            matches!(build(name, "x"), Err(BuildError::Reserved { .. })),
            "{name}"
        );
    }
}

#[test]
fn address_fields_hold_addresses() {
    for name in [
        "Disposition-Notification-To",
        "Resent-From",
        "Resent-To",
        "Resent-Cc",
        "Resent-Sender",
        "Resent-Reply-To",
    ] {
        assert_eq!(
            written(name, "\"Lee, Bo\" <bo@example.net>"),
            "\"Lee, Bo\" <bo@example.net>"
        );
        assert_eq!(
            written(name, "Jürgen <j@example.net>"),
            "=?UTF-8?Q?J=C3=BCrgen?= <j@example.net>"
        );
        let error = build(name, "nobody here").unwrap_err();
        assert!(
            matches!(&error, BuildError::Address { field, .. } if *field == name),
            "{error:?}"
        );
        match build(name, "").unwrap_err() {
            BuildError::Address { error, .. } => {
                assert_eq!(error.kind(), &AddressErrorKind::Empty);
            }
            other => panic!("{other:?}"),
        }
        // An address that is not ASCII needs what it needs in To.
        let message = build(name, "ü@example.net").unwrap();
        assert!(message.needs().smtputf8, "{name}");
    }
    assert_eq!(
        written("Resent-To", "a@example.net, b@example.net"),
        "a@example.net, b@example.net"
    );
    assert_eq!(
        offset_of_grammar_error("Resent-Sender", "a@example.net, b@example.net"),
        0
    );
    // A value that calls itself structured is no way around.
    let built = Message::builder()
        .from("ann@example.org")
        .header("Resent-To", HeaderValue::structured("nobody here").unwrap())
        .build(&Stamp::fixed(0));
    assert!(matches!(built, Err(BuildError::Address { .. })));
}

#[test]
fn resent_dates_and_identifiers_are_read() {
    for value in [
        "Fri, 21 Nov 1997 09:55:06 -0600",
        "21 Nov 1997 09:55 +0000",
        "Thu, 29 Feb 2024 23:59:60 -0000",
        "Mon, 1 Jan 1900 00:00:00 +9959",
    ] {
        assert_eq!(written("Resent-Date", value), value);
    }
    for (value, offset) in [
        ("", 0),
        ("yesterday", 0),
        ("Sat, 21 Nov 1997 09:55:06 -0600", 0),
        ("Foo, 21 Nov 1997 09:55:06 -0600", 0),
        ("32 Nov 1997 09:55:06 -0600", 0),
        ("31 Nov 1997 09:55:06 -0600", 0),
        ("29 Feb 1900 09:55:06 -0600", 0),
        ("0 Nov 1997 09:55:06 -0600", 0),
        ("21 nov 1997 09:55:06 -0600", 3),
        ("21 Nov 97 09:55:06 -0600", 7),
        ("21 Nov 1899 09:55:06 -0600", 7),
        ("21 Nov 1997 24:55:06 -0600", 12),
        ("21 Nov 1997 9:55:06 -0600", 12),
        ("21 Nov 1997 09:60:06 -0600", 12),
        ("21 Nov 1997 09:55:61 -0600", 12),
        ("21 Nov 1997 09:55:06:07 -0600", 12),
        ("21 Nov 1997 09:55:06 GMT", 21),
        ("21 Nov 1997 09:55:06 -0660", 21),
        ("21 Nov 1997 09:55:06", 20),
        ("21 Nov 1997 09:55:06 -0600 (x)", 27),
        ("21  Nov 1997 09:55:06 -0600", 3),
    ] {
        assert_eq!(
            offset_of_grammar_error("Resent-Date", value),
            offset,
            "{value:?}"
        );
    }
    assert_eq!(
        written("Resent-Message-ID", "<a@example.org>"),
        "<a@example.org>"
    );
    for value in ["", "no at", "<a@b> <c@d>", "<a@b"] {
        let error = build("Resent-Message-ID", value).unwrap_err();
        assert!(
            matches!(
                error,
                BuildError::Id {
                    field: "Resent-Message-ID",
                    ..
                }
            ),
            "{value:?}: {error:?}"
        );
    }
}

#[test]
fn one_click_is_one_word() {
    let right = "List-Unsubscribe=One-Click";
    assert_eq!(written("List-Unsubscribe-Post", right), right);
    for wrong in [
        "",
        "One-Click",
        "list-unsubscribe=one-click",
        "List-Unsubscribe=One-Click; x",
    ] {
        assert_eq!(offset_of_grammar_error("List-Unsubscribe-Post", wrong), 0);
    }
    let error = build("List-Unsubscribe-Post", "yes").unwrap_err();
    assert!(error.to_string().contains(right), "{error}");
}

#[test]
fn keywords_are_encoded_phrase_by_phrase() {
    for (given, expected) in [
        ("a, b c", "a, b c"),
        ("é, b", "=?UTF-8?B?w6k=?= , b"),
        ("b,é", "b, =?UTF-8?B?w6k=?="),
        (
            "über uns, \"a, b\", c.d",
            "=?UTF-8?Q?=C3=BCber_uns?= , \"a, b\", \"c.d\"",
        ),
        (
            "\"say \\\"é\\\", please\", x",
            "=?UTF-8?Q?say_=22=C3=A9=22=2C_please?= , x",
        ),
    ] {
        assert_eq!(written("Keywords", given), expected, "{given}");
    }
    for (wrong, offset) in [("", 0), ("a,, b", 2), ("a,", 2), (", a", 0), ("a, \"b", 3)] {
        assert_eq!(
            offset_of_grammar_error("Keywords", wrong),
            offset,
            "{wrong:?}"
        );
    }
}

#[test]
fn many_long_keywords_are_folded_and_read_back() {
    let phrases: Vec<String> = (0..40)
        .map(|number| {
            format!("{} 季度报告 {number}", "ü".repeat(number))
                .trim()
                .to_owned()
        })
        .collect();
    let message = build("Keywords", &phrases.join(", ")).unwrap();
    let octets = message.to_bytes(&Encoding::SEVEN_BIT).unwrap();
    let text = String::from_utf8(octets.clone()).unwrap();
    assert!(text.lines().all(|line| line.len() <= 76), "{text}");
    let parsed = MessageParser::default().parse(&octets).unwrap();
    let read: Vec<&str> = parsed
        .keywords()
        .as_text_list()
        .unwrap()
        .iter()
        .map(|text| &**text)
        .collect();
    assert_eq!(read, phrases);
}
