//! `cargo xtask interop [SERVER...]`: awkward mail through real servers, and what they kept of it.
//!
//! What is expected of each server stands in [`table`]; a deviation is a failure.

mod checks;
mod chunks;
mod kept;
mod logins;
mod mail;
mod send;
mod table;

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};

use crate::rig::{Rig, Running, VARIABLE};
use crate::shell::{program, run as run_shown};
use checks::Check;
use table::{REQUIRED, Row, TABLE};

/// Which servers, and where they come from.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The servers; those that are tried by default when none is given
    servers: Vec<String>,
    /// The program that starts them; POSTHASTE_RIG names it otherwise
    #[arg(long)]
    rig: Option<PathBuf>,
}

impl Arguments {
    /// The servers that are always tried.
    pub(crate) fn all(rig: Option<PathBuf>) -> Self {
        Self {
            servers: Vec::new(),
            rig,
        }
    }

    fn rows(&self) -> anyhow::Result<Vec<&'static Row>> {
        let find = |name: &String| {
            let row = TABLE.iter().find(|row| row.name == name);
            let known = || TABLE.iter().map(|row| row.name).collect::<Vec<_>>();
            row.with_context(|| format!("{name} is none of {}", known().join(", ")))
        };
        match self.servers.as_slice() {
            [] => Ok(TABLE.iter().filter(|row| row.by_default).collect()),
            servers => servers.iter().map(find).collect(),
        }
    }
}

/// What became of one server.
enum Outcome {
    Passed,
    Skipped,
    Failed,
}

/// One server at a time, all of them, whatever the others did.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let rows = arguments.rows()?;
    let rig = Rig::find(arguments.rig.as_deref())
        .with_context(|| format!("no servers: give --rig PROGRAM, or set {VARIABLE}"))?;
    run_shown(&mut program(
        "cargo",
        &["build", "--quiet", "--package", "posthaste-cli"],
    ))?;
    let (mut passed, mut skipped, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let names = match one(row, &rig) {
            Outcome::Passed => &mut passed,
            Outcome::Skipped => &mut skipped,
            Outcome::Failed => &mut failed,
        };
        names.push(row.name);
    }
    println!(
        "interop: {} of {} servers did as expected, {} did not {failed:?}, {} could not be installed {skipped:?}",
        passed.len(),
        rows.len(),
        failed.len(),
        skipped.len()
    );
    if !failed.is_empty() {
        bail!("not as the table says: {}", failed.join(", "));
    }
    ensure!(!passed.is_empty(), "not one server could be run");
    let required = arguments.servers.is_empty();
    ensure!(
        !required || passed.contains(&REQUIRED),
        "{REQUIRED} must be among those that run"
    );
    Ok(())
}

fn one(row: &Row, rig: &Rig) -> Outcome {
    if let Err(error) = rig.install(row.name) {
        println!(
            "{}: skipped, it cannot be installed here: {error:#}",
            row.name
        );
        return Outcome::Skipped;
    }
    match rig.start(row.name).and_then(|running| check(row, &running)) {
        Ok(()) => Outcome::Passed,
        Err(error) => {
            println!("{}: FAILED: {error:#}", row.name);
            Outcome::Failed
        }
    }
}

fn check(row: &Row, running: &Running<'_>) -> anyhow::Result<()> {
    println!("{} {}:", row.name, running.facts.version);
    Check { row, running }.all()?;
    println!(
        "  no login, {} and {}: as the table says",
        running.facts.rcpt_reject, running.facts.rcpt_defer
    );
    Ok(())
}
