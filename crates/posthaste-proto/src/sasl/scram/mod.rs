//! SCRAM (RFC 5802, RFC 7677), with and without channel binding.
//!
//! ```text
//!   client   gs2-header n=user,r=nonce
//!   server   r=nonce+theirs,s=salt,i=rounds
//!   client   c=gs2-header and binding,r=nonce+theirs,p=proof
//!   server   v=signature                                        without which no login stands
//! ```

mod digest;
mod first;

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) use digest::Hash;
use first::ServerFirst;

use super::prepare::{prepare, push_sasl_name};
use super::{AuthDetail, BadChallenge, Challenge, Exchange, Start};
use crate::error::AuthFailure;
use crate::secret::Secret;

/// One authentication.
pub(super) struct Scram {
    hash: Hash,
    password: Secret,
    iterations: (u32, u32),
    /// `gs2-header`, and behind it what the channel is bound to.
    binding: Vec<u8>,
    header: usize,
    /// `client-first-message-bare`.
    first: Vec<u8>,
    nonce: String,
    state: State,
    detail: Option<AuthDetail>,
}

enum State {
    Begin,
    /// The server is to send its nonce, salt and rounds.
    First,
    /// The proof is sent; the server is to sign with this.
    Proven(Secret),
    Signed,
    /// It said `e=`, or what cannot be forgiven.
    Over,
}

impl Scram {
    pub(super) fn new(hash: Hash, plus: bool, start: &Start<'_>) -> Result<Self, AuthFailure> {
        let nonce = start
            .entropy()
            .map(|entropy| nonce(entropy, start.attempt()))
            .ok_or(AuthFailure::NeedsEntropy)?;
        Self::with_nonce(hash, plus, start, nonce)
    }

    fn with_nonce(
        hash: Hash,
        plus: bool,
        start: &Start<'_>,
        nonce: String,
    ) -> Result<Self, AuthFailure> {
        let credentials = start.credentials();
        let password = credentials.password().map_or(&b""[..], Secret::expose);
        let password = Secret::from(&*prepare(password)?);
        let mut first = Vec::from(*b"n=");
        push_sasl_name(&mut first, &prepare(credentials.user().as_bytes())?)?;
        first.extend_from_slice(b",r=");
        first.extend_from_slice(nonce.as_bytes());

        let (flag, name, data) = match start.bindings.best() {
            Some((name, data)) if plus => ("p=", name, data),
            // Someone in the middle may have taken the offer of -PLUS away: this lets the server see that (section 6).
            Some(_) if !start.channel_binding_offered() => ("y", "", &b""[..]),
            Some(_) | None => ("n", "", &b""[..]),
        };
        let mut binding = Vec::from(flag.as_bytes());
        binding.extend_from_slice(name.as_bytes());
        binding.push(b',');
        if let Some(identity) = credentials.authorization() {
            binding.extend_from_slice(b"a=");
            push_sasl_name(&mut binding, &prepare(identity.as_bytes())?)?;
        }
        binding.push(b',');
        let header = binding.len();
        binding.extend_from_slice(data);
        Ok(Self {
            hash,
            password,
            iterations: start.iterations(),
            binding,
            header,
            first,
            nonce,
            state: State::Begin,
            detail: None,
        })
    }

    /// The salted password proves us, and what comes of it will prove the server.
    fn prove(&mut self, message: &[u8]) -> Result<Secret, BadChallenge> {
        let server = ServerFirst::read(message, &self.nonce, self.iterations)?;
        let salted = self
            .hash
            .salt(self.password.expose(), &server.salt, server.iterations);
        let client_key = self.hash.hmac(salted.expose(), b"Client Key");
        let server_key = self.hash.hmac(salted.expose(), b"Server Key");
        let stored_key = self.hash.digest(client_key.expose());

        let mut last = Vec::from(*b"c=");
        last.extend_from_slice(STANDARD.encode(&self.binding).as_bytes());
        last.extend_from_slice(b",r=");
        last.extend_from_slice(server.nonce);
        let said = [&self.first, &b","[..], message, b",", &last].concat();

        let signature = self.hash.hmac(stored_key.expose(), &said);
        let proof: Vec<u8> = client_key
            .expose()
            .iter()
            .zip(signature.expose())
            .map(|(key, signature)| key ^ signature)
            .collect();
        self.state = State::Proven(self.hash.hmac(server_key.expose(), &said));
        last.extend_from_slice(b",p=");
        last.extend_from_slice(STANDARD.encode(Secret::new(proof).expose()).as_bytes());
        Ok(Secret::new(last))
    }

    /// `v=` and the signature. Compared as long as it takes.
    fn verify(&mut self, expected: &Secret, message: &[u8]) -> Result<(), BadChallenge> {
        let value = message.strip_prefix(b"v=").ok_or(BadChallenge::Malformed)?;
        let value = value.split(|octet| *octet == b',').next().unwrap_or(value);
        let given = STANDARD
            .decode(value)
            .map_err(|_| BadChallenge::Signature)?;
        if Secret::new(given) == *expected {
            self.state = State::Signed;
            Ok(())
        } else {
            Err(BadChallenge::Signature)
        }
    }
}

impl Exchange for Scram {
    fn initial_response(&mut self) -> Option<Secret> {
        self.state = State::First;
        let header = self.binding.get(..self.header).unwrap_or_default();
        Some(Secret::new([header, &self.first].concat()))
    }

    fn respond(&mut self, challenge: Challenge<'_>) -> Result<Secret, BadChallenge> {
        match core::mem::replace(&mut self.state, State::Over) {
            State::First => self.prove(&challenge.decode()?),
            State::Proven(expected) => {
                let message = challenge.decode()?;
                if let Some(error) = message.strip_prefix(b"e=") {
                    self.detail = Some(AuthDetail::new(error));
                } else {
                    self.verify(&expected, &message)?;
                }
                Ok(Secret::default())
            }
            State::Begin | State::Signed | State::Over => Err(BadChallenge::OneTooMany),
        }
    }

    fn succeeded(&mut self, text: &[u8]) -> Result<(), BadChallenge> {
        match core::mem::replace(&mut self.state, State::Over) {
            State::Signed => Ok(()),
            // RFC 4954 has no place for it in a 235, and some servers put it there, in base64 or as it is.
            State::Proven(expected) => text
                .split(u8::is_ascii_whitespace)
                .filter_map(|word| {
                    if word.starts_with(b"v=") {
                        return Some(word.to_vec());
                    }
                    let decoded = STANDARD.decode(word).ok();
                    decoded.filter(|message| message.starts_with(b"v="))
                })
                .next()
                .map_or(Err(BadChallenge::Unsigned), |message| {
                    self.verify(&expected, &message)
                }),
            State::Begin | State::First | State::Over => Err(BadChallenge::Unsigned),
        }
    }

    fn detail(&self) -> Option<&AuthDetail> {
        self.detail.as_ref()
    }
}

/// 24 characters out of 144 bits; another one in each attempt.
fn nonce(entropy: &[u8; 32], attempt: u8) -> String {
    let mut seed = Vec::from(*b"posthaste SCRAM nonce ");
    seed.push(attempt);
    seed.extend_from_slice(entropy);
    let digest = Hash::Sha256.digest(Secret::new(seed).expose());
    STANDARD.encode(digest.expose().get(..18).unwrap_or_default())
}

#[cfg(test)]
mod tests;
