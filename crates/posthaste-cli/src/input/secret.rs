//! The password or token: from a variable, a file or stdin. Never from the command line, where everyone can read it.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use posthaste_proto::Secret;

use super::environment::Environment;
use super::read::{self, Limit};
use super::text;
use crate::failure::{Failure, plain};
use crate::flags::AuthFlags;

/// What can be used instead of `--password`.
pub(crate) const ALTERNATIVES: &str = "use --password-env VAR, --password-file FILE (- is stdin), POSTHASTE_PASSWORD or POSTHASTE_PASSWORD_FILE";

/// What can be used instead of `--token`.
pub(crate) const TOKEN_SOURCES: &str = "--token-env VAR or --token-file FILE (- is stdin)";

/// Refuses a secret on the command line.
pub(crate) fn refuse_argument(flags: &AuthFlags) -> Result<(), Failure> {
    let (flag, hint) = match (flags.password, flags.token) {
        (None, None) => return Ok(()),
        (Some(_), _) => ("--password", ALTERNATIVES.to_owned()),
        (None, Some(_)) => ("--token", format!("use {TOKEN_SOURCES}")),
    };
    let why = format!(
        "there is no {flag}: other users of this machine can read a command line, and shells keep it"
    );
    Err(Failure::usage(why).hint(hint))
}

/// Finds the password. Order: the flags, `POSTHASTE_PASSWORD`, `POSTHASTE_PASSWORD_FILE`.
pub(crate) fn password(
    flags: &AuthFlags,
    environment: &Environment<'_>,
    stdin: &mut dyn Read,
) -> Result<Option<Secret>, Failure> {
    if let Some(name) = &flags.password_env {
        return from_variable("--password-env", name, environment).map(Some);
    }
    if let Some(path) = &flags.password_file {
        return from_file("--password-file", path, "password", stdin).map(Some);
    }
    if let Some(value) = environment.get(OsStr::new("POSTHASTE_PASSWORD")) {
        return Ok(Some(Secret::new(value.into_encoded_bytes())));
    }
    match environment.path("POSTHASTE_PASSWORD_FILE") {
        Some(path) => from_file("POSTHASTE_PASSWORD_FILE", &path, "password", stdin).map(Some),
        None => Ok(None),
    }
}

/// Finds the token that the flags name.
pub(crate) fn token(
    flags: &AuthFlags,
    environment: &Environment<'_>,
    stdin: &mut dyn Read,
) -> Result<Option<Secret>, Failure> {
    match (&flags.token_env, &flags.token_file) {
        (Some(name), _) => from_variable("--token-env", name, environment).map(Some),
        (None, Some(path)) => from_file("--token-file", path, "token", stdin).map(Some),
        (None, None) => Ok(None),
    }
}

fn from_variable(
    flag: &str,
    name: &OsStr,
    environment: &Environment<'_>,
) -> Result<Secret, Failure> {
    match environment.get(name) {
        Some(value) => Ok(Secret::new(value.into_encoded_bytes())),
        None => {
            let name = name.to_string_lossy();
            let why = format!("{flag}: the variable {name} is not set, or empty");
            Err(Failure::config("secret", why))
        }
    }
}

fn from_file(
    source: &str,
    path: &Path,
    what: &str,
    stdin: &mut dyn Read,
) -> Result<Secret, Failure> {
    let wrong = |error: io::Error| {
        Failure::config(
            "secret",
            format!("{source} {}: {}", path.display(), plain(&error)),
        )
    };
    let mut octets = if path == Path::new("-") {
        read::to_end(stdin, Limit::SECRET).map_err(|error| {
            if error.kind() == ErrorKind::FileTooLarge {
                wrong(error)
            } else {
                text::stdin_failure(source, &error)
            }
        })?
    } else {
        read::file(path, Limit::SECRET).map_err(wrong)?
    };
    if octets.last() == Some(&b'\n') {
        octets.pop();
        if octets.last() == Some(&b'\r') {
            octets.pop();
        }
    }
    if octets.is_empty() {
        return Err(Failure::config(
            "secret",
            format!("{source} {}: there is no {what} in it", path.display()),
        ));
    }
    Ok(Secret::new(octets))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::*;
    use crate::exit::Exit;

    fn flags(env: Option<&str>, file: Option<&str>) -> AuthFlags {
        AuthFlags {
            user: None,
            password_env: env.map(OsString::from),
            password_file: file.map(PathBuf::from),
            token_env: None,
            token_file: None,
            auth: None,
            auth_identity: None,
            allow_plaintext_auth: false,
            password: None,
            token: None,
        }
    }

    fn variables(name: &OsStr) -> Option<OsString> {
        match name.to_str()? {
            "MAIL_PW" => Some("from MAIL_PW".into()),
            "POSTHASTE_PASSWORD" => Some("from POSTHASTE_PASSWORD".into()),
            "EMPTY" => Some(OsString::new()),
            _ => None,
        }
    }

    #[test]
    fn a_flag_beats_the_environment() {
        let environment = Environment(&variables);
        let find = |flags: &AuthFlags, mut stdin: &[u8]| password(flags, &environment, &mut stdin);
        let secret = find(&flags(Some("MAIL_PW"), None), b"").unwrap().unwrap();
        assert_eq!(secret.expose(), b"from MAIL_PW");
        let secret = find(&flags(None, None), b"").unwrap().unwrap();
        assert_eq!(secret.expose(), b"from POSTHASTE_PASSWORD");
        // One line end is dropped, blanks and further line ends are the password's.
        for (typed, kept) in [
            ("pw\n", "pw"),
            ("pw\r\n", "pw"),
            (" pw \n\n", " pw \n"),
            ("pw", "pw"),
        ] {
            let secret = find(&flags(None, Some("-")), typed.as_bytes())
                .unwrap()
                .unwrap();
            assert_eq!(secret.expose(), kept.as_bytes());
        }
    }

    #[test]
    fn a_password_without_end_is_78() {
        let environment = Environment(&variables);
        let failure =
            password(&flags(None, Some("-")), &environment, &mut io::repeat(b'x')).unwrap_err();
        assert_eq!((failure.exit, failure.kind), (Exit::Config, "config"));
        assert!(failure.message.contains("1 MiB"), "{failure}");
    }

    #[test]
    fn a_broken_source_is_78() {
        let environment = Environment(&variables);
        for flags in [
            flags(Some("UNSET"), None),
            flags(Some("EMPTY"), None),
            flags(None, Some("/no/such/file")),
            flags(None, Some("-")),
        ] {
            let failure = password(&flags, &environment, &mut &b"\n"[..]).unwrap_err();
            assert_eq!((failure.exit, failure.kind), (Exit::Config, "config"));
        }
    }
}
