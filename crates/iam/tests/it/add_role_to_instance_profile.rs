use crate::create_instance_profile::{filled, profile};
use crate::*;

#[tokio::test]
async fn a_profile_holds_one_role() {
    let w = world().await;
    filled(&w, "Web").await;
    role(&w, "Other").await;
    for role in ["Other", "Web"] {
        let input = json!({ "InstanceProfileName": "Web", "RoleName": role });
        assert_eq!(
            w.call("AddRoleToInstanceProfile", &input).await.to_string(),
            "409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
        );
    }
}

#[tokio::test]
async fn both_must_be_there() {
    let w = world().await;
    profile(&w, "Web").await;
    let add = async |profile: &str, role: &str| {
        w.call("AddRoleToInstanceProfile", &json!({ "InstanceProfileName": profile, "RoleName": role })).await
    };
    assert_eq!(add("Web", "Fan").await.to_string(), "404 NoSuchEntity: The role with name Fan cannot be found.");
    role(&w, "Fan").await;
    assert_eq!(add("Db", "Fan").await.to_string(), "404 NoSuchEntity: Instance Profile Db cannot be found.");
}

#[tokio::test]
async fn the_caller_must_be_allowed_to_pass_the_role() {
    let w = world().await;
    profile(&w, "Web").await;
    role(&w, "Fan").await;
    let ana = user_with_key(&w, "ana").await;
    let allow = async |statements: Value| {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document });
        w.call("PutUserPolicy", &input).await.ok();
    };
    let add = json!({ "Effect": "Allow", "Action": "iam:AddRoleToInstanceProfile", "Resource": "*" });
    let pass = |service: &str| {
        json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/Fan",
            "Condition": { "StringEquals": { "iam:PassedToService": service } } })
    };
    let input = json!({ "InstanceProfileName": "Web", "RoleName": "Fan" });
    allow(json!([add])).await;
    let denied = w.call_as(&ana, "AddRoleToInstanceProfile", &input).await;
    assert_eq!(
        denied.to_string(),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:PassRole on \
         resource: arn:aws:iam::123456789012:role/Fan because no identity-based policy allows the iam:PassRole action"
    );
    allow(json!([add, pass("lambda.amazonaws.com")])).await;
    assert_eq!(w.call_as(&ana, "AddRoleToInstanceProfile", &input).await.code(), "AccessDenied");
    allow(json!([add, pass("ec2.amazonaws.com")])).await;
    w.call_as(&ana, "AddRoleToInstanceProfile", &input).await.ok();
}

#[tokio::test]
async fn a_service_linked_role_stays_where_it_is() {
    let w = world().await;
    profile(&w, "Web").await;
    let input = json!({ "AWSServiceName": "cognito-idp.amazonaws.com" });
    let made = result(&w, "CreateServiceLinkedRole", &input).await;
    let input = json!({ "InstanceProfileName": "Web", "RoleName": made["Role"]["RoleName"] });
    assert_eq!(w.call("AddRoleToInstanceProfile", &input).await.code(), "UnmodifiableEntity");
}
