//! A certificate authority that lives for one test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::deliver::{Authorities, Identity};

/// An authority with a key of its own.
pub(super) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key, as PEM.
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Ca {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        // Authorities are told apart by their names.
        let name = format!("{:x?}", &key.public_key_raw()[1..9]);
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// Issues a certificate for a host, valid until the first day of a year.
    pub(super) fn issue(&self, host: &str, until_year: i32) -> Pair {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_after = date_time_ymd(until_year, 1, 1);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Pair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// What an endpoint that trusts this authority alone is told.
    pub(super) fn authorities(&self) -> Authorities {
        Authorities::from_pem(&self.pem).unwrap()
    }

    /// A server with a certificate of this authority for a host.
    pub(super) fn server(&self, host: &str, until_year: i32) -> ServerConfig {
        let config = server().with_no_client_auth();
        with_pair(config, &self.issue(host, until_year))
    }

    /// The same, which wants its clients to have a certificate of `clients`.
    pub(super) fn server_asking(&self, host: &str, clients: &Self) -> ServerConfig {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(clients.pem.as_bytes()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), ring);
        let config = server().with_client_cert_verifier(verifier.build().unwrap());
        with_pair(config, &self.issue(host, 2099))
    }
}

impl Pair {
    pub(super) fn identity(&self) -> Identity {
        Identity::from_pem(&self.certificate, &self.key).unwrap()
    }
}

fn server() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring);
    config.with_safe_default_protocol_versions().unwrap()
}

fn with_pair(
    config: rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert>,
    pair: &Pair,
) -> ServerConfig {
    let chain = CertificateDer::pem_slice_iter(pair.certificate.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let config = config.with_single_cert(chain.map(Result::unwrap).collect(), key);
    config.unwrap()
}
