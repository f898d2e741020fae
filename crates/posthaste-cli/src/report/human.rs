//! The verdict for people, on stderr.

use std::fmt::Write as _;

use posthaste_proto::reply::{Reply, printable};

use super::{Fated, Fortune, Status, Verdict, size};
use crate::failure::Failure;
use crate::flags::Verbosity;

/// What is to be said; empty when there is nothing to say.
pub(crate) fn text(verdict: &Verdict, verbosity: Verbosity) -> String {
    let quiet = verbosity == Verbosity::Quiet;
    let mut text = match verdict.status {
        Status::Sent if !quiet => sent(verdict),
        Status::Composed if verbosity >= Verbosity::Stages => {
            format!(
                "composed: {} {}\n",
                verdict.message_id.as_deref().unwrap_or_default(),
                octets(verdict)
            )
        }
        Status::Sent | Status::Composed => String::new(),
        Status::Partial => partial(verdict),
        Status::Rejected | Status::Failed | Status::InDoubt => failed(verdict),
    };
    match &verdict.file {
        // With an epilogue the file stands above what is shown of it.
        Some(file)
            if !quiet && verdict.status != Status::Composed && verdict.epilogue.is_empty() =>
        {
            let _ = writeln!(
                text,
                "kept: {}",
                printable(file.to_string_lossy().as_bytes())
            );
        }
        Some(_) | None => {}
    }
    text.push_str(&verdict.epilogue);
    text
}

fn sent(verdict: &Verdict) -> String {
    let mut line = format!("sent: {}", recipients(verdict.recipients.len()));
    outcome(&mut line, verdict);
    line
}

/// How much it was, what the server said of it (the queue id is in there), and how long it took; the end of a line.
fn outcome(line: &mut String, verdict: &Verdict) {
    let _ = write!(line, ", {}", octets(verdict));
    if let Some(reply) = &verdict.reply {
        // Display of a reply escapes what a terminal could obey.
        let _ = write!(line, ", {reply}");
    }
    match verdict.elapsed {
        Some(elapsed) if elapsed.as_secs() == 0 => {
            let _ = write!(line, "  ({} ms)", elapsed.as_millis());
        }
        Some(elapsed) => {
            let _ = write!(
                line,
                "  ({}.{} s)",
                elapsed.as_secs(),
                elapsed.subsec_millis() / 100
            );
        }
        None => {}
    }
    line.push('\n');
}

fn partial(verdict: &Verdict) -> String {
    let accepted = verdict
        .recipients
        .iter()
        .filter(|fated| fated.fate == Fortune::Accepted)
        .count();
    let mut text = format!(
        "partly sent: {accepted} of {}",
        recipients(verdict.recipients.len())
    );
    outcome(&mut text, verdict);
    list(&mut text, &verdict.recipients);
    text
}

fn failed(verdict: &Verdict) -> String {
    let mut text = String::new();
    let in_doubt = verdict.status == Status::InDoubt;
    let fates: Vec<_> = verdict
        .recipients
        .iter()
        .map(|fated| (fated.fate, fated.reply.as_ref()))
        .collect();
    // What is the same for all has been told by the error. Who may have got it must be known by name.
    let differ = fates.windows(2).any(|pair| pair.first() != pair.last());
    if let Some(error) = &verdict.error {
        let reply = error.reply.as_deref();
        let told_below = differ && fates.iter().any(|(_, told)| reply == *told);
        let head = if in_doubt { "in doubt" } else { "error" };
        self::error(&mut text, error, head, reply.filter(|_| !told_below));
    }
    if differ || in_doubt {
        list(&mut text, &verdict.recipients);
    }
    text
}

fn error(text: &mut String, failure: &Failure, head: &str, reply: Option<&Reply>) {
    if failure.message.is_empty() {
        return;
    }
    let _ = writeln!(text, "{head}: {}", printable(failure.message.as_bytes()));
    if let Some(reply) = reply {
        let _ = writeln!(text, "  {reply}");
    }
    if let Some(hint) = &failure.hint {
        let _ = writeln!(text, "  hint: {}", printable(hint.as_bytes()));
    }
}

fn list(text: &mut String, recipients: &[Fated]) {
    let width = recipients
        .iter()
        .map(|fated| fated.address.chars().count())
        .max()
        .unwrap_or_default()
        .min(40);
    for fated in recipients {
        let word = match fated.fate {
            Fortune::Accepted => "ok      ",
            Fortune::Refused => "refused ",
            Fortune::NotSent => "not sent",
            Fortune::InDoubt => "in doubt",
        };
        let address = printable(fated.address.as_bytes());
        let _ = match &fated.reply {
            Some(reply) if fated.fate != Fortune::Accepted => {
                let lasting = if reply.is_transient() {
                    "try again later"
                } else {
                    "permanent"
                };
                writeln!(text, "  {word} {address:width$}   {reply}   ({lasting})")
            }
            Some(_) | None => writeln!(text, "  {word} {address}"),
        };
    }
}

fn recipients(number: usize) -> String {
    match number {
        1 => String::from("1 recipient"),
        several => format!("{several} recipients"),
    }
}

fn octets(verdict: &Verdict) -> String {
    size(verdict.octets.unwrap_or_default())
}
