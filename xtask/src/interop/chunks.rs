//! The awkward mail by BDAT (RFC 3030): as it is, beside a refused recipient, and with nobody to take it.

use std::ffi::OsString;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::checks::Check;
use super::mail::Mail;
use super::send::{Outcome, Tls};
use super::table::Answer;

impl Check<'_> {
    pub(super) fn chunks(&self, mail: &Mail) -> anyhow::Result<()> {
        let facts = self.facts();
        let accepted = facts.rcpt_ok[0].as_str();
        let other = facts.rcpt_reject.as_str();
        let answer = self.row.refused;

        let sent = self.by_chunks(mail, &[accepted])?;
        sent.expect(0, &[("/status", json!("sent"))])?;
        let comparison = self.kept_as_it_was(&[accepted], &sent, mail)?;

        // The refused one first: what is said of it must not be taken for the other's, nor for the chunk's.
        self.beside(mail, other, accepted, answer)
            .with_context(|| format!("{other} beside {accepted}"))?;

        let sent = self.by_chunks(mail, &[other])?;
        sent.expect_recipient(0, answer)?;
        match answer {
            Answer::Taken => sent.expect(0, &[])?,
            Answer::Refused(..) => {
                sent.expect(67, &[("/error/stage", json!("rcpt"))])?;
            }
        }
        println!("  BDAT: {comparison}");
        Ok(())
    }

    fn beside(
        &self,
        mail: &Mail,
        other: &str,
        accepted: &str,
        answer: Answer,
    ) -> anyhow::Result<()> {
        let sent = self.by_chunks(mail, &[other, accepted])?;
        sent.expect_recipient(0, answer)?;
        sent.expect_recipient(1, Answer::Taken)?;
        let (exit, wanted) = match answer {
            Answer::Taken => (0, vec![other, accepted]),
            Answer::Refused(..) => (10, vec![accepted]),
        };
        sent.expect(exit, &[])?;
        self.kept_as_it_was(&wanted, &sent, mail).map(drop)
    }

    fn by_chunks(&self, mail: &Mail, to: &[&str]) -> anyhow::Result<Outcome> {
        let mut flags = mail.flags(&self.facts().user, to);
        flags.extend(["--chunking", "always"].map(OsString::from));
        let sent = self.send(Tls::StartTls, &flags)?;
        ensure!(
            !sent.said.contains(" > DATA"),
            "it went by DATA:\n{}",
            sent.said
        );
        // Whom nobody takes, nothing need be sent to.
        let refused = sent.verdict["status"] == "rejected";
        ensure!(
            refused || sent.said.contains(" > BDAT "),
            "there is no BDAT:\n{}",
            sent.said
        );
        Ok(sent)
    }
}
