//! The SMTP client protocol, without any IO.
#![no_std]

extern crate alloc;

pub mod address;
pub mod capability;
pub mod command;
pub mod content;
pub mod envelope;
pub mod error;
pub mod reply;
pub mod sasl;
mod secret;
pub mod session;
mod wire;

pub use capability::Capabilities;
pub use content::ContentSpec;
pub use envelope::Envelope;
pub use error::Cause;
pub use sasl::Credentials;
pub use secret::Secret;
pub use session::{Config, Event, Report, Session, Step};
