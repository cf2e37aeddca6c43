//! GetAccessKeyInfo.

use crate::{allow_user, iam_world, refusal, result, user};
use serde_json::json;
use testkit::Keys;

#[tokio::test]
async fn a_key_id_tells_its_account_whosever_it_is() {
    let w = iam_world().await;
    for (id, account) in [
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIARZPUZDIKAAAAAAAA", "123456789012"),
        // One of ours, and not of the account that its letters spell.
        ("AKIAROOTROOTROOTROOT", "123456789012"),
    ] {
        let answer = w.call("GetAccessKeyInfo", &json!({ "AccessKeyId": id })).await;
        assert_eq!(result("GetAccessKeyInfo", &answer)["Account"], account, "{id}");
    }
}

#[tokio::test]
async fn other_texts_are_refused() {
    let w = iam_world().await;
    for id in ["AKIAAAAAAAAAAAAAAAAA", "AKIA1111111111111111", "abcdefghijklmnop", "ASIAQNZGKIQY56JQ7WMLX"] {
        let refused = refusal(&w.call("GetAccessKeyInfo", &json!({ "AccessKeyId": id })).await);
        assert_eq!(refused, "400 ValidationError: Access key ID is not valid.", "{id}");
    }
    let refused = refusal(&w.call("GetAccessKeyInfo", &json!({ "AccessKeyId": "short" })).await);
    assert!(refused.ends_with("Member must have length greater than or equal to 16"), "{refused}");
}

#[tokio::test]
async fn the_permission_is_needed() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let input = json!({ "AccessKeyId": Keys::root().access_key_id });
    assert_eq!(
        refusal(&w.call_as(&ana, "GetAccessKeyInfo", &input).await),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:GetAccessKeyInfo \
         because no identity-based policy allows the sts:GetAccessKeyInfo action"
    );
    allow_user(&w, "ana", "sts:GetAccessKeyInfo", "*").await;
    w.call_as(&ana, "GetAccessKeyInfo", &input).await.ok();
}
