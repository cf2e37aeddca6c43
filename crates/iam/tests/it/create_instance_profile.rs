use crate::*;

/// An empty profile; its unique id.
pub async fn profile(w: &World, name: &str) -> String {
    let made = result(w, "CreateInstanceProfile", &json!({ "InstanceProfileName": name })).await;
    made["InstanceProfile"]["InstanceProfileId"].as_str().unwrap().to_owned()
}

/// A profile with a role of the same name in it.
pub async fn filled(w: &World, name: &str) {
    role(w, name).await;
    profile(w, name).await;
    let input = json!({ "InstanceProfileName": name, "RoleName": name });
    w.call("AddRoleToInstanceProfile", &input).await.ok();
}

#[tokio::test]
async fn a_profile_is_answered_with_what_was_given() {
    let w = world().await;
    let tags = json!([{ "Key": "team", "Value": "x" }]);
    let input = json!({ "InstanceProfileName": "Web", "Path": "/a/b/", "Tags": tags });
    let made = &result(&w, "CreateInstanceProfile", &input).await["InstanceProfile"];
    assert_eq!(made["Arn"], "arn:aws:iam::123456789012:instance-profile/a/b/Web");
    assert!(made["InstanceProfileId"].as_str().unwrap().starts_with("AIPA"));
    assert_eq!((&made["Roles"], &made["Tags"]), (&json!([]), &tags));
    let again = w.call("CreateInstanceProfile", &json!({ "InstanceProfileName": "WEB" })).await;
    assert_eq!(again.to_string(), "409 EntityAlreadyExists: Instance Profile WEB already exists.");
}
