//! No text that a caller gives writes a line break or a NUL: every way in, times every such character.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

use posthaste_mime::{
    Attachment, AttachmentError, BuildError, Message, MessageBuilder, Stamp, header::FileNameError,
};

const CHARACTERS: [char; 8] = [
    '\r', '\n', '\0', '\u{1}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}',
];

type WayIn = (
    &'static str,
    fn(MessageBuilder, &str) -> MessageBuilder,
    usize,
);

/// The field that the error names, how the text goes in, and how many octets stand before the text.
const WAYS: [WayIn; 24] = [
    (
        "From",
        |builder, text| builder.from(format!("{text} <a@example.org>")),
        0,
    ),
    (
        "From",
        |builder, text| builder.from(format!("\"{text}\" <a@example.org>")),
        1,
    ),
    (
        "From",
        |builder, text| builder.from(format!("({text}) a@example.org")),
        1,
    ),
    (
        "Sender",
        |builder, text| builder.sender(format!("a@{text}.org")),
        2,
    ),
    (
        "Reply-To",
        |builder, text| builder.reply_to(format!("<{text}@example.org>")),
        1,
    ),
    ("To", |builder, text| builder.to((text, "a@example.org")), 0),
    (
        "To",
        |builder, text| builder.to(("", format!("{text}@example.org").as_str())),
        0,
    ),
    (
        "To",
        |builder, text| builder.to(format!("b@example.org, {text} <a@example.org>")),
        15,
    ),
    (
        "Cc",
        |builder, text| builder.cc(format!("a@example.org ({text})")),
        15,
    ),
    (
        "Bcc",
        |builder, text| builder.bcc(format!("\"{text}\"@example.org")),
        1,
    ),
    ("Subject", |builder, text| builder.subject(text), 0),
    (
        "Subject",
        |builder, text| builder.subject(format!("é{text}")),
        2,
    ),
    ("X-Test", |builder, text| builder.header("X-Test", text), 0),
    (
        "List-Id",
        |builder, text| builder.header("List-Id", text),
        0,
    ),
    ("name", |builder, text| builder.header(text, "x"), 0),
    ("Message-ID", |builder, text| builder.message_id(text), 0),
    (
        "Message-ID",
        |builder, text| builder.message_id(format!("<{text}@example.org>").as_str()),
        1,
    ),
    (
        "In-Reply-To",
        |builder, text| builder.in_reply_to(format!("a@{text}").as_str()),
        2,
    ),
    (
        "References",
        |builder, text| builder.references(["a@b", format!("{text}@b").as_str()]),
        0,
    ),
    (
        "Content-ID",
        |builder, text| builder.inline(text, Attachment::bytes("x")),
        0,
    ),
    (
        "file name",
        |builder, text| builder.attach(Attachment::bytes("x").file_name(text)),
        0,
    ),
    (
        "file name",
        |builder, text| builder.inline("a", Attachment::bytes("x").file_name(text)),
        0,
    ),
    (
        "media type",
        |builder, text| builder.attach(Attachment::bytes("x").media_type(text)),
        0,
    ),
    (
        "media type",
        |builder, text| {
            builder.attach(Attachment::bytes("x").media_type(format!("a/b; c=\"{text}\"").as_str()))
        },
        8,
    ),
];

#[test]
fn no_way_in_takes_a_control_character() {
    for (number, (field, way, before)) in WAYS.iter().enumerate() {
        for character in CHARACTERS {
            for (text, at) in [
                (format!("ab{character}Bcc: x@example.org"), 2),
                (format!("ab{character}"), 2),
                (character.to_string(), 0),
            ] {
                let builder = way(Message::builder(), &text).from("ann@example.org");
                let error = builder
                    .build(&Stamp::fixed(0))
                    .expect_err(&format!("{number} {field} {text:?}"));
                let (named, offset) = place(&error);
                let context = format!("{number} {text:?}: {error}");
                assert_eq!(named, *field, "{context}");
                // Message-ID without an @ is refused for that, wherever a control character stands.
                if !(*field == "Message-ID" && *before == 0) {
                    assert_eq!(offset, before + at, "{context}");
                }
                assert!(!error.to_string().contains(character), "{context:?}");
            }
        }
    }
}

fn place(error: &BuildError) -> (&str, usize) {
    match error {
        BuildError::Address { field, error } => (field, error.offset()),
        BuildError::Value { field, error } => (field, error.offset()),
        BuildError::Name(posthaste_mime::header::HeaderNameError::Forbidden { offset, .. }) => {
            ("name", *offset)
        }
        BuildError::Id { field, error } => (field, error.offset()),
        BuildError::Attachment {
            error: AttachmentError::FileName(FileNameError::Forbidden { offset, .. }),
            ..
        } => ("file name", *offset),
        BuildError::Attachment {
            error: AttachmentError::MediaType(error),
            ..
        } => ("media type", error.offset()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_of_the_builder_are_no_custom_fields() {
    for name in [
        "Date",
        "from",
        "SENDER",
        "Reply-To",
        "To",
        "Cc",
        "Bcc",
        "Subject",
        "Message-Id",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Return-Path",
    ] {
        let built = Message::builder()
            .from("a@example.org")
            .header(name, "x")
            .build(&Stamp::fixed(0));
        assert!(matches!(built, Err(BuildError::Reserved { field }) if field == name));
    }
}

#[test]
fn bodies_hold_no_nul() {
    let begin = || Message::builder().from("a@example.org");
    let built = begin().text("ab\0").build(&Stamp::fixed(0));
    assert!(matches!(
        built,
        Err(BuildError::Nul {
            body: "text",
            offset: 2
        })
    ));
    let built = begin().html("\0").build(&Stamp::fixed(0));
    assert!(matches!(
        built,
        Err(BuildError::Nul {
            body: "html",
            offset: 0
        })
    ));
}

#[test]
fn what_is_no_message_is_refused() {
    let stamp = Stamp::fixed(0);
    let begin = || Message::builder().from("a@example.org");
    assert!(matches!(
        Message::builder().build(&stamp),
        Err(BuildError::MissingFrom)
    ));
    assert!(matches!(
        begin().from("b@example.org").build(&stamp),
        Err(BuildError::MissingSender)
    ));
    assert!(matches!(
        begin().sender("a@b, c@d").build(&stamp),
        Err(BuildError::SeveralSenders)
    ));
    let twice = begin()
        .inline("a", Attachment::bytes("1"))
        .inline("a", Attachment::bytes("2"));
    assert!(matches!(twice.build(&stamp), Err(BuildError::SameContentId { id }) if id == "a"));
    for (media, octets) in [
        ("multipart/mixed", "x"),
        ("text/plain; name=x", "x"),
        ("message/rfc822", "bare\nline feed"),
        ("message/rfc822", "\0"),
    ] {
        let built = begin()
            .attach(Attachment::bytes(octets).media_type(media))
            .build(&stamp);
        assert!(
            matches!(built, Err(BuildError::Attachment { number: 0, .. })),
            "{media}"
        );
    }
    assert!(Attachment::file("/nonexistent/file").is_err());
    assert!(Attachment::file(env!("CARGO_MANIFEST_DIR")).is_err());
}
