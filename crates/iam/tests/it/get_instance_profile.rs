use crate::create_instance_profile::{filled, profile};
use crate::*;

#[tokio::test]
async fn a_profile_shows_its_role_whole() {
    let w = world().await;
    filled(&w, "Web").await;
    let shown = &result(&w, "GetInstanceProfile", &json!({ "InstanceProfileName": "Web" })).await["InstanceProfile"];
    let listed = result(&w, "ListRoles", &json!({})).await;
    assert_eq!(shown["Roles"], listed["Roles"]);
    assert_eq!(shown["Roles"][0]["RoleName"], "Web");
    assert_eq!(shown["Tags"], Value::Null);
}

#[tokio::test]
async fn an_unknown_profile_is_not_found() {
    let w = world().await;
    profile(&w, "Web").await;
    for name in ["web", "other"] {
        let answer = w.call("GetInstanceProfile", &json!({ "InstanceProfileName": name })).await;
        assert_eq!(answer.to_string(), format!("404 NoSuchEntity: Instance Profile {name} cannot be found."));
    }
}

#[tokio::test]
async fn a_profile_is_decided_on_under_its_path() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("CreateInstanceProfile", &json!({ "InstanceProfileName": "Web", "Path": "/team/" })).await.ok();
    profile(&w, "Db").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
        "Action": "iam:GetInstanceProfile",
        "Resource": "arn:aws:iam::123456789012:instance-profile/team/*" } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    w.call_as(&ana, "GetInstanceProfile", &json!({ "InstanceProfileName": "Web" })).await.ok();
    let other = w.call_as(&ana, "GetInstanceProfile", &json!({ "InstanceProfileName": "Db" })).await;
    assert_eq!(other.code(), "AccessDenied", "{other}");
}

#[tokio::test]
async fn a_name_no_profile_can_have_is_told_so() {
    let w = world().await;
    for call in [
        ("GetInstanceProfile", json!({ "InstanceProfileName": "a\0" })),
        ("GetRole", json!({ "RoleName": "a\0" })),
        ("GetSAMLProvider", json!({ "SAMLProviderArn": "arn:aws:iam::123456789012:saml-provider/a\0" })),
        ("ListMFADeviceTags", json!({ "SerialNumber": "arn:aws:iam::123456789012:mfa/a\0" })),
    ] {
        let answer = w.call(call.0, &call.1).await;
        assert_eq!(answer.code(), "ValidationError", "{}: {answer}", call.0);
    }
}
