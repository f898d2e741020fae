//! Commands a contributor runs: `cargo xtask COMMAND`.

#![allow(clippy::print_stdout, reason = "a command talks to its user")]

mod bench;
mod ci;
mod fuzz;
mod interop;
mod rig;
mod shell;
mod tidy;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything CI checks: format, clippy, docs, the README's tests, interop with real servers
    Ci(ci::Arguments),
    /// Runs fuzz targets with cargo-fuzz, on stable
    Fuzz(fuzz::Arguments),
    /// Sends awkward mail through real servers, and compares what they kept with what went in
    Interop(interop::Arguments),
    /// Makes the pages that come from tables: docs/protocol.md, with each duty, its module and its tests
    Tidy(tidy::Arguments),
    /// Measures: messages a second over one connection, memory of a large attachment, ours beside other libraries
    Bench(bench::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Interop(arguments) => interop::run(&arguments),
        Command::Tidy(arguments) => tidy::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}
