//! `sekisho serve`: open the store, listen, and serve until told to stop.

use crate::cli::ServeArgs;
use crate::client::Credentials;
use crate::clock::Machine;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::http::Front;
use crate::{housekeeping, listen, logging, s3_settings, start};
use service::Node;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// A setting, the data folder, the store or the address cannot be used; the message says which and what to do.
pub fn run(args: &ServeArgs) -> Result<(), String> {
    Running::start(args)?.wait()
}

/// A server that answers on its own threads.
pub struct Running {
    address: SocketAddr,
    started: start::Started,
    node: Arc<Node>,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
    runtime: tokio::runtime::Runtime,
}

impl Running {
    /// Starts everything; when this returns, the server answers.
    ///
    /// # Errors
    /// See [`run`].
    pub fn start(args: &ServeArgs) -> Result<Self, String> {
        let config = Config::load(args).map_err(|error| error.to_string())?;
        logging::start(&config.log).map_err(|error| error.to_string())?;
        // The address first: a taken port is the commonest mistake, and nothing has been touched yet.
        let listener = listen::bind(config.listen)?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let base_url = config.base_url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let started = runtime.block_on(start::start(&config, &base_url))?;
        if let Some(path) = &config.data {
            DataDir::open(path)?.write_endpoint(&base_url)?;
        }
        let node = Arc::clone(&started.node);
        let (stop, stopped) = watch::channel(false);
        let s3 = runtime.block_on(s3_settings::start(&config, &node, crate::clock::now()))?;
        let backend = s3.backend().clone();
        let front = Arc::new(Front::new(
            Arc::clone(&node),
            Arc::new(Machine),
            started.root.clone(),
            s3,
            config.proxies.clone(),
        ));
        let workers = config.workers;
        let mut threads = vec![started.spare_keys.keep_ready(stopped.clone())];
        threads
            .push(housekeeping::start(Arc::clone(&node), backend, stopped.clone()).map_err(|error| error.to_string())?);
        threads.push(std::thread::spawn(move || listen::serve(&listener, &front, workers, &stopped)));
        tracing::info!(%address, %base_url, account = %node.account, store = config.engine(), "serving");
        Ok(Self { address, started, node, stop, threads, runtime })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's shared parts.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The root access key, for commands that act as the operator.
    pub fn root_credentials(&self) -> Credentials {
        Credentials::long_term(&self.started.root)
    }

    /// Runs a future on the command's own thread, beside the server.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Waits for SIGINT or SIGTERM, then stops.
    ///
    /// # Errors
    /// Signals cannot be waited for.
    pub fn wait(self) -> Result<(), String> {
        self.runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
            let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            Ok::<_, String>(())
        })?;
        self.stop();
        Ok(())
    }

    /// Lets running requests finish, then closes the store.
    pub fn stop(self) {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        for thread in self.threads {
            let _ = thread.join();
        }
        if let Err(error) = self.runtime.block_on(self.node.store.clone().close()) {
            tracing::error!(%error, "the store did not close cleanly");
        }
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        logging::flush();
    }
}

/// An address that a client on this machine can use: `0.0.0.0` is not one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let local = if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() };
        address.set_ip(local);
    }
    address
}
