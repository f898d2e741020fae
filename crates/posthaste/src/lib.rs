//! Sends mail over SMTP: the sockets around [`posthaste_proto`], which decides, and [`posthaste_mime`], which builds.

pub mod blocking;
mod connect;
pub mod content;
pub mod error;
mod message;
pub mod observe;
pub mod server;
pub mod stream;
pub mod transcript;

pub use content::Raw;
pub use error::Error;
pub use message::envelope;
pub use posthaste_mime as mime;
pub use posthaste_proto as proto;
pub use posthaste_proto::{Envelope, Report, Secret};
pub use server::{Server, Tls};
