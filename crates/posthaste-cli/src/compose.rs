//! `posthaste compose`: the message as it would go over the wire, without any network.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use anyhow::Result;
use posthaste_mime::{Encoding, Message, MessageStream};

use crate::exit::Exit;
use crate::failure::{Failure, plain};
use crate::flags::{ComposeFlags, Verbosity};
use crate::input::environment::Environment;
use crate::input::target;
use crate::input::{message, secret, stdin};
use crate::received;
use crate::report::Verdict;

/// What every server takes. What cannot be written so is refused.
const ENCODING: Encoding = Encoding::SEVEN_BIT;

/// Builds and writes. Nothing is written before all that can be refused was looked at.
pub(crate) fn run(compose: &ComposeFlags) -> Result<Verdict> {
    let flags = &compose.flags;
    let environment = Environment(&|name| std::env::var_os(name));
    secret::refuse_argument(&flags.auth)?;
    target::refuse_password(&flags.server)?;
    if flags.output.json && compose.output_file.is_none() {
        let why = "--json and the message cannot both be on stdout";
        return Err(Failure::usage(why)
            .hint("write the message to a file with --output FILE")
            .into());
    }
    message::check_usage(&flags.message, None, &environment, stdin::is_given())?;
    let prepared = message::prepare(
        &flags.message,
        &environment,
        &mut io::stdin().lock(),
        &message::stamp()?,
    )?;
    let stream = || prepared.message.stream(&ENCODING);
    check(&prepared.message)?;
    let octets = match &compose.output_file {
        Some(path) => to_file(stream(), path)?,
        None => to_stdout(stream())?,
    };
    let mut verdict = Verdict::composed(&prepared, octets, compose.output_file.clone());
    if flags.output.verbosity() >= Verbosity::Transcript {
        verdict.epilogue = received::text(&prepared.message.to_bytes(&ENCODING)?, None, None);
    }
    Ok(verdict)
}

/// The first octets come only when this encoding can hold the message.
fn check(message: &Message) -> Result<(), Failure> {
    let mut first = [0; 1];
    message
        .stream(&ENCODING)
        .reader()
        .read(&mut first)
        .map(drop)
        .map_err(|error| {
            let reason = if message.needs().smtputf8 {
                "needs-smtputf8"
            } else {
                "needs-8bitmime"
            };
            Failure::data(
                reason,
                format!("the message does not fit every server, as compose makes it: {error}"),
            )
        })
}

fn to_stdout(stream: MessageStream) -> Result<u64, Failure> {
    let mut stdout = io::stdout().lock();
    match copy(stream, &mut stdout) {
        Ok(octets) => Ok(octets),
        Err(Copied::Source(error)) => Err(source_failure(&error)),
        // Whoever reads has seen enough. The message was not written whole, so the exit code says so, and no word more.
        Err(Copied::Target(error)) if error.kind() == ErrorKind::BrokenPipe => {
            Err(Failure::silent(Exit::Io))
        }
        Err(Copied::Target(error)) => Err(Failure::io(
            Exit::Io,
            format!("stdout cannot be written: {}", plain(&error)),
        )),
    }
}

/// Half a message is no message: the file is removed again when it cannot be written to its end.
fn to_file(stream: MessageStream, path: &Path) -> Result<u64, Failure> {
    let shown = path.display();
    let mut file = File::create(path).map_err(|error| {
        Failure::io(
            Exit::CannotCreate,
            format!("--output {shown}: {}", plain(&error)),
        )
    })?;
    let failure = match copy(stream, &mut file) {
        Ok(octets) => return Ok(octets),
        Err(Copied::Source(error)) => source_failure(&error),
        Err(Copied::Target(error)) => {
            Failure::io(Exit::Io, format!("--output {shown}: {}", plain(&error)))
        }
    };
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        let _ = fs::remove_file(path);
    }
    Err(failure)
}

fn source_failure(error: &io::Error) -> Failure {
    Failure::io(
        Exit::Io,
        format!("an attachment cannot be read to its end: {}", plain(error)),
    )
}

enum Copied {
    Source(io::Error),
    Target(io::Error),
}

fn copy(stream: MessageStream, target: &mut dyn Write) -> Result<u64, Copied> {
    let mut reader = stream.reader();
    let mut buffer = vec![0; 64 << 10];
    let mut octets = 0;
    loop {
        let read = reader.read(&mut buffer).map_err(Copied::Source)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            target.flush().map_err(Copied::Target)?;
            return Ok(octets);
        };
        target.write_all(piece).map_err(Copied::Target)?;
        octets += u64::try_from(read).unwrap_or_default();
    }
}
