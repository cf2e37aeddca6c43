use crate::create_virtual_mfa_device::device;
use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    let (serial, _) = device(&w, "phone").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("TagMFADevice", &json!({ "SerialNumber": serial, "Tags": tags })).await.ok();
    w.call("UntagMFADevice", &json!({ "SerialNumber": serial, "TagKeys": ["A", "other"] })).await.ok();
    let listed = result(&w, "ListMFADeviceTags", &json!({ "SerialNumber": serial })).await;
    assert_eq!(listed["Tags"], json!([{ "Key": "b", "Value": "" }]));
}
