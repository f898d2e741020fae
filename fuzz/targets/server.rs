//! Invariant: the server's session says the same and keeps the same however its input is cut, whatever the input is: commands,
//! AUTH, DATA, BDAT or none of them; every reply line is a reply line; and what it keeps waiting is bounded.

use std::sync::Arc;

use posthaste_inbox::Config;
use posthaste_inbox::session::{Session, Step};

/// What came of it.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    said: Vec<u8>,
    kept: Vec<(String, Vec<u8>)>,
    closed: bool,
}

/// The first octet chooses the configuration and the pieces; the rest is what the client says. `\n` becomes CRLF unless a bit
/// of the choice says otherwise, so that inputs are easily found.
pub fn run(data: &[u8]) {
    let Some((&choice, input)) = data.split_first() else {
        return;
    };
    let mut octets = Vec::with_capacity(input.len() * 2);
    for octet in input {
        if *octet == b'\n' && choice & 1 == 0 {
            octets.push(b'\r');
        }
        octets.push(*octet);
    }
    let whole = hear(choice, &octets, usize::MAX);
    assert_eq!(whole, hear(choice, &octets, 1), "octet by octet");
    assert_eq!(
        whole,
        hear(choice, &octets, usize::from(choice >> 3) + 2),
        "in pieces"
    );
    for line in whole.said.split_inclusive(|octet| *octet == b'\n') {
        assert!(
            line.ends_with(b"\r\n")
                && line.len() <= 512
                && line.iter().take(3).all(u8::is_ascii_digit)
                && matches!(line.get(3), Some(b' ' | b'-' | b'\r'))
                && !line[..line.len() - 2]
                    .iter()
                    .any(|octet| octet.is_ascii_control()),
            "{}",
            line.escape_ascii()
        );
    }
}

fn hear(choice: u8, octets: &[u8], piece: usize) -> Heard {
    let config = Config::new()
        .auth("ann", "s3cret")
        .token("ann", "t0ken")
        .auth_in_clear()
        .max_size(5000);
    let tls = (choice & 2 != 0).then(|| "TLSv1.3".into());
    let mut session = Session::new(Arc::new(config), tls).with_entropy([choice; 32]);
    let mut heard = Heard::default();
    let mut content = Vec::new();
    let mut pieces = octets.chunks(piece.min(octets.len()).max(1));
    loop {
        match session.poll() {
            Step::Write(said) => {
                let n = said.len();
                assert!(n < 64 * 1024, "more waits than is bounded");
                heard.said.extend_from_slice(said);
                session.written(n);
            }
            Step::Read => match pieces.next() {
                Some(piece) => session.received(piece),
                None => return heard,
            },
            Step::StartTls => session.tls_started("TLSv1.3"),
            Step::Begin(_) => {
                content.clear();
                session.stored();
            }
            Step::Content(octets) => {
                content.extend_from_slice(octets);
                session.stored();
            }
            Step::End(envelope) => {
                assert_eq!(envelope.size, content.len() as u64);
                let from = envelope.reverse_path.to_string();
                heard.kept.push((from, std::mem::take(&mut content)));
                session.accepted("1");
            }
            Step::Abort => session.stored(),
            Step::Close => {
                heard.closed = true;
                return heard;
            }
        }
    }
}
