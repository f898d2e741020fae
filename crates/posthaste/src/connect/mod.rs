//! From a host's name to a connected socket.

mod dial;
mod entropy;
mod hello;
mod resolve;
mod sniff;

pub(crate) use dial::dial;
pub(crate) use entropy::entropy;
pub(crate) use hello::client_name;
pub(crate) use sniff::waits_for_tls;
