//! BDAT (RFC 3030): the awkward mail, whose chunk waits for the answers to RCPT, and a short one, whose chunk does not. As it
//! is, beside a refused recipient, and with nobody to take it.

use std::ffi::OsString;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::checks::Check;
use super::mail::Mail;
use super::send::{Outcome, Tls, short};
use super::table::Answer;

impl Check<'_> {
    pub(super) fn chunks(&self, mail: &Mail) -> anyhow::Result<()> {
        let facts = self.facts();
        let (accepted, other) = (facts.rcpt_ok[0].as_str(), facts.rcpt_reject.as_str());
        let awkward = |to: &[&str]| mail.flags(&facts.user, to);
        let short = |to: &[&str]| short(&facts.user, to);

        let sent = self.by_chunks(awkward(&[accepted]))?;
        sent.expect(0, &[("/status", json!("sent"))])?;
        let comparison = self.kept_as_it_was(&[accepted], &sent, mail)?;

        // The refused one first: what is said of it must not be taken for the other's, nor for the chunk's.
        let both = [other, accepted];
        let context = || format!("{other} beside {accepted}");
        let (sent, wanted) = self
            .beside(awkward(&both), other, accepted)
            .with_context(context)?;
        self.kept_as_it_was(&wanted, &sent, mail)
            .with_context(context)?;
        let (_, wanted) = self
            .beside(short(&both), other, accepted)
            .with_context(context)?;
        self.kept(&wanted)?;

        self.alone_by_chunks(awkward(&[other]))?;
        self.alone_by_chunks(short(&[other]))?;
        println!("  BDAT: {comparison}");
        Ok(())
    }

    /// To one that may be refused and one that is accepted; says also for whom it is to be kept.
    fn beside<'a>(
        &self,
        flags: Vec<OsString>,
        other: &'a str,
        accepted: &'a str,
    ) -> anyhow::Result<(Outcome, Vec<&'a str>)> {
        let answer = self.row.refused;
        let sent = self.by_chunks(flags)?;
        sent.expect_recipient(0, answer)?;
        sent.expect_recipient(1, Answer::Taken)?;
        let (exit, wanted) = match answer {
            Answer::Taken => (0, vec![other, accepted]),
            Answer::Refused(..) => (10, vec![accepted]),
        };
        sent.expect(exit, &[])?;
        Ok((sent, wanted))
    }

    /// To one that may be refused: then the refusal is the news, whatever is said of the chunk.
    fn alone_by_chunks(&self, flags: Vec<OsString>) -> anyhow::Result<()> {
        let answer = self.row.refused;
        let sent = self.by_chunks(flags)?;
        sent.expect_recipient(0, answer)?;
        match answer {
            Answer::Taken => sent.expect(0, &[]),
            Answer::Refused(..) => sent.expect(67, &[("/error/stage", json!("rcpt"))]),
        }
    }

    fn by_chunks(&self, mut flags: Vec<OsString>) -> anyhow::Result<Outcome> {
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
