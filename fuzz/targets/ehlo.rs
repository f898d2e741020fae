//! Invariant: any reply to EHLO is decoded without a panic and into bounded memory, and neither letter case of its keywords
//! nor the pieces in which it comes make a difference.

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
    let Some(offered) = capabilities(&reply, usize::MAX) else {
        return;
    };
    for piece in [1, data.len() % 13 + 1] {
        assert_eq!(capabilities(&reply, piece), Some(offered.clone()));
    }
    let names: Vec<_> = offered.auth().map(str::to_ascii_uppercase).collect();
    for (index, name) in names.iter().enumerate() {
        assert!(!names.iter().take(index).any(|before| before == name));
        assert!(offered.offers_mechanism(&name.to_ascii_lowercase()));
    }
    let upper = capabilities(&reply.to_ascii_uppercase(), usize::MAX).expect("as long as before");
    let lower = capabilities(&reply.to_ascii_lowercase(), usize::MAX).expect("as long as before");
    for other in [upper, lower] {
        assert_eq!(offered.starttls, other.starttls);
        assert_eq!(offered.pipelining, other.pipelining);
        assert_eq!(offered.eight_bit_mime, other.eight_bit_mime);
        assert_eq!(offered.smtputf8, other.smtputf8);
        assert_eq!(offered.size, other.size);
        assert_eq!(offered.quirks(), other.quirks());
        assert!(
            names
                .iter()
                .cloned()
                .eq(other.auth().map(str::to_ascii_uppercase))
        );
        assert_eq!(
            offered.offers_mechanism("PLAIN"),
            other.offers_mechanism("plain")
        );
    }
    assert!(
        format!("{offered:?}").len() < 16 * 1024,
        "more is kept than is allowed"
    );
}

/// What comes in pieces of so many octets; `None` when the reply is over a limit.
fn capabilities(reply: &[u8], piece: usize) -> Option<Capabilities> {
    let mut parser = Parser::new(ReplyLimits::default());
    for mut piece in reply.chunks(piece) {
        if let Some(reply) = parser.parse(&mut piece).ok()? {
            return Some(Capabilities::from_reply(&reply));
        }
    }
    None
}
