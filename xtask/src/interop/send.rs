//! `posthaste send` to a server of the rig, and what it says of it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::table::{Answer, Protocol};
use crate::rig::Facts;
use crate::shell::root;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tls {
    StartTls,
    Implicit,
}

/// What a login is proved by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Secret<'a> {
    Password(&'a str),
    Token(&'a str),
}

/// What one run left behind.
pub(super) struct Outcome {
    exit: Option<i32>,
    pub(super) verdict: Value,
    /// The transcript, and what else is on stderr.
    pub(super) said: String,
}

/// Runs it, with a transcript. A secret, right or wrong, must not come up in what it prints.
pub(super) fn send(
    facts: &Facts,
    protocol: Protocol,
    tls: Tls,
    secret: Option<Secret<'_>>,
    flags: &[OsString],
) -> anyhow::Result<Outcome> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let (port, mode) = match tls {
        Tls::StartTls => (facts.port, "starttls"),
        Tls::Implicit => (facts.port_tls, "implicit"),
    };
    let scheme = match (protocol, tls) {
        (Protocol::Lmtp, _) => "lmtp",
        (Protocol::Smtp, Tls::StartTls) => "smtp",
        (Protocol::Smtp, Tls::Implicit) => "smtps",
    };
    let server = format!("{scheme}://{}:{port}", facts.host);
    let mut command = Command::new(target.join("debug/posthaste"));
    command
        .args(["send", "--json", "-vv", "--timeout", "60s"])
        .args(["--server", &server, "--tls", mode, "--tls-ca"])
        .arg(&facts.ca);
    let secret = secret.map(|secret| match secret {
        Secret::Password(password) => ("--password-env", password),
        Secret::Token(token) => ("--token-env", token),
    });
    if let Some((flag, secret)) = secret {
        command
            .args(["--user", &facts.user, flag, "INTEROP_SECRET"])
            .env("INTEROP_SECRET", secret);
    }
    let output = command.args(flags).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let shown = String::from_utf8_lossy(&output.stdout);
    let hidden = |text: &str| secret.is_none_or(|(_, secret)| !text.contains(secret));
    ensure!(hidden(&said) && hidden(&shown), "the secret was shown");
    let verdict = serde_json::from_str(&shown).with_context(|| format!("no JSON: {said}"))?;
    Ok(Outcome {
        exit: output.status.code(),
        verdict,
        said,
    })
}

/// The flags of a short message.
pub(super) fn short(from: &str, to: &[&str]) -> Vec<OsString> {
    let words = ["--from", from, "--subject", "short", "--text", "x"];
    let to = to.iter().flat_map(|address| ["--to", address]);
    words.into_iter().chain(to).map(OsString::from).collect()
}

impl Outcome {
    /// The exit code, and fields of the verdict by their JSON pointers.
    pub(super) fn expect(&self, exit: i32, fields: &[(&str, Value)]) -> anyhow::Result<()> {
        ensure!(
            self.exit == Some(exit),
            "exit {:?}, not {exit}: {}\n{}",
            self.exit,
            self.verdict,
            self.said
        );
        for (pointer, wanted) in fields {
            let found = self.verdict.pointer(pointer).unwrap_or(&Value::Null);
            ensure!(
                found == wanted,
                "{pointer} is {found}, not {wanted}: {}",
                self.verdict
            );
        }
        Ok(())
    }

    /// What was said of the recipient in this place.
    pub(super) fn expect_recipient(&self, place: usize, answer: Answer) -> anyhow::Result<()> {
        let recipient = &self.verdict["recipients"][place];
        let reply = &recipient["reply"];
        match answer {
            Answer::Taken => ensure!(
                recipient["status"] == "accepted",
                "recipient {place} was to be taken: {recipient}"
            ),
            Answer::Refused(code, enhanced) => ensure!(
                recipient["status"] == "refused"
                    && recipient["retryable"] == (code < 500)
                    && reply["code"] == code
                    && reply["enhanced"] == enhanced.map_or(Value::Null, Value::from),
                "recipient {place} was to be refused with {code} {enhanced:?}: {recipient}"
            ),
        }
        Ok(())
    }

    /// What the server offered in its last answer to EHLO or LHLO: `AUTH PLAIN LOGIN`, `PIPELINING`.
    pub(super) fn offered(&self) -> Vec<&str> {
        let mut offered = Vec::new();
        let mut hello = false;
        for line in self.said.lines() {
            let Some((_, said)) = line.trim_start().split_once(' ') else {
                continue;
            };
            if let Some(command) = said.strip_prefix("> ") {
                hello = command.starts_with("EHLO ") || command.starts_with("LHLO ");
                if hello {
                    offered.clear();
                }
            } else if let Some(reply) = said.strip_prefix("< 250").filter(|_| hello) {
                offered.extend(reply.get(1..));
            }
        }
        offered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_offer_counts() {
        let said = "   0.001 < 220 mx\n   0.001 > EHLO me\n   0.002 < 250-mx\n   0.002 < 250 STARTTLS\n\
            \x20  0.002 > STARTTLS\n   0.003 < 220 go\n   0.010 * TLSv1.3 x verified\n   0.010 > EHLO me\n\
            \x20  0.011 < 250-mx\n   0.011 < 250-PIPELINING\n   0.011 < 250 AUTH PLAIN LOGIN\n   0.012 > AUTH PLAIN\n\
            \x20  0.013 < 235 ok\n   0.014 > QUIT\n   0.015 < 250 odd\n";
        let outcome = Outcome {
            exit: None,
            verdict: Value::Null,
            said: said.to_owned(),
        };
        assert_eq!(outcome.offered(), ["mx", "PIPELINING", "AUTH PLAIN LOGIN"]);
    }
}
