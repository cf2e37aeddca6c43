//! The least that a call can cost on a listener like the server's: a server that takes the same bytes, does the call's
//! cryptography and nothing else, and answers with as many bytes.
//!
//! A no-op and a piece of cryptography, measured apart, need not add up to this: the no-op's bytes are fewer, and its answers come
//! in bunches.
//!
//! It runs as a process of its own: `bench reference --listen ADDRESS --data FOLDER WORK… LENGTH`.

use crate::floor::{Pieces, Work};
use crate::process::Process;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::LocalSet;

/// Starts one for a call with this work and an answer of this length.
pub fn start(work: Work, length: usize) -> Result<Process, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let Work { verifications, signatures, exponentiations, request_signatures, seals } = work;
    let numbers =
        [verifications, signatures, exponentiations, request_signatures, seals].map(|number| number.to_string());
    let length = length.to_string();
    let flags: Vec<&str> = numbers.iter().chain([&length]).map(String::as_str).collect();
    Process::run(&program, "reference", &flags)
}

/// Serves until it is killed.
pub fn serve(arguments: &[String]) -> Result<(), String> {
    let [_, address, _, _, numbers @ ..] = arguments else { return Err("too few arguments".to_owned()) };
    let numbers: Result<Vec<u32>, _> = numbers.iter().map(|text| text.parse()).collect();
    let Ok([verifications, signatures, exponentiations, request_signatures, seals, length]) = numbers.as_deref() else {
        return Err("six numbers are wanted".to_owned());
    };
    let work = Work {
        verifications: *verifications,
        signatures: *signatures,
        exponentiations: *exponentiations,
        request_signatures: *request_signatures,
        seals: *seals,
    };
    let handler = Arc::new(Handler { pieces: Pieces::new()?, work, answer: Bytes::from(vec![b'x'; *length as usize]) });
    let listener = TcpListener::bind(address).map_err(|error| error.to_string())?;
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| accept(&listener, &handler));
        }
    });
    Ok(())
}

struct Handler {
    pieces: Pieces,
    work: Work,
    answer: Bytes,
}

impl Handler {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if request.method() == Method::GET {
            return Response::new(Full::new(Bytes::from_static(b"ok\n")));
        }
        let _ = request.into_body().collect().await;
        self.pieces.all(self.work);
        Response::new(Full::new(self.answer.clone()))
    }
}

/// As the server does: one runtime for each thread, all accepting from one socket.
fn accept(listener: &TcpListener, handler: &Arc<Handler>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = listener.try_clone()?;
    LocalSet::new().block_on(&runtime, async move {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            let _ = stream.set_nodelay(true);
            let handler = Arc::clone(handler);
            let service = hyper::service::service_fn(move |request| {
                let handler = Arc::clone(&handler);
                async move { Ok::<_, Infallible>(handler.answer(request).await) }
            });
            tokio::task::spawn_local(
                hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(Duration::from_secs(10))
                    .max_buf_size(64 * 1024)
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    })
}
