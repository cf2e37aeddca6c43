//! What ends an identity, or what an operator revokes, ends the credentials that were handed out: at once on this node.

use crate::support::{
    AUTH, UserPool, decision, get_credentials, get_id, get_open_id_token, pool_with_roles, role, says, trust, world,
};
use contract::Fault;
use domain::{RoleId, Timestamp};
use gate::Outcome;
use gate::revocation::{self, NAMED_MOST, Subject};
use serde_json::{Value, json};
use store::table::session_revocations::{self, RevocationKind, SessionRevocation};
use store::{Store, StoreConfig};
use testkit::{Answer, Keys, World};

const DEAD: &str = "403 InvalidClientTokenId: The security token included in the request is invalid.";
const NOT_FOR_STS: &str =
    "400 InvalidIdentityToken: The web identity token that was passed could not be validated by AWS.";
const DEVELOPER: &str = "login.example";

struct Story {
    w: World,
    people: UserPool,
    staff: UserPool,
    pool: String,
}

impl Story {
    async fn begin() -> Self {
        Self::on(world().await).await
    }

    async fn on(w: World) -> Self {
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let staff = UserPool::new(&w, "us-east-1_Staff1234").await;
        let pool = pool_with_roles(&w, &[&people, &staff]).await;
        Self { w, people, staff, pool }
    }

    fn ana(&self) -> Value {
        self.people.logins(&self.w, "ana")
    }

    async fn id(&self, logins: Value) -> String {
        get_id(&self.w, &self.pool, logins).await.text_at("IdentityId")
    }

    async fn keys(&self, identity: &str, logins: Value) -> Keys {
        Keys::of(get_credentials(&self.w, identity, logins).await.at("Credentials"))
    }

    async fn who(&self, keys: &Keys) -> Answer {
        self.w.call_as(keys, "GetCallerIdentity", &json!({})).await
    }

    async fn lives(&self, keys: &Keys) {
        assert_eq!(self.who(keys).await.status, 200);
    }

    /// These keys are refused, and the operator is told why.
    async fn is_dead(&self, keys: &Keys, reason: &str) {
        let answer = self.who(keys).await;
        assert_eq!(answer.to_string(), DEAD);
        let decision = decision(&self.w, &answer);
        assert!(says(&decision, "signature", Outcome::Failed, reason), "{decision:?}");
    }

    async fn sts(&self, role: &str, token: &str) -> Answer {
        let input = json!({"RoleArn": role, "RoleSessionName": "phone", "WebIdentityToken": token});
        self.w.call_unsigned("AssumeRoleWithWebIdentity", &input).await
    }

    async fn open_id_token(&self, identity: &str, logins: Value) -> String {
        get_open_id_token(&self.w, identity, logins).await.text_at("Token")
    }

    async fn revoke(&self, subject: Subject) -> SessionRevocation {
        let (node, now) = (&self.w.node, self.w.clock.now());
        let done = node.store.write(async |tx| {
            revocation::by_operator(tx, &node.account, &subject, "an operator asked for it".to_owned(), now).await
        });
        done.await.unwrap()
    }

    async fn revoke_identity(&self, id: &str) -> SessionRevocation {
        self.revoke(Subject::Identity { pool: self.pool.as_str().into(), identity: id.into() }).await
    }

    async fn listed(&self) -> Vec<SessionRevocation> {
        let read = self.w.node.store.read(async |tx| Ok::<_, Fault>(session_revocations::since(tx, 0).await?));
        read.await.unwrap()
    }
}

#[tokio::test]
async fn a_deleted_identity_has_no_credentials_left() {
    let s = Story::begin().await;
    let (ana, guest) = (s.id(s.ana()).await, s.id(json!({})).await);
    let keys = s.keys(&ana, s.ana()).await;
    let token = s.open_id_token(&ana, s.ana()).await;
    let classic = Keys::of(s.sts(AUTH, &token).await.at(CREDENTIALS));
    let guests = s.keys(&guest, json!({})).await;
    s.lives(&keys).await;
    s.lives(&classic).await;
    s.w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [ana]})).await.ok();
    let reason = format!("the sessions of identity {ana} until 2026-01-02T03:04:05Z were revoked: it was deleted");
    s.is_dead(&keys, &reason).await;
    s.is_dead(&classic, &reason).await;
    s.lives(&guests).await;
    let refused = s.sts(AUTH, &token).await;
    assert_eq!(refused.to_string(), NOT_FOR_STS);
    assert!(says(&decision(&s.w, &refused), "token", Outcome::Failed, "it was deleted"));
    // The login makes a new identity, which has nothing to do with the old one.
    let again = s.id(s.ana()).await;
    s.lives(&s.keys(&again, s.ana()).await).await;
}

#[tokio::test]
async fn a_deleted_pool_takes_all_its_credentials_along() {
    let s = Story::begin().await;
    let (ana, guest) = (s.id(s.ana()).await, s.id(json!({})).await);
    let both = [s.keys(&ana, s.ana()).await, s.keys(&guest, json!({})).await];
    let token = s.open_id_token(&guest, json!({})).await;
    s.w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [ana]})).await.ok();
    s.w.call("DeleteIdentityPool", &json!({"IdentityPoolId": s.pool})).await.ok();
    for keys in &both {
        s.is_dead(keys, "the identity pool was deleted").await;
    }
    assert_eq!(s.sts(crate::support::GUEST, &token).await.to_string(), NOT_FOR_STS);
    assert_eq!(s.listed().await.len(), 1, "the pool's entry speaks for its identities");
}

#[tokio::test]
async fn a_guest_that_was_merged_into_a_user_loses_the_guests_credentials() {
    let s = Story::begin().await;
    let (guest, ana) = (s.id(json!({})).await, s.id(s.ana()).await);
    let (guests, anas) = (s.keys(&guest, json!({})).await, s.keys(&ana, s.ana()).await);
    let token = s.open_id_token(&guest, json!({})).await;
    let generation = s.w.node.store.generation();
    let merged = get_credentials(&s.w, &guest, s.ana()).await;
    assert_eq!(merged.text_at("IdentityId"), ana);
    s.is_dead(&guests, &format!("it was merged into {ana}")).await;
    s.lives(&anas).await;
    s.lives(&Keys::of(merged.at("Credentials"))).await;
    assert_eq!(s.sts(crate::support::GUEST, &token).await.to_string(), NOT_FOR_STS);
    assert_eq!(s.w.node.store.generation(), generation, "anybody can merge: the caches must not suffer from it");
    // A guest that becomes a user in place keeps what it has.
    let other = s.id(json!({})).await;
    let others = s.keys(&other, json!({})).await;
    s.keys(&other, s.people.logins(&s.w, "bob")).await;
    s.lives(&others).await;
}

#[tokio::test]
async fn two_users_who_turn_out_to_be_one_keep_the_survivors_credentials() {
    let s = Story::begin().await;
    let ana = s.id(s.ana()).await;
    s.w.clock.advance_seconds(1);
    let staff = s.staff.logins(&s.w, "ana");
    let younger = s.id(staff.clone()).await;
    let (anas, youngers) = (s.keys(&ana, s.ana()).await, s.keys(&younger, staff.clone()).await);
    let mut both = s.ana();
    both.as_object_mut().unwrap().extend(staff.as_object().unwrap().clone());
    assert_eq!(s.id(both).await, ana);
    s.lives(&anas).await;
    s.is_dead(&youngers, "merged").await;
}

#[tokio::test]
async fn the_last_login_that_is_unlinked_takes_the_credentials_along() {
    let s = Story::begin().await;
    let mut both = s.ana();
    both.as_object_mut().unwrap().extend(s.staff.logins(&s.w, "ana").as_object().unwrap().clone());
    let id = s.id(both.clone()).await;
    let keys = s.keys(&id, s.ana()).await;
    let unlink = async |provider: String, logins: Value| {
        let input = json!({"IdentityId": id, "Logins": logins, "LoginsToRemove": [provider]});
        s.w.call_unsigned("UnlinkIdentity", &input).await.ok();
    };
    unlink(s.staff.provider(), s.ana()).await;
    s.lives(&keys).await;
    unlink(s.people.provider(), s.ana()).await;
    s.is_dead(&keys, "its last login was unlinked").await;
}

#[tokio::test]
async fn an_operator_revokes_what_was_issued_so_far_and_nothing_after() {
    let s = Story::begin().await;
    let (ana, guest) = (s.id(s.ana()).await, s.id(json!({})).await);
    let (before, token) = (s.keys(&ana, s.ana()).await, s.open_id_token(&ana, s.ana()).await);
    let guests = s.keys(&guest, json!({})).await;
    s.revoke_identity(&ana).await;
    s.is_dead(&before, "an operator asked for it").await;
    assert_eq!(s.sts(AUTH, &token).await.to_string(), NOT_FOR_STS);
    s.lives(&guests).await;
    // Within the same millisecond: no clock says which came first.
    let after = s.keys(&ana, s.ana()).await;
    s.lives(&after).await;
    let token = s.open_id_token(&ana, s.ana()).await;
    let classic = Keys::of(s.sts(AUTH, &token).await.at(CREDENTIALS));
    s.lives(&classic).await;
    // And once more, still within the same second.
    s.revoke_identity(&ana).await;
    s.is_dead(&after, "an operator").await;
    s.is_dead(&classic, "an operator").await;
    assert_eq!(s.sts(AUTH, &token).await.to_string(), NOT_FOR_STS);
    let token = s.open_id_token(&ana, s.ana()).await;
    assert_eq!(s.sts(AUTH, &token).await.status, 200);
    assert_eq!(s.listed().await.len(), 1);
}

#[tokio::test]
async fn a_developers_token_of_before_the_revocation_opens_nothing() {
    let w = world().await;
    let pool = crate::support::identity_pool(&w, json!({"DeveloperProviderName": DEVELOPER})).await;
    role(&w, AUTH, trust(&pool, "authenticated")).await;
    crate::support::set_roles(&w, &pool, json!({"Roles": {"authenticated": AUTH}})).await.ok();
    let input = json!({"IdentityPoolId": pool, "Logins": {DEVELOPER: "ana"}, "TokenDuration": 86_400});
    let token = async || {
        let answer = w.call("GetOpenIdTokenForDeveloperIdentity", &input).await;
        (answer.text_at("IdentityId"), answer.text_at("Token"))
    };
    let (id, before) = token().await;
    let exchange = async |token: &str| get_credentials(&w, &id, json!({"cognito-identity.amazonaws.com": token})).await;
    assert_eq!(exchange(&before).await.status, 200);
    let subject = Subject::Identity { pool: pool.as_str().into(), identity: id.as_str().into() };
    let now = w.clock.now();
    let revoked = w
        .node
        .store
        .write(async |tx| revocation::by_operator(tx, &w.node.account, &subject, "lost".to_owned(), now).await);
    let until = revoked.await.unwrap().expires_ms;
    let refused = exchange(&before).await;
    assert_eq!(refused.to_string(), "400 NotAuthorizedException: Invalid login token. Token is expired.");
    assert!(says(&decision(&w, &refused), "login", Outcome::Failed, "were revoked: lost"));
    let (_, after) = token().await;
    assert_eq!(exchange(&after).await.status, 200);
    // The entry outlives the longest token, with the grace that STS gives.
    assert!(until > now.plus_seconds(86_400 + 300));
}

#[tokio::test]
async fn a_revoked_role_takes_what_was_chained_from_it_along() {
    let s = Story::begin().await;
    let next = "arn:aws:iam::123456789012:role/Next";
    let open = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole",
    }});
    role(&s.w, next, open).await;
    for name in ["Fan", "Next"] {
        crate::support::allow(&s.w, name, "sts:AssumeRole", "*").await;
    }
    let assume = async |keys: &Keys| {
        let input = json!({"RoleArn": next, "RoleSessionName": "again"});
        let answer = s.w.call_as(keys, "AssumeRole", &input).await;
        Keys::of(answer.at("AssumeRoleResponse.AssumeRoleResult.Credentials"))
    };
    let (ana, guest) = (s.id(s.ana()).await, s.id(json!({})).await);
    let (keys, guests) = (s.keys(&ana, s.ana()).await, s.keys(&guest, json!({})).await);
    let once = assume(&keys).await;
    let twice = assume(&once).await;
    s.revoke(Subject::Role(RoleId::from("AROAFANXXXXXXXXXXXXXX"))).await;
    for dead in [&keys, &once, &twice] {
        s.is_dead(dead, "the sessions of role AROAFANXXXXXXXXXXXXXX").await;
    }
    s.lives(&guests).await;
    let keys = s.keys(&ana, s.ana()).await;
    let chained = assume(&keys).await;
    s.lives(&chained).await;
    s.revoke_identity(&ana).await;
    s.is_dead(&chained, "the sessions of identity").await;
}

#[tokio::test]
async fn who_ends_identities_by_the_hundred_cannot_grow_the_list() {
    let s = Story::begin().await;
    let ana = s.id(s.ana()).await;
    let anas = s.keys(&ana, s.ana()).await;
    let bystander = s.id(json!({})).await;
    let bystanders = s.keys(&bystander, json!({})).await;
    let mut merged = Vec::new();
    for round in 0..NAMED_MOST + 3 {
        let guest = s.id(json!({})).await;
        let keys = s.keys(&guest, json!({})).await;
        assert_eq!(get_credentials(&s.w, &guest, s.ana()).await.text_at("IdentityId"), ana);
        if round % 100 == 0 || round >= NAMED_MOST {
            merged.push(keys);
        }
    }
    let listed = s.listed().await;
    assert_eq!(listed.iter().map(|row| row.kind).collect::<Vec<_>>(), [RevocationKind::Crowd]);
    for keys in &merged {
        s.is_dead(keys, "it was merged into another one or disabled").await;
    }
    s.lives(&anas).await;
    s.lives(&bystanders).await;
    // An operator's word is kept apart, and a deleted identity is as dead as ever.
    s.revoke_identity(&ana).await;
    s.is_dead(&anas, "an operator").await;
    s.lives(&s.keys(&ana, s.ana()).await).await;
    s.w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [bystander]})).await.ok();
    s.is_dead(&bystanders, "it was deleted").await;
    assert_eq!(s.listed().await.len(), 2);
}

#[tokio::test]
async fn another_node_hears_of_it_when_it_looks() {
    let folder = tempfile::tempdir().unwrap();
    let file = StoreConfig::Sqlite(folder.path().join("store.db"));
    let tables = [cognito_identity::operations(), sts::operations()];
    let here = Story::on(World::on(Store::open(&file).await.unwrap(), &tables).await).await;
    let there = World::on(Store::open(&file).await.unwrap(), &tables).await;
    let ana = here.id(here.ana()).await;
    let keys = here.keys(&ana, here.ana()).await;
    let who = async |keys: &Keys| there.call_as(keys, "GetCallerIdentity", &json!({})).await.to_string();
    assert!(who(&keys).await.starts_with("200"));
    here.revoke_identity(&ana).await;
    here.is_dead(&keys, "an operator").await;
    let after = here.keys(&ana, here.ana()).await;
    there.node.gate.refresh_revocations(there.clock.now()).await.unwrap();
    assert_eq!(who(&keys).await, DEAD);
    assert!(who(&after).await.starts_with("200"));
    // A node that starts now knows at once.
    let late = World::on(Store::open(&file).await.unwrap(), &tables).await;
    assert_eq!(late.call_as(&keys, "GetCallerIdentity", &json!({})).await.to_string(), DEAD);
}

#[tokio::test]
async fn entries_end_with_the_last_session_that_they_are_about() {
    let s = Story::begin().await;
    let ana = s.id(s.ana()).await;
    let keys = s.keys(&ana, s.ana()).await;
    let entry = s.revoke_identity(&ana).await;
    assert!(entry.expires_ms > s.w.clock.now().plus_seconds(86_400));
    let sweep = async |now: Timestamp| {
        let purged = s.w.node.store.write(async |tx| Ok::<_, Fault>(session_revocations::purge(tx, now, 9).await?));
        purged.await.unwrap()
    };
    assert_eq!(sweep(entry.expires_ms).await, 0);
    assert_eq!(sweep(entry.expires_ms.plus_millis(1)).await, 1);
    s.w.node.gate.refresh_revocations(entry.expires_ms.plus_millis(1)).await.unwrap();
    // By then nothing of it is good any more.
    s.w.clock.advance_seconds(86_401);
    assert_eq!(
        s.who(&keys).await.to_string(),
        "403 ExpiredToken: The security token included in the request is expired"
    );
}

const CREDENTIALS: &str = "AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials";
