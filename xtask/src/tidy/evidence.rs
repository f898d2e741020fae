//! Whether what a table names is there.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};

use crate::shell::root;

/// A module is a file or a folder.
pub(super) fn module(name: &str) -> anyhow::Result<()> {
    let path = place(name, "src");
    ensure!(path.exists(), "there is no such module");
    Ok(())
}

/// A transcript that claims something, or a function that is a test.
pub(super) fn test(name: &str) -> anyhow::Result<()> {
    let Some((file, function)) = name.split_once("::") else {
        let path = place(&format!("transcripts/{name}.txt"), "tests");
        let text = std::fs::read_to_string(path).context("there is no such transcript")?;
        let (_, told) = text.split_once("\n==\n").context("it claims nothing")?;
        ensure!(!told.trim().is_empty(), "it claims nothing");
        return Ok(());
    };
    let found = ["src", "tests"]
        .map(|folder| place(file, folder))
        .into_iter()
        .find(|path| path.is_file())
        .context("there is no such file")?;
    let text = std::fs::read_to_string(found)?;
    let mut above = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let is_it = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(function))
            .is_some_and(|rest| rest.starts_with('('));
        if is_it {
            // Attributes and remarks stand directly above.
            let is_test = above.iter().rev().take(4).any(|line| *line == "#[test]");
            ensure!(is_test, "it is no test");
            return Ok(());
        }
        above.push(line);
    }
    bail!("there is no such function in {file}")
}

fn place(name: &str, folder: &str) -> PathBuf {
    let crates = root().join("crates");
    if name.starts_with("posthaste") {
        crates.join(name)
    } else {
        crates.join("posthaste-proto").join(folder).join(name)
    }
}
