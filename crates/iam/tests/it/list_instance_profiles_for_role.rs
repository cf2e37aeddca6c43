use crate::create_instance_profile::{filled, profile};
use crate::*;

#[tokio::test]
async fn a_role_may_be_in_several_profiles() {
    let w = world().await;
    filled(&w, "b").await;
    filled(&w, "other").await;
    profile(&w, "a").await;
    w.call("AddRoleToInstanceProfile", &json!({ "InstanceProfileName": "a", "RoleName": "b" })).await.ok();
    let first = result(&w, "ListInstanceProfilesForRole", &json!({ "RoleName": "b", "MaxItems": 1 })).await;
    assert_eq!(
        (&first["InstanceProfiles"][0]["InstanceProfileName"], &first["IsTruncated"]),
        (&json!("a"), &json!(true))
    );
    let rest = json!({ "RoleName": "b", "Marker": first["Marker"] });
    let rest = result(&w, "ListInstanceProfilesForRole", &rest).await;
    assert_eq!(rest["InstanceProfiles"].as_array().unwrap().len(), 1);
    assert_eq!(rest["InstanceProfiles"][0]["InstanceProfileName"], "b");
    let answer = w.call("ListInstanceProfilesForRole", &json!({ "RoleName": "none" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The role with name none cannot be found.");
}
