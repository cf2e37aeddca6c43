use crate::*;
use contract::Fault;
use store::table::iam_login_profiles::{self, LoginProfile};

#[tokio::test]
async fn a_user_goes_when_it_holds_nothing() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let name = json!({ "UserName": "ana" });
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": S3_READ })).await.ok();
    let inline = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
    w.call("PutUserPolicy", &inline).await.ok();
    let refused = async || w.call("DeleteUser", &name).await.to_string();
    assert_eq!(refused().await, "409 DeleteConflict: Cannot delete entity, must detach all policies first.");
    w.call("DetachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": S3_READ })).await.ok();
    assert_eq!(refused().await, "409 DeleteConflict: Cannot delete entity, must delete policies first.");
    w.call("DeleteUserPolicy", &json!({ "UserName": "ana", "PolicyName": "p" })).await.ok();
    assert_eq!(refused().await, "409 DeleteConflict: Cannot delete entity, must delete access keys first.");
    w.call("DeleteAccessKey", &json!({ "UserName": "ana", "AccessKeyId": ana.access_key_id })).await.ok();
    w.call("DeleteUser", &name).await.ok();
    assert_eq!(refused().await, "404 NoSuchEntity: The user with name ana cannot be found.");
}

#[tokio::test]
async fn a_user_with_a_password_stays() {
    let w = world().await;
    let id = user(&w, "ana").await;
    let row = LoginProfile {
        user_id: id.into(),
        account_id: w.node.account.clone(),
        sealed_password: Vec::new(),
        sealed_history: Vec::new(),
        reset_required: false,
        password_set_ms: w.clock.now(),
        failures: 0,
        last_failure_ms: w.clock.now(),
        created_ms: w.clock.now(),
    };
    w.node.store.write(async |tx| Ok::<_, Fault>(iam_login_profiles::insert(tx, &row).await?)).await.unwrap();
    let refused = w.call("DeleteUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(refused.to_string(), "409 DeleteConflict: Cannot delete entity, must delete login profile first.");
}
