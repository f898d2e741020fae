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

pub(crate) use auth::{AuthChoice, AuthFlags};
pub(crate) use message::MessageFlags;
pub(crate) use output::{OutputFlags, Verbosity};
pub(crate) use server::{ChunkingChoice, ServerFlags, TlsChoice};

/// Send mail from the shell.
#[derive(Debug, Parser)]
#[command(name = "posthaste", bin_name = "posthaste", version, after_help = EXAMPLES)]
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
    #[command(after_help = COMPOSE_HELP, mut_args(hide_unused))]
    Compose(ComposeFlags),
}

/// `compose` takes the flags that are about a server, so that a send line can be tried with it, and uses none of them.
fn hide_unused(argument: clap::Arg) -> clap::Arg {
    let unused = [Some(server::HEADING), Some(auth::HEADING)];
    let hide = argument.is_hide_set() || unused.contains(&argument.get_help_heading());
    argument.hide(hide)
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
  posthaste send -S inbox: -vv -f ann@example.org -t bob@example.net \\
      -s Hello -m 'Hi Bob'
  posthaste send -S smtps://ann@mail.example.org --password-file secret.txt \\
      -f ann@example.org -t bob@example.net -s Report -m 'See attachment.' \\
      -a report.pdf";

const SEND_HELP: &str = "\
Examples:
  posthaste send -S inbox: -vv -f ann@example.org -t bob@example.net \\
      -s Hello -m 'Hi Bob'
  posthaste send -S smtps://ann@mail.example.org --password-file secret.txt \\
      -f ann@example.org -t bob@example.net -s Report -m 'See attachment.' \\
      -a 'report.pdf;name=\"Report May.pdf\"'
  df -h | posthaste send -S localhost -f ann@example.org -t bob@example.net -s Disks

Trying it out:
  The server inbox: runs inside of this program and ends with it. It takes the message as a real one
  would, TLS included, and keeps it as NNNN.eml and NNNN.json in DIR (inbox:DIR) or in a fresh
  temporary folder. The path is printed and the folder stays: remove it when you are done.

Login:
  --auth auto takes the first of these that the server offers and that suits what is given. For a
  password: scram-sha-512-plus, scram-sha-256-plus, scram-sha-1-plus, scram-sha-512, scram-sha-256,
  scram-sha-1, plain, login, cram-md5; without TLS plain and login come last. For a token:
  oauthbearer, xoauth2. A LIST of them has the caller's own order; external (there is no secret) and
  anonymous (USER is what the server may log) stand alone; none sends without a login. A mechanism
  that was refused is not followed by another one.

Environment (a flag beats it):
  POSTHASTE_SERVER  POSTHASTE_USER  POSTHASTE_PASSWORD  POSTHASTE_PASSWORD_FILE
  POSTHASTE_FROM  POSTHASTE_TLS_CA

JSON (every field: docs/json.md):
  status is sent, partial, rejected, failed or in-doubt; exit is the exit code; retryable is true,
  false or \"ambiguous\"; error has kind, reason, stage, message, hint and reply; each of recipients
  has address, status (accepted, refused, not-sent, in-doubt), accepted, retryable and reply.

Exit codes:
  0   accepted for all recipients
  10  accepted for some recipients
  11  in doubt: all was sent and no answer came; look before you send again
  64  wrong usage
  65  the message or an address is not valid, or the server refused the content
  66  a text or an attachment is missing or cannot be read
  67  all recipients were refused for good
  68  the name of the server does not resolve
  69  refused for good otherwise: greeting, sender, size, no STARTTLS, certificate
  70  a bug in posthaste
  71  the operating system refused something
  73  a file or folder cannot be created
  74  reading or writing failed here
  75  nothing was accepted; try again later
  76  the server does not speak the protocol, or no TLS where TLS was wanted
  77  authentication failed, or would have been in clear
  78  a setting, a certificate file or the source of a password is broken";

const COMPOSE_HELP: &str = "\
The server and authentication flags of send are taken and not used, so that a send line can be tried
with compose.

Examples:
  posthaste compose -f ann@example.org -t bob@example.net -s Hello -m 'Hi Bob' > hello.eml
  posthaste compose -f ann@example.org -t bob@example.net -s Photo \\
      --html-file page.html --inline 'logo.png;cid=logo' -o photo.eml

Environment (a flag beats it):
  POSTHASTE_FROM

Exit codes:
  0   the message was written
  64  wrong usage
  65  the message or an address is not valid
  66  a text or an attachment is missing or cannot be read
  70  a bug in posthaste
  71  the operating system refused something
  73  the output file cannot be created
  74  reading or writing failed
  78  a setting is broken";
