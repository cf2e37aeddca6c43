use crate::*;

#[tokio::test]
async fn a_role_is_answered_with_what_was_given() {
    let w = world().await;
    let trust = "{ \"Version\":\"2012-10-17\",\n \"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";
    let input = json!({
        "RoleName": "Fan", "Path": "/team/", "AssumeRolePolicyDocument": trust, "Description": "reads",
        "MaxSessionDuration": 7200, "Tags": [{ "Key": "team", "Value": "a" }], "PermissionsBoundary": S3_READ,
    });
    let role = &result(&w, "CreateRole", &input).await["Role"];
    assert_eq!(role["Arn"], "arn:aws:iam::123456789012:role/team/Fan");
    assert!(role["RoleId"].as_str().unwrap().starts_with("AROA"));
    assert_eq!(role["Description"], "reads");
    assert_eq!(role["Tags"], json!([{ "Key": "team", "Value": "a" }]));
    assert_eq!(
        role["PermissionsBoundary"],
        json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": S3_READ })
    );
    assert_eq!(role.get("MaxSessionDuration"), None);
    assert_eq!(role.get("RoleLastUsed"), None);
    assert!(role["AssumeRolePolicyDocument"].as_str().unwrap().starts_with("%7B%20%22Version%22%3A"));
    assert_eq!(decoded(&role["AssumeRolePolicyDocument"]), trust);
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let w = world().await;
    role(&w, "Fan").await;
    let input = json!({ "RoleName": "FAN", "AssumeRolePolicyDocument": trusting(&json!("*")) });
    let answer = w.call("CreateRole", &input).await;
    assert_eq!(answer.to_string(), "409 EntityAlreadyExists: Role with name FAN already exists.");
    let answer = w.call("GetRole", &json!({ "RoleName": "FAN" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The role with name FAN cannot be found.");
}

#[tokio::test]
async fn a_trust_policy_is_checked_in_its_own_words() {
    let w = world().await;
    let statement = |members: Value| json!({ "Version": "2012-10-17", "Statement": [members] }).to_string();
    let cases = [
        ("{".to_owned(), "This policy contains invalid Json"),
        (
            statement(json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "s3:GetObject" })),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            statement(
                json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole", "Resource": "*" }),
            ),
            "Has prohibited field Resource",
        ),
        (
            statement(json!({
                "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                "Action": "sts:AssumeRoleWithWebIdentity",
            })),
            "A condition block must be present for the Cognito provider",
        ),
    ];
    for (document, message) in cases {
        let answer = w.call("CreateRole", &json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": document })).await;
        assert_eq!(answer.to_string(), format!("400 MalformedPolicyDocument: {message}"));
    }
    assert_eq!(w.call("GetRole", &json!({ "RoleName": "Fan" })).await.status, 404);
}

#[tokio::test]
async fn those_who_are_trusted_must_exist() {
    let w = world().await;
    role(&w, "Reader").await;
    user(&w, "ana").await;
    let at_home = |rest: &str| format!("arn:aws:iam::123456789012:{rest}");
    let create = async |principal: &str| {
        let input = json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": trusting(&json!([principal])) });
        w.call("CreateRole", &input).await.to_string()
    };
    for ghost in ["user/ghost", "role/ghost", "user/Ana", "user/team/ana", "role/ana", "group/all"] {
        let ghost = at_home(ghost);
        let message = format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{ghost}\"");
        assert_eq!(create(&ghost).await, message);
    }
    for (n, known) in ["user/ana", "role/Reader", "root"].iter().enumerate() {
        let document = trusting(&json!([at_home(known), "arn:aws:iam::444455556666:user/elsewhere", "*"]));
        let input = json!({ "RoleName": format!("Fan{n}"), "AssumeRolePolicyDocument": document });
        assert_eq!(decoded(&result(&w, "CreateRole", &input).await["Role"]["AssumeRolePolicyDocument"]), document);
    }
}

#[tokio::test]
async fn a_trusted_user_is_kept_by_unique_id() {
    let w = world().await;
    let id = user(&w, "ana").await;
    let document = trusting(&json!("arn:aws:iam::123456789012:user/ana"));
    w.call("CreateRole", &json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": document })).await.ok();
    let shown = async || {
        decoded(&result(&w, "GetRole", &json!({ "RoleName": "Fan" })).await["Role"]["AssumeRolePolicyDocument"])
    };
    assert_eq!(shown().await, document);
    w.call("DeleteUser", &json!({ "UserName": "ana" })).await.ok();
    assert_ne!(user(&w, "ana").await, id);
    assert_eq!(shown().await, trusting(&json!(id)));
}

#[tokio::test]
async fn sizes_and_tags_are_limited() {
    let w = world().await;
    let many: Vec<String> = (0..80).map(|n| format!("arn:aws:iam::{n:012}:root")).collect();
    let input = json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": trusting(&json!(many)) });
    let answer = w.call("CreateRole", &input).await;
    assert_eq!(answer.to_string(), "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "A", "Value": "2" }]);
    let input = json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": trusting(&json!("*")), "Tags": tags });
    let answer = w.call("CreateRole", &input).await;
    assert_eq!(
        answer.to_string(),
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
}

#[tokio::test]
async fn a_boundary_must_be_a_policy() {
    let w = world().await;
    let create = async |arn: &str| {
        let input =
            json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": trusting(&json!("*")), "PermissionsBoundary": arn });
        w.call("CreateRole", &input).await.to_string()
    };
    let role = "arn:aws:iam::123456789012:role/Fan";
    assert_eq!(create(role).await, format!("400 InvalidInput: ARN {role} is not valid."));
    let absent = "arn:aws:iam::aws:policy/NoSuchPolicy";
    assert_eq!(create(absent).await, format!("404 NoSuchEntity: Policy {absent} does not exist or is not attachable."));
}
