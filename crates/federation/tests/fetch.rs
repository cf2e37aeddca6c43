//! The guarded fetcher against a server on this machine.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::digest;
use federation::fetch::{FetchError, FetchSettings, Fetcher, InternalHosts, Thumbprint};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use support::{Page, Server, local, resolving_to};

const AUTHORITY: &[u8] = include_bytes!("fixtures/tls/ca.pem");

async fn get(fetcher: &Fetcher, url: &str) -> Result<serde_json::Value, FetchError> {
    fetcher.get_json(url, &[]).await
}

#[tokio::test]
async fn a_json_document_is_fetched() {
    let server = Server::http().await;
    server.page("/doc", Page::json(r#"{"a":1}"#));
    let fetcher = Fetcher::new(local()).unwrap();
    assert_eq!(get(&fetcher, &server.url("/doc")).await, Ok(json!({"a": 1})));
    assert_eq!(get(&fetcher, &server.url("/absent")).await, Err(FetchError::Status(404)));
    server.page("/page", Page::json("<html>"));
    assert_eq!(get(&fetcher, &server.url("/page")).await, Err(FetchError::NotJson));
}

#[tokio::test]
async fn internal_addresses_are_refused_before_connecting() {
    let server = Server::http().await;
    server.page("/doc", Page::json("{}"));
    let strict = FetchSettings { internal: InternalHosts::None, ..local() };
    let port = server.address.port();
    let fetcher = Fetcher::new(strict.clone()).unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "0.0.0.0",
        "10.0.0.1",
        "2130706433",
    ] {
        let refused = get(&fetcher, &format!("http://{host}:{port}/doc")).await;
        assert!(matches!(refused, Err(FetchError::InternalAddress | FetchError::Unresolved)), "{host}: {refused:?}");
    }
    // A public name whose record points inside.
    let rebound = resolving_to(strict.clone(), server.address);
    assert_eq!(get(&rebound, "http://idp.example/doc").await, Err(FetchError::InternalAddress));
    // One public address beside it does not help.
    let mixed = Fetcher::with_resolver(
        strict,
        Box::new(move |_, _| {
            let inside = server.address;
            Box::pin(async move { Ok(vec!["1.1.1.1:80".parse().unwrap(), inside]) })
        }),
    );
    assert_eq!(get(&mixed.unwrap(), "http://idp.example/doc").await, Err(FetchError::InternalAddress));
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn an_operator_may_list_internal_hosts() {
    let server = Server::http().await;
    server.page("/doc", Page::json("{}"));
    let port = server.address.port();
    for listed in ["idp.internal".to_owned(), format!("idp.internal:{port}")] {
        let internal = InternalHosts::Listed(BTreeSet::from([listed]));
        let fetcher = resolving_to(FetchSettings { internal, ..local() }, server.address);
        assert!(get(&fetcher, &format!("http://idp.internal:{port}/doc")).await.is_ok());
        assert_eq!(get(&fetcher, "http://other.internal/doc").await, Err(FetchError::InternalAddress));
    }
}

#[tokio::test]
async fn plain_http_and_odd_urls_are_refused() {
    let fetcher = Fetcher::new(FetchSettings { allow_http: false, ..local() }).unwrap();
    assert_eq!(get(&fetcher, "http://idp.example/").await, Err(FetchError::PlainHttp));
    let long = format!("https://idp.example/{}", "a".repeat(2048));
    for url in ["", "/path", "ftp://idp.example/", "file:///etc/passwd", "https://ana@idp.example/", "https://", &long]
    {
        assert_eq!(get(&fetcher, url).await, Err(FetchError::BadUrl), "{url}");
    }
}

#[tokio::test]
async fn large_bodies_are_refused_with_and_without_a_length() {
    let server = Server::http().await;
    let body = format!("\"{}\"", "a".repeat(5000));
    server.page("/counted", Page::json(&body));
    server.page("/endless", Page::raw(&format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}")));
    server.page("/head", Page::raw(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(100_000))));
    let fetcher = Fetcher::new(local()).unwrap();
    assert_eq!(get(&fetcher, &server.url("/counted")).await, Err(FetchError::TooLarge));
    assert_eq!(get(&fetcher, &server.url("/endless")).await, Err(FetchError::TooLarge));
    assert!(matches!(get(&fetcher, &server.url("/head")).await, Err(FetchError::Broken(_))));
}

#[tokio::test]
async fn slow_answers_are_given_up() {
    let server = Server::http().await;
    let second = Duration::from_secs(1);
    server.page("/silent", Page { pieces: vec![(second, b"HTTP/1.1 200 OK\r\n\r\n{}".to_vec())] });
    let head = (Duration::ZERO, b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n".to_vec());
    server.page("/stalled", Page { pieces: vec![head.clone(), (second, vec![b' '; 40])] });
    let drip = std::iter::repeat_n((Duration::from_millis(200), vec![b' ']), 40);
    server.page("/dripping", Page { pieces: std::iter::once(head).chain(drip).collect() });
    let fetcher = Fetcher::new(local()).unwrap();
    for path in ["/silent", "/stalled", "/dripping"] {
        assert_eq!(get(&fetcher, &server.url(path)).await, Err(FetchError::TimedOut), "{path}");
    }
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_judged_each_time() {
    let server = Server::http().await;
    server.page("/doc", Page::json("{}"));
    for step in 1..=4 {
        let next = if step == 1 { "/doc".to_owned() } else { server.url(&format!("/{}", step - 1)) };
        server.page(&format!("/{step}"), Page::redirect(&next));
    }
    server.page("/inside", Page::redirect("http://169.254.169.254/latest/meta-data/"));
    server.page("/file", Page::redirect("file:///etc/passwd"));
    server.page("/nowhere", Page::raw("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"));
    let internal = InternalHosts::Listed(BTreeSet::from(["127.0.0.1".to_owned()]));
    let fetcher = Fetcher::new(FetchSettings { internal, ..local() }).unwrap();
    assert!(get(&fetcher, &server.url("/3")).await.is_ok());
    assert_eq!(get(&fetcher, &server.url("/4")).await, Err(FetchError::Status(302)));
    assert_eq!(get(&fetcher, &server.url("/inside")).await, Err(FetchError::InternalAddress));
    assert_eq!(get(&fetcher, &server.url("/file")).await, Err(FetchError::BadRedirect));
    assert_eq!(get(&fetcher, &server.url("/nowhere")).await, Err(FetchError::BadRedirect));
}

#[tokio::test]
async fn https_needs_a_known_authority_and_the_right_name() {
    let server = Server::https().await;
    server.page("/doc", Page::json("{}"));
    server.page("/down", Page::redirect("http://idp.test/doc"));
    let url = format!("https://idp.test:{}/doc", server.address.port());
    let stranger = resolving_to(local(), server.address);
    assert!(matches!(get(&stranger, &url).await, Err(FetchError::Tls(_))));
    let settings = FetchSettings { extra_authorities_pem: AUTHORITY.to_vec(), ..local() };
    let friend = resolving_to(settings, server.address);
    assert_eq!(get(&friend, &url).await, Ok(json!({})));
    assert!(matches!(get(&friend, "https://other.test/doc").await, Err(FetchError::Tls(_))));
    assert_eq!(get(&friend, "https://idp.test/down").await, Err(FetchError::BadRedirect));
}

#[tokio::test]
async fn a_pinned_thumbprint_replaces_an_unknown_authority_but_not_the_name() {
    let server = Server::https().await;
    server.page("/doc", Page::json("{}"));
    let fetcher = resolving_to(local(), server.address);
    let authority = CertificateDer::from_pem_slice(AUTHORITY).unwrap();
    let pinned: Thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &authority).as_ref().try_into().unwrap();
    assert_eq!(fetcher.get_json("https://idp.test/doc", &[pinned]).await, Ok(json!({})));
    assert!(matches!(fetcher.get_json("https://idp.test/doc", &[[0; 20]]).await, Err(FetchError::Tls(_))));
    assert!(matches!(fetcher.get_json("https://other.test/doc", &[pinned]).await, Err(FetchError::Tls(_))));
}

#[tokio::test]
async fn a_form_is_sent_and_any_status_returned() {
    let server = Server::http().await;
    server.page("/token", Page::raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"));
    let request = http::Request::post(server.url("/token")).body(bytes::Bytes::from_static(b"code=1")).unwrap();
    let answer = Fetcher::new(local()).unwrap().send(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (400, b"{}".as_slice()));
}
