use crate::create_virtual_mfa_device::enabled;
use crate::*;

#[tokio::test]
async fn the_devices_of_a_user_are_paged() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let (phone, _) = enabled(&w, "ana", "phone").await;
    let (watch, _) = enabled(&w, "ana", "watch").await;
    let first = result(&w, "ListMFADevices", &json!({ "UserName": "ana", "MaxItems": 1 })).await;
    assert_eq!(first["IsTruncated"], true);
    assert_eq!(first["MFADevices"], json!([{ "UserName": "ana", "SerialNumber": phone, "EnableDate": 1_767_323_045 }]));
    let answer = w.call_as(&ana, "ListMFADevices", &json!({ "Marker": first["Marker"] })).await;
    let second = unwrapped("ListMFADevices", &answer);
    assert_eq!(second["MFADevices"][0]["SerialNumber"], watch.as_str());
    assert_eq!((&second["IsTruncated"], second.get("Marker")), (&json!(false), None));
    // The root user has none.
    assert_eq!(result(&w, "ListMFADevices", &json!({})).await["MFADevices"], json!([]));
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let w = world().await;
    let answer = w.call("ListMFADevices", &json!({ "UserName": "ana" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user with name ana cannot be found.");
}
