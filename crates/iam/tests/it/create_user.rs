use crate::*;

#[tokio::test]
async fn a_user_is_answered_with_what_was_given() {
    let w = world().await;
    let input = json!({ "UserName": "Ana", "Path": "/a/b/", "Tags": [{ "Key": "team", "Value": "x" }], "PermissionsBoundary": S3_READ });
    let user = &result(&w, "CreateUser", &input).await["User"];
    assert_eq!(user["Arn"], "arn:aws:iam::123456789012:user/a/b/Ana");
    assert!(user["UserId"].as_str().unwrap().starts_with("AIDA"));
    assert_eq!(user["Tags"], json!([{ "Key": "team", "Value": "x" }]));
    assert_eq!(user["PermissionsBoundary"]["PermissionsBoundaryType"], "Policy");
    let answer = w.call("CreateUser", &json!({ "UserName": "aNA" })).await;
    assert_eq!(answer.to_string(), "409 EntityAlreadyExists: User with name aNA already exists.");
}

#[tokio::test]
async fn a_boundary_holds_from_the_first_request() {
    let w = world().await;
    w.call("CreateUser", &json!({ "UserName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let ana = key(&w, "ana").await;
    let answer = w.call_as(&ana, "ListUsers", &json!({})).await;
    assert!(answer.message().ends_with("because no permissions boundary allows the iam:ListUsers action"), "{answer}");
}

#[tokio::test]
async fn a_name_and_a_path_are_refused_in_iams_own_words() {
    let w = world().await;
    let said = async |input: Value| w.call("CreateUser", &input).await.to_string();
    assert_eq!(
        said(json!({ "UserName": "ana/eve", "Path": "no path" })).await,
        "400 ValidationError: The specified value for path is invalid. It must begin and end with / and contain only \
         alphanumeric characters and/or / characters."
    );
    assert_eq!(
        said(json!({ "UserName": "ana/eve" })).await,
        "400 ValidationError: The specified value for userName is invalid. It must contain only alphanumeric characters \
         and/or the following: +=,.@_-"
    );
    assert_eq!(
        said(json!({ "UserName": "a".repeat(65), "Path": "no path" })).await,
        "400 ValidationError: 1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must \
         have length less than or equal to 64"
    );
}
