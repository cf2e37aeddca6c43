use crate::create_virtual_mfa_device::enabled;
use crate::*;

#[tokio::test]
async fn a_device_is_taken_away_and_stays() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, _) = enabled(&w, "ana", "phone").await;
    let input = json!({ "UserName": "ana", "SerialNumber": serial });
    w.call("DeactivateMFADevice", &input).await.ok();
    assert_eq!(result(&w, "ListMFADevices", &json!({ "UserName": "ana" })).await["MFADevices"], json!([]));
    let listed = result(&w, "ListVirtualMFADevices", &json!({ "AssignmentStatus": "Unassigned" })).await;
    assert_eq!(listed["VirtualMFADevices"], json!([{ "SerialNumber": serial }]));
    let again = w.call("DeactivateMFADevice", &input).await;
    assert_eq!(again.to_string(), "404 NoSuchEntity: MFA Device invalid for user.");
}

#[tokio::test]
async fn without_a_name_the_device_is_the_callers() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    user(&w, "bea").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let (anas, _) = enabled(&w, "ana", "phone").await;
    let (beas, _) = enabled(&w, "bea", "watch").await;
    let answer = w.call_as(&ana, "DeactivateMFADevice", &json!({ "SerialNumber": beas })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: MFA Device invalid for user.");
    w.call_as(&ana, "DeactivateMFADevice", &json!({ "SerialNumber": anas })).await.ok();
}
