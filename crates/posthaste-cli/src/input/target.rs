//! Which server is meant, and how it is spoken to.

use std::io;
use std::path::PathBuf;

use posthaste::server::{Host, ServerError};
use posthaste::{Server, Tls};
use posthaste_proto::address::ClientName;
use posthaste_proto::session::{Chunking, Timeouts};

use super::environment::Environment;
use super::read::{self, Limit};
use super::secret;
use crate::failure::{Failure, plain};
use crate::flags::{ChunkingChoice, Flags, ServerFlags, TlsChoice};

/// Where the message goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// A server somewhere.
    Server(Box<Server>),
    /// An embedded server that keeps the mail in this folder, or in a fresh one.
    Inbox(Option<PathBuf>),
}

/// Reads `--server` or its variable. What is typed may not hold a password, and is never shown.
pub(crate) fn find(flags: &ServerFlags, environment: &Environment<'_>) -> Result<Target, Failure> {
    refuse_password(flags)?;
    let (source, text) = match &flags.server {
        Some(text) => ("--server", text.clone()),
        None => match environment.text("POSTHASTE_SERVER")? {
            Some(text) => ("POSTHASTE_SERVER", text),
            None => {
                let hint = "say --server smtps://USER@HOST (or set POSTHASTE_SERVER); --server inbox: tries it out here";
                return Err(Failure::usage("there is no server").hint(hint));
            }
        },
    };
    if let Some(folder) = text.strip_prefix("inbox:") {
        if folder.starts_with('~') {
            let why = format!("{source}: the shell does not expand ~ behind inbox:");
            let hint = "write inbox:\"$HOME\"/…, or inbox:./~ for a folder of that name";
            let failure = match source {
                "--server" => Failure::usage(why),
                _ => Failure::config("server", why),
            };
            return Err(failure.hint(hint));
        }
        return Ok(Target::Inbox(
            (!folder.is_empty()).then(|| PathBuf::from(folder)),
        ));
    }
    match text.parse::<Server>() {
        Ok(server) => Ok(Target::Server(Box::new(server))),
        Err(error) if source == "--server" => Err(Failure::usage(format!("--server: {error}"))),
        Err(error) => Err(Failure::config("server", format!("{source}: {error}"))),
    }
}

/// Refuses a password in what was typed for `--server`.
pub(crate) fn refuse_password(flags: &ServerFlags) -> Result<(), Failure> {
    if flags.server.as_deref().is_some_and(holds_password) {
        let why = "--server holds a password, which other users of this machine could read";
        return Err(Failure::usage(why).hint(format!(
            "leave it out of the URL and {}",
            secret::ALTERNATIVES
        )));
    }
    Ok(())
}

/// A colon in what stands before the last `@`. Looked for in any text, also in one that is no URL: an error about it
/// must not be the way by which a password gets into a log.
fn holds_password(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    !text.starts_with("inbox:")
        && rest
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
}

/// The names that the server flags hold.
pub(crate) fn check_usage(flags: &ServerFlags) -> Result<(), Failure> {
    helo(flags)?;
    tls_name(flags).map(drop)
}

fn helo(flags: &ServerFlags) -> Result<Option<ClientName>, Failure> {
    let Some(text) = &flags.helo else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Failure::usage(format!("--helo '{text}': this is no name of a host")).hint(
            "write letters, digits, hyphens and dots as in mail.example.org, or an address in brackets: [192.0.2.1]",
        )
    })
}

/// Where the authorities' files were named.
pub(crate) fn ca_source(flags: &ServerFlags) -> &'static str {
    if flags.tls_ca.is_empty() {
        "POSTHASTE_TLS_CA"
    } else {
        "--tls-ca"
    }
}

fn tls_name(flags: &ServerFlags) -> Result<Option<Host>, Failure> {
    let name = flags.tls_name.as_deref().map(str::parse).transpose();
    name.map_err(|error: ServerError| Failure::usage(format!("--tls-name: {error}")))
}

/// Certificates that are trusted beside those of the system.
#[derive(Debug)]
pub(crate) enum Certificates {
    /// A regular file. The transport reads it, and names it when it holds none.
    File(PathBuf),
    /// What came out of a pipe, which can be read only once.
    Pem(Vec<u8>),
}

/// Opens the files of the authorities that the flags or the environment name.
pub(crate) fn authorities(
    flags: &ServerFlags,
    environment: &Environment<'_>,
) -> Result<Vec<Certificates>, Failure> {
    let source = ca_source(flags);
    let from_environment = flags
        .tls_ca
        .is_empty()
        .then(|| environment.path(source))
        .flatten();
    let open = |path: &PathBuf| {
        let read = || -> io::Result<Certificates> {
            let (mut file, metadata) = read::open(path)?;
            let pem = read::to_end(&mut file, Limit::CERTIFICATES)?;
            Ok(if metadata.is_file() {
                Certificates::File(path.clone())
            } else {
                Certificates::Pem(pem)
            })
        };
        read().map_err(|error| {
            let file = path.display();
            let why = plain(&error);
            Failure::config(
                "tls-ca",
                format!("{source}: the certificate file {file} cannot be read: {why}"),
            )
        })
    };
    flags
        .tls_ca
        .iter()
        .chain(&from_environment)
        .map(open)
        .collect()
}

/// The server with everything that the flags say about it, but who logs in there.
pub(crate) fn refine(
    mut server: Server,
    flags: &Flags,
    authorities: Vec<Certificates>,
) -> Result<Server, Failure> {
    match flags.server.tls {
        Some(TlsChoice::Auto) => server = server.tls(Tls::Auto),
        Some(TlsChoice::Starttls) => server = server.tls(Tls::StartTls),
        Some(TlsChoice::Implicit) => server = server.tls(Tls::Implicit),
        Some(TlsChoice::Opportunistic) => server = server.tls(Tls::DangerousOpportunistic),
        Some(TlsChoice::None) => server = server.tls(Tls::DangerousNone),
        None => {}
    }
    for certificates in authorities {
        server = match certificates {
            Certificates::File(path) => server.tls_ca_file(path),
            Certificates::Pem(pem) => server.tls_ca_pem(pem),
        };
    }
    if let Some(name) = tls_name(&flags.server)? {
        server = server.tls_name(name);
    }
    if let Some(name) = helo(&flags.server)? {
        server = server.hello(name);
    }
    if let Some(limit) = flags.server.timeout {
        server = server.timeouts(Timeouts::all(limit)).connect_timeout(limit);
    }
    match flags.server.chunking {
        Some(ChunkingChoice::Auto) | None => {}
        Some(ChunkingChoice::Always) => server = server.chunking(Chunking::Always),
        Some(ChunkingChoice::Never) => server = server.chunking(Chunking::Never),
    }
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_seen_in_every_kind_of_text() {
        for text in [
            "smtp://ann:hunter2@h",
            "smtps://ann:hun/ter2@h",
            "ann:hunter2@h",
            "smtp://ann@example.org:hunter2@h:25",
            "smtp://:pw@h",
            "smtp://ann:@h",
            "smtp:///ann:hunter2@h",
        ] {
            assert!(holds_password(text), "{text}");
        }
        for text in [
            "smtp://ann@h:25",
            "smtp://h:25",
            "h:25",
            "[::1]:25",
            "smtp://[::1]:25",
            "inbox:/tmp/a:b@c",
            "smtp://ann@[::1]:25",
        ] {
            assert!(!holds_password(text), "{text}");
        }
    }
}
