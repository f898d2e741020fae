//! The same input for everybody.

/// Deterministic pseudo-random bytes (xorshift).
pub fn noise(n: usize) -> Vec<u8> {
    let mut s = 0x9E37_79B9_7F4A_7C15u64;
    let mut v = Vec::with_capacity(n + 8);
    while v.len() < n {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        v.extend_from_slice(&s.to_le_bytes());
    }
    v.truncate(n);
    v
}
/// English-like ASCII text, CRLF lines of about 72 columns.
pub fn ascii_text(n: usize) -> String {
    let words = [
        "the",
        "quick",
        "message",
        "delivery",
        "queue",
        "of",
        "mail",
        "is",
        "retried",
        "until",
        "accepted.",
        "A",
        "host",
        "may",
        "reply",
        "(twice)",
        "later",
    ];
    let mut out = String::new();
    let (mut i, mut col) = (7usize, 0usize);
    while out.len() < n {
        i = (i * 31 + 11) % 1009;
        let w = words[i % words.len()];
        if col + w.len() + 1 > 72 {
            out.push_str("\r\n");
            col = 0;
        }
        if col > 0 {
            out.push(' ');
            col += 1;
        }
        out.push_str(w);
        col += w.len();
    }
    out.push_str("\r\n");
    out
}
/// French-like text: about 6 percent non-ASCII characters.
pub fn latin_text(n: usize) -> String {
    ascii_text(n)
        .replace("delivery", "dél\u{e8}vr\u{e9}e")
        .replace("reply", "r\u{e9}pond")
}
/// Chinese text with CRLF lines of 30 characters.
pub fn chinese_text(n: usize) -> String {
    let base: Vec<char> =
        "邮件投递系统会在队列中保存每封信直到对方服务器接受为止然后记录结果并通知发件人"
            .chars()
            .collect();
    let mut out = String::new();
    let mut i = 0usize;
    while out.len() < n {
        out.push(base[(i * 7) % base.len()]);
        i += 1;
        if i % 30 == 0 {
            out.push_str("。\r\n");
        }
    }
    out.push_str("\r\n");
    out
}
pub const EHLO12: &str = "250-mx.example.net Hello bench [127.0.0.1]\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-ETRN\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250-HELP\r\n250 CHUNKING\r\n";
/// A small complete message of about `n` bytes, CRLF, no bare dots.
pub fn small_message(n: usize) -> Vec<u8> {
    let mut m = String::from(
        "From: <a@example.org>\r\nTo: <b@example.net>\r\nSubject: bench\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n",
    );
    if n > m.len() {
        let t = ascii_text(n - m.len());
        m.push_str(&t);
    }
    m.into_bytes()
}
