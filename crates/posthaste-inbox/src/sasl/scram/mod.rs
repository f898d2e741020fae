//! SCRAM (RFC 5802; RFC 7677 with SHA-256), with and without channel binding.
//!
//! ```text
//!   C: n,,n=user,r=nonce            p=TYPE,, when the channel is bound
//!   S: r=nonce+more,s=salt,i=4096
//!   C: c=biws,r=nonce+more,p=proof  c= is the first message's header, and what binds the channel
//!   S: v=signature                  in a 334: SMTP's 235 has no room for it (RFC 4954 4)
//!   C: (an empty line)
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use posthaste_proto::Secret;
use subtle::ConstantTimeEq as _;

use super::{Context, Turn};
use crate::fault::ScramFault;

mod hash;
mod message;
#[cfg(test)]
mod tests;

pub(crate) use hash::Hash;

use message::{First, Flag, Last};

const MALFORMED: Turn = Turn::Refuse(501, "5.5.2 not a SCRAM message");

#[derive(Debug)]
pub(crate) struct Scram {
    hash: Hash,
    plus: bool,
    challenge: Challenge,
    state: State,
}

/// What the server's first message is made of.
#[derive(Debug)]
pub(crate) struct Challenge {
    /// Its part of the nonce. Must be new each time.
    pub(crate) nonce: String,
    pub(crate) salt: Vec<u8>,
    pub(crate) iterations: u32,
}

#[derive(Debug)]
enum State {
    First,
    Last(Said),
    /// The signature went out: an empty response, and the user is in.
    Signed {
        user: String,
    },
    /// An error went out: whatever comes, the refusal follows.
    Failed,
}

/// What was said in the first two messages.
#[derive(Debug)]
struct Said {
    user: String,
    client_first_bare: String,
    server_first: String,
    /// Both parts.
    nonce: String,
    /// What `c=` must be.
    binding: Secret,
}

impl Scram {
    pub(super) const fn new(hash: Hash, plus: bool, challenge: Challenge) -> Self {
        Self {
            hash,
            plus,
            challenge,
            state: State::First,
        }
    }

    pub(super) fn respond(&mut self, context: Context<'_>, response: &Secret) -> Turn {
        let text = core::str::from_utf8(response.expose());
        match (core::mem::replace(&mut self.state, State::Failed), text) {
            (State::First, Ok(text)) => self.first(context, text),
            (State::Last(said), Ok(text)) => self.last(context, &said, text),
            (State::Signed { user }, Ok("")) => Turn::accept(&user),
            (State::Failed, _) => Turn::WRONG,
            (State::First | State::Last(_) | State::Signed { .. }, _) => MALFORMED,
        }
    }

    fn first(&mut self, context: Context<'_>, text: &str) -> Turn {
        let Some(first) = First::parse(text) else {
            return MALFORMED;
        };
        let mut binding = first.header.as_bytes().to_vec();
        match (&first.flag, self.plus) {
            (Flag::Bound(name), true) => {
                let Some(data) = context.tls.and_then(|tls| tls.binding(name)) else {
                    return Turn::Refuse(535, "5.7.8 no such channel binding here");
                };
                binding.extend_from_slice(data);
            }
            // Somebody took -PLUS out of the list (RFC 5802 6).
            (Flag::Yes, false) if context.offers_plus => {
                return Turn::Refuse(535, "5.7.8 channel binding is offered: downgraded?");
            }
            (Flag::No | Flag::Yes, false) => {}
            (Flag::No | Flag::Yes, true) => {
                return Turn::Refuse(535, "5.7.8 -PLUS needs channel binding");
            }
            (Flag::Bound(_), false) => {
                return Turn::Refuse(535, "5.7.8 channel binding needs -PLUS");
            }
        }
        if first.authzid.is_some_and(|authzid| authzid != first.user) {
            return Turn::NOT_ALLOWED;
        }
        let fault = context.config.faults.scram();
        let head = match fault {
            Some(ScramFault::ForeignNonce) => "",
            _ => first.nonce,
        };
        let nonce = format!("{head}{}", self.challenge.nonce);
        let salt = match fault {
            Some(ScramFault::BadSalt) => String::from("***"),
            _ => STANDARD.encode(&self.challenge.salt),
        };
        let iterations = match fault {
            Some(ScramFault::Iterations(claimed)) => claimed,
            _ => u64::from(self.challenge.iterations),
        };
        let extension = match fault {
            Some(ScramFault::MandatoryExtension) => "m=must,",
            _ => "",
        };
        let server_first = format!("{extension}r={nonce},s={salt},i={iterations}");
        let message = server_first.clone().into_bytes();
        self.state = State::Last(Said {
            client_first_bare: first.bare.into(),
            server_first,
            nonce,
            binding: Secret::new(binding),
            user: first.user,
        });
        Turn::Challenge(message)
    }

    fn last(&mut self, context: Context<'_>, said: &Said, text: &str) -> Turn {
        let Some(last) = Last::parse(text) else {
            return MALFORMED;
        };
        if last.nonce != said.nonce {
            return Turn::Refuse(535, "5.7.8 the nonce is not this exchange's");
        }
        if !bool::from(said.binding.expose().ct_eq(&last.binding)) {
            return Turn::Refuse(535, "5.7.8 the channel binding differs");
        }
        // For a stranger the same work is done, so that time does not tell who is known.
        let password = context.config.users.password(&said.user);
        let signature = self.signature(password.map_or(b"", Secret::expose), said, &last);
        let (Some(signature), Some(_)) = (signature, password) else {
            return Turn::WRONG;
        };
        let signature = format!("v={}", STANDARD.encode(signature));
        match context.config.faults.scram() {
            Some(ScramFault::NoSignature) => Turn::accept(&said.user),
            Some(ScramFault::SignatureIn235) => Turn::Accept {
                user: said.user.clone(),
                text: Some(signature),
            },
            Some(ScramFault::Error) => {
                self.state = State::Failed;
                Turn::Challenge(b"e=other-error".to_vec())
            }
            fault => {
                self.state = State::Signed {
                    user: said.user.clone(),
                };
                let wrong = matches!(fault, Some(ScramFault::WrongSignature));
                let signature = if wrong {
                    format!("v={}", STANDARD.encode(self.hash.digest(b"wrong")))
                } else {
                    signature
                };
                Turn::Challenge(signature.into_bytes())
            }
        }
    }

    /// The server's signature, when the proof is right (RFC 5802 3). Works with the true salt and iterations, whatever a
    /// fault claimed.
    fn signature(&self, password: &[u8], said: &Said, last: &Last<'_>) -> Option<Vec<u8>> {
        let hash = self.hash;
        let Challenge {
            salt, iterations, ..
        } = &self.challenge;
        let salted = hash.salted(password, salt, *iterations);
        let client_key = hash.hmac(salted.expose(), b"Client Key");
        let stored_key = hash.digest(&client_key);
        let message = format!(
            "{},{},{}",
            said.client_first_bare, said.server_first, last.without_proof
        );
        let client_signature = hash.hmac(&stored_key, message.as_bytes());
        let proof: Vec<u8> = client_key
            .iter()
            .zip(&client_signature)
            .map(|(key, signature)| key ^ signature)
            .collect();
        let is_right: bool = proof.ct_eq(&last.proof).into();
        let server_key = hash.hmac(salted.expose(), b"Server Key");
        is_right.then(|| hash.hmac(&server_key, message.as_bytes()))
    }
}
