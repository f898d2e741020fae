//! Messages to octets: a small one, two texts in Chinese, a large attachment.

use std::hint::black_box;

use lettre::message::{Attachment, MultiPart, SinglePart, header::ContentType};
use peerbench::data::{chinese_text, noise};
use posthaste_mime::{Encoding, Message, MessageBuilder, Stamp};

use crate::encode::base64_lines;
use crate::{Named, Work, copy_of, p};

pub const WORKS: &[Named] = &[
    ("build-small-nonascii-subject", small),
    ("build-alternative-20KB-chinese", alternative),
    ("build-10MiB-attachment", attachment),
];

const SUBJECT: &str = "Grüße aus Köln: 你好";
const TEXT: &str = "Hello Bob,\r\n\r\nthis is a short note; the meeting is at 10:00.\r\nBring the café receipts.\r\n-- \r\nZoë\r\n";

fn small() -> Work {
    let peers = vec![
        p("limit: memcpy of the output", copy_of(mb_small(TEXT))),
        p("posthaste-mime", || {
            ph_bytes(ph_head().text(black_box(TEXT))).len()
        }),
        p("mail-builder", || mb_small(black_box(TEXT)).len()),
        p("lettre", || le_small(black_box(TEXT)).len()),
    ];
    Work {
        ops: 1,
        bytes: TEXT.len(),
        peers,
    }
}

fn alternative() -> Work {
    let t = chinese_text(10 * 1024);
    let h = format!("<html><body><p>{t}</p></body></html>");
    let bytes = t.len() + h.len();
    let (t1, t2, h1, h2) = (t.clone(), t.clone(), h.clone(), h.clone());
    let peers = vec![
        p("limit: memcpy of the output", copy_of(mb_alt(&t, &h))),
        p("posthaste-mime", move || {
            ph_bytes(ph_head().text(black_box(t.as_str())).html(h.as_str())).len()
        }),
        p("mail-builder", move || mb_alt(black_box(&t1), &h1).len()),
        p("lettre", move || le_alt(black_box(&t2), &h2).len()),
    ];
    Work {
        ops: 1,
        bytes,
        peers,
    }
}

fn attachment() -> Work {
    let big = noise(10 << 20);
    let bytes = big.len();
    let kept = ph_attached(big.clone()).build(&Stamp::fixed(0)).unwrap();
    let (b1, b2, b3, b4) = (big.clone(), big.clone(), big.clone(), big.clone());
    let peers = vec![
        p("limit: memcpy of the output", copy_of(mb_attached(&big))),
        p("base64-simd per 57-byte line + CRLF", move || {
            base64_lines(black_box(&b1)).len()
        }),
        p("encodify MIME", move || {
            encodify::base64::MIME.encode(black_box(&b4)).len()
        }),
        p("posthaste-mime (message kept, written again)", move || {
            black_box(&kept)
                .to_bytes(&Encoding::SEVEN_BIT)
                .unwrap()
                .len()
        }),
        p("posthaste-mime (input cloned)", move || {
            ph_bytes(ph_attached(black_box(&big).clone())).len()
        }),
        p("mail-builder", move || mb_attached(black_box(&b2)).len()),
        p("lettre (input cloned)", move || {
            le_attached(black_box(&b3).clone()).len()
        }),
    ];
    Work {
        ops: 1,
        bytes,
        peers,
    }
}

/// One message with this attachment; how many octets it has, 0 where nobody counts.
pub fn once(peer: &str, octets: Vec<u8>) -> usize {
    match peer {
        "posthaste-mime" => ph_bytes(ph_attached(octets)).len(),
        "posthaste-mime-write" => {
            let message = ph_attached(octets).build(&Stamp::fixed(0)).unwrap();
            let mut reader = message.stream(&Encoding::SEVEN_BIT).reader();
            reader.write_to(&mut std::io::sink()).unwrap() as usize
        }
        "lettre" => le_attached(octets).len(),
        "mail-builder" => mb_attached(&octets).len(),
        "mail-builder-write" => {
            let mut sink = std::io::BufWriter::new(std::io::sink());
            mb_with(&octets).write_to(&mut sink).unwrap();
            0
        }
        "encodify" => encodify::base64::MIME.encode(&octets).len(),
        _ => panic!("unknown peer {peer}"),
    }
}

fn ph_head() -> MessageBuilder {
    Message::builder()
        .from(("Zoë Müller", "a@example.org"))
        .to(("Bob", "b@example.net"))
        .message_id("<1@example.org>")
        .subject(SUBJECT)
}

fn ph_attached(octets: Vec<u8>) -> MessageBuilder {
    let file = posthaste_mime::Attachment::bytes(octets).file_name("a.bin");
    ph_head().text("see attachment").attach(file)
}

fn ph_bytes(builder: MessageBuilder) -> Vec<u8> {
    let message = builder.build(&Stamp::fixed(1_700_000_000)).unwrap();
    message.to_bytes(&Encoding::SEVEN_BIT).unwrap()
}

fn mb_head() -> mail_builder::MessageBuilder<'static> {
    mail_builder::MessageBuilder::new()
        .from(("Zoë Müller", "a@example.org"))
        .to(("Bob", "b@example.net"))
        .date(1_700_000_000i64)
        .message_id("1@example.org")
        .subject(SUBJECT)
}

fn mb_small(t: &str) -> Vec<u8> {
    mb_head().text_body(t).write_to_vec().unwrap()
}

fn mb_alt(t: &str, h: &str) -> Vec<u8> {
    mb_head().text_body(t).html_body(h).write_to_vec().unwrap()
}

fn mb_with(d: &[u8]) -> mail_builder::MessageBuilder<'_> {
    mb_head()
        .text_body("see attachment")
        .attachment("application/octet-stream", "a.bin", d)
}

fn mb_attached(d: &[u8]) -> Vec<u8> {
    mb_with(d).write_to_vec().unwrap()
}

fn le_head() -> lettre::message::MessageBuilder {
    lettre::Message::builder()
        .from("Zoë Müller <a@example.org>".parse().unwrap())
        .to("Bob <b@example.net>".parse().unwrap())
        .date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000))
        .message_id(Some("<1@example.org>".into()))
        .subject(SUBJECT)
}

fn le_small(t: &str) -> Vec<u8> {
    le_head()
        .header(ContentType::TEXT_PLAIN)
        .body(t.to_string())
        .unwrap()
        .formatted()
}

fn le_alt(t: &str, h: &str) -> Vec<u8> {
    let parts = MultiPart::alternative_plain_html(t.to_string(), h.to_string());
    le_head().multipart(parts).unwrap().formatted()
}

fn le_attached(d: Vec<u8>) -> Vec<u8> {
    let binary = "application/octet-stream".parse::<ContentType>().unwrap();
    let parts = MultiPart::mixed()
        .singlepart(SinglePart::plain("see attachment".to_string()))
        .singlepart(Attachment::new("a.bin".into()).body(d, binary));
    le_head().multipart(parts).unwrap().formatted()
}
