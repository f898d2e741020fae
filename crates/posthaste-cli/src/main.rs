//! posthaste: send mail from the shell.

mod compose;
mod console;
mod exit;
mod failure;
mod flags;
mod inbox;
mod input;
mod received;
mod report;
mod send;
mod transcript;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use exit::Exit;
use failure::Failure;
use flags::{Command, CommandLine, OutputFlags, Verbosity};
use report::{Verdict, human, json};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match CommandLine::try_parse_from(&arguments) {
        Ok(line) => run(&line.command).into(),
        Err(error) => misused(&error, &arguments).into(),
    }
}

fn run(command: &Command) -> Exit {
    let (result, output, stdout_is_free) = match command {
        Command::Send(flags) => (send::run(flags), flags.output, true),
        Command::Compose(compose) => (
            compose::run(compose),
            compose.flags.output,
            compose.output_file.is_some(),
        ),
    };
    let verdict = result.unwrap_or_else(|error| Verdict::refused(Failure::of(error)));
    finish(&verdict, output.verbosity(), output.json && stdout_is_free)
}

/// Tells the verdict. What became of the message decides the exit code, not whether somebody listened.
fn finish(verdict: &Verdict, verbosity: Verbosity, json: bool) -> Exit {
    console::say(&human::text(verdict, verbosity));
    if json {
        tell_json(verdict);
    }
    verdict.exit
}

fn tell_json(verdict: &Verdict) {
    if let Err(error) = console::data(&json::line(verdict)) {
        console::say(&format!(
            "warning: the JSON cannot be written to stdout: {}\n",
            failure::plain(&error)
        ));
    }
}

/// `--help` and `--version`, or a command line that is wrong: 64.
fn misused(error: &clap::Error, arguments: &[OsString]) -> Exit {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return match console::help(error) {
            Ok(()) => Exit::Done,
            Err(error) => {
                let why = failure::plain(&error);
                console::say(&format!("error: stdout cannot be written: {why}\n"));
                Exit::Io
            }
        };
    }
    // The words hold what was typed.
    console::say(&error.render().to_string());
    if OutputFlags::json_was_asked_for(arguments) {
        tell_json(&Verdict::refused(in_words(error)));
    }
    Exit::Usage
}

/// The parser's words; what it proposes instead is the hint.
fn in_words(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    let failure = Failure::usage(first.trim_start_matches("error: ").to_owned());
    let tips: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("tip: "))
        .collect();
    if tips.is_empty() {
        failure
    } else {
        failure.hint(tips.join("; "))
    }
}
