use crate::*;

#[tokio::test]
async fn groups_are_listed_under_a_path() {
    let w = world().await;
    for (name, path) in [("c", "/team/"), ("a", "/team/"), ("b", "/")] {
        w.call("CreateGroup", &json!({ "GroupName": name, "Path": path })).await.ok();
    }
    let page = result(&w, "ListGroups", &json!({ "PathPrefix": "/team/" })).await;
    let names: Vec<&str> =
        page["Groups"].as_array().unwrap().iter().map(|group| group["GroupName"].as_str().unwrap()).collect();
    assert_eq!((names, &page["IsTruncated"]), (vec!["a", "c"], &json!(false)));
}
