use crate::*;

#[tokio::test]
async fn roles_are_listed_under_a_path_page_by_page() {
    let w = world().await;
    for (name, path) in [("c", "/team/"), ("a", "/team/"), ("B", "/team/x/"), ("d", "/")] {
        let input = json!({ "RoleName": name, "Path": path, "AssumeRolePolicyDocument": trusting(&json!("*")),
            "Tags": [{ "Key": "k", "Value": "v" }], "PermissionsBoundary": S3_READ });
        w.call("CreateRole", &input).await.ok();
    }
    let names = |page: &Value| -> Vec<String> {
        page["Roles"].as_array().unwrap().iter().map(|role| role["RoleName"].as_str().unwrap().to_owned()).collect()
    };
    let first = result(&w, "ListRoles", &json!({ "PathPrefix": "/team/", "MaxItems": 2 })).await;
    assert_eq!((names(&first), &first["IsTruncated"]), (vec!["a".to_owned(), "B".to_owned()], &json!(true)));
    let input = json!({ "PathPrefix": "/team/", "MaxItems": 2, "Marker": first["Marker"] });
    let second = result(&w, "ListRoles", &input).await;
    assert_eq!((names(&second), &second["IsTruncated"]), (vec!["c".to_owned()], &json!(false)));
    assert_eq!(second.get("Marker"), None);
    // Never tags, boundary and last use, even when there are any.
    for absent in ["Tags", "PermissionsBoundary", "RoleLastUsed"] {
        assert_eq!(first["Roles"][0].get(absent), None);
    }
    assert_eq!(first["Roles"][0]["MaxSessionDuration"], 3600);
}

#[tokio::test]
async fn a_bad_marker_is_refused() {
    let w = world().await;
    let answer = w.call("ListRoles", &json!({ "Marker": "?" })).await;
    assert_eq!(answer.to_string(), "400 ValidationError: Invalid Marker.");
}
