use crate::*;

#[tokio::test]
async fn a_deleted_key_is_unknown_at_once() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    w.call_as(&ana, "DeleteAccessKey", &json!({ "AccessKeyId": ana.access_key_id })).await.ok();
    let answer = w.call_as(&ana, "GetUser", &json!({})).await;
    assert_eq!(answer.code(), "InvalidClientTokenId");
    let again = json!({ "UserName": "ana", "AccessKeyId": ana.access_key_id });
    let message = format!("404 NoSuchEntity: The Access Key with id {} cannot be found.", ana.access_key_id);
    assert_eq!(w.call("DeleteAccessKey", &again).await.to_string(), message);
}
