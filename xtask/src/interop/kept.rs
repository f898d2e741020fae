//! What a server put above a message, and whether it left the rest alone.

use anyhow::{Context as _, ensure};

use super::table::Keeps;

/// Looks at a message as a server kept it: below its own header fields there are as many octets as were sent. That they
/// are the right ones is for Python to say.
pub(super) fn look(raw: &[u8], sent: u64, keeps: &Keeps) -> anyhow::Result<()> {
    let raw = if keeps.bare_line_feeds {
        ensure!(!raw.contains(&b'\r'), "there are carriage returns in it");
        with_carriage_returns(raw)
    } else {
        raw.to_vec()
    };
    let above = usize::try_from(sent)
        .ok()
        .and_then(|sent| raw.len().checked_sub(sent));
    let above = above.with_context(|| format!("{} octets are left of {sent}", raw.len()))?;
    let found = fields(&String::from_utf8_lossy(&raw[..above]))?;
    for name in &found {
        ensure!(
            keeps.above.contains(&name.as_str()),
            "{name} was not expected above the message"
        );
    }
    for name in keeps.above {
        ensure!(
            found.iter().any(|found| found == name),
            "there is no {name} above the message"
        );
    }
    Ok(())
}

fn with_carriage_returns(raw: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(raw.len() + raw.len() / 50);
    for line in raw.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => lines.extend([line, b"\r\n"].concat()),
            None => lines.extend(line),
        }
    }
    lines
}

/// The names of header fields that are whole.
fn fields(text: &str) -> anyhow::Result<Vec<String>> {
    ensure!(
        text.is_empty() || text.ends_with("\r\n"),
        "another number of octets than was sent: a line is cut behind {text:?}"
    );
    let mut names = Vec::new();
    for line in text.lines() {
        if names.is_empty() || !line.starts_with([' ', '\t']) {
            let (name, _) = line
                .split_once(':')
                .with_context(|| format!("{line:?} is no header field"))?;
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    fn said(raw: &str, sent: u64, above: &'static [&'static str]) -> String {
        let keeps = Keeps {
            above,
            bare_line_feeds: !raw.contains('\r'),
        };
        let looked = look(raw.as_bytes(), sent, &keeps);
        looked
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn only_what_is_expected_may_stand_above() {
        const RECEIVED: &[&str] = &["Received"];
        let kept = "Received: from a\r\n\tby b\r\nReceived: c\r\nTo: d\r\n\r\ne\r\n";
        assert_eq!(said(kept, 12, RECEIVED), "");
        assert_eq!(said(&kept.replace('\r', ""), 12, RECEIVED), "");
        assert_eq!(said("To: d\r\n\r\ne\r\n", 12, &[]), "");
        for (sent, above, word) in [
            (12, &[][..], "Received was not expected"),
            (12, &["Received", "Return-Path"][..], "no Return-Path"),
            (11, RECEIVED, "cut"),
            (13, RECEIVED, "cut"),
            (5, RECEIVED, "To was not expected"),
            (99, RECEIVED, "octets are left"),
        ] {
            let said = said(kept, sent, above);
            assert!(said.contains(word), "{sent}: {said}");
        }
    }
}
