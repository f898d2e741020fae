use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::TlsError;
use crate::error::{Error, Kind, Stage};
use crate::server::{Authority, Server};

/// Whom to trust in TLS: the system's authorities and those that the server's settings add. At least TLS 1.2.
///
/// The system's are read when they are first needed, once.
pub struct Connector {
    extra: Vec<CertificateDer<'static>>,
    only_extra: bool,
    config: OnceLock<Result<Arc<ClientConfig>, TlsError>>,
}

impl Connector {
    /// What the settings of `server` say.
    ///
    /// # Errors
    ///
    /// Kind `config`: a file that cannot be read, or holds no certificate that can be an authority's.
    pub fn new(server: &Server) -> Result<Self, Error> {
        let mut extra = Vec::new();
        for authority in &server.authorities {
            extra.append(&mut read(authority)?);
        }
        Ok(Self {
            extra,
            only_extra: server.authorities_only,
            config: OnceLock::new(),
        })
    }

    /// The settings of rustls.
    ///
    /// # Errors
    ///
    /// [`NoRoots`](super::TlsErrorKind::NoRoots) when there is no authority to trust.
    pub fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        self.config.get_or_init(|| self.build()).clone()
    }

    fn build(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.extra.iter().cloned());
        let mut found = String::new();
        if !self.only_extra {
            // A store that is missing, or in part unreadable, is a fault only when nothing else is trusted.
            let system = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(system.certs);
            if let Some(error) = system.errors.first() {
                found = format!(" ({error})");
            }
        }
        if roots.is_empty() {
            return Err(TlsError::no_roots(&found));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::of(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

fn read(authority: &Authority) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bad = |what: String| Error::new(Kind::Config, "tls-ca", Stage::Input, what);
    let (name, pem) = match authority {
        Authority::File(path) => {
            let name = format!("the certificate file {}", path.display());
            let pem = std::fs::read(path)
                .map_err(|error| bad(format!("{name} cannot be read: {error}")))?;
            (name, pem)
        }
        Authority::Pem(pem) => ("the given certificate".to_owned(), pem.clone()),
    };
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| bad(format!("{name} is damaged: {error}")))?;
    let (usable, _) =
        RootCertStore::empty().add_parsable_certificates(certificates.iter().cloned());
    if usable == 0 {
        return Err(bad(format!(
            "{name} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
        )));
    }
    Ok(certificates)
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("extra", &self.extra.len())
            .field("only_extra", &self.only_extra)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        "smtp://localhost".parse().unwrap()
    }

    #[test]
    fn a_file_that_is_none_is_a_config_error() {
        for server in [
            server().tls_ca_file("/nonexistent/ca.pem"),
            server().tls_ca_pem("no pem at all"),
        ] {
            let error = Connector::new(&server).unwrap_err();
            assert_eq!(
                (error.kind(), error.reason()),
                (Kind::Config, "tls-ca"),
                "{error}"
            );
        }
    }

    #[test]
    fn nobody_to_trust_says_what_to_do() {
        let error = Connector::new(&server().tls_ca_only())
            .unwrap()
            .config()
            .unwrap_err();
        assert_eq!(error.kind(), super::super::TlsErrorKind::NoRoots);
        assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    }
}
