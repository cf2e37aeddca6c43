use crate::*;

const ANA: &str = "arn:aws:iam::123456789012:user/ana";

async fn put_user_policy(w: &World, user: &str, policy: &str, document: &str) {
    let input = json!({ "UserName": user, "PolicyName": policy, "PolicyDocument": document });
    w.call("PutUserPolicy", &input).await.ok();
}

async fn ask(w: &World, source: &str, change: Value) -> Value {
    let mut input = json!({ "PolicySourceArn": source, "ActionNames": ["s3:GetObject"] });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    result(w, "SimulatePrincipalPolicy", &input).await["EvaluationResults"][0].clone()
}

fn ids(found: &Value) -> Vec<&str> {
    let shown = found["MatchedStatements"].as_array().unwrap();
    shown.iter().map(|one| one["SourcePolicyId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_a_user_holds_is_named_where_it_decides() {
    let w = world().await;
    user(&w, "ana").await;
    put_user_policy(&w, "ana", "Reading", &allowing("s3:Get*")).await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": S3_READ })).await.ok();
    let found = ask(&w, ANA, json!({ "PolicyInputList": [allowing("s3:*")] })).await;
    assert_eq!(found["EvalDecision"], "allowed");
    assert_eq!(ids(&found), ["user_ana_Reading", "AmazonS3ReadOnlyAccess", "PolicyInputList.1"]);
    assert_eq!(found["MatchedStatements"][1]["SourcePolicyType"], "IAM Policy");
    assert_eq!(found["OrganizationsDecisionDetail"], json!({ "AllowedByOrganizations": true }));
    assert_eq!(found.get("PermissionsBoundaryDecisionDetail"), None);
}

#[tokio::test]
async fn the_caller_is_the_source_unless_told_otherwise() {
    let w = world().await;
    user(&w, "ana").await;
    let own = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::home/${aws:username}/*" } });
    put_user_policy(&w, "ana", "Home", &own.to_string()).await;
    let resources = json!(["arn:aws:s3:::home/ana/cat.jpg"]);
    let found = ask(&w, ANA, json!({ "ResourceArns": resources })).await;
    assert_eq!(found["EvalDecision"], "allowed");
    let other = "arn:aws:iam::123456789012:user/bea";
    let found = ask(&w, ANA, json!({ "ResourceArns": resources, "CallerArn": other })).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
}

#[tokio::test]
async fn the_attached_boundary_counts_unless_another_is_given() {
    let w = world().await;
    user(&w, "ana").await;
    put_user_policy(&w, "ana", "All", &allowing("*")).await;
    let bound = json!({ "UserName": "ana", "PermissionsBoundary": S3_READ });
    w.call("PutUserPermissionsBoundary", &bound).await.ok();
    let actions = json!(["s3:PutObject"]);
    let found = ask(&w, ANA, json!({ "ActionNames": actions })).await;
    assert_eq!(found["EvalDecision"], "implicitDeny");
    assert_eq!(found["PermissionsBoundaryDecisionDetail"], json!({ "AllowedByPermissionsBoundary": false }));
    let given = json!({ "ActionNames": actions, "PermissionsBoundaryPolicyInputList": [allowing("s3:*")] });
    assert_eq!(ask(&w, ANA, given).await["EvalDecision"], "allowed");
    let excluded = json!({ "ActionNames": actions, "PolicyExclusionList": [{ "PolicyType": "permission-boundary" }] });
    let found = ask(&w, ANA, excluded).await;
    assert_eq!((&found["EvalDecision"], found.get("PermissionsBoundaryDecisionDetail")), (&json!("allowed"), None));
}

#[tokio::test]
async fn a_role_is_a_source_and_policies_can_be_left_out() {
    let w = world().await;
    role(&w, "Fan").await;
    w.call("AttachRolePolicy", &json!({ "RoleName": "Fan", "PolicyArn": S3_READ })).await.ok();
    let inline = json!({ "RoleName": "Fan", "PolicyName": "Reading", "PolicyDocument": allowing("s3:GetObject") });
    w.call("PutRolePolicy", &inline).await.ok();
    let fan = "arn:aws:iam::123456789012:role/Fan";
    let without = async |exclusion: Value| {
        let found = ask(&w, fan, json!({ "PolicyExclusionList": [exclusion] })).await;
        ids(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ids(&ask(&w, fan, json!({})).await), ["role_Fan_Reading", "AmazonS3ReadOnlyAccess"]);
    assert_eq!(without(json!({ "PolicyType": "inline" })).await, ["AmazonS3ReadOnlyAccess"]);
    assert_eq!(without(json!({ "PolicyType": "aws-managed" })).await, ["role_Fan_Reading"]);
    assert_eq!(without(json!({ "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3*" })).await, ["role_Fan_Reading"]);
    let named = json!({ "PolicyName": "Reading", "AttachmentType": "role", "AttachmentName": "Fan" });
    assert_eq!(without(json!({ "InlinePolicyIdentifier": named })).await, ["AmazonS3ReadOnlyAccess"]);
}

#[tokio::test]
async fn the_policies_of_a_users_groups_count_and_a_group_is_a_source() {
    let w = world().await;
    user(&w, "ana").await;
    for group in ["red", "blue"] {
        w.call("CreateGroup", &json!({ "GroupName": group })).await.ok();
        w.call("AddUserToGroup", &json!({ "GroupName": group, "UserName": "ana" })).await.ok();
        w.call("AttachGroupPolicy", &json!({ "GroupName": group, "PolicyArn": S3_READ })).await.ok();
    }
    let inline = json!({ "GroupName": "red", "PolicyName": "Reading", "PolicyDocument": allowing("s3:GetObject") });
    w.call("PutGroupPolicy", &inline).await.ok();
    // What is attached twice stands once.
    let expected = ["group_red_Reading", "AmazonS3ReadOnlyAccess"];
    assert_eq!(ids(&ask(&w, ANA, json!({})).await), expected);
    assert_eq!(ids(&ask(&w, "arn:aws:iam::123456789012:group/red", json!({})).await), expected);
}

#[tokio::test]
async fn the_version_in_force_of_a_customers_policy_decides() {
    let w = world().await;
    user(&w, "ana").await;
    let input = json!({ "PolicyName": "Reading", "Path": "/team/", "PolicyDocument": allowing("s3:GetObject") });
    let arn = result(&w, "CreatePolicy", &input).await["Policy"]["Arn"].clone();
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": arn })).await.ok();
    assert_eq!(ids(&ask(&w, ANA, json!({})).await), ["Reading"]);
    let second = json!({ "PolicyArn": arn, "PolicyDocument": allowing("s3:PutObject"), "SetAsDefault": true });
    w.call("CreatePolicyVersion", &second).await.ok();
    assert_eq!(ask(&w, ANA, json!({})).await["EvalDecision"], "implicitDeny");
}

#[tokio::test]
async fn only_entities_of_the_account_are_sources() {
    let w = world().await;
    user(&w, "ana").await;
    let refusal = async |source: &str| {
        let input = json!({ "PolicySourceArn": source, "ActionNames": ["s3:GetObject"] });
        w.call("SimulatePrincipalPolicy", &input).await.to_string()
    };
    let session = "arn:aws:sts::123456789012:assumed-role/Fan/session";
    assert_eq!(
        refusal(session).await,
        format!("400 InvalidInput: Invalid Entity Arn: {session} does not clearly define entity type and name.")
    );
    for (kind, source) in [
        ("user", "arn:aws:iam::123456789012:user/bea"),
        ("role", "arn:aws:iam::123456789012:role/bea"),
        ("group", "arn:aws:iam::123456789012:group/bea"),
        ("user", "arn:aws:iam::999999999999:user/bea"),
    ] {
        assert_eq!(refusal(source).await, format!("404 NoSuchEntity: The {kind} with name bea cannot be found."));
    }
    // A path that is not the user's own must not open what another ARN closes.
    assert_eq!(
        refusal("arn:aws:iam::123456789012:user/else/ana").await,
        "404 NoSuchEntity: The user with name ana cannot be found."
    );
}

#[tokio::test]
async fn a_user_may_simulate_itself_and_nobody_else() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    user(&w, "bea").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
        "Action": "iam:SimulatePrincipalPolicy", "Resource": "arn:aws:iam::*:user/${aws:username}" } });
    put_user_policy(&w, "ana", "p", &document.to_string()).await;
    let input = |source: &str| json!({ "PolicySourceArn": source, "ActionNames": ["s3:GetObject"] });
    w.call_as(&ana, "SimulatePrincipalPolicy", &input(ANA)).await.ok();
    let answer = w.call_as(&ana, "SimulatePrincipalPolicy", &input("arn:aws:iam::123456789012:user/bea")).await;
    assert_eq!(answer.code(), "AccessDenied");
}

#[tokio::test]
async fn the_simulator_and_the_gate_agree() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*" },
        { "Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*" } ] });
    put_user_policy(&w, "ana", "p", &document.to_string()).await;
    for (operation, input) in [
        ("ListUsers", json!({})),
        ("ListRoles", json!({})),
        ("GetUser", json!({ "UserName": "ana" })),
        ("CreateUser", json!({ "UserName": "bea" })),
    ] {
        let action = format!("iam:{operation}");
        let simulated = ask(&w, ANA, json!({ "ActionNames": [action] })).await["EvalDecision"] == "allowed";
        let decided = w.call_as(&ana, operation, &input).await.status == 200;
        assert_eq!(simulated, decided, "{operation}");
    }
}
