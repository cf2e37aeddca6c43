use crate::*;

#[tokio::test]
async fn a_key_that_is_switched_off_signs_no_more() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let set = async |status: &str| {
        let input = json!({ "UserName": "ana", "AccessKeyId": ana.access_key_id, "Status": status });
        w.call("UpdateAccessKey", &input).await
    };
    set("Inactive").await.ok();
    let answer = w.call_as(&ana, "GetUser", &json!({})).await;
    assert_eq!(
        answer.to_string(),
        "403 InvalidClientTokenId: The AWS access key provided does not exist in our records."
    );
    set("Active").await.ok();
    w.call_as(&ana, "GetUser", &json!({})).await.ok();
    assert_eq!(set("Expired").await.code(), "ValidationError");
}

#[tokio::test]
async fn the_key_of_somebody_else_is_not_found() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    user(&w, "bob").await;
    let input = json!({ "UserName": "bob", "AccessKeyId": ana.access_key_id, "Status": "Inactive" });
    let message = format!("404 NoSuchEntity: The Access Key with id {} cannot be found.", ana.access_key_id);
    assert_eq!(w.call("UpdateAccessKey", &input).await.to_string(), message);
}
