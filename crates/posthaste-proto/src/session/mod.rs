//! stub
mod config; mod content; mod event; mod report; mod step;
pub use config::*; pub use content::Content; pub use event::*; pub use report::*; pub use step::*;
use core::time::Duration;
use crate::{Capabilities, ContentSpec, Credentials, Envelope};

/// stub
#[derive(Debug)]
pub struct Session {}
impl Session {
    /// stub
    pub fn new(_config: Config) -> Self { todo!() }
    /// What to do now; `now` is the time since the session began.
    pub fn poll(&mut self, _now: Duration) -> Step<'_> { todo!() }
    /// `n` octets of the last Write left.
    pub fn written(&mut self, _n: usize) {}
    /// The last write failed: nothing more can be written.
    pub fn write_failed(&mut self) {}
    /// Octets came.
    pub fn received(&mut self, _octets: &[u8]) {}
    /// End of file, reset, broken pipe, TLS end without close_notify.
    pub fn closed_by_peer(&mut self) {}
    /// The handshake is done.
    pub fn tls_started(&mut self, _info: TlsInfo) {}
    /// The handshake failed, in the transport's words.
    pub fn tls_failed(&mut self, _why: &str) {}
    /// Answers Step::Credentials.
    pub fn credentials(&mut self, _credentials: Credentials) {}
    /// Declines Step::Credentials.
    pub fn auth_cancel(&mut self) {}
    /// Queues a transaction.
    pub fn submit(&mut self, _envelope: Envelope, _content: ContentSpec) -> TransactionId { todo!() }
    /// Cancels a transaction.
    pub fn cancel(&mut self, _id: TransactionId) {}
    /// Asks for a sign of life.
    pub fn noop(&mut self) {}
    /// Ends the session after what is queued.
    pub fn quit(&mut self) {}
    /// What the server offers, as of the last EHLO.
    pub fn capabilities(&self) -> Option<&Capabilities> { None }
}
/// Facts of the handshake, for the record and (later) for channel binding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TlsInfo {
    /// `TLSv1.3`, as the transport names it.
    pub protocol: Option<alloc::string::String>,
    /// The cipher suite.
    pub cipher: Option<alloc::string::String>,
}
