use crate::create_login_profile::user_with_password;
use crate::*;

#[tokio::test]
async fn a_user_goes_after_its_password() {
    let w = world().await;
    let (keys, _) = user_with_password(&w, "ana").await;
    w.call("DeleteAccessKey", &json!({ "UserName": "ana", "AccessKeyId": keys.access_key_id })).await.ok();
    let name = json!({ "UserName": "ana" });
    assert_eq!(
        w.call("DeleteUser", &name).await.to_string(),
        "409 DeleteConflict: Cannot delete entity, must delete login profile first."
    );
    w.call("DeleteLoginProfile", &name).await.ok();
    assert_eq!(
        w.call("DeleteLoginProfile", &name).await.to_string(),
        "404 NoSuchEntity: Login Profile for User ana cannot be found."
    );
    w.call("DeleteUser", &name).await.ok();
}
