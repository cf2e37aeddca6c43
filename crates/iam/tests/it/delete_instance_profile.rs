use crate::create_instance_profile::filled;
use crate::*;

#[tokio::test]
async fn profile_and_role_go_when_they_are_apart() {
    let w = world().await;
    filled(&w, "Web").await;
    let profile = json!({ "InstanceProfileName": "Web" });
    let conflict = "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first.";
    assert_eq!(w.call("DeleteInstanceProfile", &profile).await.to_string(), conflict);
    assert_eq!(w.call("DeleteRole", &json!({ "RoleName": "Web" })).await.to_string(), conflict);
    let both = json!({ "InstanceProfileName": "Web", "RoleName": "Web" });
    w.call("RemoveRoleFromInstanceProfile", &both).await.ok();
    w.call("DeleteInstanceProfile", &profile).await.ok();
    w.call("DeleteRole", &json!({ "RoleName": "Web" })).await.ok();
    let gone = w.call("DeleteInstanceProfile", &profile).await;
    assert_eq!(gone.to_string(), "404 NoSuchEntity: Instance Profile Web cannot be found.");
}
