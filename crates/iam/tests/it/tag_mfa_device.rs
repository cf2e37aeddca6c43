use crate::create_virtual_mfa_device::device;
use crate::*;

#[tokio::test]
async fn tags_are_merged_listed_and_removed() {
    let w = world().await;
    let (serial, _) = device(&w, "phone").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("TagMFADevice", &json!({ "SerialNumber": serial, "Tags": tags })).await.ok();
    w.call("TagMFADevice", &json!({ "SerialNumber": serial, "Tags": [{ "Key": "A", "Value": "2" }] })).await.ok();
    let listed = result(&w, "ListMFADeviceTags", &json!({ "SerialNumber": serial })).await;
    assert_eq!(listed["Tags"], json!([{ "Key": "A", "Value": "2" }, { "Key": "b", "Value": "" }]));
    let twice = json!([{ "Key": "c", "Value": "" }, { "Key": "C", "Value": "" }]);
    let answer = w.call("TagMFADevice", &json!({ "SerialNumber": serial, "Tags": twice })).await;
    assert_eq!(
        answer.to_string(),
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
}
