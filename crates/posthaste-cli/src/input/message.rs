//! From the flags to a message and its envelope.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use posthaste_mime::header::{HeaderName, HeaderValue, Mailbox, MessageId};
use posthaste_mime::{BuildError, Message, MessageBuilder, Stamp};
use posthaste_proto::Envelope;
use posthaste_proto::address::{ForwardPath, ReversePath};

use super::environment::Environment;
use super::{attachment, date, text};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::flags::MessageFlags;

/// A message, and who it goes to.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) message: Message,
    pub(crate) envelope: Envelope,
}

/// What needs no file and no address to be seen as wrong: 64.
pub(crate) fn check_usage(
    flags: &MessageFlags,
    secret_from_stdin: Option<&str>,
    environment: &Environment<'_>,
    stdin_is_given: bool,
) -> Result<(), Failure> {
    if sender_text(flags, environment)?.is_none() {
        let why = "there is no sender, and none is guessed";
        return Err(Failure::usage(why).hint("say --from ADDRESS, or set POSTHASTE_FROM"));
    }
    if flags.to.is_empty() && flags.cc.is_empty() && flags.bcc.is_empty() {
        return Err(Failure::usage("there is no recipient").hint("say --to, --cc or --bcc ADDRESS"));
    }
    let stdin = Path::new("-");
    if !flags.has_content() && (!stdin_is_given || secret_from_stdin.is_some()) {
        return Err(no_text());
    }
    let readers: Vec<&str> = [
        ("--text -", flags.text.as_deref() == Some("-")),
        ("--text-file -", flags.text_file.as_deref() == Some(stdin)),
        ("--html -", flags.html.as_deref() == Some("-")),
        ("--html-file -", flags.html_file.as_deref() == Some(stdin)),
        (
            secret_from_stdin.unwrap_or_default(),
            secret_from_stdin.is_some(),
        ),
    ]
    .into_iter()
    .filter_map(|(flag, reads)| reads.then_some(flag))
    .collect();
    match readers.as_slice() {
        [] | [_] => Ok(()),
        several => Err(Failure::usage(format!(
            "only one flag can read stdin, not {}",
            several.join(" and ")
        ))),
    }
}

/// Builds it all, or says what is wrong.
pub(crate) fn prepare(
    flags: &MessageFlags,
    environment: &Environment<'_>,
    stdin: &mut dyn Read,
    stamp: &Stamp,
) -> Result<Prepared, Failure> {
    let (source, from) = sender_text(flags, environment)?.unwrap_or_default();
    let from = addresses(source, &from)?;
    let mut builder = Message::builder().from(from);
    builder = each("--to", &flags.to, builder, |builder, mailbox| {
        builder.to(mailbox)
    })?;
    builder = each("--cc", &flags.cc, builder, |builder, mailbox| {
        builder.cc(mailbox)
    })?;
    builder = each("--bcc", &flags.bcc, builder, |builder, mailbox| {
        builder.bcc(mailbox)
    })?;
    builder = each(
        "--reply-to",
        &flags.reply_to,
        builder,
        |builder, mailbox| builder.reply_to(mailbox),
    )?;
    if let Some(subject) = &flags.subject {
        let value = HeaderValue::text(subject.as_str())
            .map_err(|error| Failure::data("header", format!("--subject: {error}")))?;
        builder = builder.subject(value);
    }
    for field in &flags.header {
        builder = header(builder, field)?;
    }
    if let Some(given) = &flags.date {
        builder = builder.date(date::parse(given)?);
    }
    if let Some(given) = &flags.message_id {
        let id = MessageId::new(given)
            .map_err(|error| Failure::data("header", format!("--message-id: {error}")))?;
        builder = builder.message_id(id);
    }
    let reverse_path = match flags.envelope_from.as_deref() {
        None => None,
        Some("") => Some(ReversePath::null()),
        Some(path) => Some(
            path.parse()
                .map_err(|error| Failure::data("address", format!("--envelope-from: {error}")))?,
        ),
    };
    // Names and ids before texts, so that what could be an injection is told first.
    for spec in &flags.attach {
        builder = builder.attach(attachment::attached(spec)?.attachment);
    }
    for spec in &flags.inline {
        let part = attachment::inline(spec)?;
        if let Some(id) = part.id {
            builder = builder.inline(id, part.attachment);
        }
    }
    let plain = text::read(
        "--text",
        flags.text.as_deref(),
        "--text-file",
        flags.text_file.as_deref(),
        stdin,
    )?;
    let plain = if flags.has_content() {
        plain
    } else {
        Some(text::from_stdin("the text", stdin)?).filter(|text| !text.is_empty())
    };
    if !flags.has_content() && plain.is_none() {
        return Err(no_text());
    }
    if let Some(plain) = plain {
        builder = builder.text(plain);
    }
    let html = text::read(
        "--html",
        flags.html.as_deref(),
        "--html-file",
        flags.html_file.as_deref(),
        stdin,
    )?;
    if let Some(html) = html {
        builder = builder.html(html);
    }
    let message = builder.build(stamp).map_err(|error| refused(&error))?;
    let envelope = envelope(&message, reverse_path)?;
    Ok(Prepared { message, envelope })
}

fn no_text() -> Failure {
    Failure::usage("no text: say -m TEXT, -m - to read it from stdin, or -m '' for an empty mail")
}

/// The sender, and where it was said.
fn sender_text(
    flags: &MessageFlags,
    environment: &Environment<'_>,
) -> Result<Option<(&'static str, String)>, Failure> {
    match &flags.from {
        Some(from) => Ok(Some(("--from", from.clone()))),
        None => {
            const NAME: &str = "POSTHASTE_FROM";
            Ok(environment.text(NAME)?.map(|from| (NAME, from)))
        }
    }
}

fn addresses(flag: &str, text: &str) -> Result<Vec<Mailbox>, Failure> {
    Mailbox::parse_list(text)
        .map_err(|error| Failure::data("address", format!("{flag} '{text}': {error}")))
}

/// Reads every list that a flag was given, and adds what is in it.
fn each(
    flag: &str,
    texts: &[String],
    builder: MessageBuilder,
    add: fn(MessageBuilder, Vec<Mailbox>) -> MessageBuilder,
) -> Result<MessageBuilder, Failure> {
    texts.iter().try_fold(builder, |builder, text| {
        Ok(add(builder, addresses(flag, text)?))
    })
}

/// `--header 'Name: value'`. Fields that the builder has a method for go there.
fn header(builder: MessageBuilder, field: &str) -> Result<MessageBuilder, Failure> {
    let Some((name, value)) = field.split_once(':') else {
        let why = format!("--header '{field}': there is no colon");
        return Err(Failure::usage(why).hint("write --header 'Name: value'"));
    };
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::data("header", format!("--header {name}: {error}"))
    };
    let name = HeaderName::new(name).map_err(|error| wrong(&error))?;
    let value = value.trim_matches([' ', '\t']);
    let lower = name.as_str().to_ascii_lowercase();
    match lower.as_str() {
        "sender" => Ok(builder.sender(addresses("--header Sender", value)?)),
        "in-reply-to" | "references" => {
            let ids = value
                .split_ascii_whitespace()
                .map(MessageId::new)
                .collect::<Result<Vec<_>, _>>();
            let ids = ids.map_err(|error| wrong(&error))?;
            Ok(match lower.as_str() {
                "references" => builder.references(ids),
                _ => ids
                    .into_iter()
                    .fold(builder, MessageBuilder::in_reply_to::<MessageId>),
            })
        }
        "bcc" | "cc" | "date" | "from" | "message-id" | "reply-to" | "subject" | "to" => {
            let why = format!("--header {name}: this field has a flag of its own");
            Err(Failure::data("header", why).hint(format!("use --{lower}")))
        }
        "resent-bcc" => {
            let why = format!("--header {name}: this field would show who is not to be seen");
            Err(Failure::data("header", why).hint("use --bcc"))
        }
        _ if name.is_reserved() => Err(Failure::data(
            "header",
            format!("--header {name}: this field is written by posthaste, or by the last server"),
        )),
        _ => {
            let value = if name.is_structured() {
                HeaderValue::structured(value)
            } else {
                HeaderValue::text(value)
            };
            Ok(builder.header(name.clone(), value.map_err(|error| wrong(&error))?))
        }
    }
}

fn envelope(message: &Message, reverse_path: Option<ReversePath>) -> Result<Envelope, Failure> {
    let (sender, recipients) = message.envelope_addresses();
    let invalid = |address: &str, error: &dyn std::fmt::Display| {
        Failure::data(
            "address",
            format!("'{address}' cannot be in an envelope: {error}"),
        )
    };
    let reverse_path = match reverse_path {
        Some(path) => path,
        None => sender.parse().map_err(|error| invalid(sender, &error))?,
    };
    let mut seen = HashSet::new();
    let mut paths = Vec::new();
    for address in recipients {
        let path: ForwardPath = address.parse().map_err(|error| invalid(address, &error))?;
        // Somebody in To and in Cc gets one copy. Only the domain is the same in any case (RFC 5321 section 2.4).
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        if seen.insert((local.to_owned(), domain.to_lowercase())) {
            paths.push(path);
        }
    }
    Envelope::new(reverse_path, paths).map_err(|error| Failure::usage(error.to_string()))
}

/// What only the builder sees.
fn refused(error: &BuildError) -> Failure {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the builder's errors may grow; all are of the same kind"
    )]
    match error {
        BuildError::MissingSender => Failure::data(
            "address",
            "there are several authors, and one must be the sender",
        )
        .hint("say --header 'Sender: ADDRESS'"),
        BuildError::Attachment {
            error: posthaste_mime::AttachmentError::File { path, error },
            ..
        } => Failure::no_input("--attach", path, error),
        // Whatever else has addresses, ids and values was looked at flag by flag.
        BuildError::Address { .. } => Failure::data("address", format!("--header {error}")),
        BuildError::Value { .. } | BuildError::Id { .. } => {
            Failure::data("header", format!("--header {error}"))
        }
        other => Failure::data("message", other.to_string()),
    }
}

/// The stamp of this moment, told in the local zone.
pub(crate) fn stamp() -> Result<Stamp, Failure> {
    let stamp = Stamp::system().map_err(|error| Failure::io(Exit::Os, error.to_string()))?;
    Ok(match date::now() {
        Some(date) => stamp.with_date(date),
        None => stamp,
    })
}
