//! Every refusal of the message catalogue (spec/identity-pools.md 4): the caller is told the service's sentence, and the decision
//! that is kept under the request id has a failed step with the true reason.

use crate::developers::{OWN, PROVIDER};
use crate::outside::{HOST, Issuer, OIDC, SAML, register_saml, said, world};
use crate::support::{
    AUTH, CLIENT, GUEST, UserPool, allow, decision, get_credentials, get_id, get_open_id_token, identity_pool, role,
    set_roles, trust,
};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Answer, Keys, StandIn, World};

const NOT_AUTHORIZED: &str = "NotAuthorizedException";
const INVALID: &str = "InvalidParameterException";
const CONFIGURATION: &str = "InvalidIdentityPoolConfigurationException";
const CHECK_ROLES: &str = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
const UNSUPPORTED: &str = "Token is not from a supported provider of this identity pool.";
const NOT_VERIFIED: &str = "Invalid login token. Couldn't verify signed token.";
const NO_MATCH: &str =
    "Logins don't match. Please include at least one valid login for this identity or identity pool.";

/// The sentence for the caller, and a failed step of this stage that speaks of all of these.
fn refused(w: &World, answer: &Answer, code: &str, sentence: &str, stage: &str, reasons: &[&str]) {
    assert_eq!(answer.to_string(), format!("400 {code}: {sentence}"));
    let decision = decision(w, answer);
    assert_eq!(decision.answer, format!("400 {code}"));
    let told = decision.steps.iter().any(|step| {
        let is_why = step.stage == stage && step.outcome == Outcome::Failed;
        is_why && reasons.iter().all(|reason| step.text.contains(reason))
    });
    assert!(told, "no failed `{stage}` with {reasons:?} in {decision:#?}");
}

struct Story {
    w: World,
    people: UserPool,
    staff: UserPool,
    issuer: Issuer,
    pool: String,
}

impl Story {
    /// A pool with guests, two user pools, an OpenID Connect provider, a SAML provider and a developer provider.
    async fn begin() -> Self {
        let w = world().await;
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let staff = UserPool::new(&w, "us-east-1_Staff1234").await;
        let issuer = Issuer::registered(&w, &["app"]).await;
        register_saml(&w).await;
        let mut checked = staff.entry();
        checked["ServerSideTokenCheck"] = json!(true);
        let configuration = json!({
            "CognitoIdentityProviders": [people.entry(), checked], "OpenIdConnectProviderARNs": [OIDC],
            "SamlProviderARNs": [SAML], "DeveloperProviderName": PROVIDER,
        });
        let pool = identity_pool(&w, configuration).await;
        role(&w, AUTH, trust(&pool, "authenticated")).await;
        role(&w, GUEST, trust(&pool, "unauthenticated")).await;
        let s = Self { w, people, staff, issuer, pool };
        s.default_roles().await;
        s
    }

    async fn default_roles(&self) {
        self.roles(json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}})).await;
    }

    async fn roles(&self, input: Value) {
        set_roles(&self.w, &self.pool, input).await.ok();
    }

    async fn get_id(&self, logins: Value) -> Answer {
        get_id(&self.w, &self.pool, logins).await
    }

    async fn id(&self, logins: Value) -> String {
        self.get_id(logins).await.text_at("IdentityId")
    }

    fn ana(&self) -> Value {
        self.people.logins(&self.w, "ana")
    }

    fn ana_with(&self, claims: Value) -> Value {
        json!({self.people.provider(): self.people.token_with(&self.w, "ana", claims)})
    }

    /// GetId with a login of the user pool that is refused with this sentence, for this reason.
    async fn bad_login(&self, logins: Value, sentence: &str, reasons: &[&str]) {
        refused(&self.w, &self.get_id(logins).await, NOT_AUTHORIZED, sentence, "login", reasons);
    }

    async fn developers_token(&self, user: &str) -> (String, String) {
        let input = json!({"IdentityPoolId": self.pool, "Logins": {PROVIDER: user}});
        let answer = self.w.call("GetOpenIdTokenForDeveloperIdentity", &input).await;
        (answer.text_at("IdentityId"), answer.text_at("Token"))
    }

    async fn credentials(&self, identity: &str, logins: Value) -> Answer {
        get_credentials(&self.w, identity, logins).await
    }

    /// GetCredentialsForIdentity is refused with the one sentence that gives no reason; the decision has it.
    async fn bad_configuration(&self, identity: &str, logins: Value, stage: &str, reasons: &[&str]) {
        let answer = self.credentials(identity, logins).await;
        refused(&self.w, &answer, CONFIGURATION, CHECK_ROLES, stage, reasons);
    }
}

#[tokio::test]
async fn tokens_of_user_pools() {
    let s = Story::begin().await;
    let provider = s.people.provider();
    let (now, named) = (s.w.clock.now().seconds(), format!("`{provider}`"));
    s.bad_login(s.ana_with(json!({"aud": "stranger"})), UNSUPPORTED, &[&named, "for \"stranger\"", CLIENT]).await;
    s.bad_login(json!({"accounts.google.com": "x"}), UNSUPPORTED, &["`accounts.google.com`", "has no such provider"])
        .await;
    let issuer = s.ana_with(json!({"iss": "https://evil.example"}));
    let sentence = "Invalid login token. Issuer doesn't match providerName";
    s.bad_login(issuer, sentence, &[&named, "https://evil.example"]).await;
    let expired = s.ana_with(json!({"exp": now}));
    let sentence = format!("Invalid login token. Token expired: {now} >= {now}");
    s.bad_login(expired, &sentence, &[&named, &sentence]).await;
    let other_pools =
        json!({&provider: s.staff.token_with(&s.w, "ana", json!({"iss": s.w.node.issuer_of(&s.people.id)}))});
    s.bad_login(other_pools, NOT_VERIFIED, &[&named, "no key of the user pool for ID tokens"]).await;
    let mut forged = s.people.token(&s.w, "ana");
    let at = forged.len() - 20;
    forged.replace_range(at..at + 4, if &forged[at..at + 4] == "AAAA" { "BBBB" } else { "AAAA" });
    s.bad_login(json!({&provider: forged}), NOT_VERIFIED, &[&named, "signature is not of the user pool's key"]).await;
    let mut access = s.people.claims(&s.w, "ana");
    access.as_object_mut().unwrap().remove("aud");
    access["token_use"] = json!("access");
    let sentence = "Invalid login token. Missing a required claim: aud";
    s.bad_login(json!({&provider: s.people.sign(&access)}), sentence, &[&named, "token_use is \"access\""]).await;
    let sentence = "Invalid login token. Not a valid OpenId Connect identity token.";
    s.bad_login(json!({&provider: "garbage"}), sentence, &[&named]).await;
    let pool = identity_pool(
        &s.w,
        json!({"CognitoIdentityProviders": [
            {"ProviderName": "cognito-idp.us-east-1.amazonaws.com/us-east-1_Absent", "ClientId": CLIENT},
        ]}),
    )
    .await;
    let absent = json!({"cognito-idp.us-east-1.amazonaws.com/us-east-1_Absent": s.people.token_with(
        &s.w, "ana", json!({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Absent"}),
    )});
    let answer = get_id(&s.w, &pool, absent).await;
    refused(&s.w, &answer, NOT_AUTHORIZED, NOT_VERIFIED, "login", &["no such user pool here"]);
}

#[tokio::test]
async fn users_of_a_pool_that_is_asked() {
    let s = Story::begin().await;
    let ana = s.staff.logins(&s.w, "ana");
    let inactive = async |reason: &str| {
        s.bad_login(ana.clone(), "Token is inactive", &["server-side check", reason]).await;
    };
    inactive("does not exist any more").await;
    s.staff.put_user("ana", &s.w, false, None).await;
    inactive("is disabled").await;
    s.staff.put_user("ana", &s.w, true, Some(s.w.clock.now())).await;
    inactive("was signed out everywhere").await;
    s.staff.put_user("ana", &s.w, true, None).await;
    s.id(ana).await;
}

#[tokio::test]
async fn tokens_of_providers_outside() {
    let s = Story::begin().await;
    let named = format!("`{HOST}`");
    let token = |claims: Value| s.issuer.logins(&s.w, claims);
    s.bad_login(token(json!({"aud": "stranger"})), UNSUPPORTED, &[&named, "audience"]).await;
    let sentence = "Invalid login token. Issuer doesn't match providerName";
    s.bad_login(token(json!({"iss": "https://evil.example"})), sentence, &[&named, "issuer"]).await;
    let sentence = "Invalid login token. Missing a required claim: sub";
    s.bad_login(token(json!({"sub": null})), sentence, &[&named, "sub"]).await;
    let forged = Issuer::of(&s.w, "evil.example").await.token(&s.w, json!({"iss": format!("https://{HOST}")}));
    s.bad_login(json!({HOST: forged}), NOT_VERIFIED, &[&named]).await;
    let mut late = said(&[]);
    late.response();
    s.w.clock.advance_seconds(900);
    let now = s.w.clock.now();
    let answer = s.get_id(json!({SAML: late.response()})).await;
    let sentence = format!("Invalid login token. Token expired: {} >= ", now.millis());
    assert!(answer.message().starts_with(&sentence), "{answer}");
    refused(&s.w, &answer, NOT_AUTHORIZED, &answer.message(), "login", &[SAML]);
    late.subject.clear();
    let answer = s.get_id(json!({SAML: "bm90IHNhbWw="})).await;
    let sentence = "Invalid login token. Not a valid SAML response.";
    refused(&s.w, &answer, NOT_AUTHORIZED, sentence, "login", &[SAML, "("]);
    let (server, url) = StandIn::start().await;
    let w = World::reaching(&url, &[cognito_identity::operations(), sts::operations()]).await;
    let pool = identity_pool(&w, json!({"SupportedLoginProviders": {"graph.facebook.com": "123"}})).await;
    server.page("/facebook/app", 400, json!({"error": {"code": 190, "error_subcode": 463}}));
    let logins = json!({"graph.facebook.com": "opaque"});
    let answer = get_id(&w, &pool, logins.clone()).await;
    refused(&w, &answer, NOT_AUTHORIZED, "Invalid login token. Token is expired.", "login", &["`graph.facebook.com`"]);
    server.page("/facebook/app", 503, json!({}));
    let answer = get_id(&w, &pool, logins).await;
    let sentence = "The login provider graph.facebook.com is not responding.";
    refused(&w, &answer, "ExternalServiceException", sentence, "login", &["status 503"]);
}

#[tokio::test]
async fn tokens_of_identity_pools() {
    let s = Story::begin().await;
    let (id, token) = s.developers_token("ana").await;
    let foreign = json!({OWN: s.people.token(&s.w, "ana")});
    s.bad_login(foreign, "Invalid login token. Not a Cognito token.", &[OWN]).await;
    let sentence = "Invalid login token. Can't pass in a Cognito token.";
    s.bad_login(json!({OWN: token}), sentence, &[OWN]).await;
    let guest = s.id(json!({})).await;
    let (pool, w) = (&s.pool, &s.w);
    let classic = get_open_id_token(w, &guest, json!({})).await.text_at("Token");
    let answer = s.credentials(&id, json!({OWN: classic})).await;
    refused(w, &answer, NOT_AUTHORIZED, UNSUPPORTED, "login", &["no user of the developer provider"]);
    let other = identity_pool(w, json!({"DeveloperProviderName": PROVIDER})).await;
    let elsewhere = get_id(w, &other, json!({})).await.text_at("IdentityId");
    let answer = s.credentials(&elsewhere, json!({OWN: token})).await;
    refused(w, &answer, NOT_AUTHORIZED, UNSUPPORTED, "login", &[&format!("the token is of pool {pool}")]);
    let (bob, _) = s.developers_token("bob").await;
    let answer = s.credentials(&bob, json!({OWN: token})).await;
    refused(w, &answer, NOT_AUTHORIZED, NO_MATCH, "identity", &[&format!("the token is of {id}")]);
    let unlink = json!({
        "IdentityId": id, "IdentityPoolId": pool, "DeveloperProviderName": PROVIDER, "DeveloperUserIdentifier": "ana",
    });
    w.call("UnlinkDeveloperIdentity", &unlink).await.ok();
    let answer = s.credentials(&id, json!({OWN: token})).await;
    refused(w, &answer, NOT_AUTHORIZED, NO_MATCH, "identity", &["is linked any more"]);
    w.clock.advance_seconds(900);
    let answer = s.credentials(&id, json!({OWN: token})).await;
    refused(w, &answer, NOT_AUTHORIZED, "Invalid login token. Token is expired.", "login", &["2026-01-02T03:19:05Z"]);
}

#[tokio::test]
async fn pools_identities_and_guests() {
    let s = Story::begin().await;
    let nobody = "us-east-1:00000000-0000-4000-8000-000000000000";
    let w = &s.w;
    let sentence = format!("IdentityPool '{nobody}' not found.");
    let answer = get_id(w, nobody, json!({})).await;
    refused(w, &answer, "ResourceNotFoundException", &sentence, "answer", &[nobody]);
    let answer = w.call("DescribeIdentityPool", &json!({"IdentityPoolId": nobody})).await;
    refused(w, &answer, "ResourceNotFoundException", &sentence, "answer", &[nobody]);
    let sentence = format!("Identity '{nobody}' not found.");
    for answer in [s.credentials(nobody, json!({})).await, get_open_id_token(w, nobody, json!({})).await] {
        refused(w, &answer, "ResourceNotFoundException", &sentence, "answer", &[nobody]);
    }
    let closed = identity_pool(w, json!({"AllowUnauthenticatedIdentities": false})).await;
    let answer = get_id(w, &closed, json!({})).await;
    let sentence = "Unauthenticated access is not supported for this identity pool.";
    refused(w, &answer, NOT_AUTHORIZED, sentence, "identity", &[sentence]);
    let answer = get_id(w, &closed, json!({"x": "y"})).await;
    let sentence = format!("Identity pool - {closed} does not have identity providers configured.");
    refused(w, &answer, NOT_AUTHORIZED, &sentence, "login", &[&closed, "has no provider"]);
    let answer = s.get_id(json!({PROVIDER: "ana"})).await;
    refused(w, &answer, INVALID, "Please provide a valid public provider.", "login", &[PROVIDER, "developer"]);
    let ana = s.id(s.ana()).await;
    let forbidden = |id: &str| format!("Access to Identity '{id}' is forbidden.");
    let answer = s.credentials(&ana, json!({})).await;
    refused(w, &answer, NOT_AUTHORIZED, &forbidden(&ana), "identity", &["no login was shown", &s.people.provider()]);
    let guest = s.id(json!({})).await;
    s.credentials(&guest, s.ana()).await.ok();
    let answer = s.credentials(&guest, json!({})).await;
    refused(w, &answer, NOT_AUTHORIZED, &forbidden(&guest), "identity", &[&format!("was merged into {ana}")]);
    let answer = s.credentials(&ana, s.people.logins(w, "bob")).await;
    let whose = format!("`bob` of `{}` belongs to nobody", s.people.provider());
    refused(w, &answer, NOT_AUTHORIZED, NO_MATCH, "identity", &[&whose, &ana]);
    let other = s.id(s.issuer.logins(w, json!({}))).await;
    let answer = s.credentials(&other, s.people.logins(w, "bob")).await;
    refused(w, &answer, NOT_AUTHORIZED, NO_MATCH, "identity", &[&other, HOST]);
    // Two users of one provider are no single person.
    let mut both = s.people.logins(w, "bob");
    s.id(both.clone()).await;
    both[HOST] = json!(s.issuer.token(w, json!({"sub": "bob"})));
    s.id(both).await;
    let mut clash = s.people.logins(w, "bob");
    clash[HOST] = json!(s.issuer.token(w, json!({"sub": "somebody"})));
    let answer = s.get_id(clash).await;
    let sentence = "Provided login is already associated with another account";
    refused(w, &answer, "ResourceConflictException", sentence, "identity", &[HOST, "`bob`", "`somebody`"]);
    let unlink = json!({"IdentityId": ana, "Logins": s.ana(), "LoginsToRemove": [s.people.provider()]});
    w.call_unsigned("UnlinkIdentity", &unlink).await.ok();
    let answer = s.credentials(&ana, json!({})).await;
    refused(w, &answer, NOT_AUTHORIZED, &forbidden(&ana), "identity", &["no login is linked to it any more"]);
}

#[tokio::test]
async fn developers_users() {
    let s = Story::begin().await;
    let w = &s.w;
    let (ana, _) = s.developers_token("ana").await;
    let (bob, _) = s.developers_token("bob").await;
    let call = async |input: Value| w.call("GetOpenIdTokenForDeveloperIdentity", &input).await;
    let answer = call(json!({"IdentityPoolId": s.pool, "Logins": {"another": "x"}})).await;
    let sentence = "This identity pool does not support the specified developer provider";
    refused(w, &answer, INVALID, sentence, "login", &[PROVIDER, "[another]"]);
    let answer = call(json!({"IdentityPoolId": s.pool, "IdentityId": ana, "Logins": {PROVIDER: "bob"}})).await;
    let sentence = format!("Developer user identifier 'bob' is already registered with identity '{bob}'.");
    refused(w, &answer, "DeveloperUserAlreadyRegisteredException", &sentence, "identity", &["bob", &bob]);
    let public = s.id(s.ana()).await;
    let answer = call(json!({"IdentityPoolId": s.pool, "IdentityId": public, "Logins": {PROVIDER: "carol"}})).await;
    refused(w, &answer, NOT_AUTHORIZED, NO_MATCH, "identity", &["`carol`", "nobody", &s.people.provider()]);
}

#[tokio::test]
async fn the_classic_flow() {
    let s = Story::begin().await;
    let (w, guest) = (&s.w, s.id(json!({})).await);
    let key = format!("{}:{CLIENT}", s.people.provider());
    let mapping = json!({key: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}});
    s.roles(json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}, "RoleMappings": mapping})).await;
    let answer = get_open_id_token(w, &guest, json!({})).await;
    let sentence = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";
    refused(w, &answer, INVALID, sentence, "flow", &["role mappings"]);
    let closed = identity_pool(w, json!({"AllowClassicFlow": false})).await;
    let guest = get_id(w, &closed, json!({})).await.text_at("IdentityId");
    let answer = get_open_id_token(w, &guest, json!({})).await;
    let sentence = "Basic (classic) flow is not enabled, please use enhanced flow.";
    refused(w, &answer, INVALID, sentence, "flow", &["AllowClassicFlow is false"]);
}

#[tokio::test]
async fn what_cannot_be_configured() {
    let s = Story::begin().await;
    let w = &s.w;
    let foreign = "arn:aws:iam::999999999999:role/Other";
    let absent = "arn:aws:iam::123456789012:role/Absent";
    let set = async |who: &Keys, input: Value| {
        let mut input = input;
        input["IdentityPoolId"] = json!(s.pool);
        w.call_as(who, "SetIdentityPoolRoles", &input).await
    };
    for (arn, reason) in [
        (foreign, "of another account than 123456789012"),
        (absent, "there is no role"),
        ("just-a-name-of-a-role", "not the ARN of a role"),
    ] {
        let answer = set(&Keys::root(), json!({"Roles": {"authenticated": arn}})).await;
        let sentence = format!("Access to Role '{arn}' is forbidden.");
        refused(w, &answer, NOT_AUTHORIZED, &sentence, "role", &[arn, reason]);
    }
    // A session that may configure pools, and may not pass roles.
    allow(w, "Fan", "cognito-identity:*", "*").await;
    let ana = s.id(s.ana()).await;
    let keys = Keys::of(s.credentials(&ana, s.ana()).await.at("Credentials"));
    let answer = set(&keys, json!({"Roles": {"authenticated": AUTH}})).await;
    let sentence = format!("Access to Role '{AUTH}' is forbidden.");
    refused(w, &answer, NOT_AUTHORIZED, &sentence, "policy", &["iam:PassRole", AUTH]);
    let mapping = json!({"x": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}});
    let answer = set(&Keys::root(), json!({"Roles": {}, "RoleMappings": mapping})).await;
    let sentence = "(x) is not a valid RoleMapping ProviderName or is not a configured provider.";
    refused(w, &answer, INVALID, sentence, "answer", &["(x)"]);
    let create = async |more: Value| {
        let mut input = json!({"IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        w.call("CreateIdentityPool", &input).await
    };
    let answer = create(json!({"CognitoIdentityProviders": [{"ProviderName": "x", "ClientId": CLIENT}]})).await;
    refused(w, &answer, INVALID, "Invalid Cognito Identity Provider", "answer", &["Invalid Cognito Identity Provider"]);
    let answer = create(json!({"SamlProviderARNs": ["arn:aws:iam::999999999999:saml-provider/Corp"]})).await;
    let sentence = "Identity provider ARN is not valid for account 123456789012";
    refused(w, &answer, INVALID, sentence, "answer", &["123456789012"]);
}

#[tokio::test]
async fn roles_that_mappings_do_not_give() {
    let s = Story::begin().await;
    let (w, key) = (&s.w, format!("{}:{CLIENT}", s.people.provider()));
    let ana = s.id(s.ana()).await;
    let rule = json!({"Claim": "email", "MatchType": "Equals", "Value": "x", "RoleARN": AUTH});
    let mapping = json!({&key: {
        "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [rule]},
    }});
    s.roles(json!({"Roles": {"authenticated": AUTH}, "RoleMappings": mapping})).await;
    let sentence = format!("The ambiguous role mapping rules for: {key} denied this request.");
    let answer = s.credentials(&ana, s.ana()).await;
    refused(w, &answer, NOT_AUTHORIZED, &sentence, "role", &["rule 1", "`email`", "absent"]);
    let input = json!({"IdentityId": ana, "Logins": s.ana(), "CustomRoleArn": AUTH});
    let answer = w.call_unsigned("GetCredentialsForIdentity", &input).await;
    assert_eq!(answer.code(), INVALID);
    refused(w, &answer, INVALID, &answer.message(), "role", &["CustomRoleArn"]);
    let mapping = json!({&key: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}});
    s.roles(json!({"Roles": {"authenticated": AUTH}, "RoleMappings": mapping})).await;
    let answer = s.credentials(&ana, s.ana()).await;
    refused(w, &answer, NOT_AUTHORIZED, &sentence, "role", &[&key]);
    let answer = w.call_unsigned("GetCredentialsForIdentity", &input).await;
    let sentence = format!("Access to Role '{AUTH}' is forbidden.");
    refused(w, &answer, NOT_AUTHORIZED, &sentence, "role", &["not in the token"]);
    let guest = json!({"IdentityId": s.id(json!({})).await, "CustomRoleArn": GUEST});
    let answer = w.call_unsigned("GetCredentialsForIdentity", &guest).await;
    refused(w, &answer, INVALID, &answer.message(), "role", &["CustomRoleArn"]);
}

/// One sentence for whatever is wrong with the roles; the decision tells each cause apart.
#[tokio::test]
async fn roles_that_do_not_let_the_identity_in() {
    let s = Story::begin().await;
    let (w, key) = (&s.w, format!("{}:{CLIENT}", s.people.provider()));
    let (ana, guest) = (s.id(s.ana()).await, s.id(json!({})).await);
    let gold = "arn:aws:iam::123456789012:role/Gold";
    // No role for this state.
    s.roles(json!({"Roles": {}})).await;
    s.bad_configuration(&ana, s.ana(), "role", &["no authenticated role"]).await;
    s.bad_configuration(&guest, json!({}), "role", &["no unauthenticated role"]).await;
    let mapping = |ambiguous: &str| json!({&key: {"Type": "Token", "AmbiguousRoleResolution": ambiguous}});
    s.roles(json!({"Roles": {}, "RoleMappings": mapping("AuthenticatedRole")})).await;
    s.bad_configuration(&ana, s.ana(), "role", &["no authenticated role"]).await;
    // A role from the token that is not there, or of another account.
    let from_token = |role: &str| s.ana_with(json!({"cognito:roles": [role], "cognito:preferred_role": role}));
    s.bad_configuration(&ana, from_token(gold), "role", &[gold, "there is no role"]).await;
    let foreign = "arn:aws:iam::999999999999:role/Gold";
    s.bad_configuration(&ana, from_token(foreign), "role", &[foreign, "of another account"]).await;
    s.bad_configuration(&ana, from_token("gold"), "role", &["`gold` is not the ARN of a role"]).await;
    // A role of a rule that was deleted since.
    role(w, gold, trust(&s.pool, "authenticated")).await;
    let rule = json!({"Claim": "sub", "MatchType": "Equals", "Value": "ana", "RoleARN": gold});
    let rules = json!({&key: {
        "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [rule]},
    }});
    s.roles(json!({"Roles": {}, "RoleMappings": rules})).await;
    s.credentials(&ana, s.ana()).await.ok();
    w.call("iam:DeleteRole", &json!({"RoleName": "Gold"})).await.ok();
    s.bad_configuration(&ana, s.ana(), "role", &[gold, "there is no role"]).await;
    // A trust policy that says no, each time in another way.
    s.default_roles().await;
    s.credentials(&ana, s.ana()).await.ok();
    let condition =
        |key: &str, value: &str| json!({"StringEquals": {format!("cognito-identity.amazonaws.com:{key}"): value}});
    let statement = |effect: &str, principal: &str, condition: Value| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "Door", "Effect": effect, "Principal": {"Federated": principal},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition,
        }]})
    };
    let cognito = "cognito-identity.amazonaws.com";
    for (trust, reasons) in [
        (
            statement("Allow", cognito, condition("aud", "another")),
            ["Door", "cognito-identity.amazonaws.com:aud", &s.pool],
        ),
        (
            statement("Allow", cognito, condition("sub", "another")),
            ["Door", "cognito-identity.amazonaws.com:sub", &ana],
        ),
        (statement("Deny", cognito, condition("sub", &ana)), ["Door", "denied", AUTH]),
        (
            statement("Allow", "accounts.google.com", condition("aud", &s.pool)),
            ["Door", "the caller is not among `accounts.google.com`", AUTH],
        ),
        (trust(&s.pool, "unauthenticated"), ["Pool", "cognito-identity.amazonaws.com:amr", "authenticated"]),
    ] {
        role(w, AUTH, trust).await;
        s.bad_configuration(&ana, s.ana(), "trust", &reasons).await;
    }
    // Tags that the trust policy does not let in.
    role(w, AUTH, trust(&s.pool, "authenticated")).await;
    s.credentials(&ana, s.ana()).await.ok();
    let map = json!({
        "IdentityPoolId": s.pool, "IdentityProviderName": s.people.provider(), "PrincipalTags": {"who": "sub"},
    });
    w.call("SetPrincipalTagAttributeMap", &map).await.ok();
    s.bad_configuration(&ana, s.ana(), "trust", &["sts:TagSession", AUTH]).await;
}
