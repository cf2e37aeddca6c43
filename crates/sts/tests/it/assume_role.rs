//! AssumeRole.

use crate::{ACCOUNT, allow_role, allow_user, iam_world, keys, refusal, result, trusting_role, user};
use serde_json::{Value, json};
use testkit::{Keys, World};

/// Lets these AWS principals do this.
fn letting(principal: Value, action: Value) -> Value {
    json!([{ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": action }])
}

fn user_arn(name: &str) -> Value {
    json!(format!("arn:aws:iam::{ACCOUNT}:user/{name}"))
}

async fn assume(w: &World, keys: &Keys, role: &str, more: Value) -> testkit::Answer {
    let mut input = json!({ "RoleArn": role, "RoleSessionName": "s1" });
    if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
        input.extend(more);
    }
    w.call_as(keys, "AssumeRole", &input).await
}

fn denied(who: &str, action: &str, role: &str) -> String {
    format!("403 AccessDenied: User: {who} is not authorized to perform: {action} on resource: {role}")
}

fn ana_is_denied(role: &str) -> String {
    denied(&format!("arn:aws:iam::{ACCOUNT}:user/ana"), "sts:AssumeRole", role)
}

#[tokio::test]
async fn a_user_whom_the_trust_policy_names_needs_nothing_else() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    let answer = assume(&w, &ana, &role, json!({})).await;
    let said = result("AssumeRole", &answer);
    assert_eq!(said["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/Fan/s1");
    let id = said["AssumedRoleUser"]["AssumedRoleId"].as_str().unwrap();
    assert!(id.starts_with("AROA") && id.ends_with(":s1"), "{id}");
    assert_eq!(said["Credentials"]["Expiration"], (w.clock.now().seconds() + 3600));
    // Neither policies nor tags: no size (spec/sts-and-iam.md B4).
    assert!(said.get("PackedPolicySize").is_none_or(Value::is_null), "{said}");
    assert!(said.get("SourceIdentity").is_none_or(Value::is_null), "{said}");
    let session = keys("AssumeRole", &answer);
    let who = result("GetCallerIdentity", &w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who["Arn"], "arn:aws:sts::123456789012:assumed-role/Fan/s1");
}

#[tokio::test]
async fn the_account_in_a_trust_policy_leaves_it_to_the_callers_own_policies() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(json!(ACCOUNT), json!("sts:AssumeRole"))).await;
    assert_eq!(refusal(&assume(&w, &ana, &role, json!({})).await), ana_is_denied(&role));
    allow_user(&w, "ana", "sts:AssumeRole", &role).await;
    assume(&w, &ana, &role, json!({})).await.ok();
}

#[tokio::test]
async fn own_policies_do_not_open_a_role_that_trusts_somebody_else() {
    let w = iam_world().await;
    let (ana, _) = (user(&w, "ana").await, user(&w, "ben").await);
    allow_user(&w, "ana", "sts:*", "*").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ben"), json!("sts:AssumeRole"))).await;
    assert_eq!(refusal(&assume(&w, &ana, &role, json!({})).await), ana_is_denied(&role));
}

#[tokio::test]
async fn a_role_that_is_not_there_is_denied_in_the_same_words() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    allow_user(&w, "ana", "sts:*", "*").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    for absent in [
        "arn:aws:iam::123456789012:role/Fan",
        "arn:aws:iam::123456789012:role/app/fan",
        "arn:aws:iam::210987654321:role/app/Fan",
        "arn:aws:iam::123456789012:user/app/Fan",
        "arn:aws:s3:::bucket/role/app/Fan",
    ] {
        assert_eq!(refusal(&assume(&w, &ana, absent, json!({})).await), ana_is_denied(absent));
    }
    assume(&w, &ana, &role, json!({})).await.ok();
}

#[tokio::test]
async fn what_is_no_arn_is_invalid() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    for text in ["arn:aws:iam::123456789012", "a-role-whose-arn-is-long", "arn::iam::123456789012:role/Fan"] {
        let refused = refusal(&assume(&w, &ana, text, json!({})).await);
        assert_eq!(refused, format!("400 ValidationError: {text} is invalid"));
    }
    let refused = refusal(
        &assume(&w, &ana, "arn:aws:iam::123456789012:role/Fan", json!({ "RoleSessionName": "Session1:2" })).await,
    );
    assert_eq!(
        refused,
        "400 ValidationError: 1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
    );
}

#[tokio::test]
async fn the_root_user_may_not() {
    let w = iam_world().await;
    let role = trusting_role(&w, "Fan", letting(json!("*"), json!("sts:AssumeRole"))).await;
    let refused = refusal(&assume(&w, &Keys::root(), &role, json!({})).await);
    assert_eq!(refused, "403 AccessDenied: Roles may not be assumed by root accounts.");
}

#[tokio::test]
async fn a_user_made_anew_under_an_old_name_is_someone_else() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    assume(&w, &ana, &role, json!({})).await.ok();
    let key = json!({ "UserName": "ana", "AccessKeyId": ana.access_key_id });
    w.call("DeleteAccessKey", &key).await.ok();
    w.call("DeleteUser", &json!({ "UserName": "ana" })).await.ok();
    let another = user(&w, "ana").await;
    assert_eq!(refusal(&assume(&w, &another, &role, json!({})).await), ana_is_denied(&role));
}

#[tokio::test]
async fn an_external_id_must_be_the_one_that_was_agreed() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let mut statements = letting(user_arn("ana"), json!("sts:AssumeRole"));
    statements[0]["Condition"] =
        json!({ "StringEquals": { "sts:ExternalId": "secret-7", "sts:RoleSessionName": "s1" } });
    let role = trusting_role(&w, "Fan", statements).await;
    for wrong in
        [json!({}), json!({ "ExternalId": "secret-8" }), json!({ "ExternalId": "secret-7", "RoleSessionName": "s2" })]
    {
        assert_eq!(refusal(&assume(&w, &ana, &role, wrong).await), ana_is_denied(&role));
    }
    assume(&w, &ana, &role, json!({ "ExternalId": "secret-7" })).await.ok();
}

#[tokio::test]
async fn a_session_ends_with_its_role() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    let session = keys("AssumeRole", &assume(&w, &ana, &role, json!({})).await);
    w.call("DeleteRole", &json!({ "RoleName": "Fan" })).await.ok();
    trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    let refused = refusal(&w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert!(refused.starts_with("403 InvalidClientTokenId"), "{refused}");
}

#[tokio::test]
async fn a_session_lasts_as_long_as_the_role_lets_it() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    let asked = json!({ "DurationSeconds": 7200 });
    assert_eq!(
        refusal(&assume(&w, &ana, &role, asked.clone()).await),
        "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    w.call("UpdateRole", &json!({ "RoleName": "Fan", "MaxSessionDuration": 7200 })).await.ok();
    let said = result("AssumeRole", &assume(&w, &ana, &role, asked).await);
    assert_eq!(said["Credentials"]["Expiration"], (w.clock.now().seconds() + 7200));
    // The default does not follow the role's maximum (spec/sts-and-iam.md B2).
    let said = result("AssumeRole", &assume(&w, &ana, &role, json!({})).await);
    assert_eq!(said["Credentials"]["Expiration"], (w.clock.now().seconds() + 3600));
    // Whoever is not let in does not learn the role's maximum.
    let ben = user(&w, "ben").await;
    let who = format!("arn:aws:iam::{ACCOUNT}:user/ben");
    let refused = refusal(&assume(&w, &ben, &role, json!({ "DurationSeconds": 43_200 })).await);
    assert_eq!(refused, denied(&who, "sts:AssumeRole", &role));
}

/// Two roles, the second trusting the first; a session of the first.
async fn chain(w: &World, second: Value, more: Value) -> (Keys, String) {
    let ana = user(w, "ana").await;
    let all = json!(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]);
    let first = trusting_role(w, "First", letting(user_arn("ana"), all)).await;
    let second = trusting_role(w, "Second", letting(json!(first), second)).await;
    w.call("UpdateRole", &json!({ "RoleName": "Second", "MaxSessionDuration": 7200 })).await.ok();
    (keys("AssumeRole", &assume(w, &ana, &first, more).await), second)
}

#[tokio::test]
async fn a_chain_ends_after_an_hour() {
    let w = iam_world().await;
    let (session, second) = chain(&w, json!("sts:AssumeRole"), json!({})).await;
    assert_eq!(
        refusal(&assume(&w, &session, &second, json!({ "DurationSeconds": 3601 })).await),
        "400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role \
         chaining"
    );
    let answer = assume(&w, &session, &second, json!({ "DurationSeconds": 3600, "RoleSessionName": "s2" })).await;
    assert_eq!(
        result("AssumeRole", &answer)["AssumedRoleUser"]["Arn"],
        "arn:aws:sts::123456789012:assumed-role/Second/s2"
    );
}

const FIRST: &str = "arn:aws:sts::123456789012:assumed-role/First/s1";

#[tokio::test]
async fn transitive_tags_go_along_and_cannot_be_set_anew() {
    let w = iam_world().await;
    let tags = json!({
        "Tags": [{ "Key": "Team", "Value": "blue" }, { "Key": "Plan", "Value": "gold" }],
        "TransitiveTagKeys": ["team"],
    });
    let (session, second) = chain(&w, json!(["sts:AssumeRole", "sts:TagSession"]), tags).await;
    for again in [json!([{ "Key": "TEAM", "Value": "red" }]), json!([{ "Key": "Team", "Value": "blue" }])] {
        assert_eq!(
            refusal(&assume(&w, &session, &second, json!({ "Tags": again })).await),
            "400 InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a \
             transitive tag key from the calling session."
        );
    }
    let answer = assume(&w, &session, &second, json!({ "Tags": [{ "Key": "Shift", "Value": "late" }] })).await;
    let third = keys("AssumeRole", &answer);
    // What the session carries now shows in what a policy with these variables opens.
    for (resource, opens) in [
        ("arn:aws:iam::123456789012:role/app/${aws:PrincipalTag/Team, 'no'}-${aws:PrincipalTag/Shift, 'no'}", true),
        ("arn:aws:iam::123456789012:role/app/${aws:PrincipalTag/Plan, 'no'}", false),
    ] {
        allow_role(&w, "Second", "iam:GetRole", resource).await;
        let name = if opens { "blue-late" } else { "gold" };
        trusting_role(&w, name, letting(json!(ACCOUNT), json!("sts:AssumeRole"))).await;
        let got = w.call_as(&third, "GetRole", &json!({ "RoleName": name })).await;
        assert_eq!(got.status == 200, opens, "{got}");
    }
}

#[tokio::test]
async fn tags_that_go_along_need_the_permission_to_tag_on_every_hop() {
    let w = iam_world().await;
    let tags = json!({ "Tags": [{ "Key": "Team", "Value": "blue" }], "TransitiveTagKeys": ["Team"] });
    let (session, second) = chain(&w, json!("sts:AssumeRole"), tags).await;
    assert_eq!(refusal(&assume(&w, &session, &second, json!({})).await), denied(FIRST, "sts:TagSession", &second));
}

#[tokio::test]
async fn tags_of_one_session_stay_there() {
    let w = iam_world().await;
    let tags = json!({ "Tags": [{ "Key": "Team", "Value": "blue" }] });
    let (session, second) = chain(&w, json!("sts:AssumeRole"), tags).await;
    assume(&w, &session, &second, json!({})).await.ok();
}

#[tokio::test]
async fn a_source_identity_is_set_once() {
    let w = iam_world().await;
    let both = json!(["sts:AssumeRole", "sts:SetSourceIdentity"]);
    let (session, second) = chain(&w, both, json!({ "SourceIdentity": "ana" })).await;
    let refused = refusal(&assume(&w, &session, &second, json!({ "SourceIdentity": "ben" })).await);
    assert_eq!(refused, denied(FIRST, "sts:SetSourceIdentity", &second));
    for more in [json!({}), json!({ "SourceIdentity": "ana" })] {
        assert_eq!(result("AssumeRole", &assume(&w, &session, &second, more).await)["SourceIdentity"], "ana");
    }
}

#[tokio::test]
async fn a_source_identity_needs_its_permission_on_every_hop() {
    let w = iam_world().await;
    let (session, second) = chain(&w, json!("sts:AssumeRole"), json!({ "SourceIdentity": "ana" })).await;
    let refused = refusal(&assume(&w, &session, &second, json!({})).await);
    assert_eq!(refused, denied(FIRST, "sts:SetSourceIdentity", &second));
}

#[tokio::test]
async fn conditions_see_tags_and_source_identity() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let mut statements = letting(user_arn("ana"), json!(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]));
    statements[0]["Condition"] = json!({
        "StringEquals": { "aws:RequestTag/Team": "blue", "sts:SourceIdentity": "${aws:username}" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["Team"], "sts:TransitiveTagKeys": ["Team"] },
    });
    let role = trusting_role(&w, "Fan", statements).await;
    let asked = |team: &str, source: &str| json!({ "Tags": [{ "Key": "Team", "Value": team }], "TransitiveTagKeys": ["Team"], "SourceIdentity": source });
    assume(&w, &ana, &role, asked("blue", "ana")).await.ok();
    for wrong in [asked("red", "ana"), asked("blue", "ben")] {
        assert_eq!(refusal(&assume(&w, &ana, &role, wrong).await), ana_is_denied(&role));
    }
}

#[tokio::test]
async fn session_policies_narrow_what_the_role_may() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    allow_role(&w, "Fan", "iam:*", "*").await;
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": ["iam:GetRole", "s3:*"], "Resource": "*",
    }})
    .to_string();
    let size = i64::try_from((100 * policy.len()).div_ceil(4096)).unwrap();
    let answer = assume(&w, &ana, &role, json!({ "Policy": policy })).await;
    assert_eq!(result("AssumeRole", &answer)["PackedPolicySize"], size);
    let session = keys("AssumeRole", &answer);
    w.call_as(&session, "GetRole", &json!({ "RoleName": "Fan" })).await.ok();
    assert_eq!(
        refusal(&w.call_as(&session, "GetUser", &json!({ "UserName": "ana" })).await),
        "403 AccessDenied: User: arn:aws:sts::123456789012:assumed-role/Fan/s1 is not authorized to perform: \
         iam:GetUser on resource: arn:aws:iam::123456789012:user/ana because no session policy allows the iam:GetUser action"
    );
    // Several are a union.
    let read_only = json!([{ "arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }]);
    let both = assume(&w, &ana, &role, json!({ "Policy": policy, "PolicyArns": read_only })).await;
    let session = keys("AssumeRole", &both);
    w.call_as(&session, "GetUser", &json!({ "UserName": "ana" })).await.ok();
    let refused = w.call_as(&session, "CreateUser", &json!({ "UserName": "ben" })).await;
    assert!(refused.message().ends_with("because no session policy allows the iam:CreateUser action"), "{refused}");
}

#[tokio::test]
async fn session_policies_that_cannot_be_are_refused() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!(["sts:AssumeRole", "sts:TagSession"]))).await;
    let refused = async |more: Value| refusal(&assume(&w, &ana, &role, more).await);
    assert_eq!(refused(json!({ "Policy": "{}" })).await, "400 MalformedPolicyDocument: Syntax errors in policy.");
    let absent = "arn:aws:iam::123456789012:policy/nothing";
    assert_eq!(
        refused(json!({ "PolicyArns": [{ "arn": absent }] })).await,
        format!("400 MalformedPolicyDocument: Policy {absent} does not exist or is not attachable.")
    );
    let tags: Vec<Value> = (0..20).map(|n| json!({ "Key": format!("k{n}"), "Value": "v".repeat(256) })).collect();
    assert_eq!(
        refused(json!({ "Tags": tags })).await,
        "400 PackedPolicyTooLarge: Packed size of session tags consumes 127% of allotted space."
    );
    let contexts = json!([{ "ProviderArn": "arn:aws:iam::aws:contextProvider/x", "ContextAssertion": "assertion" }]);
    assert!(refused(json!({ "ProvidedContexts": contexts })).await.starts_with("400 ValidationError: "));
}

#[tokio::test]
async fn an_inline_policy_of_2049_characters_is_too_long() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    let policy = policy.to_string();
    let padded = |length: usize| json!({ "Policy": format!("{policy}{}", " ".repeat(length - policy.len())) });
    assume(&w, &ana, &role, padded(2048)).await.ok();
    let refused = refusal(&assume(&w, &ana, &role, padded(2049)).await);
    assert!(
        refused
            .ends_with("at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"),
        "{refused}"
    );
}

#[tokio::test]
async fn the_reasons_are_kept_for_the_operator() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let mut statements = letting(user_arn("ana"), json!("sts:AssumeRole"));
    statements[0]["Condition"] = json!({ "StringEquals": { "sts:ExternalId": "agreed" } });
    let role = trusting_role(&w, "Fan", statements).await;
    let answer = assume(&w, &ana, &role, json!({})).await;
    let decision = w.node.decisions.find(&answer.request_id()).unwrap();
    let last = decision.steps.last().unwrap();
    assert_eq!(last.stage, "trust");
    assert!(last.text.contains("condition key `sts:ExternalId` is absent"), "{}", last.text);
}

#[tokio::test]
async fn answers_are_xml_unless_json_is_asked_for() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let role = trusting_role(&w, "Fan", letting(user_arn("ana"), json!("sts:AssumeRole"))).await;
    let mut request = w.request("AssumeRole", &json!({ "RoleArn": role, "RoleSessionName": "s1" }));
    request.headers_mut().remove("accept");
    let answer = w.send(w.signed(request, &ana)).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.text.contains("<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"),
        "{answer}"
    );
    assert_eq!(answer.element("Expiration").as_deref(), Some("2026-01-02T04:04:05Z"));
    let user = answer.text.find("<AssumedRoleUser>").unwrap();
    assert!(user < answer.text.find("<Credentials>").unwrap());
}
