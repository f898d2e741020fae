//! Sockets.

#[derive(Debug)]
pub(crate) struct Connector;
