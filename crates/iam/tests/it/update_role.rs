use crate::*;

#[tokio::test]
async fn what_is_left_out_stays() {
    let w = world().await;
    role(&w, "Fan").await;
    w.call("UpdateRole", &json!({ "RoleName": "Fan", "Description": "reads" })).await.ok();
    w.call("UpdateRole", &json!({ "RoleName": "Fan", "MaxSessionDuration": 7200 })).await.ok();
    let role = &result(&w, "GetRole", &json!({ "RoleName": "Fan" })).await["Role"];
    assert_eq!((&role["Description"], &role["MaxSessionDuration"]), (&json!("reads"), &json!(7200)));
}
