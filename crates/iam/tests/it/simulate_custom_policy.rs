use crate::*;

const A: &str = "arn:aws:s3:::stack/a";
const B: &str = "arn:aws:s3:::stack/b";
const READ: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
const READ_A: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::stack/a"}]}"#;
const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
const CALLER: &str = "arn:aws:iam::123456789012:user/team/ana";

async fn simulate(w: &World, input: Value) -> Value {
    result(w, "SimulateCustomPolicy", &input).await
}

/// The only result.
async fn one(w: &World, input: Value) -> Value {
    let results = simulate(w, input).await["EvaluationResults"].clone();
    assert_eq!(results.as_array().unwrap().len(), 1);
    results[0].clone()
}

async fn refusal(w: &World, change: Value) -> String {
    let mut input = json!({ "PolicyInputList": [READ], "ActionNames": ["s3:GetObject"] });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    w.call("SimulateCustomPolicy", &input).await.to_string()
}

fn resource_policy(principal: &str, effect: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": { "Effect": effect, "Principal": { "AWS": principal },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::stack/*" } })
    .to_string()
}

#[tokio::test]
async fn the_statement_that_allowed_is_shown_with_its_place() {
    let w = world().await;
    let statement = json!([{ "SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy",
        "StartPosition": { "Line": 1, "Column": 38 }, "EndPosition": { "Line": 1, "Column": 95 } }]);
    let found = simulate(&w, json!({ "PolicyInputList": [READ], "ActionNames": ["s3:GetObject"] })).await;
    assert_eq!(
        found,
        json!({ "EvaluationResults": [{ "EvalActionName": "s3:GetObject", "EvalResourceName": "*",
            "EvalDecision": "allowed", "MatchedStatements": statement, "MissingContextValues": [] }],
            "IsTruncated": false })
    );
    let input = json!({ "PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], "ResourceArns": [A] });
    assert_eq!(
        one(&w, input).await,
        json!({ "EvalActionName": "s3:GetObject", "EvalResourceName": A, "EvalDecision": "allowed",
            "MatchedStatements": statement, "MissingContextValues": [], "EvalDecisionDetails": {},
            "ResourceSpecificResults": [
                { "EvalResourceName": A, "EvalResourceDecision": "allowed", "MatchedStatements": statement } ] })
    );
}

#[tokio::test]
async fn lines_and_columns_follow_the_text() {
    let w = world().await;
    let policy =
        "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n  {\"Sid\":\"é\".replace,\n  \"Effect\": \"Allow\"}]}";
    assert_eq!(
        refusal(&w, json!({ "PolicyInputList": [READ, policy] })).await,
        "400 InvalidInput: Policy input list item 2 has invalid content"
    );
    let policy = "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n  {\"Sid\":\"a\",\n  \"Effect\": \"Allow\",\n  \
                  \"Action\": \"s3:GetObject\", \"Resource\": \"*\" } , {\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\n\
                  \"Resource\":\"*\"}]\n}";
    let found = one(&w, json!({ "PolicyInputList": [policy], "ActionNames": ["s3:GetObject"] })).await;
    let places: Vec<String> = found["MatchedStatements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let at = |name: &str| format!("{}:{}", one[name]["Line"], one[name]["Column"]);
            format!("{}-{}", at("StartPosition"), at("EndPosition"))
        })
        .collect();
    assert_eq!(places, ["3:16-6:46", "6:46-7:16"]);
}

#[tokio::test]
async fn several_resources_are_decided_one_by_one() {
    let w = world().await;
    let input = json!({ "PolicyInputList": [READ_A], "ActionNames": ["s3:GetObject"], "ResourceArns": [A, B] });
    let found = one(&w, input).await;
    assert_eq!((&found["EvalDecision"], &found["EvalResourceName"]), (&json!("implicitDeny"), &json!("*")));
    assert_eq!(found["MatchedStatements"].as_array().unwrap().len(), 1);
    let specific = &found["ResourceSpecificResults"];
    assert_eq!(specific[0]["EvalResourceDecision"], "allowed");
    assert_eq!(specific[1], json!({ "EvalResourceName": B, "EvalResourceDecision": "implicitDeny" }));
}

#[tokio::test]
async fn of_an_explicit_deny_only_the_denials_are_shown() {
    let w = world().await;
    let input = json!({ "PolicyInputList": [READ, DENY], "ActionNames": ["s3:GetObject"], "ResourceArns": [A, B] });
    let found = one(&w, input).await;
    assert_eq!(found["EvalDecision"], "explicitDeny");
    let shown = found["MatchedStatements"].as_array().unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["SourcePolicyId"], "PolicyInputList.2");
}

#[tokio::test]
async fn context_is_what_is_given_and_what_is_missing_is_told() {
    let w = world().await;
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::stack/${aws:username}", "Condition": {
            "StringEquals": { "aws:PrincipalTag/team": "red" }, "NumericLessThan": { "s3:max-keys": "10" } } } });
    let ask = async |entries: Value| {
        let input = json!({ "PolicyInputList": [policy.to_string()], "ActionNames": ["s3:GetObject"],
            "ResourceArns": [A], "CallerArn": "arn:aws:iam::123456789012:user/a", "ContextEntries": entries });
        one(&w, input).await
    };
    let entry = |name: &str, kind: &str, value: &str| json!({ "ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": [value] });
    let found = ask(json!([entry("aws:PrincipalTag/team", "string", "red")])).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
    assert_eq!(found["MissingContextValues"], json!(["aws:username", "s3:max-keys"]));
    assert_eq!(found["ResourceSpecificResults"][0]["MissingContextValues"], found["MissingContextValues"]);
    let given = json!([entry("aws:PrincipalTag/team", "string", "red"), entry("s3:max-keys", "numeric", "9")]);
    let found = ask(given).await;
    assert_eq!((&found["EvalDecision"], &found["MissingContextValues"]), (&json!("allowed"), &json!([])));
}

#[tokio::test]
async fn a_boundary_limits_what_is_allowed() {
    let w = world().await;
    let ask = async |boundary: &str| {
        one(
            &w,
            json!({ "PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], "ResourceArns": [A],
            "PermissionsBoundaryPolicyInputList": [boundary] }),
        )
        .await
    };
    let found = ask(&allowing("s3:PutObject")).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
    assert_eq!(found["PermissionsBoundaryDecisionDetail"], json!({ "AllowedByPermissionsBoundary": false }));
    let found = ask(&allowing("s3:Get*")).await;
    assert_eq!(found["EvalDecision"], "allowed");
    assert_eq!(found["MatchedStatements"].as_array().unwrap().len(), 1);
    let specific = &found["ResourceSpecificResults"][0];
    assert_eq!(specific["PermissionsBoundaryDecisionDetail"], json!({ "AllowedByPermissionsBoundary": true }));
    let found = ask(DENY).await;
    assert_eq!(found["EvalDecision"], "explicitDeny");
    let shown = &found["MatchedStatements"][0];
    assert_eq!(shown["SourcePolicyId"], "PermissionsBoundaryPolicyInputList.1");
    assert_eq!(shown["SourcePolicyType"], "Permissions Boundary Policy");
}

#[tokio::test]
async fn a_policy_on_the_resource_grants_within_the_account() {
    let w = world().await;
    let ask = async |policy: String, identity: String| {
        one(
            &w,
            json!({ "PolicyInputList": [identity], "ActionNames": ["s3:GetObject"], "ResourceArns": [A],
            "ResourcePolicy": policy, "CallerArn": CALLER }),
        )
        .await
    };
    for principal in [CALLER, "arn:aws:iam::123456789012:root"] {
        let found = ask(resource_policy(principal, "Allow"), allowing("s3:PutObject")).await;
        assert_eq!(found["EvalDecision"], "allowed");
        assert_eq!(found["MatchedStatements"][0]["SourcePolicyId"], "ResourcePolicy");
        assert_eq!(found["MatchedStatements"][0]["SourcePolicyType"], "Resource Policy");
        assert_eq!(found["EvalDecisionDetails"], json!({}));
    }
    let found = ask(resource_policy("arn:aws:iam::123456789012:user/bea", "Allow"), allowing("s3:PutObject")).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
    let found = ask(resource_policy(CALLER, "Deny"), READ.to_owned()).await;
    assert_eq!(found["EvalDecision"], "explicitDeny");
}

#[tokio::test]
async fn across_accounts_both_sides_must_allow() {
    let w = world().await;
    let ask = async |policy: String, identity: String| {
        one(
            &w,
            json!({ "PolicyInputList": [identity], "ActionNames": ["s3:GetObject"], "ResourceArns": [A],
            "ResourcePolicy": policy, "CallerArn": CALLER, "ResourceOwner": "arn:aws:iam::999999999999:root" }),
        )
        .await
    };
    let found = ask(resource_policy(CALLER, "Allow"), READ.to_owned()).await;
    assert_eq!(found["EvalDecision"], "allowed");
    assert_eq!(found["EvalDecisionDetails"], json!({ "IAM Policy": "allowed", "Resource Policy": "allowed" }));
    let found = ask(resource_policy(CALLER, "Allow"), allowing("s3:PutObject")).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
    assert_eq!(found["EvalDecisionDetails"], json!({ "IAM Policy": "implicitDeny", "Resource Policy": "allowed" }));
    let specific = &found["ResourceSpecificResults"][0];
    assert_eq!(specific["EvalDecisionDetails"], found["EvalDecisionDetails"]);
}

#[tokio::test]
async fn organisations_forbid_before_anything_else() {
    let w = world().await;
    let ask = async |scp: Value| {
        one(
            &w,
            json!({ "PolicyInputList": [READ], "ActionNames": ["s3:GetObject"],
            "OrderedOrganizationPolicyInputList": scp }),
        )
        .await
    };
    let level = |policy: &str| json!({ "ServiceControlPolicyInputList": [policy] });
    let found = ask(json!([level(&allowing("*")), level(&allowing("s3:*"))])).await;
    assert_eq!(found["EvalDecision"], "allowed");
    assert_eq!(found["OrganizationsDecisionDetail"], json!({ "AllowedByOrganizations": true }));
    let found = ask(json!([level(&allowing("*")), level(&allowing("ec2:*"))])).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
    let found = ask(json!([level(DENY)])).await;
    assert_eq!(found["EvalDecision"], "explicitDeny");
    assert_eq!(found["OrganizationsDecisionDetail"], json!({ "AllowedByOrganizations": false }));
    assert_eq!((&found["MatchedStatements"], &found["MissingContextValues"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn results_are_paged_in_the_order_of_the_actions() {
    let w = world().await;
    let actions = json!(["s3:PutObject", "s3:GetObject", "s3:Unheard"]);
    let names = |page: &Value| -> Vec<Value> {
        page["EvaluationResults"].as_array().unwrap().iter().map(|one| one["EvalActionName"].clone()).collect()
    };
    let first = simulate(&w, json!({ "PolicyInputList": [READ], "ActionNames": actions, "MaxItems": 2 })).await;
    assert_eq!(
        (names(&first), &first["IsTruncated"]),
        (vec![json!("s3:PutObject"), json!("s3:GetObject")], &json!(true))
    );
    let rest = json!({ "PolicyInputList": [READ], "ActionNames": actions, "Marker": first["Marker"] });
    let rest = simulate(&w, rest).await;
    assert_eq!((names(&rest), rest.get("Marker")), (vec![json!("s3:Unheard")], None));
    // Many resources end a page before it takes long.
    let resources: Vec<String> = (0..1000).map(|n| format!("arn:aws:s3:::stack/{n}")).collect();
    let actions: Vec<String> = (0..20).map(|n| format!("s3:Action{n}")).collect();
    let many = json!({ "PolicyInputList": [READ], "ActionNames": actions, "ResourceArns": resources });
    let page = simulate(&w, many).await;
    assert_eq!((names(&page).len(), &page["IsTruncated"]), (10, &json!(true)));
}

#[tokio::test]
async fn what_cannot_be_simulated_is_refused() {
    let w = world().await;
    let policy = resource_policy(CALLER, "Allow");
    let everything = policy.replace("arn:aws:s3:::stack/*", "*");
    for (change, expected) in [
        (json!({ "ActionNames": ["GetObject"] }), "The action is invalid since it is missing names"),
        (json!({ "ActionNames": ["s3:*"] }), "The action is invalid since it has wildcards: s3:*."),
        (json!({ "ActionNames": ["s3:GetO?ject"] }), "The action is invalid since it has wildcards: s3:GetO?ject."),
        (json!({ "ResourceArns": ["stack"] }), "ResourceNames are not in a valid ARN format: stack."),
        (json!({ "PolicyInputList": ["{}"] }), "Policy input list item 1 has invalid content"),
        (
            json!({ "CallerArn": "arn:aws:sts::123456789012:assumed-role/Fan/x" }),
            "Invalid caller - Caller must be an IAM user, role or group in this context.",
        ),
        (json!({ "ResourceOwner": "somebody" }), "'somebody' is not a valid as a Resource Owner."),
        (json!({ "ResourcePolicy": policy, "ResourceArns": [A] }), "Invalid caller - Caller cannot be null or empty."),
        (
            json!({ "ResourcePolicy": policy, "CallerArn": CALLER }),
            "Invalid Entity Arn: * does not clearly define entity type and name.",
        ),
        (
            json!({ "ResourcePolicy": everything, "CallerArn": CALLER, "ResourceArns": [A] }),
            "ResourceNames are not in a valid ARN format: *.",
        ),
        (
            json!({ "ResourceHandlingOption": "EC2-VPC-EBS", "ResourceArns": [A] }),
            "Invalid input resource handling options. Action does not support resource handling options: s3:GetObject.",
        ),
    ] {
        assert_eq!(refusal(&w, change).await, format!("400 InvalidInput: {expected}"));
    }
    let launch = json!({ "ActionNames": ["ec2:RunInstances"], "ResourceHandlingOption": "EC2-VPC-EBS",
        "ResourceArns": ["arn:aws:ec2:us-east-1:123456789012:instance/*"] });
    assert!(refusal(&w, launch).await.starts_with("200"));
}

#[tokio::test]
async fn a_user_simulates_with_permission_alone() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let input = json!({ "PolicyInputList": [READ], "ActionNames": ["s3:GetObject"] });
    assert_eq!(w.call_as(&ana, "SimulateCustomPolicy", &input).await.code(), "AccessDenied");
    let allowed = allowing("iam:SimulateCustomPolicy");
    let policy = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": allowed });
    w.call("PutUserPolicy", &policy).await.ok();
    w.call_as(&ana, "SimulateCustomPolicy", &input).await.ok();
}
