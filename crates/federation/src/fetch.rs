//! The guarded fetcher: asks other providers' servers, and cannot be used to reach into the operator's own network.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HOST, LOCATION, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::address::is_public;
pub use crate::tls::Thumbprint;
use crate::tls::Tls;

/// Fetches from servers that others name: names are resolved here, every address is judged before it is connected to,
/// and time, size and redirects are bounded. One connection per request, so it may be shared by any number of runtimes.
pub struct Fetcher {
    settings: FetchSettings,
    tls: Tls,
    resolver: Resolver,
}

impl Fetcher {
    /// A fetcher that resolves names as the machine does.
    pub fn new(settings: FetchSettings) -> Result<Self, FetchError> {
        Self::with_resolver(settings, Box::new(|host, port| Box::pin(system_resolver(host, port))))
    }

    /// A fetcher that resolves names with `resolver`: for tests and for operators with name servers of their own.
    pub fn with_resolver(settings: FetchSettings, resolver: Resolver) -> Result<Self, FetchError> {
        let tls = Tls::new(&settings.extra_authorities_pem)?;
        Ok(Self { settings, tls, resolver })
    }

    /// The JSON document at `url`: status 200, at most `max_body_bytes`, at most `max_redirects` redirects, each judged anew.
    ///
    /// `thumbprints` are SHA-1 thumbprints of certificates to trust beside the known roots; usually none.
    pub async fn get_json(&self, url: &str, thumbprints: &[Thumbprint]) -> Result<Value, FetchError> {
        timeout(self.settings.total_timeout, self.get_json_untimed(url, thumbprints))
            .await
            .map_err(|_| FetchError::TimedOut)?
    }

    /// Sends any request, such as a form to a token endpoint, and returns any answer. Follows no redirects.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, FetchError> {
        timeout(self.settings.total_timeout, self.exchange(request, &[])).await.map_err(|_| FetchError::TimedOut)?
    }

    async fn get_json_untimed(&self, url: &str, thumbprints: &[Thumbprint]) -> Result<Value, FetchError> {
        let mut url = parse_url(url)?;
        let mut redirects_left = self.settings.max_redirects;
        loop {
            let mut request = Request::new(Bytes::new());
            *request.method_mut() = Method::GET;
            *request.uri_mut() = url.clone();
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
            let answer = self.exchange(request, thumbprints).await?;
            if is_redirect(answer.status()) && redirects_left > 0 {
                redirects_left -= 1;
                url = redirected(&url, &answer)?;
                continue;
            }
            if answer.status() != StatusCode::OK {
                return Err(FetchError::Status(answer.status().as_u16()));
            }
            return serde_json::from_slice(answer.body()).map_err(|_| FetchError::NotJson);
        }
    }

    async fn exchange(
        &self,
        request: Request<Bytes>,
        thumbprints: &[Thumbprint],
    ) -> Result<Response<Bytes>, FetchError> {
        let target = self.target(request.uri())?;
        let request = prepare(request)?;
        let connecting = async {
            let addresses = self.addresses(&target).await?;
            connect(&addresses).await
        };
        let stream =
            timeout(self.settings.connect_timeout, connecting).await.map_err(|_| FetchError::ConnectTimedOut)??;
        if !target.tls {
            return self.talk(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| FetchError::BadUrl)?;
        let connector = TlsConnector::from(self.tls.client(thumbprints)?);
        let stream = timeout(self.settings.connect_timeout, connector.connect(name, stream))
            .await
            .map_err(|_| FetchError::ConnectTimedOut)?
            .map_err(|error| FetchError::Tls(error.to_string()))?;
        self.talk(stream, request).await
    }

    /// Where a URL leads, if the operator lets us go there at all.
    fn target(&self, url: &Uri) -> Result<Target, FetchError> {
        let tls = match url.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(FetchError::BadUrl),
        };
        if !tls && !self.settings.allow_http {
            return Err(FetchError::PlainHttp);
        }
        let authority = url.authority().ok_or(FetchError::BadUrl)?;
        if authority.as_str().contains('@') {
            return Err(FetchError::BadUrl);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() {
            return Err(FetchError::BadUrl);
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Target { tls, host, port })
    }

    /// The addresses of a host. One internal address among them refuses them all, unless the operator listed the host.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
        let addresses = match target.host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, target.port)],
            Err(_) => (self.resolver)(target.host.clone(), target.port).await.map_err(|_| FetchError::Unresolved)?,
        };
        if addresses.is_empty() {
            return Err(FetchError::Unresolved);
        }
        if !self.settings.internal.allows(target) && addresses.iter().any(|address| !is_public(address.ip())) {
            return Err(FetchError::InternalAddress);
        }
        Ok(addresses)
    }

    async fn talk(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, FetchError> {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEADERS)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| FetchError::Broken(error.to_string()))?;
        let answer = async {
            let answer = timeout(self.settings.read_timeout, sender.send_request(request))
                .await
                .map_err(|_| FetchError::TimedOut)?
                .map_err(|error| FetchError::Broken(error.to_string()))?;
            self.read(answer).await
        };
        let (mut answer, mut connection) = (pin!(answer), pin!(connection));
        let mut open = true;
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                _ = &mut connection, if open => open = false,
            }
        }
    }

    async fn read(&self, answer: Response<Incoming>) -> Result<Response<Bytes>, FetchError> {
        let limit = self.settings.max_body_bytes;
        let (head, mut body) = answer.into_parts();
        if head.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(FetchError::Broken("the body is compressed although we did not ask for that".into()));
        }
        if body.size_hint().lower() > limit as u64 {
            return Err(FetchError::TooLarge);
        }
        let mut bytes = BytesMut::new();
        loop {
            let frame = timeout(self.settings.read_timeout, body.frame()).await.map_err(|_| FetchError::TimedOut)?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|error| FetchError::Broken(error.to_string()))?;
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > limit {
                    return Err(FetchError::TooLarge);
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(Response::from_parts(head, bytes.freeze()))
    }
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What the operator allows.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// Whether `http://` is fetched at all.
    pub allow_http: bool,
    /// Which hosts may have internal addresses.
    pub internal: InternalHosts,
    /// PEM certificates of authorities to trust beside the web's public ones; may be empty.
    pub extra_authorities_pem: Vec<u8>,
    /// For resolving and connecting, and again for the TLS handshake.
    pub connect_timeout: Duration,
    /// For each wait for more of the answer.
    pub read_timeout: Duration,
    /// For everything together, redirects included.
    pub total_timeout: Duration,
    /// The largest body, in bytes.
    pub max_body_bytes: usize,
    /// How many redirects a GET follows.
    pub max_redirects: u8,
}

impl Default for FetchSettings {
    /// HTTPS to public addresses, 3 s to connect, 5 s to wait, 10 s together, 1 MiB, 3 redirects.
    fn default() -> Self {
        Self {
            allow_http: false,
            internal: InternalHosts::None,
            extra_authorities_pem: Vec::new(),
            connect_timeout: Duration::from_secs(3),
            read_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(10),
            max_body_bytes: 1024 * 1024,
            max_redirects: 3,
        }
    }
}

/// The hosts that may have internal addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InternalHosts {
    /// No host.
    #[default]
    None,
    /// These: `host` or `host:port`, in lower case.
    Listed(BTreeSet<String>),
    /// Every host.
    All,
}

impl InternalHosts {
    fn allows(&self, target: &Target) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Listed(hosts) => {
                hosts.contains(&target.host) || hosts.contains(&format!("{}:{}", target.host, target.port))
            }
        }
    }
}

/// Finds the addresses of a host; the fetcher connects to these and no others, so that a second answer cannot differ.
pub type Resolver =
    Box<dyn Fn(String, u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync>;

/// Why nothing was fetched. For logs and decision records: callers of the API are not told which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an absolute http(s) URL without user information, or longer than 2048 characters.
    #[error("not a URL that can be fetched")]
    BadUrl,
    /// `http://`, which the operator did not allow.
    #[error("plain http is not allowed")]
    PlainHttp,
    /// The host's name is unknown.
    #[error("the host name cannot be resolved")]
    Unresolved,
    /// The host has an address that is not public, and the operator did not list it.
    #[error("the host has an internal address")]
    InternalAddress,
    /// Nobody listens there.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// Resolving, connecting or the handshake took too long.
    #[error("connecting took too long")]
    ConnectTimedOut,
    /// The handshake failed, or the certificate is not trusted.
    #[error("no trusted connection: {0}")]
    Tls(String),
    /// The answer took too long.
    #[error("the answer took too long")]
    TimedOut,
    /// The connection broke or did not speak HTTP/1.1.
    #[error("the exchange broke: {0}")]
    Broken(String),
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer is not a 200.
    #[error("the answer has status {0}")]
    Status(u16),
    /// A redirect without a usable address, or away from https.
    #[error("the redirect cannot be followed")]
    BadRedirect,
    /// The body is not JSON.
    #[error("the answer is not JSON")]
    NotJson,
    /// The operator's extra authorities are not PEM certificates.
    #[error("the extra authorities are not PEM certificates")]
    BadAuthorities,
}

struct Target {
    tls: bool,
    host: String,
    port: u16,
}

const MAX_URL_LENGTH: usize = 2048;
const MAX_HEAD_BYTES: usize = 32 * 1024;
const MAX_HEADERS: usize = 100;
/// A host with more addresses than this is not tried to the end.
const MAX_ADDRESSES: usize = 8;

async fn system_resolver(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((host.as_str(), port)).await?.collect())
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
    let mut failure = String::from("no address");
    for address in addresses.iter().take(MAX_ADDRESSES) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error.kind().to_string(),
        }
    }
    Err(FetchError::Unreachable(failure))
}

fn parse_url(url: &str) -> Result<Uri, FetchError> {
    if url.len() > MAX_URL_LENGTH {
        return Err(FetchError::BadUrl);
    }
    url.parse().map_err(|_| FetchError::BadUrl)
}

/// The request as it goes out: a path for a target, and the headers that belong to the connection.
fn prepare(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, FetchError> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let host = head.uri.authority().map(|authority| authority.as_str().to_owned()).ok_or(FetchError::BadUrl)?;
    head.uri = path.parse().map_err(|_| FetchError::BadUrl)?;
    head.headers.insert(HOST, HeaderValue::try_from(host).map_err(|_| FetchError::BadUrl)?);
    head.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    head.headers.entry(USER_AGENT).or_insert(HeaderValue::from_static("sekisho"));
    head.headers.remove(CONTENT_LENGTH); // hyper writes the true one
    Ok(Request::from_parts(head, Full::new(body)))
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn redirected(from: &Uri, answer: &Response<Bytes>) -> Result<Uri, FetchError> {
    let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let location = location.ok_or(FetchError::BadRedirect)?;
    let to = if location.starts_with('/') && !location.starts_with("//") {
        let mut parts = from.clone().into_parts();
        parts.path_and_query = Some(location.parse().map_err(|_| FetchError::BadRedirect)?);
        Uri::from_parts(parts).map_err(|_| FetchError::BadRedirect)?
    } else {
        parse_url(location).map_err(|_| FetchError::BadRedirect)?
    };
    // A trusted answer must not lead to an untrusted one.
    if from.scheme() == Some(&Scheme::HTTPS) && to.scheme() != Some(&Scheme::HTTPS) {
        return Err(FetchError::BadRedirect);
    }
    Ok(to)
}
