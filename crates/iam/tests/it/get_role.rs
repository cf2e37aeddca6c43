use crate::*;

#[tokio::test]
async fn a_role_shows_its_longest_session_and_an_empty_last_use() {
    let w = world().await;
    role(&w, "Fan").await;
    let role = &result(&w, "GetRole", &json!({ "RoleName": "Fan" })).await["Role"];
    assert_eq!(role["MaxSessionDuration"], 3600);
    assert_eq!(role["RoleLastUsed"], json!({}));
    assert_eq!(role["Path"], "/");
    assert_eq!(role.get("Tags"), None);
    assert_eq!(role.get("PermissionsBoundary"), None);
}

#[tokio::test]
async fn an_unknown_role_is_not_found() {
    let w = world().await;
    let answer = w.call("GetRole", &json!({ "RoleName": "Fan" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The role with name Fan cannot be found.");
}
