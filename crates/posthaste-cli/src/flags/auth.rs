//! Who we are to the server.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use posthaste_proto::sasl::BuiltIn;

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

    /// Take an OAuth 2.0 access token from the environment variable VAR, instead of a password
    #[arg(long, value_name = "VAR", conflicts_with_all = ["token_file", "password_env", "password_file"])]
    pub(crate) token_env: Option<OsString>,

    /// Take an access token from FILE, as --password-file does
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password_env", "password_file"])]
    pub(crate) token_file: Option<PathBuf>,

    /// The mechanisms that may be used, best first, separated by commas (see below); or auto, or none
    #[arg(long, value_name = "LIST", value_parser = AuthChoice::parse)]
    pub(crate) auth: Option<AuthChoice>,

    /// Ask to act as ID after logging in as USER; most servers refuse it
    #[arg(long, value_name = "ID")]
    pub(crate) auth_identity: Option<String>,

    /// Send the password or token even over a connection that everyone on the way can read
    #[arg(long)]
    pub(crate) allow_plaintext_auth: bool,

    /// There is no such flag; it is here so that its value is dropped unseen and the refusal can say what to use.
    #[arg(long, hide = true, num_args = 0..=1, value_parser = drop_value)]
    pub(crate) password: Option<Option<Refused>>,

    /// Neither is there this one.
    #[arg(long, hide = true, num_args = 0..=1, value_parser = drop_value)]
    pub(crate) token: Option<Option<Refused>>,
}

/// `--auth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuthChoice {
    /// All that are known, in the order of this program.
    Auto,
    /// No login.
    Nobody,
    /// These, in this order. Never empty.
    Only(Vec<BuiltIn>),
}

/// Where a secret on the command line would have been.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused;

impl AuthFlags {
    /// The flag of a secret that is to be read from stdin.
    pub(crate) fn reads_stdin(&self) -> Option<&'static str> {
        let is_stdin = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
        if is_stdin(&self.password_file) {
            Some("--password-file -")
        } else if is_stdin(&self.token_file) {
            Some("--token-file -")
        } else {
            None
        }
    }

    /// Whether a token is named.
    pub(crate) fn has_token(&self) -> bool {
        self.token_env.is_some() || self.token_file.is_some()
    }

    /// The first flag that gives a secret.
    pub(crate) fn secret(&self) -> Option<&'static str> {
        [
            ("--password-env", self.password_env.is_some()),
            ("--password-file", self.password_file.is_some()),
            ("--token-env", self.token_env.is_some()),
            ("--token-file", self.token_file.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    }
}

impl AuthChoice {
    /// Reads the list. What stands in it can be no secret, so it may be repeated in an error.
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => return Ok(Self::Auto),
            "none" => return Ok(Self::Nobody),
            _ => {}
        }
        let mut list = Vec::new();
        for name in text.split(',') {
            let mechanism = Self::mechanism(name)?;
            if list.contains(&mechanism) {
                return Err(format!("{name} is there twice"));
            }
            list.push(mechanism);
        }
        let alone =
            |mechanism: &BuiltIn| matches!(mechanism, BuiltIn::External | BuiltIn::Anonymous);
        match list.iter().find(|mechanism| alone(mechanism)) {
            Some(mechanism) if list.len() > 1 => Err(format!(
                "{} takes neither password nor token, so it stands alone",
                mechanism.name().to_lowercase()
            )),
            Some(_) | None => Ok(Self::Only(list)),
        }
    }

    fn mechanism(name: &str) -> Result<BuiltIn, String> {
        if let Some(mechanism) = BuiltIn::of_name(name) {
            return Ok(mechanism);
        }
        if matches!(name, "auto" | "none") {
            return Err(format!("{name} stands alone"));
        }
        let known: Vec<_> = BuiltIn::ALL
            .iter()
            .map(|mechanism| mechanism.name().to_lowercase())
            .collect();
        Err(format!("'{name}' is none of {}", known.join(", ")))
    }
}

fn drop_value(_: &str) -> Result<Refused, Infallible> {
    Ok(Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_an_order() {
        assert_eq!(AuthChoice::parse("auto"), Ok(AuthChoice::Auto));
        assert_eq!(AuthChoice::parse("none"), Ok(AuthChoice::Nobody));
        assert_eq!(
            AuthChoice::parse("login,scram-sha-256-plus,xoauth2"),
            Ok(AuthChoice::Only(vec![
                BuiltIn::Login,
                BuiltIn::ScramSha256Plus,
                BuiltIn::XOAuth2
            ]))
        );
        for mechanism in BuiltIn::ALL {
            let name = mechanism.name().to_lowercase();
            assert_eq!(
                AuthChoice::parse(&name),
                Ok(AuthChoice::Only(vec![*mechanism]))
            );
        }
        // As EHLO and the transcript write it.
        assert!(AuthChoice::parse("SCRAM-SHA-256").is_ok());
        for (text, word) in [
            ("", "'' is none of scram-sha-512-plus, "),
            ("plain,", "'' is none of"),
            ("digest-md5", "'digest-md5' is none of"),
            ("plain, login", "' login' is none of"),
            ("plain,login,plain", "plain is there twice"),
            ("plain,auto", "auto stands alone"),
            ("none,plain", "none stands alone"),
            ("external,plain", "external takes neither"),
            ("login,anonymous", "anonymous takes neither"),
        ] {
            let error = AuthChoice::parse(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
