//! Sending from ordinary threads.

mod client;
mod connection;

pub use client::{Client, Link, Sent};
pub use connection::Connection;
