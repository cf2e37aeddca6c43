use crate::*;

#[tokio::test]
async fn a_key_is_shown_once_and_signs() {
    let w = world().await;
    user(&w, "ana").await;
    let key = &result(&w, "CreateAccessKey", &json!({ "UserName": "ana" })).await["AccessKey"];
    assert_eq!((&key["UserName"], &key["Status"]), (&json!("ana"), &json!("Active")));
    assert!(key["AccessKeyId"].as_str().unwrap().starts_with("AKIARZPUZDIK"));
    assert_eq!(key["SecretAccessKey"].as_str().unwrap().len(), 40);
    let allowed = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": allowing("iam:GetUser") });
    w.call("PutUserPolicy", &allowed).await.ok();
    w.call_as(&Keys::of(key), "GetUser", &json!({})).await.ok();
    let listed = result(&w, "ListAccessKeys", &json!({ "UserName": "ana" })).await;
    assert_eq!(listed["AccessKeyMetadata"][0].get("SecretAccessKey"), None);
}

#[tokio::test]
async fn two_keys_are_enough() {
    let w = world().await;
    user_with_key(&w, "ana").await;
    key(&w, "ana").await;
    let answer = w.call("CreateAccessKey", &json!({ "UserName": "ana" })).await;
    assert_eq!(answer.to_string(), "409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2");
}

#[tokio::test]
async fn without_a_name_the_key_is_the_callers() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let answer = w.call_as(&ana, "CreateAccessKey", &json!({})).await;
    assert_eq!(unwrapped("CreateAccessKey", &answer)["AccessKey"]["UserName"], "ana");
    // The root user's new key is the root user's.
    let root = Keys::of(&result(&w, "CreateAccessKey", &json!({})).await["AccessKey"]);
    let answer = w.call_as(&root, "GetUser", &json!({})).await;
    assert_eq!(unwrapped("GetUser", &answer)["User"]["Arn"], "arn:aws:iam::123456789012:root");
}
