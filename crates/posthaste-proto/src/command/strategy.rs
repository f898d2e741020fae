//! Random valid commands for property tests.

use alloc::vec;

use proptest::prelude::*;

use super::{
    Argument, Body, Command, DeliverBy, EnvelopeId, FutureRelease, HoldFor, Keyword,
    MailParameters, MechanismName, Notify, OriginalRecipient, Parameter, Priority, RcptParameters,
    Return, Submitter, UtcTime, Value,
};
use crate::Secret;
use crate::address::strategy;

/// One parameter of MAIL, to be laid over others.
#[derive(Debug, Clone)]
enum Mail {
    Size(u64),
    Body(Body),
    SmtpUtf8(bool),
    Return(Return),
    EnvelopeId(EnvelopeId),
    Submitter(Submitter),
    DeliverBy(DeliverBy),
    FutureRelease(FutureRelease),
    Priority(Priority),
    RequireTls,
    Other(Parameter),
}

impl Mail {
    /// Sets it, and checks that it can be read off again.
    fn lay_over(self, to: MailParameters) -> MailParameters {
        match self {
            Self::Size(size) => to.with_size(size),
            Self::Body(body) => to.with_body(body),
            Self::SmtpUtf8(utf8) => to.with_smtputf8(utf8),
            Self::Return(ret) => {
                let to = to.with_return(ret);
                assert_eq!(to.ret(), Some(ret));
                to
            }
            Self::EnvelopeId(id) => {
                let to = to.with_envelope_id(&id);
                assert_eq!(to.envelope_id(), Some(id));
                to
            }
            Self::Submitter(submitter) => {
                let to = to.with_submitter(&submitter);
                assert_eq!(to.submitter(), Some(submitter));
                to
            }
            Self::DeliverBy(by) => {
                let to = to.with_deliver_by(by);
                assert_eq!(to.deliver_by(), Some(by));
                to
            }
            Self::FutureRelease(release) => {
                let to = to.with_future_release(release);
                assert_eq!(to.future_release(), Some(release));
                to
            }
            Self::Priority(priority) => {
                let to = to.with_priority(priority);
                assert_eq!(to.priority(), Some(priority));
                to
            }
            Self::RequireTls => {
                let to = to.with_require_tls();
                assert!(to.require_tls());
                to
            }
            // The same random keyword twice is refused, and leaves what was there.
            Self::Other(other) => to.clone().with_other(other).unwrap_or(to),
        }
    }
}

fn mail() -> impl Strategy<Value = Mail> {
    let body = prop::sample::select(vec![Body::SevenBit, Body::EightBitMime, Body::BinaryMime]);
    let ret = prop::sample::select(vec![Return::Full, Return::Headers]);
    prop_oneof![
        any::<u64>().prop_map(Mail::Size),
        body.prop_map(Mail::Body),
        any::<bool>().prop_map(Mail::SmtpUtf8),
        ret.prop_map(Mail::Return),
        "[ -~]{1,33}".prop_map(|text| Mail::EnvelopeId(EnvelopeId::new(text).unwrap())),
        submitter().prop_map(Mail::Submitter),
        deliver_by().prop_map(Mail::DeliverBy),
        future_release().prop_map(Mail::FutureRelease),
        (-9..=9i8).prop_map(|priority| Mail::Priority(Priority::new(priority).unwrap())),
        Just(Mail::RequireTls),
        other().prop_map(Mail::Other),
    ]
}

fn submitter() -> impl Strategy<Value = Submitter> {
    let known = strategy::mailbox().prop_filter_map("not ASCII, or too long", |mailbox| {
        Submitter::try_from(mailbox).ok()
    });
    prop_oneof![1 => Just(Submitter::UNKNOWN), 4 => known]
}

fn deliver_by() -> impl Strategy<Value = DeliverBy> {
    let by = prop_oneof![
        (1..=999_999_999u32).prop_map(|seconds| DeliverBy::or_return(seconds).unwrap()),
        (-999_999_999..=999_999_999i32).prop_map(|seconds| DeliverBy::or_notify(seconds).unwrap()),
    ];
    (by, any::<bool>()).prop_map(|(by, trace)| if trace { by.with_trace() } else { by })
}

fn future_release() -> impl Strategy<Value = FutureRelease> {
    prop_oneof![
        (1..=999_999_999u32)
            .prop_map(|seconds| FutureRelease::For(HoldFor::seconds(seconds).unwrap())),
        (0..=253_402_300_799u64)
            .prop_map(|seconds| FutureRelease::Until(UtcTime::from_unix(seconds).unwrap())),
    ]
}

fn other() -> impl Strategy<Value = Parameter> {
    (
        "X[A-Z0-9][A-Z0-9-]{0,10}",
        prop::option::of("[!-<>-~é]{1,20}"),
    )
        .prop_map(|(keyword, value)| {
            Parameter::new(
                Keyword::new(&keyword).unwrap(),
                value.map(|value| Value::new(&value).unwrap()),
            )
        })
}

fn mail_parameters() -> impl Strategy<Value = MailParameters> {
    prop::collection::vec(mail(), 0..8).prop_map(|all| {
        all.into_iter()
            .fold(MailParameters::new(), |to, one| one.lay_over(to))
    })
}

fn rcpt_parameters() -> impl Strategy<Value = RcptParameters> {
    let occasions = vec![Notify::SUCCESS, Notify::FAILURE, Notify::DELAY];
    let notify = prop::sample::subsequence(occasions, 0..=3)
        .prop_map(|occasions| occasions.into_iter().fold(Notify::NEVER, Notify::and));
    let original = strategy::forward_path()
        .prop_filter_map("too long", |path| OriginalRecipient::try_from(&path).ok());
    (
        prop::option::of(notify),
        prop::option::of((original, any::<bool>())),
        prop::option::of(other()),
    )
        .prop_map(|(notify, original, other)| {
            let mut parameters = RcptParameters::new();
            if let Some(notify) = notify {
                parameters = parameters.with_notify(notify);
            }
            if let Some((original, utf8)) = original {
                parameters = if utf8 {
                    parameters.with_original_recipient_utf8(&original)
                } else {
                    parameters.with_original_recipient(&original)
                };
                assert_eq!(parameters.original_recipient(), Some(original));
            }
            assert_eq!(parameters.notify(), notify);
            match other {
                Some(other) => parameters.with_other(other).unwrap(),
                None => parameters,
            }
        })
}

fn argument() -> impl Strategy<Value = Argument> {
    "[!-~é用]([ -~é]{0,40}[!-~é])?".prop_map(|text| Argument::new(text).unwrap())
}

pub(super) fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        strategy::client_name().prop_map(|name| Command::Ehlo(Argument::from(&name))),
        argument().prop_map(Command::Helo),
        argument().prop_map(Command::Lhlo),
        (strategy::reverse_path(), mail_parameters()).prop_map(|(reverse_path, parameters)| {
            Command::Mail {
                reverse_path,
                parameters,
            }
        }),
        (strategy::forward_path(), rcpt_parameters()).prop_map(|(forward_path, parameters)| {
            Command::Rcpt {
                forward_path,
                parameters,
            }
        }),
        Just(Command::Data),
        (any::<u64>(), any::<bool>()).prop_map(|(size, last)| Command::Bdat { size, last }),
        Just(Command::Rset),
        prop::option::of(argument()).prop_map(Command::Noop),
        Just(Command::Quit),
        argument().prop_map(Command::Vrfy),
        argument().prop_map(Command::Expn),
        prop::option::of(argument()).prop_map(Command::Help),
        Just(Command::StartTls),
        (
            "[A-Z0-9_-]{1,20}",
            prop::option::of(prop::collection::vec(any::<u8>(), 0..80))
        )
            .prop_map(|(mechanism, response)| Command::Auth {
                mechanism: MechanismName::new(&mechanism).unwrap(),
                initial_response: response.map(Secret::new),
            }),
    ]
}
