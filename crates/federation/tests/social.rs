//! Facebook, Login with Amazon and Twitter, played by a server on this machine.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use domain::Timestamp;
use federation::fetch::{FetchError, Fetcher};
use federation::social::{
    Outage, SocialEndpoints, SocialRefusal, SocialUser, amazon_user, facebook_user, twitter_user,
};
use support::{Page, Server, local};

async fn provider() -> (Server, Fetcher, SocialEndpoints) {
    let server = Server::http().await;
    let url = server.url("");
    let endpoints = SocialEndpoints { facebook: url.clone(), amazon: url.clone(), twitter: url };
    (server, Fetcher::new(local()).unwrap(), endpoints)
}

fn status(status: &str, body: &str) -> Page {
    Page::raw(&format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

#[tokio::test]
async fn facebook_says_which_app_and_whose() {
    let (server, fetcher, endpoints) = provider().await;
    server.page("/app?fields=id&access_token=a%2Fb", Page::json(r#"{"id":"app"}"#));
    server.page("/me?fields=id&access_token=a%2Fb", Page::json(r#"{"id":"10150"}"#));
    let found = facebook_user(&fetcher, &endpoints, Some("app"), "a/b").await;
    assert_eq!(found, Ok(SocialUser { user_id: "10150".into(), app_ids: vec!["app".into()] }));
    assert_eq!(facebook_user(&fetcher, &endpoints, None, "a/b").await, found);
    let hits = server.hits();
    let other = facebook_user(&fetcher, &endpoints, Some("another"), "a/b").await;
    assert_eq!(other, Err(SocialRefusal::OtherApp("app".into())));
    assert_eq!(server.hits(), hits + 1, "the user of another app is not asked for");
}

#[tokio::test]
async fn facebooks_refusals_are_told_apart() {
    let (server, fetcher, endpoints) = provider().await;
    for (body, refusal) in [
        (r#"{"error":{"code":190,"error_subcode":463}}"#, SocialRefusal::Expired),
        (r#"{"error":{"code":190,"message":"bad T"}}"#, SocialRefusal::NotAccepted("error 190".into())),
        (r#"{"error":{"code":4}}"#, SocialRefusal::Unavailable(Outage::Status(400))),
        ("not JSON", SocialRefusal::NotAccepted("status 400".into())),
    ] {
        server.page("/app?fields=id&access_token=T", status("400 Bad Request", body));
        assert_eq!(facebook_user(&fetcher, &endpoints, Some("app"), "T").await, Err(refusal), "{body}");
    }
    for body in [r#"{"id":""}"#, r#"{"id":7}"#, "[]"] {
        server.page("/app?fields=id&access_token=T", Page::json(body));
        let refusal = SocialRefusal::Unavailable(Outage::Nonsense);
        assert_eq!(facebook_user(&fetcher, &endpoints, Some("app"), "T").await, Err(refusal), "{body}");
    }
    server.page("/app?fields=id&access_token=T", status("503 Busy", ""));
    let refusal = SocialRefusal::Unavailable(Outage::Status(503));
    assert_eq!(facebook_user(&fetcher, &endpoints, Some("app"), "T").await, Err(refusal));
    let hits = server.hits();
    assert!(matches!(
        facebook_user(&fetcher, &endpoints, Some("app"), &"x".repeat(10_000)).await,
        Err(SocialRefusal::NotAccepted(_))
    ));
    assert_eq!(server.hits(), hits, "what cannot be a token is not asked about");
}

#[tokio::test]
async fn amazon_says_which_app_and_whose() {
    let (server, fetcher, endpoints) = provider().await;
    let path = "/auth/o2/tokeninfo?access_token=Atza%7C1";
    let info = r#"{"iss":"https://www.amazon.com","user_id":"amzn1.account.A","aud":"amzn1.client","app_id":"amzn1.app","exp":3597}"#;
    server.page(path, Page::json(info));
    for app in ["amzn1.client", "amzn1.app"] {
        let found = amazon_user(&fetcher, &endpoints, Some(app), "Atza|1").await.unwrap();
        assert_eq!((found.user_id.as_str(), found.app_ids.len()), ("amzn1.account.A", 2));
    }
    assert!(amazon_user(&fetcher, &endpoints, None, "Atza|1").await.is_ok());
    let other = amazon_user(&fetcher, &endpoints, Some("mine"), "Atza|1").await;
    assert_eq!(other, Err(SocialRefusal::OtherApp("amzn1.client".into())));
    server.page(path, Page::json(&info.replace("3597", "0")));
    assert_eq!(amazon_user(&fetcher, &endpoints, Some("amzn1.app"), "Atza|1").await, Err(SocialRefusal::Expired));
    server.page(path, status("400 Bad Request", r#"{"error":"invalid_token"}"#));
    let refused = amazon_user(&fetcher, &endpoints, Some("amzn1.app"), "Atza|1").await;
    assert_eq!(refused, Err(SocialRefusal::NotAccepted("status 400".into())));
}

#[tokio::test]
async fn twitter_answers_signed_requests() {
    let (server, fetcher, endpoints) = provider().await;
    server.page("/1.1/account/verify_credentials.json", Page::json(r#"{"id":12,"id_str":"12"}"#));
    let ask = async |app: &str, token: &str| {
        twitter_user(&fetcher, &endpoints, app, token, Timestamp::from_seconds(1), [7; 16]).await
    };
    let found = ask("key;secret", "token;its-secret").await;
    assert_eq!(found, Ok(SocialUser { user_id: "12".into(), app_ids: vec!["key".into()] }));
    for (app, token) in [("key", "token;secret"), ("key;secret", "token")] {
        assert!(matches!(ask(app, token).await, Err(SocialRefusal::NotAccepted(_))));
    }
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn an_outage_is_no_refusal() {
    let endpoints = SocialEndpoints { facebook: "http://127.0.0.1:1".into(), ..SocialEndpoints::default() };
    let unreachable = facebook_user(&Fetcher::new(local()).unwrap(), &endpoints, Some("app"), "T").await;
    assert!(matches!(unreachable, Err(SocialRefusal::Unavailable(Outage::Fetch(FetchError::Unreachable(_))))));
}
