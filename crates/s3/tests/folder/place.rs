//! A place to call from: a store in memory, a temporary folder, a clock and seeds that count.

use bytes::Bytes;
use domain::{AccountId, Region, Timestamp};
use http::{HeaderMap, Method, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;
use s3::folder::Keep;
use s3::{Approved, Body, BodyFault, Call, Folder, S3Fault, body};
use std::cell::Cell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use store::{Store, StoreConfig};
use tempfile::TempDir;

pub const ALICE: &str = "111122223333";
pub const BOB: &str = "444455556666";
/// 2027-01-15T08:00:00Z: later than every file of this machine, so that a sweep can be told that time has passed.
pub const START: i64 = 1_800_000_000_000;

#[derive(Clone)]
pub struct Place {
    pub folder: Folder,
    pub store: Store,
    pub account: Option<AccountId>,
    pub region: Region,
    now: Rc<Cell<i64>>,
    seed: Rc<Cell<u64>>,
    root: Rc<TempDir>,
}

/// An answer, body and all.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub fault: Option<S3Fault>,
}

pub async fn place() -> Place {
    let store = Store::open(&StoreConfig::Memory).await.unwrap();
    let root = tempfile::tempdir().unwrap();
    let folder = open(&root, &store).await;
    Place::over(folder, store, root)
}

/// The same, with a bucket called `app`.
pub async fn with_bucket() -> Place {
    let p = place().await;
    p.call("PUT", "/app", &[], LOCATION).await.ok();
    p
}

pub const LOCATION: &str =
    "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";

async fn open(root: &TempDir, store: &Store) -> Folder {
    // The moment of the machine's clock: nothing is old.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_seconds(i64::try_from(now.as_secs()).unwrap());
    Folder::open(root.path().join("s3"), store.clone(), Keep::Always, now).await.unwrap()
}

impl Place {
    /// A place over what is there.
    pub fn over(folder: Folder, store: Store, root: TempDir) -> Self {
        let (now, seed) = (Rc::new(Cell::new(START)), Rc::new(Cell::new(0)));
        let root = Rc::new(root);
        Self { folder, store, account: Some(ALICE.into()), region: "eu-west-1".into(), now, seed, root }
    }

    /// Keeps the temporary folder around the place.
    pub fn keep_outside(&self) -> Rc<TempDir> {
        Rc::clone(&self.root)
    }

    /// The same place, called by somebody else.
    pub fn by(&self, account: Option<&str>) -> Self {
        Self { account: account.map(AccountId::from), ..self.clone() }
    }

    /// The same place, called in another region.
    pub fn at(&self, region: &str) -> Self {
        Self { region: region.into(), ..self.clone() }
    }

    pub fn advance(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds * 1000);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.get())
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], text: impl Into<Bytes>) -> Reply {
        let bytes = text.into();
        let length = bytes.len() as u64;
        self.send(method, path, headers, body::full(bytes), Some(length)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], "").await
    }

    pub async fn put(&self, path: &str, text: impl Into<Bytes>) -> Reply {
        self.call("PUT", path, &[], text).await
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
        length: Option<u64>,
    ) -> Reply {
        match self.serve(method, path, headers, body, length).await {
            Err(fault) => Reply::of(fault),
            Ok(response) => {
                let (parts, body) = response.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                Reply { status: parts.status, headers: parts.headers, body, fault: None }
            }
        }
    }

    pub async fn serve(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
        length: Option<u64>,
    ) -> Result<http::Response<Body>, S3Fault> {
        let mut request = http::Request::builder().method(method).uri(path).header("host", "s3.test");
        for (name, value) in headers {
            request = request.header(*name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let call = Call::read(&request.body(()).unwrap().into_parts().0, &[])?;
        self.seed.set(self.seed.get() + 1);
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.get().to_le_bytes());
        let approved = Approved {
            operation: call.operation,
            target: call.target,
            query: call.query,
            headers: call.headers,
            body,
            length,
            account: self.account.clone(),
            region: self.region.clone(),
            now: self.now(),
            seed,
            request_id: "R".to_owned(),
        };
        self.folder.serve(approved).await
    }

    pub fn root(&self) -> PathBuf {
        self.root.path().join("s3")
    }

    /// Every file below the folder.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.root()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }

    /// What another start of the server makes of the same folder and store.
    pub async fn reopened(&self) -> Self {
        Self { folder: open(&self.root, &self.store).await, ..self.clone() }
    }

    pub fn outside(&self) -> &Path {
        self.root.path()
    }
}

impl Reply {
    fn of(fault: S3Fault) -> Self {
        let answer = fault.answer(&Method::GET, "", "R");
        let (parts, body) = answer.into_parts();
        Self { status: parts.status, headers: parts.headers, body, fault: Some(fault) }
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.fault.is_none(), "{:?}", self.fault);
        self
    }

    /// `404 NoSuchKey`, or the status alone.
    pub fn told(&self) -> String {
        match &self.fault {
            None => self.status.as_u16().to_string(),
            Some(fault) => format!("{} {}", fault.status.as_u16(), fault.code),
        }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The texts of all elements of this name, in order.
    pub fn all(&self, element: &str) -> Vec<String> {
        let (start, end) = (format!("<{element}>"), format!("</{element}>"));
        let pieces = self.text().split(&start).skip(1);
        pieces.map(|piece| piece.split(&end).next().unwrap().to_owned()).collect()
    }

    /// The text of the first element of this name.
    pub fn first(&self, element: &str) -> String {
        self.all(element).into_iter().next().unwrap_or_default()
    }
}

/// A body of these frames.
pub fn frames(frames: impl IntoIterator<Item = Result<Frame<Bytes>, BodyFault>>) -> Body {
    Frames(frames.into_iter().collect()).boxed_unsync()
}

struct Frames(VecDeque<Result<Frame<Bytes>, BodyFault>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        Poll::Ready(self.0.pop_front())
    }
}
