//! `cargo xtask bench`: figures of time and memory. They are said, not asserted.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use posthaste::blocking::Client;
use posthaste::{Envelope, Raw, Server, Tls};
use posthaste_inbox::Inbox;

use crate::shell::{program, root, run as run_shown};

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Messages over one connection
    #[arg(long, default_value_t = 2000)]
    messages: usize,
    /// Size of the large attachment, in MiB; 0 leaves it out
    #[arg(long, default_value_t = 1024)]
    mib: u64,
    /// Measures ours beside other libraries instead: all of it, or sections (micro ir allocs build e2e sys rtt big)
    #[arg(long, num_args = 0.., value_name = "SECTION")]
    peers: Option<Vec<String>>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(sections) = &arguments.peers {
        return peers(sections);
    }
    if cfg!(debug_assertions) {
        println!("(a debug build; for figures: cargo run --release --package xtask -- bench)");
    }
    messages(arguments.messages)?;
    if arguments.mib > 0 {
        attachment(arguments.mib)?;
    }
    Ok(())
}

/// Messages of 1 KiB, one after the other, over one connection in clear. A client that writes body and end mark apart
/// meets the receiver's delayed acknowledgement and stalls 40 ms a message: 25 messages a second.
fn messages(count: usize) -> anyhow::Result<()> {
    let inbox = Inbox::builder().start()?;
    let server = format!("smtp://127.0.0.1:{}", inbox.port())
        .parse::<Server>()?
        .tls(Tls::DangerousNone);
    let mut connection = Client::new(server)?.connect()?;
    let header = "From: ann@example.org\r\nTo: bob@example.net\r\nSubject: bench\r\n\r\n";
    let message = format!(
        "{header}{}",
        "sixteen octets.\r\n".repeat((1024 - header.len()) / 17)
    );
    let envelope = Envelope::new("ann@example.org".parse()?, ["bob@example.net".parse()?])?;
    let start = Instant::now();
    let mut slowest = Duration::ZERO;
    for _ in 0..count {
        let one = Instant::now();
        let sent = connection.send_raw(envelope.clone(), Raw::bytes(message.as_bytes()))?;
        ensure!(sent.all_accepted(), "a message was not accepted");
        slowest = slowest.max(one.elapsed());
    }
    let took = start.elapsed();
    connection.quit()?;
    ensure!(
        inbox.messages().len() == count,
        "the inbox has another number of messages"
    );
    let rate = count as f64 / took.as_secs_f64();
    println!(
        "{count} messages of {} octets, one connection: {rate:.0} a second, the slowest {slowest:.1?}",
        message.len()
    );
    Ok(())
}

/// `xtask/peers`, a workspace of its own; its README says what the sections are and what they need.
fn peers(sections: &[String]) -> anyhow::Result<()> {
    let manifest = "xtask/peers/Cargo.toml";
    let build = [
        "build",
        "--release",
        "--locked",
        "--manifest-path",
        manifest,
    ];
    run_shown(&mut program("cargo", &build))?;
    run_shown(program("python3", &["xtask/peers/run.py"]).args(sections))
}

/// One attachment from disk, by the command-line program in a process of its own.
fn attachment(mib: u64) -> anyhow::Result<()> {
    run_shown(&mut program(
        "cargo",
        &[
            "build",
            "--quiet",
            "--release",
            "--package",
            "posthaste-cli",
        ],
    ))?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("large.bin");
    std::fs::File::create(&file)?.set_len(mib << 20)?;
    let inbox = Inbox::builder()
        .dir(folder.path().join("inbox"))
        .max_size(2 * (mib << 20) + (1 << 20))
        .start()?;
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, inbox.ca_pem().context("the inbox has no CA")?)?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let server = format!("127.0.0.1:{}", inbox.port());
    let mut command = program(
        "/usr/bin/time",
        &["-f", "%e s, %U s user, %S s system, peak memory %M KiB"],
    );
    command
        .arg(target.join("release/posthaste"))
        .args(["send", "-q", "--server", &server, "--tls", "starttls"]);
    command.args([
        "--from",
        "ann@example.org",
        "--to",
        "bob@example.net",
        "--subject",
        "large",
        "--tls-ca",
    ]);
    command.arg(&ca).arg("--attach").arg(&file);
    println!("{mib} MiB from disk over STARTTLS:");
    run_shown(&mut command)?;
    let kept = inbox.messages();
    ensure!(kept.len() == 1, "the inbox has {} messages", kept.len());
    println!("the inbox kept {} octets", kept[0].record().size);
    Ok(())
}
