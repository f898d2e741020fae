//! The messages of the golden files.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

use posthaste_mime::{Attachment, Encoding, Mailbox, Message, Stamp, header::HeaderValue};

/// 2025-01-02 03:04:05 UTC.
pub(crate) const SECONDS: u32 = 1_735_787_045;

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) message: Message,
    pub(crate) encoding: Encoding,
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |name, builder: posthaste_mime::MessageBuilder, encoding| {
        let message = builder.build(&Stamp::fixed(SECONDS)).expect(name);
        cases.push(Case {
            name,
            message,
            encoding,
        });
    };
    let begin = || {
        Message::builder()
            .from("Ann Lee <ann@example.org>")
            .to("bo@example.net")
    };
    let seven = Encoding::SEVEN_BIT;
    let eight = Encoding {
        eight_bit: true,
        ..seven
    };
    let german = "Liebe Grüße\naus Köln.\n\nDie Rechnung liegt bei. Sie hat eine ziemlich lange Zeile, die umbrochen wird.\n";

    case(
        "plain",
        begin().subject("Hello").text("Hi Bo,\n\nsee you.\n"),
        seven,
    );
    case("empty", begin(), seven);
    case(
        "no-final-line-end",
        begin().subject("").text("one\rtwo"),
        seven,
    );
    case(
        "german",
        begin().subject("Re: Grüße aus Köln am Rhein").text(german),
        seven,
    );
    case("german-8bit", begin().subject("Grüße").text(german), eight);
    case(
        "chinese",
        begin()
            .subject("季度报告".repeat(12))
            .text("你好,世界。\n".repeat(20)),
        seven,
    );
    case(
        "fragile-text",
        begin().text("From here\n.\ntrailing \ntab\t\na=b\n".to_owned() + &"long ".repeat(300)),
        seven,
    );
    case(
        "blanks-in-subject",
        begin().subject("  two  and\tmore =?UTF-8?Q?not_a_word?= trailing "),
        seven,
    );
    case(
        "addresses",
        Message::builder()
            .from(("Ann \"A.\" Lee", "ann@example.org"))
            .from("other@example.org")
            .sender("Büro <office@example.org>")
            .reply_to("\"Lee, Ann\" <ann@example.org>, \"john smith\"@example.org")
            .to((0..12)
                .map(|number| {
                    Mailbox::new(
                        &format!("Recipient, No. {number}"),
                        &format!("r{number}@example.net"),
                    )
                    .unwrap()
                })
                .collect::<Vec<_>>())
            .cc(("王小明 ".repeat(12).as_str(), "wang@example.net"))
            .bcc("hidden@example.net")
            .subject("addresses")
            .text("x\n"),
        seven,
    );
    case(
        "alternative",
        begin()
            .subject("both")
            .text("plain\n")
            .html("<p>größer &amp; schöner</p>\n"),
        seven,
    );
    case(
        "all-nested",
        begin()
            .subject("everything")
            .text("plain\n")
            .html("<img src=\"cid:logo\">")
            .inline(
                "logo",
                Attachment::bytes(*b"\x89PNG\r\n\x1a\n").file_name("logo.png"),
            )
            .attach(Attachment::bytes((0..=255).collect::<Vec<u8>>()).file_name("octets.bin"))
            .attach(Attachment::bytes("a,b\nc,d\n").file_name("table.csv"))
            .attach(Attachment::bytes(Vec::new()).file_name("nothing.pdf")),
        seven,
    );
    case(
        "file-names",
        begin()
            .subject("names")
            .text("see\n")
            .attach(Attachment::bytes("1").file_name("季度报告 (1).pdf"))
            .attach(Attachment::bytes("2").file_name("quote \" and \\ backslash.txt"))
            .attach(
                Attachment::bytes("3")
                    .file_name(&format!("{}.xlsx", "Übersicht ".repeat(12).trim_end())),
            )
            .attach(Attachment::bytes("4").file_name(&format!("{}.xlsx", "long-name-".repeat(20))))
            .attach(Attachment::bytes("5").file_name("a'b%c*d;e=f,g.txt"))
            .attach(Attachment::bytes("6").file_name("=?UTF-8?Q?x?=.txt")),
        seven,
    );
    case(
        "only-attachment",
        begin()
            .subject("file")
            .attach(Attachment::bytes("x").file_name("x.txt")),
        seven,
    );
    case(
        "attached-message",
        begin().subject("Fwd").text("see below\n").attach(
            Attachment::bytes("Subject: inner\r\n\r\nHi.\r\n")
                .media_type("message/rfc822")
                .file_name("inner.eml"),
        ),
        seven,
    );
    case(
        "thread-and-custom",
        begin()
            .subject("Re: thread")
            .text("ok\n")
            .message_id("<mine@example.org>")
            .in_reply_to("<parent@example.net>")
            .references((0..9).map(|n| format!("<message-number-{n}@mail.example.net>")).collect::<Vec<_>>().iter().map(String::as_str))
            .header("List-Unsubscribe", "<mailto:leave@example.org?subject=leave>, <https://example.org/leave/0123456789/0123456789/0123456789>")
            .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
            .header("X-Note", "naïve custom text")
            .header("Comments", HeaderValue::text("x".repeat(1200)).unwrap()),
        seven,
    );
    case(
        "utf8-headers",
        Message::builder()
            .from("安 <安@例子.中国>")
            .to("Bücher & mehr <bo@example.net>")
            .subject("季度报告 und mehr")
            .text("你好\n"),
        Encoding::EIGHT_BIT_UTF8,
    );
    cases
}
