//! `cargo xtask ci`: what every change must pass, section by section.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;

use crate::interop;
use crate::rig::{Rig, VARIABLE};
use crate::shell::{program, root, run as run_shown};
use crate::tidy;

/// Where the real servers are.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The program that starts real servers; POSTHASTE_RIG names it otherwise
    #[arg(long)]
    rig: Option<PathBuf>,
    /// Goes on without real servers
    #[arg(long)]
    no_rig: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let rig = Rig::find(arguments.rig.as_deref());
    if rig.is_none() && !arguments.no_rig {
        bail!("no real servers: give --rig PROGRAM, set {VARIABLE}, or say --no-rig");
    }
    let cargo = |arguments: &[&str]| run_shown(&mut program("cargo", arguments));
    section("format", || cargo(&["fmt", "--all", "--check"]))?;
    section("clippy", || {
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])?;
        cargo(&[
            "clippy",
            "--package",
            "posthaste-mime",
            "--no-default-features",
            "--",
            "-D",
            "warnings",
        ])
    })?;
    section("tables", || tidy::run(&tidy::Arguments::CHECK))?;
    section("docs", || {
        let arguments = [
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ];
        run_shown(program("cargo", &arguments).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    section("the README's commands", || {
        let commands = readme_commands()?;
        commands
            .iter()
            .try_for_each(|command| run_shown(&mut program("bash", &["-euc", command])))
    })?;
    section("features that are off by default", || {
        cargo(&["test", "--package", "posthaste-proto", "--all-features"])?;
        cargo(&[
            "test",
            "--package",
            "posthaste-proto",
            "--no-default-features",
        ])?;
        cargo(&[
            "test",
            "--package",
            "posthaste-mime",
            "--no-default-features",
        ])
    })?;
    section("posthaste-proto without std", without_std)?;
    section("fuzz targets build", || {
        cargo(&["check", "--manifest-path", "fuzz/Cargo.toml"])
    })?;
    section("real servers", || {
        if rig.is_some() {
            return interop::run(&interop::Arguments::all(arguments.rig.clone()));
        }
        println!("left out, as asked");
        Ok(())
    })
}

/// A static library that has no std, linked to a C program: the crate brings none along.
fn without_std() -> anyhow::Result<()> {
    let folder = root().join("xtask/no_std");
    let manifest = folder.join("Cargo.toml");
    let manifest = manifest.to_string_lossy();
    for features in [&[][..], &["--no-default-features"]] {
        let build = [
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--manifest-path",
            &manifest,
        ];
        run_shown(
            program("cargo", &build)
                .args(features)
                .env_remove("CARGO_TARGET_DIR"),
        )?;
        let link = [
            "main.c",
            "target/release/libposthaste_no_std.a",
            "-Wl,--gc-sections",
            "-o",
            "target/no_std",
        ];
        run_shown(program("cc", &link).current_dir(&folder))?;
        run_shown(program("target/no_std", &[]).current_dir(&folder))?;
    }
    Ok(())
}

fn section(name: &str, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("\n== {name}");
    let start = Instant::now();
    work()?;
    println!("== {name}: ok, {} s", start.elapsed().as_secs());
    Ok(())
}

/// The two commands that the README promises to a newcomer: its `sh` blocks under "Two commands".
fn readme_commands() -> anyhow::Result<Vec<String>> {
    let readme = std::fs::read_to_string(root().join("README.md"))?;
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with("Two commands"))
        .unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1);
    let commands: Vec<_> = blocks
        .filter_map(|block| block.split("```").next().map(str::to_owned))
        .collect();
    if commands.len() != 2 {
        bail!(
            "the README has {} commands under \"Two commands\"",
            commands.len()
        );
    }
    Ok(commands)
}
