//! The second net: the password or token, wherever it comes up.

use std::fmt;

use posthaste_proto::Secret;
use posthaste_proto::reply::printable;

/// What must not be seen: a secret, and its forms on the wire. The longest first, since the others may stand in it.
#[derive(Default)]
pub(super) struct Mask(Vec<Secret>);

impl Mask {
    /// Shorter secrets would mask ordinary words.
    const SHORTEST: usize = 4;

    const MOST: usize = 64;

    pub(super) fn new(mut forms: Vec<Secret>) -> Self {
        forms.retain(|form| form.expose().len() >= Self::SHORTEST);
        Self(forms)
    }

    /// What was sent in AUTH is masked too from now on; short responses would mask ordinary words.
    pub(super) fn learn(&mut self, responses: Vec<Secret>) {
        let long = |response: &Secret| response.expose().len() >= 8;
        for response in responses.into_iter().filter(long) {
            // A peer could make it many.
            if self.0.len() < Self::MOST {
                self.0.insert(0, response);
            }
        }
    }

    /// A line as it may be shown.
    pub(super) fn shown(&self, line: &[u8]) -> String {
        let mut line = line.to_vec();
        for secret in &self.0 {
            line = replace(&line, secret.expose());
        }
        printable(&line).into_owned()
    }
}

fn replace(line: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.first() {
        if let Some(behind) = rest.strip_prefix(secret) {
            shown.extend_from_slice(b"***");
            rest = behind;
        } else {
            shown.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    shown
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({} forms)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Server;

    fn mask(server: Server) -> Mask {
        Mask::new(server.traces())
    }

    #[test]
    fn every_form_is_masked() {
        let server: Server = "smtp://ann@h".parse().unwrap();
        assert_eq!(
            mask(server.clone().password("hunter2"))
                .shown(b"x hunter2 aHVudGVyMg== AGFubgBodW50ZXIy y"),
            "x *** *** *** y"
        );
        // Of a token: itself, its base64, and the messages of XOAUTH2 and OAUTHBEARER.
        assert_eq!(
            mask(server.clone().token("ann", "ya29.x")).shown(
                b"x ya29.x eWEyOS54 dXNlcj1hbm4BYXV0aD1CZWFyZXIgeWEyOS54AQE= bixhPWFubiwBYXV0aD1CZWFyZXIgeWEyOS54AQE= y"
            ),
            "x *** *** *** *** y"
        );
        assert_eq!(mask(server.password("ok")).shown(b"250 ok"), "250 ok");
    }
}
