//! Which server, and how it is spoken to.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use crate::input::duration;

/// What these flags stand under in `--help`.
pub(super) const HEADING: &str = "Server";

/// The flags under "Server".
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct ServerFlags {
    /// smtps://[USER@]HOST[:PORT], smtp://…, HOST[:PORT], lmtp://HOST:PORT; or inbox:[DIR] to try it out (see below)
    #[arg(short = 'S', long, value_name = "SERVER", alias = "host")]
    pub(crate) server: Option<String>,

    /// Encryption, whatever the URL says. auto: TLS on port 465, else STARTTLS, which only loopback may lack
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) tls: Option<TlsChoice>,

    /// Trust the certificates in FILE (PEM) too; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Vec<PathBuf>,

    /// Expect NAME in the server's certificate
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_name: Option<String>,

    /// Call this host NAME in EHLO
    #[arg(long, value_name = "NAME")]
    pub(crate) helo: Option<String>,

    /// The limit of every stage: 90, 90s, 2m, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(crate) timeout: Option<Duration>,

    /// Send the message by BDAT where the server offers CHUNKING. auto: only what needs it, which no message of this
    /// program does
    #[arg(long, value_name = "WHEN", value_enum)]
    pub(crate) chunking: Option<ChunkingChoice>,
}

/// `--tls`. The values have no help of their own, which keeps `--help` to a line for each flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TlsChoice {
    // What `smtp://` means.
    Auto,
    // STARTTLS or nothing.
    Starttls,
    // TLS from the first octet.
    Implicit,
    // STARTTLS when offered, else in clear.
    Opportunistic,
    // In clear.
    None,
}

/// `--chunking`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChunkingChoice {
    // What needs it.
    Auto,
    // Wherever it is offered.
    Always,
    // DATA, always.
    Never,
}
