use core::fmt;

use super::{
    Body, DeliverBy, EnvelopeId, FutureRelease, List, Parameter, ParameterError, Priority, Return,
    Submitter, Value,
};

/// The parameters of a MAIL command.
///
/// Those that this crate knows are typed; any other is kept as it came.
///
/// ```
/// use posthaste_proto::command::{DeliverBy, EnvelopeId, MailParameters, Return};
///
/// let parameters = MailParameters::new()
///     .with_size(1200)
///     .with_return(Return::Headers)
///     .with_envelope_id(&EnvelopeId::new("order 4711")?)
///     .with_deliver_by(DeliverBy::or_return(3600)?);
/// assert_eq!(parameters.to_string(), " SIZE=1200 RET=HDRS ENVID=order+204711 BY=3600;R");
/// # Ok::<(), posthaste_proto::command::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailParameters {
    size: Option<u64>,
    body: Option<Body>,
    smtputf8: bool,
    other: List,
}

impl MailParameters {
    const KNOWN: &'static [&'static str] = &[
        "SIZE",
        "BODY",
        "SMTPUTF8",
        "RET",
        "ENVID",
        "AUTH",
        "BY",
        "HOLDFOR",
        "HOLDUNTIL",
        "MT-PRIORITY",
        "REQUIRETLS",
    ];

    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: None,
            body: None,
            smtputf8: false,
            other: List::new(),
        }
    }

    /// `SIZE=octets`, the size of the content as it will be sent, without dot-stuffing (RFC 1870 section 5).
    #[must_use]
    pub fn with_size(self, octets: u64) -> Self {
        Self {
            size: Some(octets),
            ..self
        }
    }

    /// `BODY=...` (RFC 6152, RFC 3030).
    #[must_use]
    pub fn with_body(self, body: Body) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// `SMTPUTF8` (RFC 6531).
    #[must_use]
    pub fn with_smtputf8(self, smtputf8: bool) -> Self {
        Self { smtputf8, ..self }
    }

    /// `RET=...` (RFC 3461 section 4.3).
    #[must_use]
    pub fn with_return(self, ret: Return) -> Self {
        self.with("RET", &ret)
    }

    /// `ENVID=...` (RFC 3461 section 4.4).
    #[must_use]
    pub fn with_envelope_id(self, id: &EnvelopeId) -> Self {
        self.with("ENVID", id)
    }

    /// `AUTH=...` (RFC 4954 section 5).
    #[must_use]
    pub fn with_submitter(self, submitter: &Submitter) -> Self {
        self.with("AUTH", submitter)
    }

    /// `BY=...` (RFC 2852).
    #[must_use]
    pub fn with_deliver_by(self, by: DeliverBy) -> Self {
        self.with("BY", &by)
    }

    /// `HOLDFOR=...` or `HOLDUNTIL=...` (RFC 4865); one takes the place of the other.
    #[must_use]
    pub fn with_future_release(mut self, release: FutureRelease) -> Self {
        match release {
            FutureRelease::For(seconds) => {
                self.other.remove("HOLDUNTIL");
                self.with("HOLDFOR", &seconds)
            }
            FutureRelease::Until(time) => {
                self.other.remove("HOLDFOR");
                self.with("HOLDUNTIL", &time)
            }
        }
    }

    /// `MT-PRIORITY=...` (RFC 6710).
    #[must_use]
    pub fn with_priority(self, priority: Priority) -> Self {
        self.with("MT-PRIORITY", &priority)
    }

    /// `REQUIRETLS` (RFC 8689).
    #[must_use]
    pub fn with_require_tls(mut self) -> Self {
        self.other.set("REQUIRETLS", None);
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

    /// The value of SIZE, in octets.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// The value of BODY.
    #[must_use]
    pub const fn body(&self) -> Option<Body> {
        self.body
    }

    /// Whether SMTPUTF8 is there.
    #[must_use]
    pub const fn smtputf8(&self) -> bool {
        self.smtputf8
    }

    /// The value of RET.
    #[must_use]
    pub fn ret(&self) -> Option<Return> {
        self.other.value("RET")
    }

    /// The value of ENVID.
    #[must_use]
    pub fn envelope_id(&self) -> Option<EnvelopeId> {
        self.other.value("ENVID")
    }

    /// The value of AUTH.
    #[must_use]
    pub fn submitter(&self) -> Option<Submitter> {
        self.other.value("AUTH")
    }

    /// The value of BY.
    #[must_use]
    pub fn deliver_by(&self) -> Option<DeliverBy> {
        self.other.value("BY")
    }

    /// The value of HOLDFOR or HOLDUNTIL.
    #[must_use]
    pub fn future_release(&self) -> Option<FutureRelease> {
        let until = || self.other.value("HOLDUNTIL").map(FutureRelease::Until);
        self.other
            .value("HOLDFOR")
            .map(FutureRelease::For)
            .or_else(until)
    }

    /// The value of MT-PRIORITY.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.other.value("MT-PRIORITY")
    }

    /// Whether REQUIRETLS is there.
    #[must_use]
    pub fn require_tls(&self) -> bool {
        self.other.find("REQUIRETLS").is_some()
    }

    /// All parameters but SIZE, BODY and SMTPUTF8 as they stand on the wire, in order.
    #[must_use]
    pub fn other(&self) -> &[Parameter] {
        &self.other.0
    }

    /// Adds a parameter as it was read from a line, typed values in their own spelling.
    pub(in crate::command) fn read(&mut self, parameter: Parameter) -> Result<(), ParameterError> {
        let keyword = parameter.keyword().as_str();
        let there = match keyword {
            "SIZE" => self.size.is_some(),
            "BODY" => self.body.is_some(),
            "SMTPUTF8" => self.smtputf8,
            "HOLDFOR" | "HOLDUNTIL" => self.future_release().is_some(),
            _ => self.other.find(keyword).is_some(),
        };
        if there {
            return Err(ParameterError::Duplicate);
        }
        let value = parameter.value().map(Value::as_str);
        let new = core::mem::take(self);
        let new = match (keyword, value) {
            ("SIZE", Some(value)) => size(value).map(|size| new.with_size(size)),
            ("BODY", Some(value)) => Body::from_value(value).map(|body| new.with_body(body)),
            ("SMTPUTF8", None) => Some(new.with_smtputf8(true)),
            ("RET", Some(value)) => value.parse().ok().map(|ret| new.with_return(ret)),
            ("ENVID", Some(value)) => value.parse().ok().map(|id| new.with_envelope_id(&id)),
            ("AUTH", Some(value)) => value.parse().ok().map(|who| new.with_submitter(&who)),
            ("BY", Some(value)) => value.parse().ok().map(|by| new.with_deliver_by(by)),
            ("HOLDFOR", Some(value)) => {
                let seconds = value.parse().ok().map(FutureRelease::For);
                seconds.map(|release| new.with_future_release(release))
            }
            ("HOLDUNTIL", Some(value)) => {
                let time = value.parse().ok().map(FutureRelease::Until);
                time.map(|release| new.with_future_release(release))
            }
            ("MT-PRIORITY", Some(value)) => value
                .parse()
                .ok()
                .map(|priority| new.with_priority(priority)),
            ("REQUIRETLS", None) => Some(new.with_require_tls()),
            (known, _) if Self::KNOWN.contains(&known) => None,
            _ => new.with_other(parameter).ok(),
        };
        *self = new.ok_or(ParameterError::Value)?;
        Ok(())
    }

    fn with(mut self, keyword: &'static str, value: &impl fmt::Display) -> Self {
        self.other.set(keyword, Some(Value::written(value)));
        self
    }
}

/// Every parameter with a blank before it.
impl fmt::Display for MailParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(size) = self.size {
            write!(f, " SIZE={size}")?;
        }
        if let Some(body) = self.body {
            write!(f, " BODY={body}")?;
        }
        if self.smtputf8 {
            f.write_str(" SMTPUTF8")?;
        }
        self.other.fmt(f)
    }
}

/// `1*20DIGIT`; what twenty digits can say beyond `u64` is as good as its maximum (RFC 1870 section 5).
fn size(value: &str) -> Option<u64> {
    let valid = (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| value.parse().unwrap_or(u64::MAX))
}
