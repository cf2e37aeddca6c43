//! A small signing client, for the commands that talk to a server over the wire.

use crate::clock::{Ambient, Machine};
use crate::data_dir::RootKey;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use zeroize::Zeroizing;

/// Keys to sign with.
pub struct Credentials {
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: String,
    /// The secret that belongs to it.
    pub secret_access_key: Zeroizing<String>,
    /// Temporary keys have one.
    pub session_token: Option<String>,
}

impl Credentials {
    /// Long-term keys.
    pub fn long_term(key: &RootKey) -> Self {
        let secret_access_key = key.secret_access_key.clone();
        Self { access_key_id: key.access_key_id.clone(), secret_access_key, session_token: None }
    }

    /// The keys in an answer of GetCredentialsForIdentity (note `SecretKey`).
    pub fn from_cognito(answer: &Value) -> Option<Self> {
        let keys = answer.get("Credentials")?;
        let text = |name: &str| keys.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            access_key_id: text("AccessKeyId")?,
            secret_access_key: Zeroizing::new(text("SecretKey")?),
            session_token: Some(text("SessionToken")?),
        })
    }
}

/// A good answer.
pub struct Answer {
    /// `x-amzn-RequestId`.
    pub request_id: String,
    /// The body as JSON; null when it is empty or not JSON.
    pub body: Value,
}

/// A request on its way out.
struct Outgoing<'a> {
    method: Method,
    service: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    headers: &'a [(&'a str, String)],
    body: String,
}

/// Talks to one server.
pub struct Client {
    address: SocketAddr,
    host: String,
    region: String,
}

impl Client {
    /// A client of the server at this address, signing for this region.
    pub fn new(address: SocketAddr, region: &str) -> Self {
        Self { address, host: address.to_string(), region: region.to_owned() }
    }

    /// A client of an `http://` URL.
    ///
    /// # Errors
    /// The URL is not plain HTTP, or its name does not resolve.
    pub async fn of_url(url: &str, region: &str) -> Result<Self, String> {
        let authority =
            url.strip_prefix("http://").ok_or_else(|| format!("`{url}`: this command speaks plain http only"))?;
        let authority = authority.split('/').next().unwrap_or(authority).to_owned();
        let target = if authority.contains(':') { authority.clone() } else { format!("{authority}:80") };
        let mut found = tokio::net::lookup_host(&target).await.map_err(|error| format!("`{target}`: {error}"))?;
        let address = found.next().ok_or_else(|| format!("`{target}` has no address"))?;
        Ok(Self { address, host: authority, region: region.to_owned() })
    }

    /// An AWS JSON 1.1 call; unsigned without credentials.
    ///
    /// # Errors
    /// `Code: sentence` of the refusal, or why the server could not be reached.
    pub async fn json(
        &self,
        service: &str,
        target: &str,
        call: &str,
        input: &Value,
        credentials: Option<&Credentials>,
    ) -> Result<Answer, String> {
        let headers =
            [("content-type", "application/x-amz-json-1.1".to_owned()), ("x-amz-target", format!("{target}.{call}"))];
        self.send(
            Outgoing {
                method: Method::POST,
                service,
                path: "/",
                query: None,
                headers: &headers,
                body: input.to_string(),
            },
            credentials,
        )
        .await
    }

    /// A query-protocol call that asks for a JSON answer where the service gives one.
    ///
    /// # Errors
    /// As [`Client::json`].
    pub async fn query(
        &self,
        service: &str,
        call: &str,
        members: &[(&str, &str)],
        credentials: Option<&Credentials>,
    ) -> Result<Answer, String> {
        let version = if service == "iam" { "2010-05-08" } else { "2011-06-15" };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", call).append_pair("Version", version).extend_pairs(members);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        self.send(
            Outgoing { method: Method::POST, service, path: "/", query: None, headers: &headers, body: form.finish() },
            credentials,
        )
        .await
    }

    /// A signed request to one of the server's own paths, which may end in a query; without a body.
    ///
    /// # Errors
    /// As [`Client::json`].
    pub async fn own(&self, method: Method, path: &str, credentials: &Credentials) -> Result<Answer, String> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let call = Outgoing { method, service: "sekisho", path, query, headers: &[], body: String::new() };
        self.send(call, Some(credentials)).await
    }

    /// A signed question to one of the server's own paths.
    ///
    /// # Errors
    /// As [`Client::json`].
    pub async fn ask(&self, path: &str, question: &Value, credentials: &Credentials) -> Result<Answer, String> {
        let headers = [("content-type", "application/json".to_owned())];
        let body = question.to_string();
        let call = Outgoing { method: Method::POST, service: "sekisho", path, query: None, headers: &headers, body };
        self.send(call, Some(credentials)).await
    }

    async fn send(&self, call: Outgoing<'_>, credentials: Option<&Credentials>) -> Result<Answer, String> {
        let target = call.query.map_or_else(|| call.path.to_owned(), |query| format!("{}?{query}", call.path));
        let mut request = Request::builder().method(&call.method).uri(target).header("host", &self.host);
        for (name, value) in call.headers {
            request = request.header(*name, value);
        }
        if let Some(credentials) = credentials {
            for (name, value) in self.signature(&call, credentials) {
                request = request.header(name, value);
            }
        }
        let request = request.body(Full::new(Bytes::from(call.body))).map_err(|error| error.to_string())?;
        let unreachable = |error: String| format!("no answer from {}: {error}", self.host);
        let stream = tokio::net::TcpStream::connect(self.address).await.map_err(|e| unreachable(e.to_string()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|e| unreachable(e.to_string()))?;
        let conversation = async {
            let response = sender.send_request(request).await?;
            let (parts, body) = response.into_parts();
            Ok::<_, hyper::Error>((parts, body.collect().await?.to_bytes()))
        };
        let answered = tokio::select! {
            answered = conversation => answered,
            Err(broken) = connection => Err(broken),
        };
        let (parts, bytes) = answered.map_err(|e| unreachable(e.to_string()))?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if parts.status.is_success() {
            Ok(Answer { request_id: header(&parts.headers, "x-amzn-requestid"), body })
        } else {
            Err(refusal(&parts.headers, &body, &bytes))
        }
    }
}

impl Client {
    fn signature(&self, call: &Outgoing<'_>, credentials: &Credentials) -> Vec<(&'static str, String)> {
        let now_ms = Machine.now().millis();
        let date = sigv4::Timestamp::from_ms(now_ms).date();
        let secret = credentials.secret_access_key.as_bytes();
        let key = sigv4::SigningKey::derive(secret, &date, &self.region, call.service);
        let mut signed: Vec<(&str, &[u8])> = vec![("host", self.host.as_bytes())];
        signed.extend(call.headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let request = sigv4::Request {
            method: call.method.as_str(),
            raw_path: call.path,
            raw_query: call.query,
            headers: &signed,
            body: sigv4::Payload::Bytes(call.body.as_bytes()),
        };
        let signing = sigv4::Signing {
            access_key_id: &credentials.access_key_id,
            key: &key,
            session_token: credentials.session_token.as_deref(),
            region: &self.region,
            service: call.service,
            now_ms,
            path: sigv4::PathRule::Normalised,
            content_sha256: sigv4::ContentSha256::Implied,
        };
        // A request that cannot be signed goes out unsigned, and the server says what is wrong with it.
        sigv4::sign_headers(&request, &signing).unwrap_or_default()
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// `Code: sentence`, from either protocol.
fn refusal(headers: &HeaderMap, body: &Value, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(inner, _)| inner.to_owned())
    };
    // JSON services name the parts themselves; a query service that answers JSON wraps them in `Error`.
    let member = |name: &str| {
        let found = body.get(name).or_else(|| body.get("Error")?.get(name));
        found.and_then(Value::as_str).map(str::to_owned)
    };
    let code = member("__type")
        .or_else(|| member("Code"))
        .or_else(|| element("Code"))
        .unwrap_or_else(|| header(headers, "x-amzn-errortype"));
    let sentence = member("message").or_else(|| member("Message")).or_else(|| element("Message")).unwrap_or_default();
    format!("{code}: {sentence}")
}
