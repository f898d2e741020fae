//! Queue ids, which servers only name in free text.

/// Picks the id out of one line of a final reply. Knows the texts of Postfix, Exim, sendmail, OpenSMTPD, Haraka, Dovecot,
/// qmail, Exchange, Gmail, Amazon SES, and of services that write like one of them.
pub(super) fn find(line: &[u8]) -> Option<&str> {
    let line = core::str::from_utf8(line).ok()?;
    // Postfix and friends, Exim, OpenSMTPD.
    for marker in [
        "queued as ",
        "Queued as ",
        " id=",
        "queued with id ",
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
    // Exchange: "[InternalId=123, Hostname=mx] … Queued mail for delivery".
    if let Some((_, rest)) = line.split_once("[InternalId=") {
        return id(rest);
    }
    // Gmail: "OK  SECONDS ID - gsmtp".
    if let Some(before) = line.trim_end().strip_suffix(" - gsmtp") {
        return whole_id(before.rsplit(' ').next()?);
    }
    // qmail: "ok SECONDS qp ID".
    if let Some((before, rest)) = line.split_once(" qp ")
        && before.starts_with("ok ")
    {
        return id(rest);
    }
    // SES: "Ok ID", and nothing else; an id as long as that is no word.
    if let Some(rest) = line.strip_prefix("Ok ").filter(|rest| rest.len() >= 32) {
        return whole_id(rest.trim_end());
    }
    // Dovecot's LMTP: "<recipient> ID Saved", a colon and a number behind the id of a further recipient.
    if let Some((before, "")) = line.split_once(" Saved") {
        return id(before.rsplit(' ').next()?);
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

/// `text`, if it is an id and nothing else.
fn whole_id(text: &str) -> Option<&str> {
    id(text).filter(|id| id.len() == text.len())
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
            ("Ok: 26 bytes queued as D0D2EA16A02", Some("D0D2EA16A02")),
            (
                "OK id=1xVHG9-0000000049n-103L",
                Some("1xVHG9-0000000049n-103L"),
            ),
            (
                "<4711@example.org> [InternalId=9328721371465, Hostname=MX01.example.net] 1503 bytes in 0.104 seconds Queued mail for delivery",
                Some("9328721371465"),
            ),
            (
                "OK  1764547200 5b1f17b1804b1-4778f2e3a1bsi41243225e9.12 - gsmtp",
                Some("5b1f17b1804b1-4778f2e3a1bsi41243225e9.12"),
            ),
            (
                "Ok 0102019a1b2c3d4e-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-000000",
                Some("0102019a1b2c3d4e-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-000000"),
            ),
            ("ok 1764547200 qp 31337", Some("31337")),
            ("Message queued with id 2a1b3c4d.", Some("2a1b3c4d")),
            (
                "OK queued as 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
                Some("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"),
            ),
            (
                "<two@posthaste.test> 0JWsEON+A2s4RAAA0J78UA:R2 Saved",
                Some("0JWsEON+A2s4RAAA0J78UA"),
            ),
            ("Ok", None),
            ("Ok this is a very long sentence about nothing", None),
            ("Queued (0.104 seconds)", None),
            ("- gsmtp", None),
            ("OK: message queued", None),
        ] {
            assert_eq!(super::find(line.as_bytes()), id, "{line}");
        }
    }
}
