//! From a host's name to a connected socket.

mod dial;
mod hello;
mod resolve;

pub(crate) use dial::dial;
pub(crate) use hello::client_name;
