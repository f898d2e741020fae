//! Replies: one line, twelve lines of EHLO decoded, the same octet by octet, thousands of lines.

use std::hint::black_box;

use peerbench::data::EHLO12;
use posthaste_proto::Capabilities;
use posthaste_proto::reply::{Parser, ReplyLimits};
use smtp_proto::response::parser::ResponseReceiver;

use crate::{Named, Work, p};

type Lettre = lettre::transport::smtp::response::Response;
type AsyncSmtp = async_smtp::response::Response;

pub const WORKS: &[Named] = &[
    ("reply-250-ok", || lines("250 OK\r\n", 1000)),
    ("reply-250-esc", || {
        lines("250 2.1.5 Recipient <b@example.net> ok\r\n", 100)
    }),
    ("reply-ehlo12", ehlo),
    ("reply-ehlo12-byte-at-a-time", octet_by_octet),
    ("reply-9000-lines", long),
];

/// The same reply `k` times in one input.
fn lines(reply: &'static str, k: usize) -> Work {
    let all = reply.repeat(k).into_bytes();
    let (a1, a2, a3, a4) = (all.clone(), all.clone(), all.clone(), all.clone());
    let mut parser = Parser::new(ReplyLimits::default());
    let peers = vec![
        p("limit: memchr LF scan", move || {
            let mut s = 0usize;
            for i in memchr::memchr_iter(b'\n', black_box(&a1)) {
                s = s.wrapping_add(black_box(i));
            }
            s
        }),
        p("floor: LF + code digits, borrowed", move || {
            floor_parse(black_box(&a2))
        }),
        p("posthaste-proto Parser", move || {
            let mut input = black_box(a4.as_slice());
            let mut s = 0;
            while let Some(reply) = parser.parse(&mut input).unwrap() {
                s += usize::from(black_box(reply).code().number());
            }
            s
        }),
        p("smtp-proto ResponseReceiver", move || {
            let mut r = ResponseReceiver::default();
            let mut it = black_box(&a3).iter();
            let mut s = 0;
            for _ in 0..k {
                s += r.parse(&mut it).unwrap().code as usize;
                r.reset();
            }
            s
        }),
        p("lettre Response::from_str (whole reply)", move || {
            (0..k)
                .filter(|_| black_box(reply).parse::<Lettre>().unwrap().is_positive())
                .count()
        }),
        p("async-smtp Response::from_str (whole reply)", move || {
            (0..k)
                .filter(|_| black_box(reply).parse::<AsyncSmtp>().unwrap().is_positive())
                .count()
        }),
    ];
    Work {
        ops: k,
        bytes: all.len(),
        peers,
    }
}

fn ehlo() -> Work {
    let k = 100;
    let mut work = lines(EHLO12, k);
    let mut parser = Parser::new(ReplyLimits::default());
    work.peers.extend([
        p("posthaste-proto Capabilities", move || {
            let mut s = 0;
            for _ in 0..k {
                let mut input = black_box(EHLO12.as_bytes());
                let reply = parser.parse(&mut input).unwrap().unwrap();
                let capabilities = black_box(Capabilities::from_reply(&reply));
                s += usize::from(capabilities.pipelining);
            }
            s
        }),
        p("smtp-proto EhloResponse::parse", move || {
            let mut s = 0;
            for _ in 0..k {
                let mut it = black_box(EHLO12).as_bytes().iter();
                s += smtp_proto::EhloResponse::parse(&mut it)
                    .unwrap()
                    .capabilities as usize;
            }
            s
        }),
        p("lettre Response + ServerInfo", move || {
            let mut s = 0;
            for _ in 0..k {
                let r = black_box(EHLO12).parse::<Lettre>().unwrap();
                let info = lettre::transport::smtp::extension::ServerInfo::from_response(&r);
                s += info.unwrap().name().len();
            }
            s
        }),
    ]);
    work
}

fn octet_by_octet() -> Work {
    let k = 100;
    let mut parser = Parser::new(ReplyLimits::default());
    let peers = vec![
        p("limit: byte loop looking for LF", move || {
            let mut s = 0;
            for _ in 0..k {
                for b in black_box(EHLO12.as_bytes()) {
                    s += usize::from(black_box(*b) == b'\n');
                }
            }
            s
        }),
        p("posthaste-proto Parser + Capabilities", move || {
            let mut s = 0;
            for _ in 0..k {
                for octet in black_box(EHLO12.as_bytes()).chunks(1) {
                    if let Some(reply) = parser.parse(&mut black_box(octet)).unwrap() {
                        s += usize::from(black_box(Capabilities::from_reply(&reply)).pipelining);
                    }
                }
            }
            s
        }),
        p("smtp-proto ResponseReceiver", move || {
            let mut s = 0;
            let mut r = ResponseReceiver::default();
            for _ in 0..k {
                for octet in black_box(EHLO12.as_bytes()).chunks(1) {
                    if let Ok(x) = r.parse(&mut black_box(octet).iter()) {
                        s += x.code as usize;
                        r.reset();
                    }
                }
            }
            s
        }),
    ];
    Work {
        ops: k,
        bytes: EHLO12.len() * k,
        peers,
    }
}

/// 9,000 lines, 71 KB: an operation is one line.
fn long() -> Work {
    let mut all: String = (1..9000).map(|i| format!("250-X{i}\r\n")).collect();
    all.push_str("250 X\r\n");
    let (a1, a2, a3, a4, a5) = (
        all.clone(),
        all.clone(),
        all.clone(),
        all.clone(),
        all.clone(),
    );
    let peers = vec![
        p("limit: memchr LF scan", move || {
            memchr::memchr_iter(b'\n', black_box(a1.as_bytes())).count()
        }),
        p("posthaste-proto Parser, limits raised", move || {
            let limits = ReplyLimits {
                reply: 1 << 20,
                lines: 10_000,
                ..ReplyLimits::default()
            };
            let mut parser = Parser::new(limits);
            let mut input = black_box(a2.as_bytes());
            parser
                .parse(&mut input)
                .unwrap()
                .unwrap()
                .raw_lines()
                .count()
        }),
        p(
            "posthaste-proto Parser, refused at 1,024 lines",
            move || {
                let mut parser = Parser::default();
                let mut input = black_box(a3.as_bytes());
                assert!(parser.parse(&mut input).is_err());
                input.len()
            },
        ),
        p(
            "smtp-proto ResponseReceiver, refused at 4,096 octets",
            move || {
                let mut r = ResponseReceiver::default();
                usize::from(r.parse(&mut black_box(&a4).as_bytes().iter()).is_err())
            },
        ),
        p("lettre Response::from_str (whole reply)", move || {
            usize::from(black_box(&a5).parse::<Lettre>().unwrap().is_positive())
        }),
    ];
    Work {
        ops: 9000,
        bytes: all.len(),
        peers,
    }
}

/// The least a parser without copies can do: find LF, check three digits and the separator.
fn floor_parse(b: &[u8]) -> usize {
    let mut pos = 0;
    let mut sum = 0usize;
    while let Some(i) = memchr::memchr(b'\n', &b[pos..]) {
        let l = &b[pos..pos + i];
        if l.len() < 4 || !l[..3].iter().all(u8::is_ascii_digit) {
            return sum;
        }
        sum += (l[0] as usize - 48) * 100 + (l[1] as usize - 48) * 10 + (l[2] as usize - 48);
        sum += usize::from(l[3] == b' ');
        pos += i + 1;
    }
    sum
}
