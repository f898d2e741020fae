//! Queue ids, which servers only name in free text.

/// Picks the id out of one line of a final reply. Knows the texts of Postfix, Haraka, Exim, sendmail, OpenSMTPD,
/// Exchange, and services that write "Message-ID" like them.
pub(super) fn find(line: &[u8]) -> Option<&str> {
    let line = core::str::from_utf8(line).ok()?;
    // Postfix and friends, Exim, OpenSMTPD.
    for marker in [
        "queued as ",
        "Queued as ",
        " id=",
        "Message queued: ",
        "Message accepted for delivery: ",
    ] {
        if let Some((_, rest)) = line.split_once(marker) {
            return id(rest);
        }
    }
    // Haraka: "Message Queued (ID)".
    if let Some((_, rest)) = line.split_once("Message Queued (") {
        return id(rest);
    }
    // OpenSMTPD: "ID Message accepted for delivery"; sendmail writes the same.
    if let Some((before, _)) = line.split_once(" Message accepted for delivery") {
        return id(before.trim_start());
    }
    None
}

/// The first word of `text`, if it looks like an id.
fn id(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.+/@=".contains(c)))
        .unwrap_or(text.len());
    let id = text.get(..end)?.trim_end_matches('.');
    (id.len() >= 4 && id.len() <= 128).then_some(id)
}

#[cfg(test)]
mod tests {
    #[test]
    fn recorded_final_replies() {
        for (line, id) in [
            ("Ok: queued as 4F2A1C0DE", Some("4F2A1C0DE")),
            ("OK id=1vN5Xc-0003tS-2R", Some("1vN5Xc-0003tS-2R")),
            (
                "5AN3aBcD012345 Message accepted for delivery",
                Some("5AN3aBcD012345"),
            ),
            (
                "Message Queued (0A1B2C3D-4E5F-6789-ABCD-EF0123456789.1)",
                Some("0A1B2C3D-4E5F-6789-ABCD-EF0123456789.1"),
            ),
            ("Ok", None),
            ("OK: message queued", None),
        ] {
            assert_eq!(super::find(line.as_bytes()), id, "{line}");
        }
    }
}
