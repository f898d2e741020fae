//! `cargo xtask tidy`: pages that are made from tables. `docs/protocol.md` says where each duty is done and which tests hold it.

mod attacks;
mod duties;
mod evidence;
mod submission;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};

use crate::shell::root;

/// Whether the page is written or only looked at.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fails where the page is not as the table says, instead of writing it
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Looks only.
    pub(crate) const CHECK: Self = Self { check: true };
}

/// One duty, or one attack, and what holds it.
pub(crate) struct Row {
    /// The number by which transcripts and remarks name it.
    number: u8,
    what: &'static str,
    /// The standard's section, or the public name of the attack.
    source: &'static str,
    /// Files, from `crates/posthaste-proto/src`, or from `crates` where they begin with `posthaste`.
    modules: &'static [&'static str],
    /// Transcripts by their name, and other tests as `file::function`, where the file is given like a module.
    tests: &'static [&'static str],
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let tables = [
        ("Duties of SMTP", duties::ROWS),
        (
            "Duties of submission, STARTTLS, AUTH and the extensions",
            submission::ROWS,
        ),
        ("Attacks", attacks::ROWS),
    ];
    let mut page = HEAD.to_owned();
    let (mut rows, mut named) = (0, 0);
    for (title, table) in tables {
        writeln!(
            page,
            "\n## {title}\n\n| no. | what | source | where | held by |\n|---|---|---|---|---|"
        )?;
        for row in table {
            ensure!(!row.tests.is_empty(), "{title} {}: no test", row.number);
            for module in row.modules {
                evidence::module(module)
                    .with_context(|| format!("{title} {}: {module}", row.number))?;
            }
            for test in row.tests {
                evidence::test(test).with_context(|| format!("{title} {}: {test}", row.number))?;
            }
            rows += 1;
            named += row.tests.len();
            let code = |names: &[&str]| {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                names.join(", ")
            };
            writeln!(
                page,
                "| {} | {} | {} | {} | {} |",
                row.number,
                row.what,
                row.source,
                code(row.modules),
                code(row.tests)
            )?;
        }
    }
    let path: PathBuf = root().join("docs/protocol.md");
    if arguments.check {
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        if there != page {
            bail!("docs/protocol.md is not as its table says; run: cargo xtask tidy");
        }
    } else {
        std::fs::write(&path, &page)?;
    }
    println!("docs/protocol.md: {rows} rows, {named} tests named, all of them there");
    Ok(())
}

/// A row of a table.
const fn row(
    number: u8,
    what: &'static str,
    source: &'static str,
    modules: &'static [&'static str],
    tests: &'static [&'static str],
) -> Row {
    Row {
        number,
        what,
        source,
        modules,
        tests,
    }
}

const HEAD: &str = "\
# What the protocol demands, and what holds it

Made by `cargo xtask tidy` from the tables in `xtask/src/tidy`; CI fails when a module or a test that is named here does not
exist, or when this page is not as the tables say. Modules stand in `crates/posthaste-proto/src`, or in `crates` where they
begin with `posthaste`. A test without `::` is a transcript in `crates/posthaste-proto/tests/transcripts`, played whole, octet by
octet and at 200 random splits; those that are about a feature, in the builds that have it or lack it, of which CI has both. Numbers that are missing belong to the message builder or to the transport, and have their tests there.
";
