//! From the settings of a server to those of a session.

use std::net::IpAddr;

use posthaste_proto::session::{Config, TlsPolicy};

use super::{Host, Server, Tls};
use crate::connect;

impl Server {
    /// The encryption that is due. In clear for want of an offer only when the name and the address are loopback's.
    pub(crate) fn policy(&self, peer: Option<IpAddr>) -> TlsPolicy {
        let local = peer.is_some_and(|peer| peer.to_canonical().is_loopback());
        match self.tls {
            Tls::Implicit => TlsPolicy::Implicit,
            Tls::StartTls => TlsPolicy::Required,
            Tls::DangerousOpportunistic => TlsPolicy::WhenOffered,
            Tls::DangerousNone => TlsPolicy::Never,
            Tls::Auto if self.port() == 465 => TlsPolicy::Implicit,
            Tls::Auto if self.host.is_loopback() && local => TlsPolicy::WhenOffered,
            Tls::Auto => TlsPolicy::Required,
        }
    }

    /// The name that the certificate must be for.
    pub(crate) fn certificate_name(&self) -> &Host {
        self.tls_name.as_ref().unwrap_or(&self.host)
    }

    /// Whether TLS is a must, so that having nobody to trust is a fault at once.
    pub(crate) fn needs_roots(&self) -> bool {
        match self.tls {
            Tls::StartTls | Tls::Implicit => true,
            Tls::Auto => self.port() == 465 || !self.host.is_loopback(),
            Tls::DangerousOpportunistic | Tls::DangerousNone => false,
        }
    }

    /// What a session is to do. `entropy` is another one for each session.
    pub(crate) fn config(
        &self,
        peer: Option<IpAddr>,
        local: Option<IpAddr>,
        entropy: [u8; 32],
    ) -> Config {
        let hello = self
            .hello
            .clone()
            .unwrap_or_else(|| connect::client_name(local));
        let manner = &self.manner;
        let mut config = Config::new(hello)
            .dialect(self.dialect)
            .tls(self.policy(peer))
            .recipients(self.recipients)
            .chunking(self.chunking)
            .channel_binding(manner.channel_binding)
            .entropy(entropy)
            .timeouts(self.timeouts)
            .limits(self.limits);
        if let Some(credentials) = self.whole_login() {
            config = config.credentials(credentials);
        }
        if let Some(preference) = &manner.mechanisms.0 {
            config = config.mechanisms(preference.clone());
        }
        if manner.try_next_mechanism {
            config = config.try_next_mechanism();
        }
        if manner.in_clear {
            config = config.dangerous_auth_in_clear();
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_follows_scheme_port_and_place() {
        let here = Some(IpAddr::from([127, 0, 0, 1]));
        let there = Some(IpAddr::from([192, 0, 2, 1]));
        for (url, peer, policy) in [
            ("smtp://mail.example.org", there, TlsPolicy::Required),
            ("smtp://mail.example.org:465", there, TlsPolicy::Implicit),
            ("smtps://mail.example.org:587", there, TlsPolicy::Implicit),
            ("smtp://localhost:1025", here, TlsPolicy::WhenOffered),
            ("smtp://localhost:465", here, TlsPolicy::Implicit),
            (
                "smtp://[::1]",
                Some(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])),
                TlsPolicy::WhenOffered,
            ),
            // A name that a resolver sends elsewhere, and an address that another name leads to.
            ("smtp://localhost", there, TlsPolicy::Required),
            ("smtp://mail.example.org", here, TlsPolicy::Required),
            ("smtp://localhost", None, TlsPolicy::Required),
            ("lmtp://localhost:24", here, TlsPolicy::WhenOffered),
            ("lmtp://localhost:24", there, TlsPolicy::Required),
            ("lmtp://mail.example.org:24", here, TlsPolicy::Required),
        ] {
            assert_eq!(
                url.parse::<Server>().unwrap().policy(peer),
                policy,
                "{url} {peer:?}"
            );
        }
    }
}
