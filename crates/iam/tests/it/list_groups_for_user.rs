use crate::*;

#[tokio::test]
async fn groups_of_a_user_are_listed_by_name() {
    let w = world().await;
    user(&w, "ana").await;
    for name in ["b", "a", "c"] {
        group(&w, name).await;
    }
    for name in ["b", "a"] {
        w.call("AddUserToGroup", &json!({ "GroupName": name, "UserName": "ana" })).await.ok();
    }
    let page = result(&w, "ListGroupsForUser", &json!({ "UserName": "ana" })).await;
    let names: Vec<&str> =
        page["Groups"].as_array().unwrap().iter().map(|group| group["GroupName"].as_str().unwrap()).collect();
    assert_eq!((names, &page["IsTruncated"]), (vec!["a", "b"], &json!(false)));
}
