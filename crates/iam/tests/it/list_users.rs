use crate::*;

#[tokio::test]
async fn users_are_listed_under_a_path_page_by_page() {
    let w = world().await;
    for (name, path) in [("c", "/team/"), ("a", "/team/"), ("b", "/"), ("D", "/team/")] {
        w.call("CreateUser", &json!({ "UserName": name, "Path": path })).await.ok();
    }
    let mut names = Vec::new();
    let mut input = json!({ "PathPrefix": "/team/", "MaxItems": 1 });
    loop {
        let page = result(&w, "ListUsers", &input).await;
        names.push(page["Users"][0]["UserName"].as_str().unwrap().to_owned());
        if page["IsTruncated"] == false {
            break;
        }
        input["Marker"] = page["Marker"].clone();
    }
    assert_eq!(names, ["a", "c", "D"]);
}
