//! Dot-stuffing of text, of base64, and of text with many dots.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use memchr::memmem;
use peerbench::data::{ascii_text, noise};
use posthaste_proto::content::dot::DotStuffer;

use crate::encode::base64_lines;
use crate::{Named, Work, copy_of, p};

pub const WORKS: &[Named] = &[
    ("dotstuff-text-10MiB", || stuff(ascii_text(10 << 20))),
    ("dotstuff-base64-13MiB", || {
        stuff(String::from_utf8(base64_lines(&noise(10 << 20))).unwrap())
    }),
    ("dotstuff-text-with-dots-10MiB", || {
        stuff(ascii_text(10 << 20).replace("\r\nthe", "\r\n.he"))
    }),
];

/// What a session has room for at once.
const BLOCK: usize = 64 << 10;

fn stuff(text: String) -> Work {
    let d = text.into_bytes();
    let bytes = d.len();
    let rt = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (a, b, c, e, f, g, h) = (
        d.clone(),
        d.clone(),
        d.clone(),
        d.clone(),
        d.clone(),
        d.clone(),
        d.clone(),
    );
    let (mut block, mut ours) = (Vec::with_capacity(BLOCK), vec![0; BLOCK]);
    let peers = vec![
        p("limit: memmem scan CRLF-dot, no copy", move || {
            memmem::find_iter(black_box(&a), b"\r\n.").count()
        }),
        p("memchr LF scan + next byte, no copy", move || {
            let d = black_box(&g);
            memchr::memchr_iter(b'\n', d)
                .filter(|i| d.get(i + 1) == Some(&b'.'))
                .count()
        }),
        p("memcpy", copy_of(b)),
        p("memmem + span copies", move || {
            let mut out = Vec::with_capacity(c.len() + c.len() / 64);
            stuff_memmem(black_box(&c), &mut out);
            out.len()
        }),
        p("memmem + span copies, blocks (reused buffer)", move || {
            let mut sum = 0;
            for piece in black_box(&h).chunks(DotStuffer::room(BLOCK)) {
                block.clear();
                stuff_memmem(piece, &mut block);
                sum += black_box(&block).len();
            }
            sum
        }),
        p(
            "posthaste-proto DotStuffer, blocks (reused buffer)",
            move || {
                let mut stuffer = DotStuffer::new();
                let mut sum = 0;
                for piece in black_box(&d).chunks(DotStuffer::room(BLOCK)) {
                    ours[..piece.len()].copy_from_slice(piece);
                    sum += stuffer.stuff(&mut ours, 0, piece.len()).unwrap();
                    black_box(&ours);
                }
                sum + stuffer.terminator().unwrap().len()
            },
        ),
        p("byte push (one state step an octet)", move || {
            stuff_bytewise(black_box(&e)).len()
        }),
        p("mail-send write_message to a null stream", move || {
            let mut c = mail_send::SmtpClient {
                stream: Null,
                timeout: std::time::Duration::from_secs(1),
            };
            rt.block_on(c.write_message(black_box(&f))).unwrap();
            1
        }),
    ];
    Work {
        ops: 1,
        bytes,
        peers,
    }
}

fn stuff_memmem(d: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    if d.first() == Some(&b'.') {
        out.push(b'.');
    }
    for i in memmem::find_iter(d, b"\r\n.") {
        out.extend_from_slice(&d[from..i + 2]);
        out.push(b'.');
        from = i + 2;
    }
    out.extend_from_slice(&d[from..]);
}

fn stuff_bytewise(d: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(d.len());
    let mut at = 2u8; // 0 middle, 1 after CR, 2 line start
    for &b in d {
        if b == b'.' && at == 2 {
            out.push(b'.');
        }
        out.push(b);
        at = match b {
            b'\r' => 1,
            b'\n' if at == 1 => 2,
            _ => 0,
        };
    }
    out
}

struct Null;

impl tokio::io::AsyncRead for Null {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl tokio::io::AsyncWrite for Null {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        b: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        black_box(b);
        Poll::Ready(Ok(b.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
