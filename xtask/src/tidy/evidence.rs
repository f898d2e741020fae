//! Whether what a table names is there.

use std::path::{Path, PathBuf};

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
    is_compiled(&found)?;
    let text = std::fs::read_to_string(found)?;
    // Attributes and remarks that stand directly above the line that is read.
    let mut above: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let is_it = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(function))
            .is_some_and(|rest| rest.starts_with('('));
        if is_it {
            ensure!(above.contains(&"#[test]"), "it is no test");
            let off = above.iter().find(|line| {
                line.starts_with("#[ignore")
                    || line.starts_with("#[cfg") && !line.starts_with("#[cfg(feature = ")
            });
            ensure!(off.is_none(), "it is not run: {off:?}");
            return Ok(());
        }
        if line.starts_with("#[") || line.starts_with("//") {
            above.push(line);
        } else {
            above.clear();
        }
    }
    bail!("there is no such function in {file}")
}

/// A file of `tests` is a test of its own, any other is named by the one above it.
fn is_compiled(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().unwrap_or(file);
    if folder.ends_with("tests") && !folder.to_string_lossy().contains("src") {
        return Ok(());
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let (name, folder) = if stem == "mod" {
        let name = folder.file_name().unwrap_or_default();
        (name.to_string_lossy(), folder.parent().unwrap_or(folder))
    } else {
        (stem, folder)
    };
    let above = [
        folder.join("mod.rs"),
        folder.join("lib.rs"),
        folder.with_extension("rs"),
    ];
    let named = above.iter().any(|above| {
        let text = std::fs::read_to_string(above).unwrap_or_default();
        let names = |line: &str| line.ends_with(&format!("mod {name};"));
        text.lines().any(|line| names(line.trim()))
    });
    ensure!(named, "{} belongs to no module", file.display());
    Ok(())
}

fn place(name: &str, folder: &str) -> PathBuf {
    let crates = root().join("crates");
    if name.starts_with("posthaste") {
        crates.join(name)
    } else {
        crates.join("posthaste-proto").join(folder).join(name)
    }
}
