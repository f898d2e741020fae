//! Invariant: any reply to EHLO is decoded without a panic and into bounded memory, and letter case of its keywords makes no difference.

use posthaste_proto::Capabilities;
use posthaste_proto::reply::{Parser, ReplyLimits};

/// The input is what follows the codes: lines are split at LF.
pub fn run(data: &[u8]) {
    let mut reply = b"250-mx\r\n".to_vec();
    for line in data.split(|octet| *octet == b'\n').take(200) {
        reply.extend_from_slice(b"250-");
        reply.extend(line.iter().filter(|octet| **octet != b'\r').take(500));
        reply.extend_from_slice(b"\r\n");
    }
    reply.extend_from_slice(b"250 HELP\r\n");
    let Some(offered) = capabilities(&reply) else {
        return;
    };
    let upper = capabilities(&reply.to_ascii_uppercase()).expect("as long as before");
    let lower = capabilities(&reply.to_ascii_lowercase()).expect("as long as before");
    for other in [upper, lower] {
        assert_eq!(offered.starttls, other.starttls);
        assert_eq!(offered.pipelining, other.pipelining);
        assert_eq!(offered.eight_bit_mime, other.eight_bit_mime);
        assert_eq!(offered.smtputf8, other.smtputf8);
        assert_eq!(offered.size, other.size);
        assert_eq!(offered.quirks(), other.quirks());
        assert_eq!(
            offered.mechanisms().collect::<Vec<_>>(),
            other.mechanisms().collect::<Vec<_>>()
        );
    }
    assert!(
        format!("{offered:?}").len() < 16 * 1024,
        "more is kept than is allowed"
    );
}

/// `None` when the reply is over a limit.
fn capabilities(reply: &[u8]) -> Option<Capabilities> {
    let mut parser = Parser::new(ReplyLimits::default());
    let mut input = reply;
    parser
        .parse(&mut input)
        .ok()?
        .map(|reply| Capabilities::from_reply(&reply))
}
