use crate::create_instance_profile::filled;
use crate::*;

#[tokio::test]
async fn profiles_are_listed_under_a_path_page_by_page() {
    let w = world().await;
    for (name, path) in [("c", "/team/"), ("a", "/team/"), ("b", "/"), ("D", "/team/")] {
        let tags = json!([{ "Key": "k", "Value": "v" }]);
        let input = json!({ "InstanceProfileName": name, "Path": path, "Tags": tags });
        w.call("CreateInstanceProfile", &input).await.ok();
    }
    let mut names = Vec::new();
    let mut input = json!({ "PathPrefix": "/team/", "MaxItems": 1 });
    loop {
        let page = result(&w, "ListInstanceProfiles", &input).await;
        assert_eq!(page["InstanceProfiles"][0]["Tags"], Value::Null);
        names.push(page["InstanceProfiles"][0]["InstanceProfileName"].as_str().unwrap().to_owned());
        if page["IsTruncated"] == false {
            break;
        }
        input["Marker"] = page["Marker"].clone();
    }
    assert_eq!(names, ["a", "c", "D"]);
}

#[tokio::test]
async fn a_listed_profile_has_its_role() {
    let w = world().await;
    filled(&w, "Web").await;
    let listed = result(&w, "ListInstanceProfiles", &json!({})).await;
    assert_eq!(listed["InstanceProfiles"][0]["Roles"][0]["RoleName"], "Web");
}
