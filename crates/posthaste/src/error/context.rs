//! From a session's report to the one error: which of the fates is the news. Pure.

use std::io;

use posthaste_proto::error::Cause;
use posthaste_proto::sasl::AuthDetail;
use posthaste_proto::session::{self, Dialect, Disposition, Fate};
use posthaste_proto::{Envelope, Report};

use super::cause::rejected;
use super::{Error, Kind, Retry, Stage, hint};
use crate::stream::TlsError;

/// What the transport knows beside the session.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// `host:port`.
    pub(crate) server: &'a str,
    /// What is spoken there.
    pub(crate) dialect: Dialect,
    /// What the handshake said.
    pub(crate) tls: Option<&'a TlsError>,
    /// What the stream said when it broke.
    pub(crate) io: Option<&'a io::Error>,
    /// What the source of the content said.
    pub(crate) source: Option<&'a io::Error>,
    /// The server answered plain text with TLS.
    pub(crate) heard_tls: bool,
    /// What the server told of the refusal of a login, beside its reply.
    pub(crate) auth_detail: Option<&'a AuthDetail>,
    /// The login was tried with a token.
    pub(crate) by_token: bool,
}

impl Context<'_> {
    /// The error of a session that ended by `cause`.
    pub(crate) fn error(&self, cause: &Cause) -> Error {
        self.finish(self.of(cause))
    }

    /// The error of a message that nobody was accepted for.
    pub(crate) fn report(&self, report: Report, envelope: Option<Envelope>) -> Error {
        let error = match report.disposition() {
            Disposition::InDoubt => self.in_doubt(&report),
            Disposition::Accepted
            | Disposition::Partial
            | Disposition::Refused
            | Disposition::NotSent => self.nothing_accepted(&report),
        };
        self.finish(error).with_report(report, envelope)
    }

    /// Of a message with an end that nobody knows.
    fn in_doubt(&self, report: &Report) -> Error {
        let cause = report
            .recipients
            .iter()
            .find_map(|recipient| match &recipient.fate {
                Fate::InDoubt(cause) => Some(cause),
                Fate::NotSent(_) | Fate::Refused(..) | Fate::Accepted(_) => None,
            });
        let under = cause.map(|cause| self.of(cause));
        let why = under.as_ref().map_or("no reply", |error| error.message());
        let reason = under
            .as_ref()
            .map_or("unknown", |error| error.reason())
            .to_owned();
        let heard = matches!(cause, Some(Cause::Protocol { .. } | Cause::WrongEnvelope));
        let answer = if heard {
            "the answer cannot be trusted"
        } else {
            "no answer came"
        };
        let message =
            format!("the whole message was sent and {answer} ({why}): it may have been delivered");
        let error =
            Error::new(Kind::InDoubt, reason, Stage::EndOfData, message).with_retry(Retry::InDoubt);
        match under.as_ref().and_then(Error::reply) {
            Some(reply) => error.with_reply(reply.clone()),
            None => error,
        }
    }

    fn nothing_accepted(&self, report: &Report) -> Error {
        let mut refusals = Vec::new();
        let mut causes = Vec::new();
        for recipient in &report.recipients {
            match &recipient.fate {
                Fate::Refused(stage, reply) => refusals.push((*stage, reply)),
                Fate::NotSent(cause) | Fate::InDoubt(cause) => causes.push(cause),
                Fate::Accepted(_) => {}
            }
        }
        // Whoever was not refused had another reason: that is the news, the refusals are in the report. Under all or
        // none the reason is the refusal.
        let other = |cause: &&&Cause| !matches!(cause, Cause::RecipientPolicy);
        if let Some(cause) = causes.iter().find(other) {
            return self.retry_for_others(self.of(cause), &causes);
        }
        // A refusal for now before one for good, then the one that came furthest.
        let refused = refusals
            .iter()
            .rev()
            .max_by_key(|(stage, reply)| (reply.is_transient(), *stage));
        let Some((stage, reply)) = refused else {
            return self.of(causes.first().copied().unwrap_or(&Cause::NotStarted));
        };
        let error = rejected(*stage, reply);
        if refusals.len() < 2
            || refusals
                .iter()
                .any(|(stage, _)| *stage != session::Stage::Rcpt)
        {
            return error;
        }
        let alike = refusals.iter().all(|(_, other)| other == reply);
        let how = if alike { "" } else { ", in more than one way" };
        let who = match (refusals.len(), report.recipients.len()) {
            (2, 2) => "both recipients were refused".to_owned(),
            (refused, all) if refused == all => format!("all {all} recipients were refused"),
            (refused, all) => {
                format!("{refused} of {all} recipients were refused, and all or none was wanted")
            }
        };
        error.with_message(format!("{who}{how}: {reply}"))
    }

    /// Others may not have been tried at all, because the connection was lost.
    fn retry_for_others(&self, error: Error, causes: &[&Cause]) -> Error {
        let untried = causes
            .iter()
            .any(|cause| self.of(cause).retry() == Retry::Safe);
        if untried {
            error.with_retry(Retry::Safe)
        } else {
            error
        }
    }

    /// Adds the hint and the server.
    pub(crate) fn finish(&self, error: Error) -> Error {
        let hint = hint::find(&error, self);
        let error = error.with_hint(hint);
        if self.server.is_empty() {
            error
        } else {
            error.at_server(self.server.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use posthaste_proto::ContentSpec;
    use posthaste_proto::session::{Config, Event, TlsPolicy};
    use posthaste_proto::{Session, Step};

    use super::*;

    /// What a session in memory reports of a message to two, when the server says these lines one by one and hangs up.
    fn report(replies: &[&str]) -> Report {
        let config = Config::new("me.example.org".parse().unwrap()).tls(TlsPolicy::Never);
        let mut session = Session::new(config);
        let recipients = [
            "bo@example.net".parse().unwrap(),
            "cy@example.net".parse().unwrap(),
        ];
        let envelope = Envelope::new("ann@example.org".parse().unwrap(), recipients).unwrap();
        session.submit(envelope, ContentSpec::seven_bit(2));
        let mut replies = replies.iter();
        loop {
            match session.poll(std::time::Duration::ZERO) {
                Step::Write { bytes, .. } => {
                    let n = bytes.len();
                    session.written(n);
                }
                Step::Read { .. } => match replies.next() {
                    Some(reply) => session.received(format!("{reply}\r\n").as_bytes()),
                    None => session.closed_by_peer(),
                },
                Step::Content(content) => content.finish(),
                Step::Event(Event::Done { report }) => return report,
                Step::Event(_) => {}
                step @ (Step::StartTls { .. }
                | Step::Credentials(_)
                | Step::Idle
                | Step::Close { .. }) => {
                    panic!("{step:?}")
                }
            }
        }
    }

    fn words(replies: &[&str]) -> (Kind, Stage, Retry, u16, usize) {
        let error = Context::default().report(report(replies), None);
        let code = error.reply().map_or(0, |reply| reply.code().number());
        let recipients = error.report().map_or(0, |report| report.recipients.len());
        (error.kind(), error.stage(), error.retry(), code, recipients)
    }

    #[test]
    fn what_was_said_to_all_is_told_once() {
        let message = |replies: &[&str]| {
            let begin = ["220 mx", "250 mx", "250 ok"];
            let report = report(&[&begin, replies].concat());
            Context::default().report(report, None).message().to_owned()
        };
        assert_eq!(
            message(&["550 no", "550 no"]),
            "both recipients were refused: 550 no"
        );
        assert_eq!(
            message(&["550 no", "450 later"]),
            "both recipients were refused, in more than one way: 450 later"
        );
    }

    #[test]
    fn the_news_is_the_refusal_that_may_pass() {
        use Retry::{Never, Safe};
        let rejected = |stage, retry, code| (Kind::Rejected, stage, retry, code, 2);
        let begin = ["220 mx", "250 mx", "250 ok"];
        let with = |more: &[&'static str]| words(&[&begin[..], more].concat());
        assert_eq!(
            with(&["550 no", "551 no"]),
            rejected(Stage::Rcpt, Never, 550)
        );
        assert_eq!(
            with(&["550 no", "450 later"]),
            rejected(Stage::Rcpt, Safe, 450)
        );
        // One was refused for good, and the connection was lost before the other's turn: the loss is the news.
        assert_eq!(
            with(&["550 no"]),
            (Kind::Connection, Stage::Rcpt, Safe, 0, 2)
        );
        // The order of the recipients makes no difference.
        for rcpt in [["550 no", "250 ok"], ["250 ok", "550 no"]] {
            let then = |more: &[&'static str]| with(&[&rcpt[..], more].concat());
            assert_eq!(
                then(&["354 go", "554 spam"]),
                rejected(Stage::EndOfData, Never, 554)
            );
            assert_eq!(then(&["554 no"]), rejected(Stage::Data, Never, 554));
            let (kind, stage, ..) = then(&["250 what"]);
            assert_eq!((kind, stage), (Kind::Protocol, Stage::Data));
        }
        assert_eq!(
            with(&["250 ok", "250 ok", "451 later"]),
            rejected(Stage::Data, Safe, 451)
        );
        assert_eq!(with(&["421 closing"]), rejected(Stage::Rcpt, Safe, 421));
        assert_eq!(
            words(&["220 mx", "250 mx", "553 no"]),
            rejected(Stage::Mail, Never, 553)
        );
        assert_eq!(
            words(&["220 mx", "250 mx"]),
            (Kind::Connection, Stage::Mail, Safe, 0, 2)
        );
    }
}
