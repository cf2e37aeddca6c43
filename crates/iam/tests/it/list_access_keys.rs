use crate::*;

#[tokio::test]
async fn keys_are_listed_with_their_status() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let expected = json!([{ "UserName": "ana", "AccessKeyId": ana.access_key_id, "Status": "Active" }]);
    let mut listed = result(&w, "ListAccessKeys", &json!({ "UserName": "ana" })).await;
    listed["AccessKeyMetadata"][0].as_object_mut().unwrap().remove("CreateDate").unwrap();
    assert_eq!(listed, json!({ "AccessKeyMetadata": expected, "IsTruncated": false }));
}
