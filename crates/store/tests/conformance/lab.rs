//! Where a case works: an empty place of one engine, and threads with runtimes of their own.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::testing::{self, PostgresServer};
use store::{Store, StoreConfig};

/// A case that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// An empty place.
pub struct Lab {
    pub config: StoreConfig,
    _folder: Option<tempfile::TempDir>,
}

impl Lab {
    pub async fn open(&self) -> Store {
        Store::open(&self.config).await.unwrap()
    }
}

pub async fn memory() -> Option<Lab> {
    Some(Lab { config: StoreConfig::Memory, _folder: None })
}

pub async fn sqlite() -> Option<Lab> {
    let folder = tempfile::tempdir().unwrap();
    Some(Lab { config: StoreConfig::Sqlite(folder.path().join("store.db")), _folder: Some(folder) })
}

/// `None` only when the environment says that there need be no server.
pub async fn postgres() -> Option<Lab> {
    if testing::skipped() {
        return None;
    }
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("case_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let url = server().create_database(&name).await.unwrap();
    Some(Lab { config: StoreConfig::Postgres(url), _folder: None })
}

/// The server all cases share, each in a database of its own.
fn server() -> &'static PostgresServer {
    static SERVER: OnceLock<PostgresServer> = OnceLock::new();
    SERVER.get_or_init(|| PostgresServer::start().unwrap())
}

/// Runs one case on one engine.
pub fn run<P: Future<Output = Option<Lab>>>(place: impl Fn() -> P, case: impl AsyncFn(&Lab)) {
    block_on(async {
        match place().await {
            Some(lab) => case(&lab).await,
            None => eprintln!("left out: {}=1", testing::SKIP),
        }
    });
}

/// What a worker thread of the server does: a runtime of its own, and tasks that stay on it.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async { tokio::time::timeout(PATIENCE, work).await.expect("the case hangs") })
}

/// Runs the same work on several threads, each with its own runtime, and returns what they returned.
pub async fn on_threads<T: Send + 'static>(
    count: usize,
    work: impl AsyncFn(usize) -> T + Clone + Send + 'static,
) -> Vec<T> {
    let threads: Vec<_> = (0..count)
        .map(|index| {
            let work = work.clone();
            tokio::task::spawn_blocking(move || block_on(async { work(index).await }))
        })
        .collect();
    let mut answers = Vec::new();
    for thread in threads {
        answers.push(thread.await.unwrap());
    }
    answers
}
