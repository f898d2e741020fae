//! base64 and quoted-printable. Ours are reached through a message that was built before: its header is in the figure.

use std::hint::black_box;

use base64::Engine as _;
use peerbench::data::{ascii_text, chinese_text, latin_text, noise};
use posthaste_mime::{Attachment, Encoding, Message, Stamp};

use crate::{Named, Peer, Work, copy_of, p};

pub const WORKS: &[Named] = &[
    ("base64-76col-57KiB", || base64(57 << 10)),
    ("base64-76col-10MiB", || base64(10 << 20)),
    ("qp-ascii-1MiB", || {
        quoted_printable(ascii_text(1 << 20), false)
    }),
    ("qp-latin-1MiB", || {
        quoted_printable(latin_text(1 << 20), true)
    }),
    ("qp-chinese-1MiB", || {
        quoted_printable(chinese_text(1 << 20), false)
    }),
];

fn base64(n: usize) -> Work {
    let d = noise(n);
    let out = base64_lines(&d);
    let (d1, d2, d3, d4, d5) = (d.clone(), d.clone(), d.clone(), d.clone(), d.clone());
    let mut keep: Vec<u8> = Vec::with_capacity(out.len() + 64);
    let mut keep2: Vec<u8> = vec![0; out.len()];
    let outc = out.clone();
    let message = Message::builder()
        .from("a@example.org")
        .to("b@example.net")
        .attach(Attachment::bytes(d.clone()));
    let peers = vec![
        p("limit: memcpy of the output (fresh Vec)", copy_of(out)),
        p("memcpy of the output (reused buffer)", move || {
            keep2.copy_from_slice(black_box(&outc));
            black_box(&keep2).len()
        }),
        posthaste("posthaste-mime, whole message (reused buffer)", message),
        p("base64 crate, no line breaks", move || {
            base64::engine::general_purpose::STANDARD
                .encode(black_box(&d1))
                .len()
        }),
        p("base64-simd, no line breaks", move || {
            base64_simd::STANDARD.encode_to_string(black_box(&d2)).len()
        }),
        p("base64-simd per 57-byte line + CRLF", move || {
            base64_lines(black_box(&d3)).len()
        }),
        p("encodify MIME (76 col)", move || {
            encodify::base64::MIME.encode(black_box(&d4)).len()
        }),
        p("encodify MIME (76 col, reused buffer)", move || {
            keep.clear();
            encodify::base64::MIME.encode_append(black_box(&d), &mut keep);
            black_box(&keep).len()
        }),
        p("email-encoding (lettre's)", move || {
            let mut s = String::with_capacity(email_encoding::body::base64::encoded_len(d5.len()));
            email_encoding::body::base64::encode(black_box(&d5), &mut s).unwrap();
            s.len()
        }),
    ];
    Work {
        ops: 1,
        bytes: n,
        peers,
    }
}

/// posthaste-mime takes quoted-printable only where it suits the text: ASCII goes as it is, Chinese as base64.
fn quoted_printable(t: String, ours: bool) -> Work {
    let out = encodify::qp::BODY.encode(&t).into_bytes();
    let bytes = t.len();
    let message = Message::builder()
        .from("a@example.org")
        .to("b@example.net")
        .text(t.clone());
    let t1 = t.clone();
    let mut peers = vec![
        p("limit: memcpy of the output", copy_of(out)),
        p("encodify qp::BODY (mail-builder's)", move || {
            encodify::qp::BODY.encode(black_box(&t)).len()
        }),
        p("quoted_printable (lettre's)", move || {
            quoted_printable::encode(black_box(&t1)).len()
        }),
    ];
    if ours {
        peers.push(posthaste(
            "posthaste-mime, whole message (reused buffer)",
            message,
        ));
    }
    Work {
        ops: 1,
        bytes,
        peers,
    }
}

fn posthaste(name: &'static str, message: posthaste_mime::MessageBuilder) -> Peer {
    let message = message.build(&Stamp::fixed(0)).unwrap();
    let mut out = Vec::new();
    p(name, move || {
        out.clear();
        let mut reader = black_box(&message).stream(&Encoding::SEVEN_BIT).reader();
        reader.write_to(&mut out).unwrap();
        black_box(&out).len()
    })
}

pub fn base64_lines(d: &[u8]) -> Vec<u8> {
    let lines = d.len().div_ceil(57);
    let mut out = Vec::with_capacity(lines * 78);
    for l in d.chunks(57) {
        base64_simd::STANDARD.encode_append(l, &mut out);
        out.extend_from_slice(b"\r\n");
    }
    out
}
