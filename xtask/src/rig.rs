//! Real servers: a program that installs, starts and stops them on loopback, and says what they kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use crate::shell::output;

/// The environment variable that names the rig's program.
pub(crate) const VARIABLE: &str = "POSTHASTE_RIG";

/// The rig's program.
pub(crate) struct Rig {
    program: PathBuf,
}

/// A server that runs until it is dropped.
pub(crate) struct Running<'a> {
    rig: &'a Rig,
    pub(crate) facts: Facts,
    folder: tempfile::TempDir,
}

/// How to reach a server, and who is known there.
#[derive(Deserialize)]
pub(crate) struct Facts {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) port_tls: u16,
    /// `smtp` or `lmtp`.
    pub(crate) protocol: String,
    pub(crate) version: String,
    pub(crate) ca: PathBuf,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) rcpt_ok: Vec<String>,
    pub(crate) rcpt_reject: String,
    pub(crate) rcpt_defer: String,
}

/// A message as the server kept it.
#[derive(Deserialize)]
pub(crate) struct Kept {
    pub(crate) mail_from: String,
    pub(crate) rcpt_to: Vec<String>,
    pub(crate) eml: PathBuf,
}

impl Rig {
    /// The one given, or the one that the environment names.
    pub(crate) fn find(given: Option<&Path>) -> Option<Self> {
        let program = given
            .map(Path::to_owned)
            .or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from))?;
        let program = std::fs::canonicalize(&program).ok()?;
        program.is_file().then_some(Self { program })
    }

    /// Fetches what a server needs. An error here means that it can't be had on this machine.
    pub(crate) fn install(&self, server: &str) -> anyhow::Result<()> {
        output(Command::new(&self.program).args(["install", server])).map(drop)
    }

    /// Starts a server, which ends with this process at the latest.
    pub(crate) fn start(&self, server: &str) -> anyhow::Result<Running<'_>> {
        let folder = tempfile::Builder::new()
            .prefix("posthaste-rig-")
            .tempdir()?;
        let pid = std::process::id().to_string();
        let mut command = Command::new(&self.program);
        command
            .args(["start", server, "--watch-pid", &pid, "--dir"])
            .arg(folder.path());
        let facts = output(&mut command)?;
        let facts = serde_json::from_str(&facts)
            .with_context(|| format!("{server} told nothing usable: {facts}"))?;
        Ok(Running {
            rig: self,
            facts,
            folder,
        })
    }
}

impl Running<'_> {
    /// Everything it kept, once there are so many messages.
    pub(crate) fn kept(&self, count: usize) -> anyhow::Result<Vec<Kept>> {
        let count = count.to_string();
        let mut command = Command::new(&self.rig.program);
        command
            .args(["messages", "--count", &count, "--wait", "20", "--dir"])
            .arg(self.folder.path());
        Ok(serde_json::from_str(&output(&mut command)?)?)
    }

    /// Drops what it kept so far.
    pub(crate) fn forget(&self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.rig.program);
        output(command.args(["forget", "--dir"]).arg(self.folder.path())).map(drop)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut command = Command::new(&self.rig.program);
        let _ = command
            .args(["stop", "--dir"])
            .arg(self.folder.path())
            .output();
    }
}
