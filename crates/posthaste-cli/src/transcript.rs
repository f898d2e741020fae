//! What the connection does, on stderr while it does it.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use posthaste::Server;
use posthaste::observe::{Notice, Observer};
use posthaste::transcript::{Transcript, Who};

use crate::console;
use crate::flags::Verbosity;

/// Prints the lines of a transcript: all of them, or with `-v` those without the server's consent: what was done, and what
/// was refused.
#[derive(Debug)]
pub(crate) struct Printer {
    transcript: Mutex<Transcript>,
    all: bool,
}

impl Printer {
    /// A printer for connections to this server, whose password it will not show.
    pub(crate) fn new(server: &Server, verbosity: Verbosity) -> Self {
        let transcript = Mutex::new(Transcript::new().masking(server));
        Self {
            transcript,
            all: verbosity >= Verbosity::Transcript,
        }
    }
}

impl Observer for Printer {
    fn notice(&self, at: Duration, notice: &Notice<'_>) {
        let lines = self
            .transcript
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .notice(at, notice);
        let mut text = String::new();
        for line in lines
            .iter()
            .filter(|line| self.all || line.who != Who::Server)
        {
            let _ = writeln!(text, "{line}");
        }
        console::say(&text);
    }
}
