//! A tiny server on this machine that answers each path with fixed bytes.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use federation::fetch::{FetchSettings, Fetcher, InternalHosts};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What a path answers: raw HTTP bytes, written piece by piece with a pause before each.
#[derive(Clone)]
pub struct Page {
    pub pieces: Vec<(Duration, Vec<u8>)>,
}

impl Page {
    pub fn json(body: &str) -> Self {
        Self::raw(&format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    pub fn raw(answer: &str) -> Self {
        Self { pieces: vec![(Duration::ZERO, answer.as_bytes().to_vec())] }
    }

    pub fn redirect(to: &str) -> Self {
        Self::raw(&format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
    }
}

#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    hits: Arc<AtomicUsize>,
}

impl Server {
    pub async fn http() -> Self {
        Self::start(None).await
    }

    pub async fn https() -> Self {
        let file =
            |name: &str| std::fs::read(format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let chain = [file("server.pem"), file("ca.pem")]
            .iter()
            .map(|pem| CertificateDer::from_pem_slice(pem).unwrap())
            .collect();
        let key = PrivateKeyDer::from_pem_slice(&file("server.key")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self::start(Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            pages: Arc::default(),
            hits: Arc::new(AtomicUsize::new(0)),
        };
        let mine = server.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (mine, tls) = (mine.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => mine.answer(stream).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                mine.answer(stream).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    async fn answer(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut head = Vec::new();
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            let mut buffer = [0; 1024];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => head.extend_from_slice(&buffer[..read]),
            }
        }
        self.hits.fetch_add(1, Ordering::SeqCst);
        let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
        let page = self.pages.lock().unwrap().get(&path).cloned();
        let page = page.unwrap_or_else(|| Page::raw("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
        for (pause, bytes) in page.pieces {
            tokio::time::sleep(pause).await;
            if stream.write_all(&bytes).await.is_err() {
                return;
            }
            let _ = stream.flush().await;
        }
        let _ = stream.shutdown().await;
    }

    pub fn page(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// How many requests were answered.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Settings with which the local server can be reached, and short time-outs.
pub fn local() -> FetchSettings {
    FetchSettings {
        allow_http: true,
        internal: InternalHosts::All,
        connect_timeout: Duration::from_secs(2),
        read_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_millis(1500),
        max_body_bytes: 4096,
        ..FetchSettings::default()
    }
}

/// A fetcher for which every name is this address.
pub fn resolving_to(settings: FetchSettings, address: SocketAddr) -> Fetcher {
    Fetcher::with_resolver(settings, Box::new(move |_, _| Box::pin(async move { Ok(vec![address]) }))).unwrap()
}
