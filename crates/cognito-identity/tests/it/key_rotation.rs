//! Keys of OpenID tokens take turns: which signs, which are published, and which tokens still count at each moment.

use crate::support::{GUEST, UserPool, get_id, get_open_id_token, pool_with_roles, token_claims};
use domain::jwt;
use serde_json::{Value, json};
use std::cell::Cell;
use store::{Store, StoreConfig};
use sts::identity_keys::rotation::{Takeover, remove_over, rotate};
use testkit::World;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const FORGED: &str = "400 InvalidIdentityToken: Couldn't verify signed token.";

fn tables() -> [&'static [service::Entry]; 2] {
    [cognito_identity::operations(), sts::operations()]
}

/// A pool with guests.
struct Story {
    w: World,
    guest: String,
}

impl Story {
    async fn begin() -> Self {
        Self::on(World::new(&tables()).await).await
    }

    async fn on(w: World) -> Self {
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let pool = pool_with_roles(&w, &[&people]).await;
        let guest = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
        Self { w, guest }
    }

    /// A token from this node, verified with what it publishes; and the id of its key.
    async fn token(&self, node: &World) -> (String, String) {
        let token = get_open_id_token(node, &self.guest, json!({})).await.text_at("Token");
        token_claims(node, &token).await;
        let kid = jwt::peek(&token).unwrap().kid().to_owned();
        (token, kid)
    }

    async fn signer(&self) -> String {
        self.token(&self.w).await.1
    }

    /// What a server does every minute.
    async fn minute(&self) {
        remove_over(&self.w.node, self.w.clock.now()).await.unwrap();
        self.rotate(Takeover::WhenOld).await;
    }

    async fn rotate(&self, takeover: Takeover) -> usize {
        rotate_on(&self.w, takeover).await
    }
}

async fn rotate_on(w: &World, takeover: Takeover) -> usize {
    let count = Cell::new(0);
    let nonce = || {
        count.set(count.get() + 1);
        [count.get(); 12]
    };
    rotate(&w.node, takeover, w.clock.now(), &nonce).await.unwrap().len()
}

/// The ids of the published keys.
async fn published(w: &World) -> Vec<String> {
    let set: Value = serde_json::from_str(&sts::identity_keys::jwks(&w.node).await.unwrap()).unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// What STS says of this token: the status of success, or the refusal.
async fn assumed(w: &World, token: &str) -> String {
    let input = json!({ "RoleArn": GUEST, "RoleSessionName": "story", "WebIdentityToken": token });
    let answer = w.call_unsigned("AssumeRoleWithWebIdentity", &input).await;
    if answer.status == 200 { "200".to_owned() } else { answer.to_string() }
}

#[tokio::test]
async fn an_old_key_hands_over_and_goes() {
    let s = Story::begin().await;
    let (one, two) = ("us-east-11".to_owned(), "us-east-12".to_owned());
    assert_eq!(published(&s.w).await, Vec::<String>::new());
    assert_eq!(s.rotate(Takeover::Announced).await, 0, "where there is no key, none is rotated");
    assert_eq!(s.signer().await, one);
    s.w.clock.advance_seconds(90 * DAY - 1);
    s.minute().await;
    assert_eq!(published(&s.w).await, std::slice::from_ref(&one));
    s.w.clock.advance_seconds(1);
    s.minute().await;
    s.minute().await;
    assert_eq!(published(&s.w).await, [one.clone(), two.clone()], "published before it signs");
    assert_eq!(s.signer().await, one);
    s.w.clock.advance_seconds(HOUR - 1);
    let (last, kid) = s.token(&s.w).await;
    assert_eq!(kid, one);
    s.w.clock.advance_seconds(1);
    let (next, kid) = s.token(&s.w).await;
    assert_eq!(kid, two, "by the clock alone: nothing was written meanwhile");
    assert_eq!((assumed(&s.w, &last).await, assumed(&s.w, &next).await), ("200".to_owned(), "200".to_owned()));
    s.w.clock.advance_seconds(25 * HOUR - 1);
    s.minute().await;
    assert_eq!(published(&s.w).await, [one, two.clone()]);
    assert!(assumed(&s.w, &last).await.starts_with("400 ExpiredTokenException"));
    s.w.clock.advance_seconds(1);
    s.minute().await;
    assert_eq!(published(&s.w).await, std::slice::from_ref(&two));
    assert_eq!(assumed(&s.w, &last).await, FORGED, "nobody knows its key any more");
    assert_eq!(s.signer().await, two);
    // The next one has a number of its own.
    s.w.clock.advance_seconds(90 * DAY);
    s.minute().await;
    assert_eq!(published(&s.w).await, [two, "us-east-13".to_owned()]);
}

#[tokio::test]
async fn an_operator_rotates_and_one_successor_waits_at_a_time() {
    let s = Story::begin().await;
    let (token, _) = s.token(&s.w).await;
    assert_eq!(s.rotate(Takeover::Announced).await, 1);
    assert_eq!(s.rotate(Takeover::Announced).await, 0);
    assert_eq!(published(&s.w).await, ["us-east-11", "us-east-12"]);
    assert_eq!((s.signer().await.as_str(), assumed(&s.w, &token).await.as_str()), ("us-east-11", "200"));
    s.w.clock.advance_seconds(HOUR);
    assert_eq!(s.rotate(Takeover::Announced).await, 1);
    assert_eq!(published(&s.w).await, ["us-east-11", "us-east-12", "us-east-13"]);
    assert_eq!(s.signer().await, "us-east-12");
}

#[tokio::test]
async fn after_a_leak_the_old_keys_count_no_longer() {
    let s = Story::begin().await;
    let (leaked, _) = s.token(&s.w).await;
    // One that waits may have leaked too.
    s.rotate(Takeover::Announced).await;
    assert_eq!(assumed(&s.w, &leaked).await, "200");
    assert_eq!(s.rotate(Takeover::AtOnce).await, 1);
    assert_eq!(published(&s.w).await, ["us-east-13"]);
    assert_eq!(assumed(&s.w, &leaked).await, FORGED);
    let (token, kid) = s.token(&s.w).await;
    assert_eq!((kid.as_str(), assumed(&s.w, &token).await.as_str()), ("us-east-13", "200"));
    assert_eq!(s.rotate(Takeover::AtOnce).await, 1);
    assert_eq!(published(&s.w).await, ["us-east-14"]);
    assert_eq!(assumed(&s.w, &token).await, FORGED);
}

#[tokio::test]
async fn two_nodes_on_one_store_agree() {
    let folder = tempfile::tempdir().unwrap();
    let file = StoreConfig::Sqlite(folder.path().join("store.db"));
    let here = Story::on(World::on(Store::open(&file).await.unwrap(), &tables()).await).await;
    let there = World::on(Store::open(&file).await.unwrap(), &tables()).await;
    let first = |kid: &str| kid == "us-east-11";
    let (old, kid) = here.token(&here.w).await;
    assert!(first(&kid) && first(&here.token(&there).await.1));
    // Both find the key old at once: one key comes of it.
    for w in [&here.w, &there] {
        w.clock.advance_seconds(90 * DAY);
    }
    let (one, two) = tokio::join!(rotate_on(&here.w, Takeover::WhenOld), rotate_on(&there, Takeover::WhenOld));
    assert_eq!(one + two, 1);
    there.node.store.refresh_epoch().await.unwrap();
    here.w.node.store.refresh_epoch().await.unwrap();
    assert_eq!(published(&here.w).await, ["us-east-11", "us-east-12"]);
    assert_eq!(published(&there).await, published(&here.w).await);
    for w in [&here.w, &there] {
        assert_eq!(here.token(w).await.1, "us-east-11");
        w.clock.advance_seconds(HOUR);
        assert_eq!(here.token(w).await.1, "us-east-12");
    }
    // After a leak the other node refuses, and signs with the new one, as soon as it looked.
    let (fresh, _) = here.token(&there).await;
    assert_eq!(assumed(&there, &fresh).await, "200");
    assert_eq!(here.rotate(Takeover::AtOnce).await, 1);
    there.node.store.refresh_epoch().await.unwrap();
    assert_eq!(published(&there).await, ["us-east-13"]);
    let (new, kid) = here.token(&there).await;
    assert_eq!(kid, "us-east-13");
    for w in [&here.w, &there] {
        assert_eq!(assumed(w, &fresh).await, FORGED);
        assert_eq!(assumed(w, &old).await, FORGED);
        assert_eq!(assumed(w, &new).await, "200");
    }
}

#[tokio::test]
async fn tokens_that_are_asked_for_at_once_share_one_first_key() {
    let s = Story::begin().await;
    let before = s.w.signing_keys_taken();
    let (one, two, three) = tokio::join!(s.signer(), s.signer(), s.signer());
    assert_eq!([one, two, three], ["us-east-11"; 3]);
    assert_eq!(s.w.signing_keys_taken() - before, 1);
}
