//! Reads transcripts and plays them to a session. The format stands in `tests/transcripts/README.md`.

#![allow(
    clippy::unwrap_used,
    reason = "a transcript that cannot be read is a failed test"
)]

mod player;
mod script;

pub(crate) use player::{Split, play};
pub(crate) use script::Script;
