use core::fmt;

use super::{List, Notify, OriginalRecipient, Parameter, ParameterError, Value};

/// The parameters of a RCPT command.
///
/// Those that this crate knows are typed; any other is kept as it came.
///
/// ```
/// use posthaste_proto::address::Mailbox;
/// use posthaste_proto::command::{Notify, OriginalRecipient, RcptParameters};
///
/// let original = OriginalRecipient::try_from(&"bob@example.org".parse::<Mailbox>()?)?;
/// let parameters = RcptParameters::new()
///     .with_notify(Notify::FAILURE)
///     .with_original_recipient(&original);
/// assert_eq!(parameters.to_string(), " NOTIFY=FAILURE ORCPT=rfc822;bob@example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RcptParameters {
    other: List,
}

impl RcptParameters {
    const KNOWN: &'static [&'static str] = &["NOTIFY", "ORCPT"];

    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self { other: List::new() }
    }

    /// `NOTIFY=...` (RFC 3461 section 4.1).
    #[must_use]
    pub fn with_notify(mut self, notify: Notify) -> Self {
        self.other.set("NOTIFY", Some(Value::written(&notify)));
        self
    }

    /// `ORCPT=...` (RFC 3461 section 4.2), written in ASCII.
    #[must_use]
    pub fn with_original_recipient(mut self, original: &OriginalRecipient) -> Self {
        self.other.set("ORCPT", Some(Value::written(original)));
        self
    }

    /// `ORCPT=...` written in UTF-8, for a transaction whose MAIL says SMTPUTF8 (RFC 6533 section 3).
    #[must_use]
    pub fn with_original_recipient_utf8(mut self, original: &OriginalRecipient) -> Self {
        self.other
            .set("ORCPT", Some(Value::written(&original.to_utf8())));
        self
    }

    /// Any parameter that has no method of its own here.
    ///
    /// # Errors
    ///
    /// When it has one, or when the keyword is there already.
    pub fn with_other(mut self, parameter: Parameter) -> Result<Self, ParameterError> {
        if Self::KNOWN.contains(&parameter.keyword().as_str()) {
            return Err(ParameterError::Known);
        }
        self.other.push(parameter)?;
        Ok(self)
    }

    /// The value of NOTIFY.
    #[must_use]
    pub fn notify(&self) -> Option<Notify> {
        self.other.value("NOTIFY")
    }

    /// The value of ORCPT.
    #[must_use]
    pub fn original_recipient(&self) -> Option<OriginalRecipient> {
        self.other.value("ORCPT")
    }

    /// All parameters as they stand on the wire, in order.
    #[must_use]
    pub fn other(&self) -> &[Parameter] {
        &self.other.0
    }

    /// Adds a parameter as it was read from a line, typed values in their own spelling.
    pub(in crate::command) fn read(&mut self, parameter: Parameter) -> Result<(), ParameterError> {
        let keyword = parameter.keyword().as_str();
        if self.other.find(keyword).is_some() {
            return Err(ParameterError::Duplicate);
        }
        let value = parameter.value().map(Value::as_str);
        let new = core::mem::take(self);
        let new = match (keyword, value) {
            ("NOTIFY", Some(value)) => value.parse().ok().map(|notify| new.with_notify(notify)),
            ("ORCPT", Some(value)) => value.parse().ok().map(|original| {
                if value.is_ascii() {
                    new.with_original_recipient(&original)
                } else {
                    new.with_original_recipient_utf8(&original)
                }
            }),
            (known, _) if Self::KNOWN.contains(&known) => None,
            _ => new.with_other(parameter).ok(),
        };
        *self = new.ok_or(ParameterError::Value)?;
        Ok(())
    }
}

/// Every parameter with a blank before it.
impl fmt::Display for RcptParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.other.fmt(f)
    }
}
