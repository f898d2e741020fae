//! Invariant: a line that parses as a command encodes to one line that parses to the same command.

use posthaste_proto::command;

/// The input is what a client sends, without its line end.
pub fn run(data: &[u8]) {
    let Ok(parsed) = command::parse(data) else {
        return;
    };
    let mut line = Vec::new();
    parsed.encode(&mut line);
    let Some((b"\r\n", text)) = line.split_last_chunk::<2>().map(|(text, end)| (end, text)) else {
        panic!("{parsed:?} has no line end")
    };
    assert!(
        !text.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)),
        "{parsed:?}"
    );
    match command::parse(text) {
        Ok(again) => assert_eq!(parsed, again),
        Err(error) => panic!(
            "{parsed:?} encodes to {:?}: {error}",
            text.escape_ascii().to_string()
        ),
    }
}
