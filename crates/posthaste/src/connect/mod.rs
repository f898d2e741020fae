//! From a host's name to a connected socket.

mod dial;
mod hello;
mod resolve;
mod sniff;

pub(crate) use dial::dial;
pub(crate) use hello::client_name;
pub(crate) use sniff::waits_for_tls;
