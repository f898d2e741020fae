//! Every mechanism that a server offers and that is spoken here, with the right secret and with a wrong one.

use std::ffi::OsString;

use anyhow::{Context as _, anyhow};
use serde_json::json;

use super::checks::Check;
use super::send::{Secret, Tls, send, short};
use super::table::Login;

/// As a server names them. DIGEST-MD5 is the one that some offer and nobody should speak (RFC 6331).
const SPOKEN: [&str; 6] = [
    "PLAIN",
    "LOGIN",
    "CRAM-MD5",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "XOAUTH2",
];

const WRONG: &str = "not the password";

/// The secrets of a mechanism: the rig's servers take the password for a token, and a token has no blanks in it.
fn secrets<'a>(mechanism: &str, password: &'a str) -> [Secret<'a>; 2] {
    match mechanism {
        "XOAUTH2" => [Secret::Token(password), Secret::Token("not-the-token")],
        _ => [Secret::Password(password), Secret::Password(WRONG)],
    }
}

impl Check<'_> {
    pub(super) fn logins(&self) -> anyhow::Result<()> {
        for mechanism in self.spoken() {
            let [right, _] = secrets(mechanism, &self.facts().password);
            self.accepted(&mechanism.to_lowercase(), right)
                .with_context(|| format!("{mechanism}, the right secret"))?;
        }
        Ok(())
    }

    /// All at once: a server makes who was wrong wait, and Dovecot longer each time. For the same reason nothing may come
    /// behind this.
    pub(super) fn wrong_logins(&self) -> anyhow::Result<()> {
        if matches!(self.row.login, Login::None) {
            return self.refused("not-offered", "auto", Secret::Password(WRONG));
        }
        std::thread::scope(|scope| {
            let tries: Vec<_> = self
                .spoken()
                .into_iter()
                .map(|mechanism| {
                    let [_, wrong] = secrets(mechanism, "");
                    let name = mechanism.to_lowercase();
                    let run = move || self.refused("refused", &name, wrong);
                    (mechanism, scope.spawn(run))
                })
                .collect();
            tries.into_iter().try_for_each(|(mechanism, handle)| {
                let result = handle.join();
                result
                    .map_err(|_| anyhow!("a check broke off"))?
                    .with_context(|| format!("{mechanism}, a wrong secret"))
            })
        })?;
        println!("  logins, right and wrong: {}", self.spoken().join(" "));
        Ok(())
    }

    fn spoken(&self) -> Vec<&'static str> {
        let offered = self.row.login.mechanisms().split_whitespace();
        offered.filter(|name| SPOKEN.contains(name)).collect()
    }

    fn accepted(&self, mechanism: &str, secret: Secret<'_>) -> anyhow::Result<()> {
        self.running.forget()?;
        let to = self.facts().rcpt_ok[0].as_str();
        let flags = self.by(mechanism);
        let sent = send(
            self.facts(),
            self.row.protocol,
            Tls::StartTls,
            Some(secret),
            &flags,
        )?;
        sent.expect(0, &[("/auth", json!(mechanism))])?;
        self.kept(&[to]).map(drop)
    }

    fn refused(&self, reason: &str, mechanism: &str, secret: Secret<'_>) -> anyhow::Result<()> {
        let flags = self.by(mechanism);
        let sent = send(
            self.facts(),
            self.row.protocol,
            Tls::Implicit,
            Some(secret),
            &flags,
        )?;
        sent.expect(
            77,
            &[
                ("/error/kind", json!("auth")),
                ("/error/reason", json!(reason)),
                ("/error/stage", json!("auth")),
            ],
        )
    }

    /// A short message whose sender logs in by this mechanism alone.
    fn by(&self, mechanism: &str) -> Vec<OsString> {
        let facts = self.facts();
        let mut flags = short(&facts.user, &[&facts.rcpt_ok[0]]);
        flags.extend(["--auth", mechanism].map(OsString::from));
        flags
    }
}
