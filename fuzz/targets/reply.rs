//! Invariant: the reply parser gives the same replies and the same error for any octets, whole and in any pieces, keeps
//! to its limits, tells octets outside ASCII, and what it accepts can be shown.

use posthaste_proto::reply::{Parser, Quirk, ReplyLimits};

/// The first octet chooses the pieces and the limits, the rest is what the server sends.
pub fn run(data: &[u8]) {
    let Some((seed, input)) = data.split_first() else {
        return;
    };
    let limits = if seed & 1 == 0 {
        ReplyLimits::default()
    } else {
        ReplyLimits {
            line: 40,
            reply: 100,
            lines: 6,
        }
    };
    let whole = parse(limits, input, usize::MAX);
    assert_eq!(whole, parse(limits, input, 1), "byte by byte");
    assert_eq!(
        whole,
        parse(limits, input, usize::from(seed >> 1) % 16 + 1),
        "in pieces"
    );
}

fn parse(limits: ReplyLimits, input: &[u8], piece: usize) -> Vec<String> {
    let mut parser = Parser::new(limits);
    let mut told = Vec::new();
    for mut piece in input.chunks(piece.min(input.len().max(1))) {
        while !piece.is_empty() {
            let before = piece.len();
            match parser.parse(&mut piece) {
                Ok(Some(reply)) => {
                    let lines = reply.raw_lines().count();
                    let octets: usize = reply.raw_lines().map(<[u8]>::len).sum();
                    assert!(lines <= limits.lines && octets <= limits.reply);
                    assert_eq!(
                        reply.raw_lines().all(<[u8]>::is_ascii),
                        !reply.quirks().contains(Quirk::EightBit)
                    );
                    let kept = reply.to_reply();
                    assert_eq!(kept.code(), reply.code());
                    assert!(kept.lines().count() <= lines);
                    let shown = kept.to_string();
                    assert!(!shown.chars().any(char::is_control), "{shown:?}");
                    told.push(format!(
                        "{reply:?} {:?} {shown} {:?}",
                        reply.quirks(),
                        kept.queue_id()
                    ));
                }
                Ok(None) => assert!(piece.is_empty()),
                Err(error) => {
                    told.push(error.to_string());
                    return told;
                }
            }
            assert!(piece.len() < before || before == 0, "no progress");
        }
    }
    told.push(format!(
        "left: {:?}",
        parser.unfinished().map(|text| text.len())
    ));
    told
}
