//! The listener: one current-thread runtime per worker, all accepting from the same socket.

use crate::http::Front;
use crate::patient_io::PatientIo;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::LocalSet;

/// A client that has not sent its request head within this time is let go.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long running requests may take to finish once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Most connections one worker holds open at the same time.
const CONNECTIONS_MOST: u32 = 4096;

/// Binds the address, in words a person can act on.
///
/// # Errors
/// The port is taken, the address is not ours, or the port is privileged.
pub fn bind(address: SocketAddr) -> Result<std::net::TcpListener, String> {
    let listener = std::net::TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!(
                "cannot listen on {address}: another program uses that port; stop it or choose another with --listen"
            )
        }
        std::io::ErrorKind::PermissionDenied => {
            format!("cannot listen on {address}: this user may not use that port; choose one above 1023 with --listen")
        }
        _ => format!("cannot listen on {address}: {error}"),
    })?;
    listener.set_nonblocking(true).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    Ok(listener)
}

/// Serves on `workers` threads until `stop` turns true and the running requests are done.
pub fn serve(listener: &std::net::TcpListener, front: &Arc<Front>, workers: usize, stop: &watch::Receiver<bool>) {
    std::thread::scope(|scope| {
        for number in 0..workers {
            let (front, stop) = (Arc::clone(front), stop.clone());
            let spawned = std::thread::Builder::new().name(format!("worker-{number}")).spawn_scoped(scope, move || {
                if let Err(error) = work(listener, front, stop) {
                    tracing::error!(%error, "a worker stopped");
                }
            });
            if let Err(error) = spawned {
                tracing::error!(%error, "a worker could not be started");
            }
        }
    });
}

fn work(listener: &std::net::TcpListener, front: Arc<Front>, stop: watch::Receiver<bool>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    let listener = listener.try_clone()?;
    local.block_on(&runtime, async move { accept(TcpListener::from_std(listener)?, front, stop).await })
}

async fn accept(listener: TcpListener, front: Arc<Front>, stopped: watch::Receiver<bool>) -> std::io::Result<()> {
    let mut stop = stopped.clone();
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MOST as usize));
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else { return Ok(()) };
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (front, stop) = (Arc::clone(&front), stopped.clone());
                    tokio::task::spawn_local(async move {
                        let _ = stream.set_nodelay(true);
                        converse(stream, peer, front, stop).await;
                        drop(seat);
                    });
                }
                Err(error) => {
                    // Out of file descriptors, most likely: wait a little rather than spin.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
    // Every connection has given its seat back, or its time is over.
    let _ = tokio::time::timeout(GRACE, seats.acquire_many(CONNECTIONS_MOST)).await;
    Ok(())
}

async fn converse(stream: tokio::net::TcpStream, peer: SocketAddr, front: Arc<Front>, mut stop: watch::Receiver<bool>) {
    let service = hyper::service::service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, std::convert::Infallible>(front.answer(request, peer).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(PatientIo::new(stream)), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => log_end(ended),
        _ = stop.wait_for(|stopped| *stopped) => {
            connection.as_mut().graceful_shutdown();
            log_end(connection.await);
        }
    }
}

fn log_end(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
