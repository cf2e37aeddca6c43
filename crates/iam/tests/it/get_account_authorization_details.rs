use crate::*;

#[tokio::test]
async fn everyone_is_there_with_what_decides_about_them() {
    let w = world().await;
    user(&w, "ana").await;
    group(&w, "Fans").await;
    role(&w, "Fan").await;
    let arn = policy(&w, "mine", &allowing("s3:*")).await;
    w.call("AddUserToGroup", &json!({ "GroupName": "Fans", "UserName": "ana" })).await.ok();
    w.call("AttachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": arn })).await.ok();
    w.call("AttachRolePolicy", &json!({ "RoleName": "Fan", "PolicyArn": S3_READ })).await.ok();
    let inline = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": allowing("s3:Get*") });
    w.call("PutUserPolicy", &inline).await.ok();

    let all = result(&w, "GetAccountAuthorizationDetails", &json!({})).await;
    let ana = &all["UserDetailList"][0];
    assert_eq!((&ana["UserName"], &ana["GroupList"]), (&json!("ana"), &json!(["Fans"])));
    assert_eq!(decoded(&ana["UserPolicyList"][0]["PolicyDocument"]), allowing("s3:Get*"));
    let fans = &all["GroupDetailList"][0];
    assert_eq!(fans["AttachedManagedPolicies"], json!([{ "PolicyName": "mine", "PolicyArn": arn }]));
    let fan = &all["RoleDetailList"][0];
    assert_eq!(fan["AttachedManagedPolicies"][0]["PolicyArn"], S3_READ);
    assert_eq!((&fan["InstanceProfileList"], &fan["RoleLastUsed"]), (&json!([]), &json!({})));
    assert_eq!(fan.get("MaxSessionDuration"), None);
    let policies = all["Policies"].as_array().unwrap();
    let names: Vec<&str> = policies.iter().map(|policy| policy["PolicyName"].as_str().unwrap()).collect();
    assert_eq!(names, ["mine", "AmazonS3ReadOnlyAccess"]);
    assert_eq!(decoded(&policies[0]["PolicyVersionList"][0]["Document"]), allowing("s3:*"));
    assert_eq!(policies[1]["AttachmentCount"], 1);
}

#[tokio::test]
async fn one_marker_pages_over_all_lists_and_a_filter_chooses() {
    let w = world().await;
    for name in ["a", "b"] {
        user(&w, name).await;
        group(&w, name).await;
        role(&w, name).await;
    }
    let mut input = json!({ "MaxItems": 1, "Filter": ["User", "Role"] });
    let mut seen = Vec::new();
    loop {
        let page = result(&w, "GetAccountAuthorizationDetails", &input).await;
        assert_eq!(page["GroupDetailList"], json!([]));
        for (list, name) in [("UserDetailList", "UserName"), ("RoleDetailList", "RoleName")] {
            let names = page[list].as_array().unwrap().iter();
            seen.extend(names.map(|entity| format!("{name} {}", entity[name].as_str().unwrap())));
        }
        if page["IsTruncated"] == false {
            break;
        }
        input["Marker"] = page["Marker"].clone();
    }
    assert_eq!(seen, ["UserName a", "UserName b", "RoleName a", "RoleName b"]);
}
