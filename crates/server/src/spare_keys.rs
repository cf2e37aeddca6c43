//! RSA keys made ahead of time, so that CreateUserPool does not wait for them.

use contract::Fault;
use domain::jwt;
use service::{KeySource, LocalBoxFuture};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Keys kept ready: two user pools' worth.
const READY: usize = 4;
/// How long the maker waits before it starts, so that it does not slow the start itself.
const HEAD_START: Duration = Duration::from_millis(300);

/// The stock of spare keys.
#[derive(Default)]
pub struct SpareKeys {
    ready: Mutex<Vec<Zeroizing<Vec<u8>>>>,
}

impl SpareKeys {
    /// Starts the thread that keeps the stock full until the server stops.
    pub fn keep_ready(self: &Arc<Self>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let stock = Arc::clone(self);
        std::thread::spawn(move || {
            std::thread::sleep(HEAD_START);
            while !*stop.borrow() {
                if stock.count() >= READY {
                    std::thread::sleep(Duration::from_millis(50));
                    continue;
                }
                match jwt::generate_pkcs8() {
                    Ok(key) => stock.lock().push(key),
                    Err(error) => {
                        tracing::error!(%error, "a signing key could not be made");
                        std::thread::sleep(Duration::from_secs(1));
                    }
                }
            }
        })
    }

    fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Zeroizing<Vec<u8>>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource for SpareKeys {
    fn take(&self) -> LocalBoxFuture<'_, Result<Zeroizing<Vec<u8>>, Fault>> {
        Box::pin(async move {
            let spare = self.lock().pop();
            match spare {
                Some(key) => Ok(key),
                None => tokio::task::spawn_blocking(jwt::generate_pkcs8)
                    .await
                    .map_err(Fault::internal)?
                    .map_err(Fault::internal),
            }
        })
    }
}
