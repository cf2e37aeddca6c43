//! Connections that break at the worst moment, through a wire between us and the server that the test can cut.

use crate::basics::setting;
use crate::lab::block_on;
use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use store::table::settings;
use store::testing::{self, PostgresServer};
use store::{Store, StoreConfig, StoreError};

#[test]
fn a_commit_that_never_arrived_has_an_unknown_outcome() {
    with_wire(async |store, wire| {
        wire.cut(Cut { at: b"COMMIT", delivered: false });
        let answer = put(store, "a", "1").await;
        assert!(matches!(answer, Err(StoreError::UnknownOutcome(_))), "{answer:?}");
        assert_eq!(setting(store, "a").await, None);
    });
}

#[test]
fn a_commit_whose_answer_was_lost_has_an_unknown_outcome() {
    with_wire(async |store, wire| {
        wire.cut(Cut { at: b"COMMIT", delivered: true });
        let answer = put(store, "a", "1").await;
        assert!(matches!(answer, Err(StoreError::UnknownOutcome(_))), "{answer:?}");
        assert_eq!(setting(store, "a").await.as_deref(), Some("1"));
    });
}

#[test]
fn a_connection_lost_before_the_commit_is_no_error() {
    with_wire(async |store, wire| {
        for delivered in [false, true] {
            let name = format!("name-{delivered}");
            let runs = Cell::new(0);
            wire.cut(Cut { at: b"the value", delivered });
            let answer: Result<bool, StoreError> = store
                .write(async |tx| {
                    runs.set(runs.get() + 1);
                    settings::insert(tx, &name, "the value").await
                })
                .await;
            assert_eq!(answer, Ok(true), "the first run left something behind");
            assert_eq!(runs.get(), 2);
            assert_eq!(setting(store, &name).await.as_deref(), Some("the value"));
        }
    });
}

#[test]
fn a_read_survives_a_lost_connection() {
    with_wire(async |store, wire| {
        put(store, "a name", "1").await.unwrap();
        for delivered in [false, true] {
            wire.cut(Cut { at: b"a name", delivered });
            assert_eq!(setting(store, "a name").await.as_deref(), Some("1"));
            assert!(wire.is_whole(), "the wire was never cut");
        }
    });
}

#[test]
fn a_server_that_crashed_is_used_again_when_it_is_back() {
    if testing::skipped() {
        return;
    }
    block_on(async {
        let mut server = PostgresServer::start().unwrap();
        let store = Store::open(&StoreConfig::Postgres(server.url("postgres"))).await.unwrap();
        put(&store, "a", "1").await.unwrap();
        server.crash_and_restart().unwrap();
        assert_eq!(setting(&store, "a").await.as_deref(), Some("1"));
        put(&store, "a", "2").await.unwrap();
        server.crash_and_restart().unwrap();
        put(&store, "b", "3").await.unwrap();
        assert_eq!(setting(&store, "a").await.as_deref(), Some("2"));
    });
}

async fn put(store: &Store, name: &str, value: &str) -> Result<(), StoreError> {
    store.write(async |tx| settings::put(tx, name, value).await).await
}

/// Where the wire is cut, once.
#[derive(Clone, Copy)]
struct Cut {
    /// When the client sends these bytes,
    at: &'static [u8],
    /// and whether the server still receives them.
    delivered: bool,
}

/// A relay to the server.
#[derive(Clone)]
struct Wire {
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Wire {
    fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }

    fn is_whole(&self) -> bool {
        self.cut.lock().unwrap().is_none()
    }

    /// Takes the cut if `bytes` hold its mark.
    fn cut_at(&self, bytes: &[u8]) -> Option<Cut> {
        let mut cut = self.cut.lock().unwrap();
        let here = cut.is_some_and(|cut| bytes.windows(cut.at.len()).any(|window| window == cut.at));
        if here { cut.take() } else { None }
    }

    fn relay(&self, mut client: TcpStream, mut server: TcpStream) {
        let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let muted = Arc::new(Mutex::new(false));
        let listening = muted.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(length @ 1..) = answers.read(&mut buffer) {
                if *listening.lock().unwrap() || back.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            let _ = back.shutdown(Shutdown::Both);
            let _ = answers.shutdown(Shutdown::Both);
        });
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            let cut = self.cut_at(&buffer[..length]);
            if let Some(cut) = cut {
                *muted.lock().unwrap() = true;
                if !cut.delivered {
                    let _ = server.shutdown(Shutdown::Both);
                    break;
                }
            }
            if server.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
    }
}

/// Runs a story over a wire to a database of its own.
fn with_wire(story: impl AsyncFn(&Store, &Wire)) {
    crate::lab::run(
        async || crate::lab::postgres().await,
        async |lab| {
            let StoreConfig::Postgres(url) = &lab.config else { panic!("not a server") };
            let (address, database) = url.rsplit_once('/').unwrap();
            let (user, target) = address.rsplit_once('@').unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("{user}@{}/{database}", listener.local_addr().unwrap());
            let wire = Wire { cut: Arc::default() };
            let (relay, target) = (wire.clone(), target.to_owned());
            std::thread::spawn(move || {
                for client in listener.incoming() {
                    let (relay, client) = (relay.clone(), client.unwrap());
                    let server = TcpStream::connect(&target).unwrap();
                    for end in [&client, &server] {
                        end.set_nodelay(true).unwrap();
                    }
                    std::thread::spawn(move || relay.relay(client, server));
                }
            });
            let store = Store::open(&StoreConfig::Postgres(url)).await.unwrap();
            story(&store, &wire).await;
            assert!(wire.is_whole(), "the wire was never cut");
        },
    );
}
