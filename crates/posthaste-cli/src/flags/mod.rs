//! What the command line can say: the one definition of each flag.
//!
//! The structs only hold what was typed. What it means is decided in `crate::input`, so that nothing which may be
//! secret gets into an error message of the argument parser.

mod auth;
mod message;
mod output;
mod server;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use auth::AuthFlags;
pub(crate) use message::MessageFlags;
pub(crate) use output::{OutputFlags, Verbosity};
pub(crate) use server::{ServerFlags, TlsChoice};

/// Send mail from the shell.
#[derive(Debug, Parser)]
#[command(name = "posthaste", version, disable_help_subcommand = true, after_help = EXAMPLES)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build a message and send it
    #[command(after_help = SEND_HELP)]
    Send(Flags),
    /// Build the same message and write it to stdout, without any network
    #[command(after_help = COMPOSE_HELP)]
    Compose(ComposeFlags),
}

/// The flags that both subcommands have.
#[derive(Debug, clap::Args)]
pub(crate) struct Flags {
    #[command(flatten)]
    pub(crate) server: ServerFlags,
    #[command(flatten)]
    pub(crate) auth: AuthFlags,
    #[command(flatten)]
    pub(crate) message: MessageFlags,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
}

/// Those of `compose`.
#[derive(Debug, clap::Args)]
pub(crate) struct ComposeFlags {
    #[command(flatten)]
    pub(crate) flags: Flags,
    /// Write the message to FILE instead of stdout
    #[arg(short, long = "output", value_name = "FILE", help_heading = "Output")]
    pub(crate) output_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  posthaste send -S inbox: -vv -f ann@example.org -t bob@example.net -s Hello -m 'Hi Bob'
  posthaste send -S smtps://ann@mail.example.org --password-file secret.txt -f ann@example.org \\
      -t bob@example.net -s Report -m 'See attachment.' -a report.pdf";

const SEND_HELP: &str = "\
Examples:
  posthaste send -S inbox: -vv -f ann@example.org -t bob@example.net -s Hello -m 'Hi Bob'
  posthaste send -S smtps://ann@mail.example.org --password-file secret.txt -f ann@example.org \\
      -t bob@example.net -s Report -m 'See attachment.' -a 'report.pdf;name=\"Report May.pdf\"'

Environment (a flag beats it):
  POSTHASTE_SERVER  POSTHASTE_USER  POSTHASTE_PASSWORD  POSTHASTE_PASSWORD_FILE
  POSTHASTE_FROM  POSTHASTE_TLS_CA

Exit codes:
  0 accepted for all   10 for some   11 in doubt   64 usage   65 message or content   66 file missing
  67 all recipients refused   68 unknown host   69 refused for good   75 try again later
  76 protocol   77 authentication   78 secret source";

const COMPOSE_HELP: &str = "\
Server and authentication flags are taken and not used, so that a send line can be tried with compose.

Examples:
  posthaste compose -f ann@example.org -t bob@example.net -s Hello -m 'Hi Bob' > hello.eml
  posthaste compose -f ann@example.org -t bob@example.net -s Photo --html-file page.html \\
      --inline 'logo.png;cid=logo' -o photo.eml";
