//! Whom an endpoint is believed to be, and who we are to it.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;
use thiserror::Error;

use crate::deliver::expiry::{Expiry, not_after};

/// Why a file is no certificate or no key; nothing of a key is repeated.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PemError {
    /// What stands in the file is not PEM.
    #[error("is not PEM: {reason}")]
    Syntax {
        /// What the reader said.
        reason: String,
    },
    /// There is no certificate in the file.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// There is no private key in the file.
    #[error("there is no private key in it that is not encrypted")]
    NoKey,
    /// What is marked as a certificate is none.
    #[error("certificate {number} in it cannot be read")]
    Certificate {
        /// Its number, from 1.
        number: usize,
    },
    /// The certificate and the key do not belong together.
    #[error("the certificate and the key do not belong together: {reason}")]
    Pair {
        /// What rustls said.
        reason: String,
    },
}

/// The authorities that an endpoint's certificate may come from, instead of those of the system.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// A certificate with its key, for an endpoint that asks who we are.
#[derive(Clone)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Arc<PrivateKeyDer<'static>>,
}

impl Authorities {
    /// Reads one certificate or more.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text.
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        Ok(Self(certificates(text)?))
    }

    /// Returns when the first of them expires.
    #[must_use]
    pub fn expiry(&self) -> Option<Expiry> {
        Expiry::first("the authority of `ca-file`", &self.0)
    }
}

impl Identity {
    /// Reads a certificate, with those that lead to its authority behind it, and its key.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the texts.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, PemError> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes());
        let key = key.map_err(|_tells_of_the_key| PemError::NoKey)?;
        let identity = Self {
            chain,
            key: Arc::new(key),
        };
        let tried = with_ring().and_then(|config| {
            let config = config.with_root_certificates(RootCertStore::empty());
            identity.give_to(config)
        });
        match tried {
            Ok(_config) => Ok(identity),
            Err(error) => Err(PemError::Pair {
                reason: error.to_string(),
            }),
        }
    }

    /// Returns when the first certificate of the chain expires.
    #[must_use]
    pub fn expiry(&self) -> Option<Expiry> {
        Expiry::first("the certificate of `client-cert-file`", &self.chain)
    }

    fn give_to(
        &self,
        config: ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>,
    ) -> Result<ClientConfig, rustls::Error> {
        config.with_client_auth_cert(self.chain.clone(), self.key.clone_key())
    }
}

/// The key is left out: it is nobody's to see.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} certificates)", self.chain.len())
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.chain == other.chain && self.key.secret_der() == other.key.secret_der()
    }
}

impl Eq for Identity {}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}

/// Sets TLS up by ring: with the system's authorities, which is where a country puts its own,
/// unless the endpoint names others.
///
/// # Errors
///
/// Fails if the system has no authority, or one that was named cannot be used.
pub(super) fn client_config(
    authorities: Option<&Authorities>,
    identity: Option<&Identity>,
) -> Result<ClientConfig, rustls::Error> {
    let config = with_ring()?;
    let config = match authorities {
        None => config.with_platform_verifier()?,
        Some(Authorities(certificates)) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates {
                roots.add(certificate.clone())?;
            }
            config.with_root_certificates(roots)
        }
    };
    match identity {
        None => Ok(config.with_no_client_auth()),
        Some(identity) => identity.give_to(config),
    }
}

/// Sets up TLS that believes nobody, for an endpoint that uses none: reading the system's
/// certificates would be for nothing.
pub(super) fn believing_nobody() -> Result<ClientConfig, rustls::Error> {
    let config = with_ring()?.with_root_certificates(RootCertStore::empty());
    Ok(config.with_no_client_auth())
}

fn with_ring() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions()
}

fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let read = read.map_err(|error| PemError::Syntax {
        reason: error.to_string(),
    })?;
    if read.is_empty() {
        return Err(PemError::NoCertificate);
    }
    let broken = read.iter().position(|it| not_after(it).is_none());
    match broken {
        Some(at) => Err(PemError::Certificate { number: at + 1 }),
        None => Ok(read),
    }
}

#[cfg(test)]
mod tests;
