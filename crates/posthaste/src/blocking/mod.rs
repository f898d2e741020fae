//! Sending from ordinary threads.

mod client;
mod connection;
mod drive;
mod sent;

pub use client::Client;
pub use connection::Connection;
pub use drive::{Driver, Sources, Turn, drive};
pub use sent::{Link, Sent};
