//! Who we are to the server.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;

/// What these flags stand under in `--help`.
pub(super) const HEADING: &str = "Authentication";

/// The flags under "Authentication".
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct AuthFlags {
    /// Authenticate as USER
    #[arg(short, long, value_name = "USER")]
    pub(crate) user: Option<String>,

    /// Take the password from the environment variable VAR
    #[arg(long, value_name = "VAR", conflicts_with = "password_file")]
    pub(crate) password_env: Option<OsString>,

    /// Take the password from FILE, or from stdin with -; one line end at its end is dropped
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Send the password even over a connection that everyone on the way can read
    #[arg(long)]
    pub(crate) allow_plaintext_auth: bool,

    /// There is no such flag; it is here so that its value is dropped unseen and the refusal can say what to use.
    #[arg(long, hide = true, num_args = 0..=1, value_parser = drop_value)]
    pub(crate) password: Option<Option<Refused>>,
}

/// Where a password on the command line would have been.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused;

fn drop_value(_: &str) -> Result<Refused, Infallible> {
    Ok(Refused)
}
