use crate::create_instance_profile::filled;
use crate::*;

#[tokio::test]
async fn a_role_is_taken_out_once() {
    let w = world().await;
    filled(&w, "Web").await;
    role(&w, "Other").await;
    let remove = async |role: &str| {
        w.call("RemoveRoleFromInstanceProfile", &json!({ "InstanceProfileName": "Web", "RoleName": role })).await
    };
    let absent = |role: &str| format!("404 NoSuchEntity: Role {role} in instance profile Web cannot be found.");
    assert_eq!(remove("Other").await.to_string(), absent("Other"));
    remove("Web").await.ok();
    assert_eq!(remove("Web").await.to_string(), absent("Web"));
    let shown = result(&w, "GetInstanceProfile", &json!({ "InstanceProfileName": "Web" })).await;
    assert_eq!(shown["InstanceProfile"]["Roles"], json!([]));
}
