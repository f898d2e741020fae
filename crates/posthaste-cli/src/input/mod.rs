//! From what was typed to values that are checked. Nothing here touches the network.

pub(crate) mod attachment;
pub(crate) mod date;
pub(crate) mod duration;
pub(crate) mod environment;
pub(crate) mod file_spec;
pub(crate) mod login;
pub(crate) mod message;
pub(crate) mod read;
pub(crate) mod secret;
pub(crate) mod stdin;
pub(crate) mod target;
pub(crate) mod text;
