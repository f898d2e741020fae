//! What is tried with each server.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::kept;
use super::mail::Mail;
use super::send::{Outcome, Secret, Tls, send, short};
use super::table::{Answer, Login, Protocol, Row};
use crate::rig::{Facts, Kept, Running};
use crate::shell::output;

/// One server that runs, and what is expected of it.
pub(super) struct Check<'a> {
    pub(super) row: &'a Row,
    pub(super) running: &'a Running<'a>,
}

impl Check<'_> {
    /// Everything; the first deviation is the error.
    pub(super) fn all(&self) -> anyhow::Result<()> {
        let protocol = match self.row.protocol {
            Protocol::Smtp => "smtp",
            Protocol::Lmtp => "lmtp",
        };
        ensure!(
            self.facts().protocol == protocol,
            "it speaks {}, not {protocol}",
            self.facts().protocol
        );
        let mail = Mail::write()?;
        for tls in [Tls::StartTls, Tls::Implicit] {
            self.awkward_mail(tls, &mail, protocol)
                .with_context(|| format!("the awkward mail, {tls:?}"))?;
        }
        self.logins().context("logins")?;
        self.without_login().context("no login")?;
        if self.row.chunking {
            self.chunks(&mail).context("BDAT")?;
        }
        let facts = self.facts();
        for (address, answer) in [
            (&facts.rcpt_reject, self.row.refused),
            (&facts.rcpt_defer, self.row.deferred),
        ] {
            self.alone(address, answer)
                .with_context(|| format!("to {address} alone"))?;
            self.beside_others(address, answer)
                .with_context(|| format!("to {address} beside others"))?;
        }
        self.wrong_logins().context("wrong logins")
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.running.facts
    }

    /// Sends as the known user where the server has a login.
    pub(super) fn send(&self, tls: Tls, flags: &[std::ffi::OsString]) -> anyhow::Result<Outcome> {
        self.running.forget()?;
        let facts = self.facts();
        let secret = match self.row.login {
            Login::None => None,
            Login::Offered(_) | Login::Demanded(..) => Some(Secret::Password(&facts.password)),
        };
        send(facts, self.row.protocol, tls, secret, flags)
    }

    fn awkward_mail(&self, tls: Tls, mail: &Mail, protocol: &str) -> anyhow::Result<()> {
        let facts = self.facts();
        let to = facts.rcpt_ok[0].as_str();
        let sent = self.send(tls, &mail.flags(&facts.user, &[to]))?;
        sent.expect(
            0,
            &[
                ("/status", json!("sent")),
                ("/protocol", json!(protocol)),
                ("/tls/verified", json!(true)),
            ],
        )?;
        self.offers(&sent)?;
        let comparison = self.kept_as_it_was(&[to], &sent, mail)?;
        println!(
            "  {tls:?}: TLS {}, login {}, kept: {comparison}",
            sent.verdict["tls"]["version"], sent.verdict["auth"],
        );
        Ok(())
    }

    /// The awkward mail, as it was kept for each of these, is what was sent; in the words of the comparison.
    pub(super) fn kept_as_it_was(
        &self,
        recipients: &[&str],
        sent: &Outcome,
        mail: &Mail,
    ) -> anyhow::Result<String> {
        let octets = sent.verdict["bytes"].as_u64().unwrap_or_default();
        let mut comparison = String::new();
        for kept in self.kept(recipients)? {
            kept::look(&std::fs::read(&kept.eml)?, octets, &self.row.keeps)?;
            comparison = output(&mut mail.compare(&kept.eml))?.trim().to_owned();
        }
        Ok(comparison)
    }

    /// The mechanisms, PIPELINING and CHUNKING, and that the mechanism that was used is among them.
    fn offers(&self, sent: &Outcome) -> anyhow::Result<()> {
        let offered = sent.offered();
        let sorted = |words: &str| {
            let mut words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let line = offered.iter().find_map(|line| line.strip_prefix("AUTH "));
        let mechanisms = sorted(self.row.login.mechanisms());
        let found = sorted(line.unwrap_or_default());
        ensure!(found == mechanisms, "AUTH offers {found:?}: {}", sent.said);
        let used = &sent.verdict["auth"];
        let known = match used.as_str() {
            Some(used) => mechanisms.contains(&used.to_uppercase()),
            None => mechanisms.is_empty(),
        };
        ensure!(known, "the login was {used}");
        for (extension, expected) in [
            ("PIPELINING", self.row.pipelining),
            ("CHUNKING", self.row.chunking),
        ] {
            ensure!(
                offered.contains(&extension) == expected,
                "{extension} was to be offered: {expected}\n{}",
                sent.said
            );
        }
        Ok(())
    }

    fn without_login(&self) -> anyhow::Result<()> {
        self.running.forget()?;
        let facts = self.facts();
        let to = facts.rcpt_ok[0].as_str();
        let flags = short(&facts.user, &[to]);
        let sent = send(facts, self.row.protocol, Tls::StartTls, None, &flags)?;
        match self.row.login {
            Login::None | Login::Offered(_) => {
                sent.expect(0, &[("/auth", Value::Null)])?;
                self.kept(&[to]).map(drop)
            }
            Login::Demanded(_, code, enhanced) => sent.expect(
                69,
                &[
                    ("/status", json!("rejected")),
                    ("/error/stage", json!("mail")),
                    ("/error/reply/code", json!(code)),
                    ("/error/reply/enhanced", json!(enhanced)),
                ],
            ),
        }
    }

    fn alone(&self, address: &str, answer: Answer) -> anyhow::Result<()> {
        let facts = self.facts();
        let sent = self.send(Tls::StartTls, &short(&facts.user, &[address]))?;
        sent.expect_recipient(0, answer)?;
        match answer {
            Answer::Taken => {
                sent.expect(0, &[])?;
                self.kept(&[address]).map(drop)
            }
            Answer::Refused(code, _) => {
                let exit = if code < 500 { 75 } else { 67 };
                let stage = ("/error/stage", json!("rcpt"));
                sent.expect(exit, &[("/status", json!("rejected")), stage])
            }
        }
    }

    /// Between two that are accepted: what is said of one must not be taken for another's.
    fn beside_others(&self, address: &str, answer: Answer) -> anyhow::Result<()> {
        let facts = self.facts();
        let [first, last] = [0, 1].map(|at| facts.rcpt_ok[at].as_str());
        let flags = short(&facts.user, &[first, address, last]);
        let sent = self.send(Tls::StartTls, &flags)?;
        for (place, answer) in [Answer::Taken, answer, Answer::Taken]
            .into_iter()
            .enumerate()
        {
            sent.expect_recipient(place, answer)?;
        }
        if self.row.names_recipients {
            for (place, address) in [(0, first), (2, last)] {
                let reply = &sent.verdict["recipients"][place]["reply"];
                ensure!(
                    reply.to_string().contains(address),
                    "{address} was told {reply}"
                );
            }
        }
        let (exit, status, mut wanted) = match answer {
            Answer::Taken => (0, "sent", vec![address]),
            Answer::Refused(..) => (10, "partial", Vec::new()),
        };
        sent.expect(exit, &[("/status", json!(status))])?;
        wanted.extend([first, last]);
        self.kept(&wanted).map(drop)
    }

    /// What it kept, once there is something for each of these recipients, and for nobody else.
    pub(super) fn kept(&self, recipients: &[&str]) -> anyhow::Result<Vec<Kept>> {
        let mut wanted = recipients.to_vec();
        wanted.sort_unstable();
        let mut kept = Vec::new();
        // A server may deliver for each recipient by itself, one after the other.
        for messages in 1..=recipients.len() {
            kept = self.running.kept(messages)?;
            let mut found: Vec<_> = kept.iter().flat_map(|kept| kept.rcpt_to.clone()).collect();
            found.sort_unstable();
            if found == wanted {
                for kept in &kept {
                    let from = &kept.mail_from;
                    ensure!(*from == self.facts().user, "it was kept as from {from}");
                }
                return Ok(kept);
            }
        }
        let found: Vec<_> = kept.iter().map(|kept| &kept.rcpt_to).collect();
        anyhow::bail!("kept for {found:?}, not for {wanted:?}")
    }
}
