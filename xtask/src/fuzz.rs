//! `cargo xtask fuzz [TARGET] [--seconds N]`.

use anyhow::bail;

use crate::shell::{self, output, program, root};

/// Which targets, and how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The target; all of them when none is given
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Without a sanitizer, so that stable Rust is enough: the crates under test hold no unsafe code.
fn run_target(target: &str, seconds: u32) -> anyhow::Result<()> {
    let seeds = format!("fuzz/corpus/{target}");
    // What is found on the way is kept beside the seeds only when a person chooses so.
    let found = root().join("fuzz/target/found").join(target);
    std::fs::create_dir_all(&found)?;
    let found = found.to_string_lossy();
    let seconds = format!("-max_total_time={seconds}");
    let limits = [
        &seconds,
        "-timeout=5",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ];
    let mut arguments = vec!["fuzz", "run", "-s", "none", target, &found, &seeds, "--"];
    arguments.extend(limits);
    shell::run(&mut program("cargo", &arguments))
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if output(&mut program("cargo", &["fuzz", "--version"])).is_err() {
        bail!("cargo-fuzz is missing; install it with: cargo install cargo-fuzz --locked");
    }
    let known = output(&mut program("cargo", &["fuzz", "list"]))?;
    let chosen: Vec<&str> = match &arguments.target {
        Some(target) if known.lines().any(|known| known == target) => vec![target],
        Some(target) => bail!(
            "there is no target {target}; there are: {}",
            known.lines().collect::<Vec<_>>().join(" ")
        ),
        None => known.lines().collect(),
    };
    chosen
        .into_iter()
        .try_for_each(|target| run_target(target, arguments.seconds))
}
