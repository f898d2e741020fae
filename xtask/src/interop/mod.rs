//! `cargo xtask interop [SERVER...]`: awkward mail through real servers, and what they kept of it.

mod mail;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::rig::{Facts, Rig, Running, VARIABLE};
use crate::shell::{output, program, root, run as run_shown};
use mail::Mail;

/// Which servers, and where they come from.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The servers; postfix, smtp-server and aiosmtpd when none is given
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
}

const SERVERS: [&str; 3] = ["smtp-server", "aiosmtpd", "postfix"];

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy)]
enum Tls {
    StartTls,
    Implicit,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let rig = Rig::find(arguments.rig.as_deref())
        .with_context(|| format!("no servers: give --rig PROGRAM, or set {VARIABLE}"))?;
    run_shown(&mut program(
        "cargo",
        &["build", "--quiet", "--package", "posthaste-cli"],
    ))?;
    let servers: Vec<&str> = match arguments.servers.as_slice() {
        [] => SERVERS.to_vec(),
        servers => servers.iter().map(String::as_str).collect(),
    };
    let (mut passed, mut skipped) = (0, Vec::new());
    for server in &servers {
        if let Err(error) = rig.install(server) {
            println!("{server}: skipped, it cannot be installed here: {error:#}");
            skipped.push(*server);
            continue;
        }
        let running = rig.start(server)?;
        check(server, &running).with_context(|| format!("{server} {}", running.facts.version))?;
        passed += 1;
    }
    println!(
        "interop: {passed} of {} servers passed, {} skipped {skipped:?}",
        servers.len(),
        skipped.len()
    );
    ensure!(passed > 0, "not one server could be run");
    Ok(())
}

fn check(server: &str, running: &Running<'_>) -> anyhow::Result<()> {
    let facts = &running.facts;
    let mail = Mail::write()?;
    for tls in [Tls::StartTls, Tls::Implicit] {
        running.forget()?;
        let sent = posthaste(facts, tls, &facts.password)?
            .args(mail.flags(&facts.user, &facts.rcpt_ok[0]))
            .output()?;
        let said = String::from_utf8_lossy(&sent.stderr);
        ensure!(sent.status.success(), "{tls:?}: {}: {said}", sent.status);
        let verdict: serde_json::Value = serde_json::from_slice(&sent.stdout)?;
        ensure!(verdict["status"] == "sent", "{tls:?}: {verdict}");
        ensure!(verdict["tls"]["verified"] == true, "{tls:?}: {verdict}");

        let kept = running.kept(1)?;
        ensure!(
            kept.len() == 1,
            "{tls:?}: {} messages were kept",
            kept.len()
        );
        ensure!(
            kept[0].mail_from == facts.user && kept[0].rcpt_to == facts.rcpt_ok[..1],
            "{tls:?}: another envelope"
        );
        let comparison = output(&mut mail.compare(&kept[0].eml))?;
        println!(
            "{server} {} {tls:?}: sent with {}, kept: {}",
            facts.version,
            verdict["auth"],
            comparison.trim()
        );
    }
    refusals(server, running)
}

/// A wrong password, and a recipient that is refused beside one that is not.
fn refusals(server: &str, running: &Running<'_>) -> anyhow::Result<()> {
    let facts = &running.facts;
    let short = [
        "--from",
        &facts.user,
        "--subject",
        "refusals",
        "--text",
        "x",
        "--to",
        &facts.rcpt_ok[0],
    ];
    let wrong = posthaste(facts, Tls::Implicit, "not the password")?
        .args(short)
        .output()?;
    expect(&wrong, 77, &[("kind", "auth"), ("stage", "auth")]).context("wrong password")?;
    let shown = [wrong.stdout, wrong.stderr].concat();
    ensure!(
        !String::from_utf8_lossy(&shown).contains("not the password"),
        "the password was shown"
    );

    running.forget()?;
    let partly = posthaste(facts, Tls::StartTls, &facts.password)?
        .args(short)
        .args(["--to", &facts.rcpt_reject])
        .output()?;
    let verdict: serde_json::Value = serde_json::from_slice(&partly.stdout)?;
    let recipients = &verdict["recipients"];
    // A server that relays at once may take everyone; then the fates must say so.
    let refused = recipients[1]["accepted"] == false;
    ensure!(
        recipients[0]["accepted"] == true,
        "one refused recipient stopped the other: {verdict}"
    );
    let code = partly.status.code();
    ensure!(
        code == Some(if refused { 10 } else { 0 }),
        "exit {code:?}: {verdict}"
    );
    let kept = running.kept(1)?;
    ensure!(
        kept[0].rcpt_to[0] == facts.rcpt_ok[0],
        "the accepted recipient got nothing"
    );
    println!(
        "{server}: wrong password 77, refused beside accepted {}",
        if refused {
            "10"
        } else {
            "0 (it takes everyone)"
        }
    );
    Ok(())
}

fn expect(output: &std::process::Output, exit: i32, error: &[(&str, &str)]) -> anyhow::Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    let verdict: serde_json::Value =
        serde_json::from_slice(&output.stdout).with_context(|| said.to_string())?;
    ensure!(
        output.status.code() == Some(exit),
        "{}, not exit {exit}: {said}",
        output.status
    );
    for (key, value) in error {
        if verdict["error"][key] != *value {
            bail!("{key} is {}, not {value}: {verdict}", verdict["error"][key]);
        }
    }
    Ok(())
}

/// `posthaste send` to this server, as its known user.
fn posthaste(facts: &Facts, tls: Tls, password: &str) -> anyhow::Result<Command> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let server = match tls {
        Tls::StartTls => format!("smtp://{}:{}", facts.host, facts.port),
        Tls::Implicit => format!("smtps://{}:{}", facts.host, facts.port_tls),
    };
    let mut command = Command::new(target.join("debug/posthaste"));
    command.args([
        "send",
        "--json",
        "--timeout",
        "60s",
        "--server",
        &server,
        "--user",
        &facts.user,
        "--tls-ca",
    ]);
    command
        .arg(&facts.ca)
        .args(["--password-env", "INTEROP_PASSWORD"])
        .env("INTEROP_PASSWORD", password);
    if let Tls::StartTls = tls {
        command.args(["--tls", "starttls"]);
    }
    Ok(command)
}
