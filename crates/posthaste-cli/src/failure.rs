//! What went wrong, in the words of the JSON output: kind, reason, stage, and the exit code.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;

use posthaste_proto::reply::Reply;

use crate::exit::Exit;

/// An error that the user is told about.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// `rejected`, `auth`, `tls`, `protocol`, `timeout`, `connect`, `connection`, `input`, `config`, `in-doubt`.
    pub(crate) kind: &'static str,
    /// Finer than the kind; the list may grow.
    pub(crate) reason: Option<Cow<'static, str>>,
    /// `input`, or how far the session had come.
    pub(crate) stage: &'static str,
    /// One sentence. It may hold what the user typed, so it is escaped when it is printed.
    pub(crate) message: Cow<'static, str>,
    /// The server's words; boxed to keep results small.
    pub(crate) reply: Option<Box<Reply>>,
    /// What to do about it.
    pub(crate) hint: Option<Cow<'static, str>>,
    pub(crate) retryable: Retryable,
}

/// Whether the same command may be run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retryable {
    Yes,
    No,
    /// The message may have been accepted already.
    Ambiguous,
}

impl Failure {
    fn input(exit: Exit, reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            exit,
            kind: "input",
            reason: Some(Cow::Borrowed(reason)),
            stage: "input",
            message: message.into(),
            reply: None,
            hint: None,
            retryable: Retryable::No,
        }
    }

    /// The flags are wrong: 64.
    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::input(Exit::Usage, "usage", message)
    }

    /// What was given cannot be in a message: 65.
    pub(crate) fn data(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::input(Exit::Data, reason, message)
    }

    /// A file that was named cannot be had: 66.
    pub(crate) fn no_input(flag: &str, path: &Path, error: &io::Error) -> Self {
        #[allow(
            clippy::wildcard_enum_match_arm,
            reason = "the system's reasons are many, and are told in its words"
        )]
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "not-found",
            io::ErrorKind::FileTooLarge => "too-large",
            _ => "unreadable",
        };
        Self::input(
            Exit::NoInput,
            reason,
            format!("{flag} {}: {}", path.display(), plain(error)),
        )
    }

    /// Where a secret or a setting comes from is broken: 78.
    pub(crate) fn config(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: "config",
            ..Self::input(Exit::Config, reason, message)
        }
    }

    /// Reading or writing failed here: 74, or 73 when the file could not even be created.
    pub(crate) fn io(exit: Exit, message: impl Into<Cow<'static, str>>) -> Self {
        Self::input(exit, "io", message)
    }

    /// Ends with this code and no word: whoever would read it went away.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self::io(exit, "")
    }

    /// What came up from below: a failure of this type, a refusal of the operating system, or a bug.
    pub(crate) fn of(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(failure) => failure,
            Err(error) if error.chain().any(|cause| cause.is::<io::Error>()) => {
                Self::io(Exit::Os, format!("{error:#}"))
            }
            Err(error) => Self::input(Exit::Software, "bug", format!("{error:#}")),
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The system's words without the number behind them.
pub(crate) fn plain(error: &io::Error) -> String {
    let mut text = error.to_string();
    if let Some(at) = text.find(" (os error") {
        text.truncate(at);
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
