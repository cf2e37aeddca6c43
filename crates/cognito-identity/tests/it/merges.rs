//! Guests that become users, logins that are linked, identities that are merged.

use crate::support::{UserPool, decision, get_id, pool_with_roles, says, world};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Answer, World};

const NO_MATCH: &str = "400 NotAuthorizedException: Logins don't match. Please include at least one valid login for this identity or identity pool.";

struct Story {
    w: World,
    people: UserPool,
    staff: UserPool,
    pool: String,
    operation: &'static str,
}

impl Story {
    /// The rules are the same whether credentials are asked for or a token.
    async fn of_each_operation() -> [Self; 2] {
        [Self::begin("GetCredentialsForIdentity").await, Self::begin("GetOpenIdToken").await]
    }

    async fn begin(operation: &'static str) -> Self {
        let w = world().await;
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let staff = UserPool::new(&w, "us-east-1_Staff1234").await;
        let pool = pool_with_roles(&w, &[&people, &staff]).await;
        Self { w, people, staff, pool, operation }
    }

    fn person(&self, sub: &str) -> Value {
        self.people.logins(&self.w, sub)
    }

    fn both(&self, person: &str, staff: &str) -> Value {
        json!({
            self.people.provider(): self.people.token(&self.w, person),
            self.staff.provider(): self.staff.token(&self.w, staff),
        })
    }

    /// The identity of these logins. Each is a second older than the next.
    async fn id(&self, logins: Value) -> String {
        self.w.clock.advance_seconds(1);
        get_id(&self.w, &self.pool, logins).await.text_at("IdentityId")
    }

    async fn ask(&self, identity: &str, logins: Value) -> Answer {
        self.w.call_unsigned(self.operation, &json!({"IdentityId": identity, "Logins": logins})).await
    }

    /// What ListIdentities and DescribeIdentity say: whether the identity is disabled, and its providers.
    async fn shown(&self, identity: &str) -> (bool, Value) {
        let input = json!({"IdentityPoolId": self.pool, "MaxResults": 60, "HideDisabled": true});
        let listed = self.w.call("ListIdentities", &input).await;
        let listed = listed.at("Identities").as_array().unwrap().iter().any(|shown| shown["IdentityId"] == identity);
        let described = self.w.call("DescribeIdentity", &json!({"IdentityId": identity})).await;
        (!listed, described.ok().get("Logins").cloned().unwrap_or_default())
    }

    /// The identity that answers for this one with these logins, or the refusal.
    async fn identity_after(&self, identity: &str, logins: Value) -> String {
        let answer = self.ask(identity, logins).await;
        if answer.status == 200 { answer.text_at("IdentityId") } else { answer.to_string() }
    }
}

#[tokio::test]
async fn a_guest_becomes_a_user_on_the_same_id() {
    for s in Story::of_each_operation().await {
        let guest = s.id(json!({})).await;
        assert_eq!(s.identity_after(&guest, json!({})).await, guest);
        let upgraded = s.ask(&guest, s.person("ana")).await;
        assert_eq!(upgraded.text_at("IdentityId"), guest);
        assert!(says(&decision(&s.w, &upgraded), "identity", Outcome::Passed, "is linked as `ana`"));
        assert_eq!(s.id(s.person("ana")).await, guest);
        assert_eq!(
            s.identity_after(&guest, json!({})).await,
            format!("400 NotAuthorizedException: Access to Identity '{guest}' is forbidden.")
        );
    }
}

#[tokio::test]
async fn a_guest_with_a_known_login_is_merged_into_its_identity() {
    for s in Story::of_each_operation().await {
        let guest = s.id(json!({})).await;
        let ana = s.id(s.person("ana")).await;
        assert_eq!(s.identity_after(&guest, s.person("ana")).await, ana);
        // The guest's id is disabled, and stands for the parent where the parent's login is shown.
        assert_eq!(s.identity_after(&guest, s.person("ana")).await, ana);
        assert_eq!(s.identity_after(&guest, s.person("bob")).await, NO_MATCH);
        assert_eq!(s.shown(&guest).await, (true, Value::Null));
        assert_eq!(s.shown(&ana).await, (false, json!([s.people.provider()])));
        assert_eq!(
            s.identity_after(&guest, json!({})).await,
            format!("400 NotAuthorizedException: Access to Identity '{guest}' is forbidden.")
        );
    }
}

#[tokio::test]
async fn a_second_login_is_linked_when_shown_with_the_first() {
    for s in Story::of_each_operation().await {
        let ana = s.id(s.person("ana")).await;
        assert_eq!(s.identity_after(&ana, s.staff.logins(&s.w, "ana7")).await, NO_MATCH, "not linked yet");
        assert_eq!(s.identity_after(&ana, s.both("ana", "ana7")).await, ana);
        assert_eq!(s.id(s.staff.logins(&s.w, "ana7")).await, ana);
        assert_eq!(s.identity_after(&ana, s.staff.logins(&s.w, "ana7")).await, ana);
    }
}

#[tokio::test]
async fn several_new_logins_make_one_identity() {
    for s in Story::of_each_operation().await {
        let ana = s.id(s.both("ana", "ana7")).await;
        assert_eq!(s.id(s.person("ana")).await, ana);
        assert_eq!(s.id(s.staff.logins(&s.w, "ana7")).await, ana);
    }
}

#[tokio::test]
async fn logins_of_two_identities_merge_them_into_the_older() {
    for s in Story::of_each_operation().await {
        let older = s.id(s.person("ana")).await;
        let younger = s.id(s.staff.logins(&s.w, "ana7")).await;
        assert_ne!(older, younger);
        assert_eq!(s.identity_after(&younger, s.both("ana", "ana7")).await, older);
        assert_eq!(s.shown(&younger).await, (true, Value::Null));
        assert_eq!(s.shown(&older).await, (false, json!([s.people.provider(), s.staff.provider()])));
        assert_eq!(s.id(s.staff.logins(&s.w, "ana7")).await, older);
        assert_eq!(
            s.identity_after(&younger, s.staff.logins(&s.w, "ana7")).await,
            older,
            "the old id leads to the new one"
        );
        assert_eq!(
            s.identity_after(&younger, json!({})).await,
            format!("400 NotAuthorizedException: Access to Identity '{younger}' is forbidden.")
        );
    }
}

#[tokio::test]
async fn get_id_merges_too() {
    let s = Story::begin("GetOpenIdToken").await;
    let older = s.id(s.person("ana")).await;
    s.id(s.staff.logins(&s.w, "ana7")).await;
    assert_eq!(s.id(s.both("ana", "ana7")).await, older);
    assert_eq!(s.id(s.staff.logins(&s.w, "ana7")).await, older);
}

#[tokio::test]
async fn another_users_identity_is_out_of_reach() {
    for s in Story::of_each_operation().await {
        let ana = s.id(s.person("ana")).await;
        s.id(s.person("bob")).await;
        assert_eq!(s.identity_after(&ana, s.person("bob")).await, NO_MATCH);
        assert_eq!(s.identity_after(&ana, s.person("never-seen")).await, NO_MATCH);
    }
}

#[tokio::test]
async fn two_users_of_one_provider_cannot_share_an_identity() {
    for s in Story::of_each_operation().await {
        s.id(s.both("ana", "ana7")).await;
        s.id(s.both("bob", "bob7")).await;
        let answer = get_id(&s.w, &s.pool, s.both("ana", "bob7")).await;
        assert_eq!(answer.code(), "ResourceConflictException");
        let conflict = "400 ResourceConflictException: Provided login is already associated with another account";
        let ana = s.id(s.person("ana")).await;
        assert_eq!(s.identity_after(&ana, s.both("ana", "bob7")).await, conflict);
        assert_eq!(s.identity_after(&ana, s.both("ana", "new7")).await, conflict);
        // Nothing of it was kept.
        assert_ne!(s.id(s.person("ana")).await, s.id(s.person("bob")).await);
        let answer = get_id(&s.w, &s.pool, s.both("ana", "new7")).await;
        assert_eq!(answer.code(), "ResourceConflictException");
    }
}

#[tokio::test]
async fn an_unknown_identity_is_not_found() {
    for s in Story::of_each_operation().await {
        let id = "us-east-1:00000000-0000-4000-8000-000000000000";
        let not_found = format!("400 ResourceNotFoundException: Identity '{id}' not found.");
        assert_eq!(s.identity_after(id, json!({})).await, not_found);
        assert_eq!(s.identity_after(id, s.person("ana")).await, not_found);
    }
}
