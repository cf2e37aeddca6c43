//! One request to S3 from head to answer: admit, read, decide, and only then touch the body and whatever serves it.

use crate::backend::{Backend, Look};
use crate::body::{self, Promise};
use crate::deletes::Deletes;
use crate::documents::Documents;
use crate::lent::Lent;
use crate::upstream::Upstream;
use crate::{Approved, Arrived, Body, BucketName, Call, Guard, Operation, Permitted, Question, S3Fault};
use crate::{admit, masked, settings, shown, target, version2};
use bytes::Bytes;
use domain::{Region, Timestamp};
use gate::{Admitted, Caller, Decision, RequestView};
use http::header::{HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERER, SERVER, USER_AGENT};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use service::Node;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// Longest answer to `DeleteObjects`, in bytes: a thousand keys of 1024 bytes, each byte perhaps an entity.
const DELETE_ANSWER_MOST: usize = 8 * 1024 * 1024;

/// Answers requests to S3.
pub struct S3 {
    node: Arc<Node>,
    guard: Guard,
    backend: Backend,
    domains: Vec<String>,
    documents: Documents,
}

/// A request as it stands at the door, its body still to come.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// Method, URI and headers, untouched: the signature is over the raw bytes.
    pub parts: &'a Parts,
    /// The one reading of the clock.
    pub now: Timestamp,
    /// Fresh entropy; everything random about the request comes from it.
    pub seed: [u8; 32],
    /// Where it came from.
    pub source_ip: Option<IpAddr>,
    /// Whether the connection was encrypted.
    pub secure: bool,
}

/// The answer to a request.
pub struct Answer<B> {
    /// The answer.
    pub response: Response<Body>,
    /// What nobody read of the request's body; the connection cannot be used again until somebody has.
    pub unread: Option<B>,
}

impl S3 {
    /// A guard before this backend. `domains` are the host names of which `BUCKET.DOMAIN` names a bucket, besides AWS's own.
    pub fn new(node: Arc<Node>, guard: Guard, backend: Backend, domains: Vec<String>) -> Self {
        Self { node, guard, backend, domains, documents: Documents::default() }
    }

    /// The host names of which `BUCKET.DOMAIN` names a bucket.
    pub fn domains(&self) -> &[String] {
        &self.domains
    }

    /// What carries requests out.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Removes every file: what goes with emptying a store in memory. What is behind us stays.
    pub async fn reset(&self) {
        if let Backend::Folder(folder) = &self.backend
            && let Err(error) = folder.wipe().await
        {
            tracing::error!(%error, "the files of S3 could not be removed");
        }
    }

    /// Answers a request, and keeps the decision under its request id.
    pub async fn answer<B>(&self, arrival: Arrival<'_>, body: B) -> Answer<B>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: std::fmt::Display,
    {
        let (request_id, seed) = identify(arrival.seed);
        let decision = Decision::new(request_id.clone(), arrival.now, "s3".to_owned());
        let mut visit =
            Visit { s3: self, arrival, request_id, seed, decision, call: None, body: None, false_sha256: None };
        let (lent, unread) = Lent::new(body);
        visit.body = Some(lent);
        let outcome = visit.run().await;
        let cors = visit.cors().await;
        let outcome = outcome.map_err(|fault| visit.with_hashes(fault));
        let Visit { request_id, decision, .. } = visit;
        let path = arrival.parts.uri.path();
        let (mut response, answer, failure) = match outcome {
            Ok(response) => {
                let answer = response.status().as_u16().to_string();
                (response, answer, None)
            }
            Err(fault) => {
                let response = fault.answer(&arrival.parts.method, path, &request_id).map(body::full);
                (response, format!("{} {}", fault.status.as_u16(), fault.code), fault.cause)
            }
        };
        self.node.keep(decision, answer, failure.as_deref());
        sign_off(response.headers_mut(), &request_id, cors);
        Answer { response, unread: unread.take() }
    }
}

impl S3 {
    /// What is set about a bucket is kept here, so whoever has the bucket is asked whether there is one: otherwise a policy could
    /// wait for a bucket that somebody else will make. The folder was asked before.
    async fn check_bucket(&self, call: &Call, now: Timestamp) -> Result<(), S3Fault> {
        let (Backend::Upstream(upstream), Some(bucket)) = (&self.backend, call.target.bucket()) else { return Ok(()) };
        let found = upstream.has_bucket(bucket, now).await?;
        if found { Ok(()) } else { Err(S3Fault::no_such_bucket(bucket.as_str())) }
    }

    /// Buckets on a server behind us are this account's, so others neither see which there are nor make any.
    fn check_account(&self, call: &Call, permitted: &Permitted, decision: &mut Decision) -> Result<(), S3Fault> {
        let of_service = matches!(call.operation, Operation::ListBuckets | Operation::CreateBucket);
        if of_service && matches!(self.backend, Backend::Upstream(_)) && permitted.owner != self.node.account {
            decision.failed("policy", "the server behind is of another account than the caller");
            return Err(S3Fault::access_denied());
        }
        Ok(())
    }
}

/// One request on its way.
struct Visit<'a, B> {
    s3: &'a S3,
    arrival: Arrival<'a>,
    request_id: String,
    seed: [u8; 32],
    decision: Decision,
    /// Once it is read.
    call: Option<Arc<Call>>,
    /// Until it is taken.
    body: Option<Lent<B>>,
    /// The body's own hash, if it is not the declared one.
    false_sha256: Option<Arc<OnceLock<[u8; 32]>>>,
}

impl<B> Visit<'_, B>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: std::fmt::Display,
{
    async fn run(&mut self) -> Result<Response<Body>, S3Fault> {
        let parts = self.arrival.parts;
        if parts.method == Method::OPTIONS {
            return self.preflight().await;
        }
        self.s3.node.gate.catch_up().await?;
        let mut admitted = self.admit().await?;
        let call = Arc::new(Call::read(&version2::unfolded(parts), &self.s3.domains)?);
        self.call = Some(Arc::clone(&call));
        self.decision.operation = format!("s3:{}", call.operation.name());
        check_form(&call, &admitted.caller)?;
        let promise = self.promise(&call, &mut admitted)?;
        self.false_sha256 = Some(promise.decoder.false_sha256());
        let length = promise.length;
        let mut body = body::decode(promise, self.body.take().ok_or_else(|| S3Fault::internal("the body is gone"))?);
        let (document, seat) = match call.operation.document_most() {
            None => (Bytes::new(), None),
            Some(most) => {
                let whole = std::mem::replace(&mut body, body::empty());
                self.s3.documents.read(&admitted.caller, whole, length, most).await?
            }
        };
        let signature = admitted.signature.as_ref();
        let region = signature.and_then(|signature| signature.region.clone());
        let region = region.unwrap_or_else(|| self.s3.node.region.clone());
        let question = Question {
            caller: &admitted.caller,
            call: &call,
            request: view(self.arrival, &region),
            arrived: Arrived { signature, ..Arrived::default() },
            document: &document,
        };
        let look = Look::new(&self.s3.backend, &self.s3.node, self.arrival.now);
        let permitted = self.s3.guard.permit(&question, &look, &mut self.decision).await?;
        self.s3.check_account(&call, &permitted, &mut self.decision)?;
        // Of many keys each is still to be decided.
        let _seat = seat.filter(|_| call.operation == Operation::DeleteObjects);
        if settings::serves(call.operation) {
            self.s3.check_bucket(&call, self.arrival.now).await?;
            let served = self.s3.guard.serve_setting(&question, &permitted, &mut self.decision).await?;
            return Ok(served.map(body::full));
        }
        let body = if call.operation.document_most().is_some() { body::full(document.clone()) } else { body };
        let mut approved = self.approved(&call, &admitted.caller, region.clone(), body, length);
        if call.operation.document_most().is_some() {
            // The trailer was read with the body.
            approved.headers.remove("x-amz-trailer");
        }
        if let Some(document) = permitted.document {
            Upstream::with_document(&mut approved, document);
        }
        if call.operation == Operation::DeleteObjects {
            return delete_objects(self.s3, &question, &look, approved, &mut self.decision).await;
        }
        let served = self.s3.backend.serve(parts.method.clone(), approved).await;
        let served = masked::masked(served, &self.s3.guard, &question, &look, &mut self.decision).await?;
        let served = shown::shown(served, &self.s3.guard, &question, &look, &mut self.decision).await?;
        if call.operation == Operation::DeleteBucket
            && served.status().is_success()
            && let (Backend::Upstream(_), Some(bucket)) = (&self.s3.backend, call.target.bucket())
        {
            self.s3.guard.forget(bucket).await?;
        }
        Ok(served)
    }

    async fn admit(&mut self) -> Result<Admitted, S3Fault> {
        let admitted = admit::admit(&self.s3.node.gate, self.arrival.parts, &self.s3.domains, self.arrival.now).await;
        let admitted = admitted.map_err(|mut fault| {
            // Why a signature is refused is for the record alone, and no failure of ours.
            let reason = if fault.status.is_client_error() { fault.cause.take() } else { None };
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            self.decision.failed("signature", format!("{}: {}{reason}", fault.code, fault.message));
            fault
        })?;
        if matches!(admitted.caller, Caller::Anonymous) {
            self.decision.note("signature", "there is none: anonymous");
        } else {
            self.decision.caller = admitted.caller.arn();
            self.decision.passed("signature", format!("verified: {}", self.decision.caller));
        }
        Ok(admitted)
    }

    /// Both hashes, where they are what is wrong.
    fn with_hashes(&self, fault: S3Fault) -> S3Fault {
        let computed = self.false_sha256.as_ref().and_then(|found| found.get());
        let (Some(computed), "XAmzContentSHA256Mismatch") = (computed, fault.code) else { return fault };
        let declared = self.arrival.parts.headers.get("x-amz-content-sha256");
        let declared = declared.and_then(|declared| declared.to_str().ok()).unwrap_or_default();
        let computed: String = computed.iter().map(|byte| format!("{byte:02x}")).collect();
        fault.with("ClientComputedContentSHA256", declared).with("S3ComputedContentSHA256", computed)
    }

    fn promise(&self, call: &Call, admitted: &mut Admitted) -> Result<Promise, S3Fault> {
        // That of a CompleteMultipartUpload is the checksum of the whole object.
        let of_body = call.operation != Operation::CompleteMultipartUpload;
        match &mut admitted.signature {
            Some(signature) => Promise::read(&call.headers, signature.claim, signature.chunks.take(), of_body),
            None => Promise::read(&call.headers, admit::anonymous_claim(self.arrival.parts)?, None, of_body),
        }
    }

    fn approved(&self, call: &Call, caller: &Caller, region: Region, body: Body, length: Option<u64>) -> Approved {
        Approved {
            operation: call.operation,
            target: call.target.clone(),
            query: call.query.clone(),
            headers: headers_for_backend(&call.headers, length),
            body,
            length,
            account: caller.account().cloned(),
            region,
            now: self.arrival.now,
            seed: self.seed,
            request_id: self.request_id.clone(),
        }
    }

    /// A browser asks whether it may call; nobody has to be known for that.
    async fn preflight(&mut self) -> Result<Response<Body>, S3Fault> {
        let parts = self.arrival.parts;
        self.decision.operation = "s3:OPTIONS".to_owned();
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let bad = |message: &str| S3Fault::new("BadRequest", StatusCode::BAD_REQUEST, message);
        let origin = text("origin").ok_or_else(|| bad("Insufficient information. Origin request header needed."))?;
        let method =
            text("access-control-request-method").ok_or_else(|| bad("Invalid Access-Control-Request-Method: null"))?;
        let target = target::read(parts, &self.s3.domains)?;
        let Some(bucket) = target.bucket() else {
            return Err(S3Fault::method_not_allowed("OPTIONS", "SERVICE"));
        };
        match &self.s3.backend {
            Backend::Folder(folder) => {
                let headers = text("access-control-request-headers");
                folder.preflight(bucket, origin, method, headers).await
            }
            Backend::Upstream(upstream) => {
                upstream.preflight(target, &parts.headers, &self.request_id, self.arrival.now).await
            }
        }
    }

    /// What CORS adds to an actual answer, refusals included. A server behind us says it by itself.
    async fn cors(&self) -> HeaderMap {
        let (Backend::Folder(folder), Some(call)) = (&self.s3.backend, &self.call) else { return HeaderMap::new() };
        let origin = call.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
        let (Some(origin), Some(bucket)) = (origin, call.target.bucket()) else { return HeaderMap::new() };
        let headers = folder.cors_headers(bucket, origin, self.arrival.parts.method.as_str()).await;
        headers.inspect_err(|fault| tracing::error!(%fault, "CORS rules could not be read")).unwrap_or_default()
    }
}

/// Carries out what may be deleted, and answers for the rest.
async fn delete_objects(
    s3: &S3,
    question: &Question<'_>,
    look: &Look<'_>,
    mut approved: Approved,
    decision: &mut Decision,
) -> Result<Response<Body>, S3Fault> {
    let vouched = |name: &HeaderName| {
        matches!(name.as_str(), "content-md5" | "x-amz-trailer") || name.as_str().starts_with("x-amz-checksum-")
    };
    if !question.call.headers.keys().any(vouched) {
        return Err(S3Fault::invalid_request("Missing required header for this request: Content-MD5"));
    }
    let deletes = Deletes::parse(question.document)?;
    let decided = s3.guard.permit_deletes(question, deletes, look, decision).await?;
    let answer = if decided.allowed.objects.is_empty() {
        None
    } else {
        Upstream::with_document(&mut approved, decided.allowed.document());
        let response = s3.backend.serve(Method::POST, approved).await?;
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        Some(body::whole(response.into_body(), DELETE_ANSWER_MOST).await?)
    };
    let mut response = Response::new(body::full(decided.answer(answer.as_deref())?));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
    Ok(response)
}

/// What policies may ask of the request.
fn view<'a>(arrival: Arrival<'a>, region: &'a Region) -> RequestView<'a> {
    let text = |name| arrival.parts.headers.get(name).and_then(|value| value.to_str().ok());
    RequestView {
        now: arrival.now,
        region,
        source_ip: arrival.source_ip,
        user_agent: text(USER_AGENT),
        referer: text(REFERER),
        secure: arrival.secure,
    }
}

/// A public id, as S3 writes them, and the seed of everything else; the two share no bytes of the stream.
fn identify(seed: [u8; 32]) -> (String, [u8; 32]) {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut stream = ChaCha20Rng::from_seed(seed);
    let (mut id, mut rest) = ([0; 16], [0; 32]);
    stream.fill_bytes(&mut id);
    stream.fill_bytes(&mut rest);
    let digit = |byte: &u8| DIGITS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
    (id.iter().map(digit).collect(), rest)
}

/// The form of a browser is not read yet, and a guest may not change the headers of an answer.
fn check_form(call: &Call, caller: &Caller) -> Result<(), S3Fault> {
    if call.operation == Operation::PostObject {
        return Err(S3Fault::new(
            "NotImplemented",
            StatusCode::NOT_IMPLEMENTED,
            "Sekisho does not take uploads by HTML forms (POST Object) yet.",
        ));
    }
    let overrides = call.query.iter().any(|(name, _)| name.starts_with("response-"));
    if overrides && matches!(caller, Caller::Anonymous) {
        return Err(S3Fault::invalid_request(
            "Request specific response headers cannot be used for anonymous GET requests.",
        ));
    }
    Ok(())
}

/// The headers without those that were between the client and us. `x-amz-trailer` stays: it tells which trailer the body has.
fn headers_for_backend(headers: &HeaderMap, length: Option<u64>) -> HeaderMap {
    const OURS: [&str; 16] = [
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-security-token",
    ];
    let mut out = HeaderMap::with_capacity(headers.keys_len());
    let hops: Vec<String> = headers
        .get_all("connection")
        .iter()
        .flat_map(|names| names.to_str().unwrap_or_default().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for (name, value) in headers {
        let text = name.as_str();
        if OURS.contains(&text) || hops.iter().any(|hop| hop == text) {
            continue;
        }
        if text == "content-encoding" {
            // What is left once the chunks are gone.
            let given = value.to_str().unwrap_or_default();
            let rest: Vec<&str> =
                given.split(',').map(str::trim).filter(|it| !it.is_empty() && *it != "aws-chunked").collect();
            if let (false, Ok(rest)) = (rest.is_empty(), HeaderValue::from_str(&rest.join(","))) {
                out.append(name.clone(), rest);
            }
            continue;
        }
        out.append(name.clone(), value.clone());
    }
    if let Some(length) = length {
        out.insert("content-length", HeaderValue::from(length));
    }
    out
}

/// Ids, our name, and what CORS adds.
fn sign_off(headers: &mut HeaderMap, request_id: &str, cors: HeaderMap) {
    let host_id = crate::fault::host_id(request_id);
    for (name, id) in [("x-amz-request-id", request_id), ("x-amz-id-2", &host_id)] {
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(HeaderName::from_static(name), id);
        }
    }
    headers.insert(SERVER, HeaderValue::from_static("Sekisho"));
    let mut last = None;
    for (name, value) in cors {
        last = name.or(last);
        if let Some(name) = &last {
            headers.insert(name.clone(), value);
        }
    }
}

/// Whether the host name says that S3 is meant: a bucket's own, or one of AWS's endpoints.
pub fn names_s3(parts: &Parts, domains: &[String]) -> bool {
    target::names_s3(parts, domains)
}

/// Whether a path begins with what could be a bucket.
pub fn names_bucket(path: &str) -> bool {
    let name = path.strip_prefix('/').unwrap_or(path).split('/').next().unwrap_or_default();
    BucketName::parse(name).is_some()
}
