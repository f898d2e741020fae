//! Channel binding (RFC 5056): the login is tied to the TLS connection, so that nobody in the middle can pass it on.

use crate::session::TlsInfo;

/// Which channel binding the -PLUS mechanisms may use. Nothing in the protocol says which ones a server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ChannelBinding {
    /// `tls-exporter` (RFC 9266) where the transport has it, else `tls-server-end-point` (RFC 5929).
    #[default]
    ExporterFirst,
    /// `tls-server-end-point` alone: for servers that know no other, and for proxies that end TLS and hold the same
    /// certificate.
    EndPoint,
    /// None: -PLUS is not used, and the server is told that this side has no channel binding (RFC 5802 section 6, flag `n`).
    Never,
}

/// What can be bound to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bindings<'a> {
    pub(super) exporter: Option<&'a [u8; 32]>,
    pub(super) server_end_point: Option<&'a [u8]>,
    /// The server offers a -PLUS mechanism, of whatever hash.
    pub(super) plus_offered: bool,
}

impl<'a> Bindings<'a> {
    pub(crate) fn new(
        policy: ChannelBinding,
        tls: Option<&'a TlsInfo>,
        plus_offered: bool,
    ) -> Self {
        let exporter = tls.and_then(|tls| tls.exporter.as_ref());
        let server_end_point = tls.and_then(|tls| tls.server_end_point.as_deref());
        let (exporter, server_end_point) = match policy {
            ChannelBinding::ExporterFirst => (exporter, server_end_point),
            ChannelBinding::EndPoint => (None, server_end_point),
            ChannelBinding::Never => (None, None),
        };
        Self {
            exporter,
            server_end_point,
            plus_offered,
        }
    }

    pub(crate) fn is_possible(&self) -> bool {
        self.best().is_some()
    }

    /// The name of the best binding, and its data.
    pub(super) fn best(&self) -> Option<(&'static str, &'a [u8])> {
        match (self.exporter, self.server_end_point) {
            (Some(octets), _) => Some(("tls-exporter", octets)),
            (None, Some(octets)) => Some(("tls-server-end-point", octets)),
            (None, None) => None,
        }
    }
}
