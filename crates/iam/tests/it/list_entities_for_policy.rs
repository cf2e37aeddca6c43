use crate::*;

#[tokio::test]
async fn users_groups_and_roles_are_listed_with_their_ids() {
    let w = world().await;
    let (ana, fans, fan) = (user(&w, "ana").await, group(&w, "Fans").await, role(&w, "Fan").await);
    let bounded = role(&w, "Bounded").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": S3_READ })).await.ok();
    w.call("AttachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": S3_READ })).await.ok();
    w.call("AttachRolePolicy", &json!({ "RoleName": "Fan", "PolicyArn": S3_READ })).await.ok();
    w.call("PutRolePermissionsBoundary", &json!({ "RoleName": "Bounded", "PermissionsBoundary": S3_READ })).await.ok();
    let list = async |filter: Value| {
        let mut input = json!({ "PolicyArn": S3_READ });
        input.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        result(&w, "ListEntitiesForPolicy", &input).await
    };
    let attached = list(json!({ "PolicyUsageFilter": "PermissionsPolicy" })).await;
    assert_eq!(
        attached,
        json!({ "PolicyUsers": [{ "UserName": "ana", "UserId": ana }],
            "PolicyGroups": [{ "GroupName": "Fans", "GroupId": fans }],
            "PolicyRoles": [{ "RoleName": "Fan", "RoleId": fan }], "IsTruncated": false })
    );
    let roles = list(json!({ "EntityFilter": "Role" })).await;
    assert_eq!((&roles["PolicyUsers"], roles["PolicyRoles"].as_array().unwrap().len()), (&json!([]), 2));
    let bounding = list(json!({ "PolicyUsageFilter": "PermissionsBoundary" })).await;
    assert_eq!(bounding["PolicyRoles"], json!([{ "RoleName": "Bounded", "RoleId": bounded }]));
}
