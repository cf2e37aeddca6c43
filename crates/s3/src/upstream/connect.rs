//! Connections to the server behind us: plain or encrypted, kept open and used again.

use crate::{Body, S3Fault};
use http::Uri;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

/// How long a connection may take to be made, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept: less than servers usually keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// Most unused connections of one worker.
const IDLE_MOST: usize = 64;

/// A pool of connections.
pub(super) type Client = legacy::Client<Connector, Body>;

impl super::Upstream {
    /// The pool of this thread.
    pub(super) fn client(&self) -> Client {
        let mut clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(std::thread::current().id()).or_insert_with(|| {
            let mut http = HttpConnector::new();
            http.enforce_http(false);
            http.set_nodelay(true);
            http.set_connect_timeout(Some(CONNECT_TIMEOUT));
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(IDLE_MOST)
                .build(Connector { http, tls: self.shared.tls.clone() })
        });
        client.clone()
    }
}

/// TLS with the public roots, and those in `authorities_pem`.
pub(super) fn tls(authorities_pem: &[u8]) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in CertificateDer::pem_slice_iter(authorities_pem) {
        let certificate = certificate.map_err(|error| format!("a certificate authority cannot be read: {error}"))?;
        roots.add(certificate).map_err(|error| format!("a certificate authority cannot be used: {error}"))?;
    }
    let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Opens connections.
#[derive(Clone)]
pub(super) struct Connector {
    http: HttpConnector,
    tls: TlsConnector,
}

type Opening<T> = Pin<Box<dyn Future<Output = Result<T, Box<dyn std::error::Error + Send + Sync>>> + Send>>;

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Opening<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.http.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let encrypted = url.scheme_str() == Some("https");
        let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let (connecting, tls) = (self.http.call(url), self.tls.clone());
        Box::pin(async move {
            let stream = connecting.await?.into_inner();
            if !encrypted {
                return Ok(TokioIo::new(Stream::Plain(stream)));
            }
            let name = ServerName::try_from(host)?;
            let stream = tokio::time::timeout(CONNECT_TIMEOUT, tls.connect(name, stream)).await??;
            Ok(TokioIo::new(Stream::Encrypted(Box::new(stream))))
        })
    }
}

/// A connection.
pub(super) enum Stream {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

macro_rules! either {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Plain(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Stream::Encrypted(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(cx, into))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(cx, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Encrypted(stream) => stream.is_write_vectored(),
        }
    }
}

/// S3's words for a failed exchange. What was wrong with the client's own body is told as such.
pub(super) fn fault(error: &(dyn std::error::Error + 'static)) -> S3Fault {
    let mut next = Some(error);
    let mut causes = Vec::new();
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref::<crate::BodyFault>() {
            return S3Fault::from(fault.clone());
        }
        causes.push(error.to_string());
        next = error.source();
    }
    unavailable(causes.join(": "))
}

/// The server behind us cannot be reached, or does not answer.
pub(super) fn unavailable(cause: impl Into<String>) -> S3Fault {
    let mut fault = S3Fault::new(
        "ServiceUnavailable",
        http::StatusCode::SERVICE_UNAVAILABLE,
        "Service is unable to handle request.",
    );
    fault.cause = Some(cause.into());
    fault
}
