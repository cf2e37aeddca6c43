//! A server on this machine that plays the providers which a world asks.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Answers paths, without their queries, and remembers what it was asked.
#[derive(Clone, Default)]
pub struct StandIn {
    pages: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Listens, as long as the test's runtime lives; with the address to find it at.
    pub async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self::default();
        let mine = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                mine.answer(stream).await;
            }
        });
        (server, url)
    }

    /// What a path answers from now on.
    pub fn page(&self, path: &str, status: u16, body: Value) {
        self.pages.lock().unwrap().insert(path.to_owned(), (status, body.to_string()));
    }

    /// The targets of all requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn answer(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            let mut buffer = [0; 1024];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => head.extend_from_slice(&buffer[..read]),
            }
        }
        let target = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
        let path = target.split('?').next().unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(target);
        let (status, body) = self.pages.lock().unwrap().get(&path).cloned().unwrap_or((404, "{}".to_owned()));
        let answer =
            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
