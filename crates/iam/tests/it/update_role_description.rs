use crate::*;

#[tokio::test]
async fn the_role_is_answered_with_its_new_description() {
    let w = world().await;
    role(&w, "Fan").await;
    let input = json!({ "RoleName": "Fan", "Description": "writes" });
    assert_eq!(result(&w, "UpdateRoleDescription", &input).await["Role"]["Description"], "writes");
    let role = &result(&w, "GetRole", &json!({ "RoleName": "Fan" })).await["Role"];
    assert_eq!(role["Description"], "writes");
}
