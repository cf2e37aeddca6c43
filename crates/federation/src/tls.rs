//! The TLS side of a fetch: public roots, the operator's extra authorities, and pinned thumbprints.

use std::sync::Arc;

use aws_lc_rs::digest;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::fetch::FetchError;

/// The SHA-1 thumbprint of a certificate, as IAM's OIDC providers pin it.
pub type Thumbprint = [u8; 20];

/// Makes client configurations; the roots are loaded once.
#[derive(Debug)]
pub(crate) struct Tls {
    crypto: Arc<CryptoProvider>,
    verifier: Arc<WebPkiServerVerifier>,
    unpinned: Arc<ClientConfig>,
}

impl Tls {
    /// The web's public roots and those in `extra_authorities_pem`, any number of PEM certificates.
    pub(crate) fn new(extra_authorities_pem: &[u8]) -> Result<Self, FetchError> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for certificate in CertificateDer::pem_slice_iter(extra_authorities_pem) {
            let certificate = certificate.map_err(|_| FetchError::BadAuthorities)?;
            roots.add(certificate).map_err(|_| FetchError::BadAuthorities)?;
        }
        let crypto = Arc::new(provider::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&crypto))
            .build()
            .map_err(|_| FetchError::BadAuthorities)?;
        let unpinned = configuration(&crypto, Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>)?;
        Ok(Self { crypto, verifier, unpinned })
    }

    /// A configuration that trusts the roots, and beside them a chain whose last certificate has one of these thumbprints.
    pub(crate) fn client(&self, thumbprints: &[Thumbprint]) -> Result<Arc<ClientConfig>, FetchError> {
        if thumbprints.is_empty() {
            return Ok(Arc::clone(&self.unpinned));
        }
        let (roots, crypto) = (Arc::clone(&self.verifier), Arc::clone(&self.crypto));
        configuration(&self.crypto, Arc::new(Pinned { roots, crypto, thumbprints: thumbprints.to_vec() }))
    }
}

fn configuration(
    crypto: &Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<Arc<ClientConfig>, FetchError> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(crypto))
        .with_safe_default_protocol_versions()
        .map_err(|_| FetchError::BadAuthorities)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A provider's thumbprints count only where its certificate does not lead to a known root, and then name the last
/// certificate of the chain it presents (IAM user guide, "Obtain the thumbprint for an OpenID Connect provider").
#[derive(Debug)]
struct Pinned {
    roots: Arc<WebPkiServerVerifier>,
    crypto: Arc<CryptoProvider>,
    thumbprints: Vec<Thumbprint>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if !matches!(verdict, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))) {
            return verdict;
        }
        let top = intermediates.last().unwrap_or(end_entity);
        let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, top);
        if !self.thumbprints.iter().any(|pinned| pinned.as_slice() == thumbprint.as_ref()) {
            return verdict;
        }
        // The pinned certificate is the anchor; names, dates and every signature below it are checked as ever.
        let mut anchors = RootCertStore::empty();
        anchors.add(top.clone().into_owned())?;
        let pinned = WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(&self.crypto))
            .build()
            .map_err(|error| Error::General(error.to_string()))?;
        pinned.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}
