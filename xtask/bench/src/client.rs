//! A keep-alive HTTP client on a plain socket, and requests as bytes, signed where that is wanted.

use serde_json::Value;
use sigv4::{ContentSha256, PathRule, Payload, PayloadClaim, Request, Signing, SigningKey};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// The region of every request.
pub const REGION: &str = "us-east-1";

/// Keys to sign with.
#[derive(Clone)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The session token of temporary keys.
    pub token: Option<String>,
}

/// One connection that stays open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Whether the request was a HEAD.
    bodiless: bool,
}

impl Connection {
    /// Connects.
    pub fn open(address: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(|error| format!("cannot connect to {address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024), bodiless: false })
    }

    /// Sends a request and reads the answer: its status and body.
    pub fn send(&mut self, request: &[u8]) -> Result<(u16, &[u8]), String> {
        self.begin(request)?;
        loop {
            // The borrow of the answer would last into the next turn of the loop.
            if let Some((status, body)) = self.whole()? {
                return Ok((status, &self.buffer[body]));
            }
            self.read()?;
        }
    }

    /// The same connection, for [`Self::begin`] and [`Self::answered`] in turns.
    pub fn never_waiting(self) -> Result<Self, String> {
        self.stream.set_nonblocking(true).map_err(|error| error.to_string())?;
        Ok(self)
    }

    /// Sends a request.
    pub fn begin(&mut self, request: &[u8]) -> Result<(), String> {
        self.stream.write_all(request).map_err(|error| format!("the connection broke: {error}"))?;
        self.buffer.clear();
        self.bodiless = request.starts_with(b"HEAD ");
        Ok(())
    }

    /// The answer, if all of it has come by now: its status and body.
    pub fn answered(&mut self) -> Result<Option<(u16, &[u8])>, String> {
        self.read()?;
        Ok(self.whole()?.map(|(status, body)| (status, &self.buffer[body])))
    }

    /// The status of a whole answer and where its body is; nothing while bytes are missing.
    fn whole(&self) -> Result<Option<(u16, Range<usize>)>, String> {
        let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
        let body = end + 4;
        let text = String::from_utf8_lossy(&self.buffer[..body]).to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("not an HTTP answer")?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.and_then(|length| length.trim().parse().ok()).ok_or("an answer without its length")?;
        // The answer to HEAD tells the length of a body that does not come.
        let length: usize = if self.bodiless { 0 } else { length };
        Ok((self.buffer.len() >= body + length).then_some((status, body..body + length)))
    }

    /// Sends a request that must be answered with 200, and reads the answer as JSON; null when it is none.
    pub fn json(&mut self, request: &[u8]) -> Result<Value, String> {
        let (status, body) = self.send(request)?;
        if status != 200 {
            return Err(format!("status {status}: {}", String::from_utf8_lossy(body)));
        }
        Ok(serde_json::from_slice(body).unwrap_or_default())
    }

    /// Sends a head and `length` bytes after it, and reads the answer, whose body is counted and thrown away: its status and
    /// the body's length. Nothing is kept, so that this side's memory does not grow either.
    pub fn stream(&mut self, head: &[u8], length: u64) -> Result<(u16, u64), String> {
        let broke = |error: std::io::Error| format!("the connection broke: {error}");
        self.stream.write_all(head).map_err(broke)?;
        let zeroes = vec![0; 256 * 1024];
        let mut left = length;
        while left > 0 {
            let now = usize::try_from(left).unwrap_or(usize::MAX).min(zeroes.len());
            self.stream.write_all(&zeroes[..now]).map_err(broke)?;
            left -= now as u64;
        }
        self.buffer.clear();
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            self.read()?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("not an HTTP answer")?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: u64 = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        let mut come = (self.buffer.len() - end) as u64;
        let mut bytes = zeroes;
        while come < length {
            match self.stream.read(&mut bytes).map_err(broke)? {
                0 => return Err(format!("the server closed the connection after {come} of {length} bytes")),
                more => come += more as u64,
            }
        }
        Ok((status, come))
    }

    fn read(&mut self) -> Result<(), String> {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(length) => {
                self.buffer.extend_from_slice(&bytes[..length]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(format!("the connection broke: {error}")),
        }
    }
}

/// A GET without anything.
pub fn get(address: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes()
}

/// An AWS JSON 1.1 call of `cognito-idp` or `cognito-identity`; unsigned without keys.
pub fn json_call(
    address: &str,
    service: &str,
    call: &str,
    input: &Value,
    keys: Option<&Keys>,
) -> Result<Vec<u8>, String> {
    let target = match service {
        "cognito-idp" => format!("AWSCognitoIdentityProviderService.{call}"),
        _ => format!("AWSCognitoIdentityService.{call}"),
    };
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", &target)];
    post(address, service, &headers, &input.to_string(), keys)
}

/// A query-protocol call of `iam` or `sts`; unsigned without keys.
pub fn query_call(
    address: &str,
    service: &str,
    call: &str,
    members: &[(&str, &str)],
    keys: Option<&Keys>,
) -> Result<Vec<u8>, String> {
    let version = if service == "iam" { "2010-05-08" } else { "2011-06-15" };
    let mut body = format!("Action={call}&Version={version}");
    for (name, value) in members {
        body.push_str(&format!("&{name}={}", encoded(value)));
    }
    post(address, service, &[("content-type", "application/x-www-form-urlencoded")], &body, keys)
}

/// A request of S3, signed without its body, which follows it: `length` bytes.
pub fn s3_head(address: &str, method: &str, path: &str, length: u64, keys: &Keys) -> Result<Vec<u8>, String> {
    let headers = vec![("host".to_owned(), address.to_owned())];
    let request = Signed { service: "s3", method, path, body: b"", s3: true };
    let mut head = format!("{method} {path} HTTP/1.1\r\ncontent-length: {length}\r\n");
    for (name, value) in headers.iter().cloned().chain(signature(&request, &headers, keys)?) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    Ok(head.into_bytes())
}

fn post(
    address: &str,
    service: &str,
    headers: &[(&str, &str)],
    body: &str,
    keys: Option<&Keys>,
) -> Result<Vec<u8>, String> {
    let mut all: Vec<(String, String)> = vec![("host".to_owned(), address.to_owned())];
    all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    if let Some(keys) = keys {
        let request = Signed { service, method: "POST", path: "/", body: body.as_bytes(), s3: false };
        all.extend(signature(&request, &all, keys)?);
    }
    let mut request = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in all {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    Ok(request.into_bytes())
}

/// What is signed beside the headers.
struct Signed<'a> {
    service: &'a str,
    method: &'a str,
    path: &'a str,
    body: &'a [u8],
    /// S3 signs a key as it is, and here without the body.
    s3: bool,
}

fn signature(signed: &Signed<'_>, headers: &[(String, String)], keys: &Keys) -> Result<Vec<(String, String)>, String> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
    let now_ms = i64::try_from(since_epoch.as_millis()).map_err(|error| error.to_string())?;
    let date = sigv4::Timestamp::from_ms(now_ms).date();
    let key = SigningKey::derive(keys.secret.as_bytes(), &date, REGION, signed.service);
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let request = Request {
        method: signed.method,
        raw_path: signed.path,
        raw_query: None,
        headers: &headers,
        body: Payload::Bytes(signed.body),
    };
    let signing = Signing {
        access_key_id: &keys.id,
        key: &key,
        session_token: keys.token.as_deref(),
        region: REGION,
        service: signed.service,
        now_ms,
        path: if signed.s3 { PathRule::Key } else { PathRule::Normalised },
        content_sha256: match signed.s3 {
            true => ContentSha256::Claim(PayloadClaim::Unsigned),
            false => ContentSha256::Implied,
        },
    };
    let added = sigv4::sign_headers(&request, &signing).map_err(|error| format!("cannot sign: {error}"))?;
    Ok(added.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out + &char::from(byte).to_string(),
        _ => out + &format!("%{byte:02X}"),
    })
}
