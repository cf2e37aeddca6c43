//! What would happen: the same answer as the real calls give, with the same steps, and nothing of it kept.

use crate::questions::context;
use crate::support::{
    AUTH, CLIENT, GUEST, UserPool, allow, decision, get_credentials, get_id, pool_with_roles, role, set_roles, trust,
    world,
};
use cognito_identity::rehearsal::{Foreseen, Permission, Question, foresee};
use contract::Fault;
use gate::{Outcome, Step};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::table::identities;
use testkit::World;

struct Story {
    w: World,
    people: UserPool,
    pool: String,
}

/// What was foreseen, and the steps that led there.
struct Seen {
    foreseen: Foreseen,
    steps: Vec<Step>,
}

impl Story {
    async fn begin() -> Self {
        let w = world().await;
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let pool = pool_with_roles(&w, &[&people]).await;
        Self { w, people, pool }
    }

    fn question(&self, identity: Option<&str>, logins: &Value) -> Question {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let logins: BTreeMap<String, String> =
            logins.as_object().unwrap().iter().map(|(provider, token)| (provider.clone(), text(token))).collect();
        Question {
            pool: self.pool.as_str().into(),
            identity: identity.map(Into::into),
            logins,
            custom_role_arn: None,
            permission: None,
        }
    }

    async fn ask(&self, question: &Question) -> Seen {
        let cx = context(&self.w).rehearsing();
        let foreseen = foresee(&cx, question).await.unwrap();
        Seen { foreseen, steps: cx.into_decision().steps }
    }

    async fn foresee(&self, identity: Option<&str>, logins: &Value) -> Seen {
        self.ask(&self.question(identity, logins)).await
    }

    /// Every identity of the pool, as the store has it.
    async fn identities(&self) -> Vec<identities::Identity> {
        let pool = self.pool.as_str().into();
        let read = self.w.node.store.read(async |tx| Ok::<_, Fault>(identities::list(tx, &pool, "", 100).await?));
        read.await.unwrap()
    }
}

impl Seen {
    fn says(&self, stage: &str, outcome: Outcome, text: &str) {
        let said = self.steps.iter().any(|s| s.stage == stage && s.outcome == outcome && s.text.contains(text));
        assert!(said, "no {stage} {outcome:?} `{text}` in {:#?}", self.steps);
    }

    fn refusal(&self) -> String {
        let refusal = self.foreseen.refusal.as_ref().expect("a refusal");
        format!("400 {}: {}", refusal.code, refusal.message)
    }
}

#[tokio::test]
async fn a_guest_is_foreseen_and_none_is_made() {
    let s = Story::begin().await;
    allow(&s.w, "Guest", "*", "*").await;
    let before = s.w.node.store.generation();
    let mut question = s.question(None, &json!({}));
    let permission =
        |action: &str| Some(Permission { action: action.to_owned(), resource: Some("arn:aws:s3:::b/k".to_owned()) });
    question.permission = permission("s3:GetObject");
    let seen = s.ask(&question).await;
    seen.says("pool", Outcome::Passed, "takes guests");
    seen.says("identity", Outcome::Passed, "a new guest");
    seen.says("role", Outcome::Passed, GUEST);
    seen.says("trust", Outcome::Passed, "`Pool`");
    seen.says("session", Outcome::Note, "AmazonCognitoUnAuthedIdentitiesSessionPolicy");
    seen.says("session", Outcome::Passed, "would be issued");
    let session = seen.foreseen.session.as_ref().unwrap();
    assert_eq!((session.role_arn.as_str(), session.duration_seconds, session.is_narrowed), (GUEST, 3600, true));
    assert_eq!(session.arn, "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials");
    assert!(seen.foreseen.permission.unwrap().is_allowed);
    // What the role allows and the guests' policies do not.
    question.permission = permission("iam:ListUsers");
    let verdict = s.ask(&question).await.foreseen.permission.unwrap();
    assert!(!verdict.is_allowed);
    assert!(verdict.sentence.unwrap().ends_with("because no session policy allows the iam:ListUsers action"));
    assert_eq!(s.identities().await, []);
    assert_eq!(s.w.node.store.generation(), before);
}

#[tokio::test]
async fn rules_are_shown_with_the_claims_value() {
    let s = Story::begin().await;
    let staff = "arn:aws:iam::123456789012:role/Staff";
    role(&s.w, staff, trust(&s.pool, "authenticated")).await;
    let rule =
        |value: &str, role: &str| json!({"Claim": "email", "MatchType": "Contains", "Value": value, "RoleARN": role});
    let mappings = json!({format!("{}:{CLIENT}", s.people.provider()): {
        "Type": "Rules", "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": {"Rules": [rule("@board.example", AUTH), rule("@staff.example", staff)]},
    }});
    set_roles(&s.w, &s.pool, json!({"Roles": {"authenticated": AUTH}, "RoleMappings": mappings})).await.ok();
    let logins = |email: &str| json!({s.people.provider(): s.people.token_with(&s.w, "ana", json!({"email": email}))});
    let mut question = s.question(None, &logins("ana@staff.example"));
    question.permission = Some(Permission { action: "s3:GetObject".to_owned(), resource: None });
    let seen = s.ask(&question).await;
    seen.says("login", Outcome::Passed, "the token of `ana` is verified");
    seen.says("identity", Outcome::Passed, "a new identity");
    seen.says("role", Outcome::Failed, "rule 1: `email` Contains `@board.example`, which is `ana@staff.example`");
    seen.says("role", Outcome::Passed, "rule 2");
    seen.says("role", Outcome::Passed, &format!("chosen: {staff}"));
    seen.says("policy", Outcome::Failed, "s3:GetObject");
    assert!(!seen.foreseen.permission.unwrap().is_allowed);
    let refused = s.foresee(None, &logins("ana@elsewhere.example")).await;
    refused.says("role", Outcome::Failed, "rule 2");
    assert!(refused.refusal().contains("The ambiguous role mapping rules for"));
    assert_eq!(s.identities().await, []);
}

#[tokio::test]
async fn what_is_foreseen_is_what_happens() {
    let s = Story::begin().await;
    let nobody = "us-east-1:00000000-0000-4000-8000-000000000000";
    let ana = s.people.logins(&s.w, "ana");
    let anas = get_id(&s.w, &s.pool, ana.clone()).await.text_at("IdentityId");
    let guest = get_id(&s.w, &s.pool, json!({})).await.text_at("IdentityId");
    let expired = s.people.token_with(&s.w, "ana", json!({"exp": 1}));
    let questions: [(&str, Value); 9] = [
        (&anas, ana.clone()),
        (&anas, json!({})),
        (&anas, s.people.logins(&s.w, "bob")),
        (&guest, json!({})),
        (&guest, ana.clone()),
        (&guest, s.people.logins(&s.w, "carol")),
        (nobody, json!({})),
        (&anas, json!({s.people.provider(): expired})),
        (&anas, json!({"accounts.google.com": "x"})),
    ];
    for (identity, logins) in questions {
        let before = s.identities().await;
        let seen = s.foresee(Some(identity), &logins).await;
        assert_eq!(s.identities().await, before, "nothing was written");
        let answer = get_credentials(&s.w, identity, logins.clone()).await;
        if answer.status == 200 {
            assert_eq!(seen.foreseen.identity_id, Some(answer.text_at("IdentityId")));
        } else {
            assert_eq!(seen.refusal(), answer.to_string());
        }
        // The real call left the same reasons, up to the session; the question began with the pool.
        let real = decision(&s.w, &answer).steps;
        let reasons = |steps: &[Step]| -> Vec<Step> {
            let told = ["login", "identity", "role", "trust"];
            steps.iter().filter(|step| told.contains(&step.stage)).cloned().collect()
        };
        assert_eq!(reasons(&seen.steps), reasons(&real), "{identity} {logins}");
    }
}

#[tokio::test]
async fn every_login_is_looked_at_although_the_first_ends_the_call() {
    let s = Story::begin().await;
    let logins = json!({
        "accounts.google.com": "x",
        s.people.provider(): s.people.token_with(&s.w, "ana", json!({"aud": "another"})),
        "www.example.com": "x",
    });
    let seen = s.foresee(None, &logins).await;
    for provider in ["accounts.google.com", &s.people.provider(), "www.example.com"] {
        seen.says("login", Outcome::Failed, &format!("`{provider}`"));
    }
    assert_eq!(
        seen.refusal(),
        "400 NotAuthorizedException: Token is not from a supported provider of this identity pool."
    );
    assert_eq!(seen.steps.iter().filter(|step| step.stage == "login").count(), 3);
}

#[tokio::test]
async fn a_pool_that_is_not_there_says_so() {
    let s = Story::begin().await;
    let mut question = s.question(None, &json!({}));
    question.pool = "us-east-1:00000000-0000-4000-8000-000000000000".into();
    let seen = s.ask(&question).await;
    seen.says("pool", Outcome::Failed, "there is no identity pool");
    assert!(seen.refusal().starts_with("400 ResourceNotFoundException"));
    // An identity of another pool is none of this one.
    let other = crate::support::identity_pool(&s.w, json!({})).await;
    let guest = get_id(&s.w, &other, json!({})).await.text_at("IdentityId");
    s.foresee(Some(&guest), &json!({})).await.says("identity", Outcome::Failed, "of another pool");
}
