//! A server behind us: it answers whatever it was told to, and remembers every request to the byte.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub struct Behind {
    answer: Arc<Mutex<String>>,
    got: Arc<Mutex<Vec<Got>>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Got {
    /// `GET /app/k?acl=`.
    pub line: String,
    /// With names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Behind {
    /// Listens as long as the test's runtime lives.
    pub async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let behind = Self { answer: Arc::default(), got: Arc::default() };
        behind.answers("200 OK", "");
        let mine = behind.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                mine.serve(stream).await;
            }
        });
        (behind, url)
    }

    /// What it answers from now on; further headers may follow the status, each on a line of its own.
    pub fn answers(&self, status: &str, body: &str) {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        *self.answer.lock().unwrap() = head;
    }

    /// The requests since the last time somebody asked.
    pub fn got(&self) -> Vec<Got> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let mut got = Got { line, headers: lines.map(header).collect(), body: Vec::new() };
        let length: usize = got.header("content-length").map_or(0, |length| length.parse().unwrap());
        while bytes.len() < end + length {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        got.body = bytes.split_off(end);
        self.got.lock().unwrap().push(got);
        let answer = self.answer.lock().unwrap().clone();
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
