//! `posthaste send`: one message to one server.

use std::io;
use std::time::Instant;

use anyhow::Result;
use posthaste::blocking::Client;

use crate::failure::Failure;
use crate::flags::{Flags, Verbosity};
use crate::inbox::Embedded;
use crate::input::environment::Environment;
use crate::input::target::{self, Target};
use crate::input::{login, message, secret, stdin};
use crate::received;
use crate::report::{Verdict, size};
use crate::transcript::Printer;

/// Checks everything that can be checked, then connects.
pub(crate) fn run(flags: &Flags) -> Result<Verdict> {
    let environment = Environment(&|name| std::env::var_os(name));
    let mut input = io::stdin().lock();

    secret::refuse_argument(&flags.auth)?;
    message::check_usage(
        &flags.message,
        flags.auth.reads_stdin(),
        &environment,
        stdin::is_given(),
    )?;
    let target = target::find(&flags.server, &environment)?;
    target::check_usage(&flags.server)?;
    login::check_usage(&flags.auth)?;
    let prepared = message::prepare(&flags.message, &environment, &mut input, &message::stamp()?)?;
    let authorities = target::authorities(&flags.server, &environment)?;
    let login = login::find(&target, flags, &environment, &mut input)?;

    let (server, embedded) = match target {
        Target::Server(server) => (*server, None),
        Target::Inbox(folder) => {
            let embedded =
                Embedded::start(folder, login.credentials(), flags.auth.allow_plaintext_auth)?;
            (embedded.server(), Some(embedded))
        }
    };
    let server = target::refine(server, flags, authorities)?;
    let server = login::apply(server, login, &flags.auth);
    let verbosity = flags.output.verbosity();
    let dialect = server.dialect();
    let printer = Printer::new(&server, &prepared.envelope, verbosity);
    let client = Client::new(server).map_err(|error| {
        let mut failure = Failure::from(&error);
        if error.reason() == "tls-ca" {
            let source = target::ca_source(&flags.server);
            let message = failure.message.split(" (os error").next();
            failure.message = format!("{source}: {}", message.unwrap_or_default()).into();
        }
        failure
    })?;
    let client = if verbosity >= Verbosity::Stages {
        client.observe(printer)
    } else {
        client
    };

    let begin = Instant::now();
    let sent = client.send_to(prepared.envelope.clone(), &prepared.message);
    let mut verdict = match &sent {
        Ok(sent) => Verdict::sent(&prepared, sent),
        Err(error) => Verdict::failed(&prepared, error, dialect),
    };
    verdict.elapsed = Some(begin.elapsed());

    if let Some(kept) = embedded.and_then(Embedded::stop) {
        if let (Verbosity::Transcript, Ok(content)) = (verbosity, kept.content()) {
            let at = kept
                .path()
                .map(|path| path.display().to_string())
                .unwrap_or_default();
            let octets = u64::try_from(content.len()).unwrap_or(u64::MAX);
            let record = kept.record();
            let recipients = record.rcpt_to.iter().map(|to| to.address.as_str());
            let envelope = received::Envelope {
                from: &record.mail_from,
                to: recipients.collect(),
            };
            verdict.epilogue = received::text(
                &content,
                Some(&format!("received: {at} ({})", size(octets))),
                Some(&envelope),
            );
        }
        verdict.file = kept.path().map(ToOwned::to_owned);
    }
    Ok(verdict)
}
