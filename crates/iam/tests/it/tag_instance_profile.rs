use crate::create_instance_profile::filled;
use crate::*;

#[tokio::test]
async fn tags_are_merged_and_the_role_stays() {
    let w = world().await;
    filled(&w, "Web").await;
    let tag =
        async |tags: Value| w.call("TagInstanceProfile", &json!({ "InstanceProfileName": "Web", "Tags": tags })).await;
    tag(json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }])).await.ok();
    tag(json!([{ "Key": "A", "Value": "2" }])).await.ok();
    let shown = &result(&w, "GetInstanceProfile", &json!({ "InstanceProfileName": "Web" })).await["InstanceProfile"];
    assert_eq!(shown["Tags"], json!([{ "Key": "A", "Value": "2" }, { "Key": "b", "Value": "" }]));
    assert_eq!(shown["Roles"][0]["RoleName"], "Web");
    let many: Vec<Value> = (0..49).map(|n| json!({ "Key": n.to_string(), "Value": "" })).collect();
    assert_eq!(tag(json!(many)).await.code(), "LimitExceeded");
}

#[tokio::test]
async fn a_policy_may_ask_for_a_profiles_tags_whatever_its_role_says() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*" },
        { "Effect": "Allow", "Action": "iam:AddRoleToInstanceProfile", "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceTag/team": "x" } } } ] });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    role(&w, "Fan").await;
    w.call("CreateInstanceProfile", &json!({ "InstanceProfileName": "Web" })).await.ok();
    let tags = json!([{ "Key": "team", "Value": "x" }]);
    w.call("TagRole", &json!({ "RoleName": "Fan", "Tags": tags })).await.ok();
    let input = json!({ "InstanceProfileName": "Web", "RoleName": "Fan" });
    assert_eq!(w.call_as(&ana, "AddRoleToInstanceProfile", &input).await.code(), "AccessDenied");
    w.call("TagInstanceProfile", &json!({ "InstanceProfileName": "Web", "Tags": tags })).await.ok();
    w.call_as(&ana, "AddRoleToInstanceProfile", &input).await.ok();
}
