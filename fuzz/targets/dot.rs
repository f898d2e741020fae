//! Invariant: content that is stuffed in any pieces and unstuffed by the book is the same content, and its first
//! `CRLF . CRLF` is its end.

use posthaste_proto::content::dot::DotStuffer;

/// The first octet chooses the pieces; in the rest, what is no line end is kept and every CR or LF becomes CRLF.
pub fn run(data: &[u8]) {
    let Some((seed, text)) = data.split_first() else {
        return;
    };
    let mut content = Vec::new();
    for octet in text {
        match octet {
            b'\r' | b'\n' => content.extend_from_slice(b"\r\n"),
            octet => content.push(*octet),
        }
    }
    let mut stuffer = DotStuffer::new();
    let mut wire = Vec::new();
    let piece = usize::from(*seed % 23) + 1;
    for piece in content.chunks(piece) {
        let mut buffer = piece.to_vec();
        let mut free = piece.len();
        while DotStuffer::room(free) < piece.len() {
            free += 1;
        }
        buffer.resize(free, b'.');
        let length = stuffer
            .stuff(&mut buffer, 0, piece.len())
            .expect("no bare line breaks");
        assert!(length <= free);
        wire.extend_from_slice(&buffer[..length]);
    }
    wire.extend_from_slice(stuffer.terminator().expect("no bare line breaks"));
    if !content.is_empty() && !content.ends_with(b"\r\n") {
        content.extend_from_slice(b"\r\n");
    }
    assert_eq!(unstuff(&wire), Some(content));
    // The same octets as they came, bare line breaks and all: refused at the first of them, never a panic.
    let mut raw = [text, &[0; 64], &vec![0; text.len()]].concat();
    let bare = DotStuffer::new().stuff(&mut raw, 0, text.len());
    if let Err(at) = bare {
        assert!(
            matches!(text.get(at.0 as usize), Some(b'\r' | b'\n')),
            "{at:?}"
        );
    }
}

/// Line by line, as RFC 5321 section 4.5.2 says. `None` when the end is not at the end.
fn unstuff(wire: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let mut rest = wire;
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let (line, after) = rest.split_at(end + 2);
        rest = after;
        match line {
            b".\r\n" => return rest.is_empty().then_some(content),
            [b'.', stuffed @ ..] => content.extend_from_slice(stuffed),
            line => content.extend_from_slice(line),
        }
    }
}
