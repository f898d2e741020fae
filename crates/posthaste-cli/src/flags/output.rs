//! What is told about it.

use std::ffi::OsString;

/// The flags under "Output".
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputFlags {
    /// Write one JSON object to stdout, whatever happens (docs/json.md)
    #[arg(long)]
    pub(crate) json: bool,

    /// Tell the stages: connection, TLS, login, each recipient; -vv shows the transcript, without secrets, and what
    /// arrived at the server inbox:
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,

    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// How much is told on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// `-q`: errors.
    Quiet,
    /// One line of verdict.
    Verdict,
    /// `-v`: the stages.
    Stages,
    /// `-vv`: the transcript, and what arrived.
    Transcript,
}

impl OutputFlags {
    /// How much to tell.
    pub(crate) fn verbosity(self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Verdict,
            (false, 1) => Verbosity::Stages,
            (false, _) => Verbosity::Transcript,
        }
    }

    /// What can still be known when the command line itself is wrong: whether JSON is wanted on stdout. There it has
    /// no place when `compose` writes the message there.
    pub(crate) fn json_was_asked_for(arguments: &[OsString]) -> bool {
        let flags = || arguments.iter().take_while(|argument| *argument != "--");
        let to_file = |argument: &OsString| {
            let octets = argument.as_encoded_bytes();
            octets.starts_with(b"-o") || octets.starts_with(b"--output")
        };
        let composes = arguments
            .get(1)
            .is_some_and(|argument| argument == "compose");
        flags().any(|argument| argument == "--json") && (!composes || flags().any(to_file))
    }
}
