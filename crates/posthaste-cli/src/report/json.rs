//! The verdict for programs: one JSON object on one line. The fields are stable; new ones may be added.

use std::path::Path;

use posthaste_proto::reply::{Reply, printable};
use serde::{Serialize, Serializer};

use super::{Fortune, Verdict};
use crate::failure::{Failure, Retryable};

/// The object, without a line end.
///
/// Controls of servers and messages are escaped, those too that JSON lets stand (U+007F to U+009F and the characters
/// that cannot be seen), so that the line can be shown on a terminal.
pub(crate) fn line(verdict: &Verdict) -> String {
    let object = Object {
        status: verdict.status.as_str(),
        exit: verdict.exit.number(),
        message_id: verdict.message_id.as_deref(),
        queue_id: verdict.queue_id.as_deref(),
        server: verdict.server.as_deref(),
        protocol: verdict.protocol,
        tls: verdict.tls.as_ref().map(|tls| Tls {
            version: tls.version.as_deref(),
            verified: tls.verified,
        }),
        auth: verdict.auth.as_deref(),
        bytes: verdict.octets,
        retryable: verdict.retryable,
        reply: verdict.reply.as_ref().map(reply),
        path: verdict.file.as_deref().map(Path::to_string_lossy),
        error: verdict.error.as_ref().map(error),
        recipients: verdict
            .recipients
            .iter()
            .map(|fated| Recipient {
                address: &fated.address,
                status: fated.fate.as_str(),
                accepted: fated.fate == Fortune::Accepted,
                retryable: fated.retryable,
                reply: fated.reply.as_ref().map(reply),
            })
            .collect(),
    };
    let text = serde_json::to_string(&object).unwrap_or_else(|_| String::from("{}"));
    text.chars()
        .fold(String::with_capacity(text.len()), |mut line, character| {
            if needs_escape(character) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    line.push_str(&format!("\\u{unit:04x}"));
                }
            } else {
                line.push(character);
            }
            line
        })
}

#[derive(Serialize)]
struct Object<'a> {
    status: &'static str,
    exit: u8,
    message_id: Option<&'a str>,
    queue_id: Option<&'a str>,
    server: Option<&'a str>,
    protocol: Option<&'static str>,
    tls: Option<Tls<'a>>,
    auth: Option<&'a str>,
    bytes: Option<u64>,
    retryable: Retryable,
    reply: Option<ReplyObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<std::borrow::Cow<'a, str>>,
    error: Option<ErrorObject<'a>>,
    recipients: Vec<Recipient<'a>>,
}

#[derive(Serialize)]
struct Tls<'a> {
    version: Option<&'a str>,
    verified: bool,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    kind: &'static str,
    reason: Option<&'a str>,
    stage: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
    reply: Option<ReplyObject>,
}

#[derive(Serialize)]
struct Recipient<'a> {
    address: &'a str,
    status: &'static str,
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<Retryable>,
    reply: Option<ReplyObject>,
}

#[derive(Serialize)]
struct ReplyObject {
    code: u16,
    enhanced: Option<String>,
    text: Vec<String>,
}

fn error(failure: &Failure) -> ErrorObject<'_> {
    ErrorObject {
        kind: failure.kind,
        reason: failure.reason.as_deref(),
        stage: failure.stage,
        message: &failure.message,
        hint: failure.hint.as_deref(),
        reply: failure.reply.as_deref().map(reply),
    }
}

fn reply(reply: &Reply) -> ReplyObject {
    ReplyObject {
        code: reply.code().number(),
        enhanced: reply.enhanced().map(|code| code.to_string()),
        text: reply
            .lines()
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect(),
    }
}

impl Serialize for Retryable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Yes => serializer.serialize_bool(true),
            Self::No => serializer.serialize_bool(false),
            Self::Ambiguous => serializer.serialize_str("ambiguous"),
        }
    }
}

/// What JSON lets stand and is not fit to be shown.
fn needs_escape(character: char) -> bool {
    // Most of a line is ASCII, and JSON has escaped what of it is not fit.
    !character.is_ascii_graphic() && character != ' ' && {
        let mut octets = [0; 4];
        let text: &str = character.encode_utf8(&mut octets);
        printable(text.as_bytes()) != text
    }
}

#[cfg(test)]
mod tests {
    use posthaste_proto::reply::ReplyCode;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn an_input_error_has_every_field() {
        let verdict = Verdict::refused(
            Failure::data("address", "--to '\u{9b}2J': \"bad\"").hint("do \u{202e}x"),
        );
        assert_eq!(
            line(&verdict),
            "{\"status\":\"failed\",\"exit\":65,\"message_id\":null,\"queue_id\":null,\"server\":null,\"protocol\":null,\
             \"tls\":null,\"auth\":null,\"bytes\":null,\"retryable\":false,\"reply\":null,\"error\":{\"kind\":\"input\",\
             \"reason\":\"address\",\"stage\":\"input\",\"message\":\"--to '\\u009b2J': \\\"bad\\\"\",\
             \"hint\":\"do \\u202ex\",\"reply\":null},\"recipients\":[]}"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_escaped_for_every_plane() {
        let said = "季\u{ad}\u{200b}\u{feff}\u{e0041}😀\u{7f}";
        let line = line(&Verdict::refused(Failure::usage(said)));
        assert!(
            line.contains(r#""message":"季\u00ad\u200b\ufeff\udb40\udc41😀\u007f""#),
            "{line}"
        );
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["error"]["message"], said);
    }

    #[test]
    fn a_reply_keeps_its_lines_and_loses_its_power() {
        let code = ReplyCode::new(550).unwrap();
        let mut verdict = Verdict::refused(Failure::usage("x"));
        verdict.exit = Exit::NoUser;
        verdict.reply = Some(Reply::new(code, "5.1.1 No \u{1b}[31msuch\n5.1.1 user"));
        let line = line(&verdict);
        assert!(
            line.contains(
                r#""reply":{"code":550,"enhanced":"5.1.1","text":["No \u001b[31msuch","user"]}"#
            ),
            "{line}"
        );
    }
}
