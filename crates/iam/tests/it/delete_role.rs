use crate::*;
use contract::Fault;
use store::table::iam_instance_profiles::{self, InstanceProfile};

#[tokio::test]
async fn a_role_goes_when_it_holds_nothing() {
    let w = world().await;
    role(&w, "Fan").await;
    let name = json!({ "RoleName": "Fan" });
    let attachment = json!({ "RoleName": "Fan", "PolicyArn": S3_READ });
    let inline = json!({ "RoleName": "Fan", "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
    w.call("AttachRolePolicy", &attachment).await.ok();
    w.call("PutRolePolicy", &inline).await.ok();
    let refused = w.call("DeleteRole", &name).await;
    assert_eq!(refused.to_string(), "409 DeleteConflict: Cannot delete entity, must detach all policies first.");
    w.call("DetachRolePolicy", &attachment).await.ok();
    let refused = w.call("DeleteRole", &name).await;
    assert_eq!(refused.to_string(), "409 DeleteConflict: Cannot delete entity, must delete policies first.");
    w.call("DeleteRolePolicy", &json!({ "RoleName": "Fan", "PolicyName": "p" })).await.ok();
    w.call("DeleteRole", &name).await.ok();
    assert_eq!(w.call("GetRole", &name).await.status, 404);
    assert_eq!(
        w.call("DeleteRole", &name).await.to_string(),
        "404 NoSuchEntity: The role with name Fan cannot be found."
    );
}

#[tokio::test]
async fn a_role_in_an_instance_profile_stays() {
    let w = world().await;
    let id = role(&w, "Fan").await;
    let row = InstanceProfile {
        account_id: w.node.account.clone(),
        name_key: "p".into(),
        name: "p".into(),
        id: "AIPA".into(),
        path: "/".into(),
        role_id: Some(id.into()),
        tags: "{}".into(),
        created_ms: w.clock.now(),
    };
    w.node.store.write(async |tx| Ok::<_, Fault>(iam_instance_profiles::insert(tx, &row).await?)).await.unwrap();
    let refused = w.call("DeleteRole", &json!({ "RoleName": "Fan" })).await;
    assert_eq!(
        refused.to_string(),
        "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
    );
}
