//! A message as its reader sees it: fields decoded, the tree of parts, the text.

use std::fmt::Write as _;

use mail_parser::{
    Addr, Address, Header, HeaderName, HeaderValue, Message, MessageParser, MessagePart,
    MimeHeaders, PartType,
};
use posthaste_proto::reply::printable;

use crate::report::size;

/// So many lines of text are shown; of a report of thousands the beginning is enough to see that it arrived.
const LINES: usize = 40;

/// Parts inside of parts inside of parts: deeper is not shown.
const DEPTH: usize = 20;

/// Who the server was told it is from and to, which need not be what the message says.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: Vec<&'a str>,
}

/// Decodes and shows a message. `title` stands above it, for instance where it was kept.
pub(crate) fn text(message: &[u8], title: Option<&str>, envelope: Option<&Envelope<'_>>) -> String {
    let mut shown = String::new();
    if let Some(title) = title {
        let _ = writeln!(shown, "{}", printable(title.as_bytes()));
    }
    if let Some(Envelope { from, to }) = envelope {
        let to: Vec<_> = to.iter().map(|to| tidy(to)).collect();
        let to = to.join(", ");
        let _ = writeln!(shown, "  envelope from <{}> to {to}", tidy(from));
    }
    // Addresses and MIME fields by their grammar, everything else as the text it is.
    let parser = MessageParser::new()
        .with_mime_headers()
        .with_address_headers()
        .default_header_text();
    match parser.parse(message) {
        Some(parsed) => show(&mut shown, &parsed),
        None => shown.push_str("  (this is no message)\n"),
    }
    shown
}

fn show(shown: &mut String, message: &Message<'_>) {
    let Some(root) = message.parts.first() else {
        return;
    };
    let fields = root.headers.iter().filter(|field| !is_mime(&field.name));
    let fields: Vec<_> = fields
        .map(|field| (field.name.as_str().to_owned(), value(field)))
        .collect();
    let width = fields
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default()
        .min(16);
    for (name, value) in fields {
        let name = format!("{}:", printable(name.as_bytes()));
        let _ = writeln!(shown, "  {name:space$} {}", tidy(&value), space = width + 1);
    }
    shown.push_str("  parts\n");
    part(shown, message, 0, 2);
    let texts = message.text_body.iter().filter_map(|id| message.part(*id));
    let texts = texts.filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text),
        PartType::Html(_)
        | PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Message(_)
        | PartType::Multipart(_) => None,
    });
    for text in texts {
        shown.push_str("  text\n");
        lines(shown, text);
    }
}

/// One part and those inside of it.
fn part(shown: &mut String, message: &Message<'_>, id: u32, depth: usize) {
    let Some(part) = message.part(id) else { return };
    let _ = write!(
        shown,
        "{:indent$}{}",
        "",
        media_type(part),
        indent = 2 * depth
    );
    if let Some(name) = part.attachment_name() {
        let _ = write!(shown, "  \"{}\"", tidy(name));
    }
    if let Some(id) = part.content_id() {
        let _ = write!(shown, "  cid:{}", tidy(id));
    }
    match &part.body {
        PartType::Multipart(inner) => {
            shown.push('\n');
            if depth < DEPTH {
                inner
                    .iter()
                    .for_each(|id| self::part(shown, message, *id, depth + 1));
            }
        }
        PartType::Message(inner) => {
            shown.push('\n');
            if depth < DEPTH {
                self::part(shown, inner, 0, depth + 1);
            }
        }
        PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
            let octets = u64::try_from(part.contents().len()).unwrap_or(u64::MAX);
            let problem = if part.is_encoding_problem {
                "  (cannot be decoded)"
            } else {
                ""
            };
            let _ = writeln!(shown, "  {}{problem}", size(octets));
        }
    }
}

fn media_type(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(media) => {
            let charset = media
                .attribute("charset")
                .map(|charset| format!("; charset={charset}"))
                .unwrap_or_default();
            tidy(&format!(
                "{}/{}{charset}",
                media.ctype(),
                media.subtype().unwrap_or("?")
            ))
        }
        None => String::from("text/plain"),
    }
}

fn is_mime(name: &HeaderName<'_>) -> bool {
    let name = name.as_str();
    name.eq_ignore_ascii_case("MIME-Version")
        || name
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("Content-"))
}

fn value(field: &Header<'_>) -> String {
    match &field.value {
        HeaderValue::Address(Address::List(list)) => addresses(list),
        HeaderValue::Address(Address::Group(groups)) => {
            let group = |group: &mail_parser::Group<'_>| match &group.name {
                Some(name) => format!("{name}: {};", addresses(&group.addresses)),
                None => addresses(&group.addresses),
            };
            groups.iter().map(group).collect::<Vec<_>>().join(", ")
        }
        HeaderValue::Text(text) => text.to_string(),
        HeaderValue::TextList(texts) => texts.join(" "),
        HeaderValue::DateTime(date) => date.to_rfc822(),
        HeaderValue::ContentType(_) | HeaderValue::Received(_) | HeaderValue::Empty => {
            String::new()
        }
    }
}

fn addresses(list: &[Addr<'_>]) -> String {
    let one = |address: &Addr<'_>| match (&address.name, &address.address) {
        // Quoted where a reader could take it for more than one address.
        (Some(name), Some(address)) if name.contains([',', '<', '>', '@', '"', ';']) => {
            format!("{name:?} <{address}>")
        }
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn lines(shown: &mut String, text: &str) {
    let mut lines = text.lines();
    for line in lines.by_ref().take(LINES) {
        let line = tidy(line);
        let _ = writeln!(shown, "{}", format!("    | {line}").trim_end());
    }
    let more = lines.count();
    if more > 0 {
        let _ = writeln!(shown, "    ... {more} more lines");
    }
}

/// Fit for a terminal; a tab is a blank there.
fn tidy(text: &str) -> String {
    printable(text.replace('\t', " ").as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_decoded_and_harmless() {
        let message = "From: =?UTF-8?Q?J=C3=B6rg?= <joerg@example.org>\r\nTo: bob@example.net, \"A, B\" <ab@example.net>\r\n\
            Subject: =?UTF-8?B?5p2l6Ieq?= =?UTF-8?Q?=1B[2J?=\r\nX-Note: =?UTF-8?Q?=C3=A4?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9=1B[31m\r\n.dot\r\n\r\n--b\r\n\
            Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=UTF-8''%E5%AD%A3.pdf\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n";
        assert_eq!(
            text(
                message.as_bytes(),
                Some("received 0001.eml"),
                Some(&Envelope {
                    from: "",
                    to: vec!["bob@example.net", "eve@example.net"]
                })
            ),
            "received 0001.eml\n\
             \x20 envelope from <> to bob@example.net, eve@example.net\n\
             \x20 From:    Jörg <joerg@example.org>\n\
             \x20 To:      bob@example.net, \"A, B\" <ab@example.net>\n\
             \x20 Subject: 来自\\x1b[2J\n\
             \x20 X-Note:  ä\n\
             \x20 parts\n\
             \x20   multipart/mixed\n\
             \x20     text/plain; charset=utf-8  18 B\n\
             \x20     application/pdf  \"季.pdf\"  3 B\n\
             \x20 text\n\
             \x20   | café\\x1b[31m\n\
             \x20   | .dot\n"
        );
    }
}
