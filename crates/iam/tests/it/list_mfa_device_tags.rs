use crate::create_virtual_mfa_device::device;
use crate::*;

#[tokio::test]
async fn tags_are_paged() {
    let w = world().await;
    let (serial, _) = device(&w, "phone").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("TagMFADevice", &json!({ "SerialNumber": serial, "Tags": tags })).await.ok();
    let first = result(&w, "ListMFADeviceTags", &json!({ "SerialNumber": serial, "MaxItems": 1 })).await;
    assert_eq!((&first["Tags"][0]["Key"], &first["IsTruncated"]), (&json!("a"), &json!(true)));
    let rest = json!({ "SerialNumber": serial, "Marker": first["Marker"] });
    assert_eq!(result(&w, "ListMFADeviceTags", &rest).await["Tags"], json!([{ "Key": "b", "Value": "" }]));
}

#[tokio::test]
async fn an_unknown_device_is_not_found() {
    let w = world().await;
    let serial = "arn:aws:iam::123456789012:mfa/phone";
    let answer = w.call("ListMFADeviceTags", &json!({ "SerialNumber": serial })).await;
    assert_eq!(
        answer.to_string(),
        format!("404 NoSuchEntity: VirtualMFADevice with serial number {serial} does not exist.")
    );
}
