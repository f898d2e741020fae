use std::collections::BTreeMap;
use std::time::SystemTime;

use posthaste_proto::command::Parameter;
use serde::{Deserialize, Serialize};

use crate::session::Envelope;

/// The envelope of a message and how it came: what stands in its `.json`.
///
/// ```json
/// {
///   "received": "2026-03-01T12:00:00Z",
///   "hello": "client.example.org",
///   "tls": "TLSv1.3",
///   "auth": "ann",
///   "mail_from": "ann@example.org",
///   "params": { "SIZE": "120", "SMTPUTF8": null },
///   "rcpt_to": [ { "address": "bob@example.net", "params": {} } ],
///   "size": 118
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// When it was complete, by the inbox's clock; RFC 3339, UTC, whole seconds.
    pub received: String,
    /// What the client called itself.
    pub hello: String,
    /// The TLS version, if there was TLS.
    pub tls: Option<String>,
    /// The user who logged in.
    pub auth: Option<String>,
    /// The reverse-path without angle brackets; empty when it is null.
    pub mail_from: String,
    /// The parameters of MAIL, keywords in upper case.
    pub params: BTreeMap<String, Option<String>>,
    /// The recipients that were accepted, in order.
    pub rcpt_to: Vec<Recipient>,
    /// Octets of the content.
    pub size: u64,
}

/// One recipient of a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recipient {
    /// The forward-path without angle brackets.
    pub address: String,
    /// The parameters of RCPT, keywords in upper case.
    pub params: BTreeMap<String, Option<String>>,
}

impl Record {
    /// What is known of a message that is complete.
    pub(crate) fn new(envelope: &Envelope, received: SystemTime) -> Self {
        let parameters = &envelope.mail_parameters;
        let mut params = others(parameters.other());
        if let Some(size) = parameters.size() {
            params.insert("SIZE".into(), Some(size.to_string()));
        }
        if let Some(body) = parameters.body() {
            params.insert("BODY".into(), Some(body.to_string()));
        }
        if parameters.smtputf8() {
            params.insert("SMTPUTF8".into(), None);
        }
        let recipient = |(path, parameters): &(_, posthaste_proto::command::RcptParameters)| {
            let path: &posthaste_proto::address::ForwardPath = path;
            Recipient {
                address: path.to_string(),
                params: others(parameters.other()),
            }
        };
        Self {
            received: rfc3339(received),
            hello: envelope.hello.clone(),
            tls: envelope.tls.clone(),
            auth: envelope.auth.clone(),
            mail_from: envelope.reverse_path.to_string(),
            params,
            rcpt_to: envelope.recipients.iter().map(recipient).collect(),
            size: envelope.size,
        }
    }
}

fn others(parameters: &[Parameter]) -> BTreeMap<String, Option<String>> {
    let pair = |parameter: &Parameter| {
        (
            parameter.keyword().as_str().to_owned(),
            parameter.value().map(|value| value.as_str().to_owned()),
        )
    };
    parameters.iter().map(pair).collect()
}

/// `2026-03-01T12:00:00Z`. Times before 1970 are told as 1970.
fn rfc3339(time: SystemTime) -> String {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    let since_march_0000 = days + 719_468;
    let (era, day_of_era) = (since_march_0000 / 146_097, since_march_0000 % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_are_right_at_the_edges() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_772_366_400, "2026-03-01T12:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(
                rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
                text
            );
        }
    }
}
