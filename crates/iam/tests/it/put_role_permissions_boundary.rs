use crate::*;

#[tokio::test]
async fn a_boundary_is_set_and_replaced() {
    let w = world().await;
    role(&w, "ana").await;
    let put = async |arn: &str| {
        let input = json!({ "RoleName": "ana", "PermissionsBoundary": arn });
        w.call("PutRolePermissionsBoundary", &input).await.to_string()
    };
    assert!(put(S3_READ).await.starts_with("200"));
    assert!(put(S3_FULL).await.starts_with("200"));
    let found = result(&w, "GetRole", &json!({ "RoleName": "ana" })).await;
    assert_eq!(
        found["Role"]["PermissionsBoundary"],
        json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": S3_FULL })
    );
    let nonsense = "no-arn-but-long-enough";
    assert_eq!(put(nonsense).await, format!("400 InvalidInput: ARN {nonsense} is not valid."));
}
