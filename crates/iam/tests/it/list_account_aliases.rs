use crate::*;

#[tokio::test]
async fn an_account_without_an_alias_lists_none() {
    let w = world().await;
    let none = json!({ "AccountAliases": [], "IsTruncated": false });
    assert_eq!(result(&w, "ListAccountAliases", &json!({})).await, none);
    let answer = w.call("ListAccountAliases", &json!({ "Marker": "?" })).await;
    assert_eq!(answer.to_string(), "400 ValidationError: Invalid Marker.");
}
