use crate::*;

#[tokio::test]
async fn a_group_shows_who_is_in_it() {
    let w = world().await;
    group(&w, "Fans").await;
    for name in ["c", "a", "B", "d"] {
        user(&w, name).await;
    }
    for name in ["c", "a", "B"] {
        w.call("AddUserToGroup", &json!({ "GroupName": "Fans", "UserName": name })).await.ok();
    }
    let names = |page: &Value| -> Vec<String> {
        page["Users"].as_array().unwrap().iter().map(|user| user["UserName"].as_str().unwrap().to_owned()).collect()
    };
    let first = result(&w, "GetGroup", &json!({ "GroupName": "Fans", "MaxItems": 2 })).await;
    assert_eq!(first["Group"]["GroupName"], "Fans");
    assert_eq!((names(&first), &first["IsTruncated"]), (vec!["a".to_owned(), "B".to_owned()], &json!(true)));
    let second = result(&w, "GetGroup", &json!({ "GroupName": "Fans", "Marker": first["Marker"] })).await;
    assert_eq!((names(&second), &second["IsTruncated"]), (vec!["c".to_owned()], &json!(false)));
}

#[tokio::test]
async fn an_unknown_group_is_not_found() {
    let w = world().await;
    let answer = w.call("GetGroup", &json!({ "GroupName": "Fans" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The group with name Fans cannot be found.");
}
