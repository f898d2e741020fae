//! What is built reads back the same, by a parser that is not ours.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

use mail_parser::{Address, HeaderValue, Message as Parsed, MessageParser, MimeHeaders};
use posthaste_mime::{Attachment, Encoding, Mailbox, Message, MessageBuilder, Stamp};
use proptest::prelude::*;

const ENCODINGS: [Encoding; 3] = [
    Encoding::SEVEN_BIT,
    Encoding {
        eight_bit: true,
        ..Encoding::SEVEN_BIT
    },
    Encoding::EIGHT_BIT_UTF8,
];

fn begin() -> MessageBuilder {
    Message::builder()
        .from("ann@example.org")
        .to("bo@example.net")
}

/// Parses what `builder` makes, in every encoding.
fn read(builder: MessageBuilder, check: impl Fn(&Parsed<'_>)) {
    let message = builder.build(&Stamp::fixed(0)).unwrap();
    for encoding in ENCODINGS {
        let octets = message.to_bytes(&encoding).unwrap();
        assert_lines(&octets, &encoding);
        check(&MessageParser::default().parse(&octets).unwrap());
    }
}

/// What holds for every message, whatever is in it.
fn assert_lines(octets: &[u8], encoding: &Encoding) {
    let text = core::str::from_utf8(octets).unwrap();
    assert!(encoding.eight_bit || text.is_ascii());
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    for line in text.split("\r\n") {
        assert!(
            line.len() <= 998 && !line.contains(['\r', '\n', '\0']),
            "{line:?}"
        );
    }
    for line in head.split("\r\n") {
        assert!(
            !line.trim_matches([' ', '\t']).is_empty() && !line.ends_with([' ', '\t']),
            "{line:?}"
        );
        if !encoding.utf8_headers {
            assert!(!line.contains("=?") || line.len() <= 76, "{line:?}");
        }
    }
}

fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Text for a header: no control characters but TAB, with what is special in encoded-words and phrases.
fn header_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,120}",
        "[a-c =?_\"\\\\,.<>@\t]{0,60}",
        "[a-z ü季😀é]{0,200}",
        "(=\\?UTF-8\\?[BQ]\\?[a-zA-Z=_]{0,9}\\?=| |ü|x){0,12}",
        "\\PC{0,100}",
    ]
}

fn file_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~]{1,80}",
        "[ -~ü季😀]{1,120}",
        "[a-z季ü \"\\\\%'*;=?]{1,200}",
        "\\PC{1,60}"
    ]
    .prop_map(|name| name.replace('/', "_"))
    .prop_filter("names a folder", |name| {
        !matches!(name.as_str(), "" | "." | "..")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn subjects(subject in header_text()) {
        read(begin().subject(subject.as_str()), |parsed| {
            assert_eq!(parsed.subject().unwrap_or_default(), subject);
        });
    }

    #[test]
    fn custom_fields(text in header_text()) {
        read(begin().header("Comments", text.as_str()), |parsed| {
            let value = match parsed.header("Comments") {
                Some(HeaderValue::Text(text)) => text.to_string(),
                Some(HeaderValue::Empty) | None => String::new(),
                other => panic!("{other:?}"),
            };
            assert_eq!(value, text);
        });
    }

    #[test]
    fn display_names(names in prop::collection::vec(header_text(), 1..6)) {
        let list: Vec<_> = names.iter().map(|name| Mailbox::new(name, "x@example.org").unwrap()).collect();
        read(begin().cc(list), |parsed| {
            let Some(Address::List(list)) = parsed.cc() else { panic!() };
            let read: Vec<_> = list.iter().map(|addr| addr.name().unwrap_or_default()).collect();
            assert_eq!(read, names);
            assert!(list.iter().all(|addr| addr.address() == Some("x@example.org")));
        });
    }

    #[test]
    fn display_names_parse_back(name in header_text()) {
        let mailbox = Mailbox::new(&name, "x@example.org").unwrap();
        prop_assert_eq!(mailbox.to_string().parse::<Mailbox>().unwrap(), mailbox);
    }

    #[test]
    fn file_names(name in file_name()) {
        read(begin().attach(Attachment::bytes("x").file_name(&name)), |parsed| {
            assert_eq!(parsed.attachment(0).unwrap().attachment_name(), Some(name.as_str()));
        });
    }

    #[test]
    fn text_bodies(
        text in prop_oneof!["[ -~\n]{0,400}", "([a-z ü季.=\t\r\n]|From |\\.\n){0,300}", "[^\0]{0,300}"],
        html in prop::option::of("[a-z<>ü\n]{1,50}"),
    ) {
        let mut builder = begin().text(text.as_str()).attach(Attachment::bytes("x"));
        if let Some(html) = &html {
            builder = builder.html(html.as_str());
        }
        read(builder, |parsed| {
            assert_eq!(lines(parsed.parts[parsed.text_body[0] as usize].text_contents().unwrap()), lines(&text));
            if let Some(html) = &html {
                let part = &parsed.parts[parsed.html_body[0] as usize];
                assert_eq!(lines(part.text_contents().unwrap()), lines(html));
            }
        });
    }

    #[test]
    fn lone_text_bodies_end_with_a_line_end(text in "[a-z ü季.=\r\n]{0,200}") {
        read(begin().text(text.as_str()), |parsed| {
            let read = lines(parsed.parts[0].text_contents().unwrap());
            let wanted = lines(&text);
            assert!(read == wanted || read == format!("{wanted}\n"), "{read:?} {wanted:?}");
        });
    }

    #[test]
    fn attachments(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..4)) {
        let builder = contents
            .iter()
            .fold(begin().text("x"), |builder, octets| builder.attach(Attachment::bytes(octets.clone())));
        read(builder, |parsed| {
            let read: Vec<_> = parsed.attachments().map(|part| part.contents().to_vec()).collect();
            assert_eq!(read, contents);
        });
    }
}
