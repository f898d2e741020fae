//! `--server inbox:`: a server in this process that keeps what it gets as files.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use posthaste::{Server, Tls};
use posthaste_inbox::{Builder, Config, Inbox, Message, StartError};
use posthaste_proto::{Credentials, Secret};

use crate::exit::Exit;
use crate::failure::{Failure, plain};

/// The most octets of a message.
const MAX_SIZE: u64 = 64 << 20;

/// A running inbox and its folder.
#[derive(Debug)]
pub(crate) struct Embedded {
    inbox: Inbox,
    /// The folder, when it was made for this run.
    fresh: Option<PathBuf>,
}

impl Embedded {
    /// Starts a server on a free loopback port. With a login it takes mail from whoever logs in so.
    pub(crate) fn start(
        folder: Option<PathBuf>,
        login: Option<&Credentials>,
        auth_in_clear: bool,
    ) -> Result<Self> {
        let (folder, fresh) = match folder {
            Some(folder) => (folder, None),
            None => {
                let made = tempfile::Builder::new()
                    .prefix("posthaste-inbox-")
                    .tempdir();
                let folder = made
                    .context("no temporary folder can be made for the inbox")?
                    .keep();
                (folder.clone(), Some(folder))
            }
        };
        let mut builder = Inbox::builder().dir(folder).max_size(MAX_SIZE);
        if let Some(login) = login {
            builder = taking(builder, login)?.auth_required();
        }
        if auth_in_clear {
            builder = builder.auth_in_clear();
        }
        let inbox = builder.start().map_err(|error| failure(&error))?;
        Ok(Self { inbox, fresh })
    }

    /// The server as a client sees it: STARTTLS, and nobody trusted but its own issuer.
    pub(crate) fn server(&self) -> Server {
        let address = self.inbox.address();
        let server = Server::new(address.ip().into())
            .with_port(address.port())
            .tls(Tls::StartTls)
            .tls_ca_only();
        match self.inbox.ca_pem() {
            Some(pem) => server.tls_ca_pem(pem),
            None => server,
        }
    }

    /// Stops the server, and gives the message if it kept one.
    pub(crate) fn stop(self) -> Option<Message> {
        let kept = self.inbox.stop().pop();
        if let (None, Some(folder)) = (&kept, self.fresh) {
            // Nothing was kept, so nobody needs the folder; one that is not empty stays.
            let _ = fs::remove_dir(folder);
        }
        kept
    }
}

/// Whoever comes with these is let in, and nobody else.
fn taking(builder: Builder, login: &Credentials) -> Result<Builder> {
    let text = |secret: &Secret| {
        String::from_utf8(secret.expose().to_vec())
            .map_err(|_| Failure::config("secret", "the inbox takes passwords in UTF-8 only"))
    };
    let user = login.user();
    Ok(match (login.password(), login.access_token()) {
        (Some(password), _) => builder.auth(user, text(password)?),
        (None, Some(token)) => builder.token(user, text(token)?),
        (None, None) if login.is_external() => {
            let user = login.authorization().unwrap_or("external").to_owned();
            builder.configure(|config| config.external(user))
        }
        (None, None) => builder.configure(Config::anonymous),
    })
}

fn failure(error: &StartError) -> Failure {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else keeps it from starting is the system's doing"
    )]
    match error {
        StartError::Directory { path, error } => Failure::io(
            Exit::CannotCreate,
            format!(
                "--server inbox: cannot keep mail in {}: {}",
                path.display(),
                plain(error)
            ),
        ),
        other => Failure::io(Exit::Os, format!("--server inbox: {other}")),
    }
}
