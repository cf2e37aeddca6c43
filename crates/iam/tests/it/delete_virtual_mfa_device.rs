use crate::create_virtual_mfa_device::{device, enabled};
use crate::*;

#[tokio::test]
async fn a_device_in_use_is_not_deleted() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, _) = enabled(&w, "ana", "phone").await;
    let answer = w.call("DeleteVirtualMFADevice", &json!({ "SerialNumber": serial })).await;
    assert_eq!(answer.to_string(), "409 DeleteConflict: MFA VirtualDevice in use. Must deactivate first.");
    w.call("DeactivateMFADevice", &json!({ "UserName": "ana", "SerialNumber": serial })).await.ok();
    w.call("DeleteVirtualMFADevice", &json!({ "SerialNumber": serial })).await.ok();
    assert_eq!(result(&w, "ListVirtualMFADevices", &json!({})).await["VirtualMFADevices"], json!([]));
}

#[tokio::test]
async fn a_serial_number_is_spelled_as_created() {
    let w = world().await;
    let (serial, _) = device(&w, "Phone").await;
    for absent in [serial.to_lowercase(), serial.replace("123456789012", "999999999999"), "GAHT12345678".to_owned()] {
        let answer = w.call("DeleteVirtualMFADevice", &json!({ "SerialNumber": absent })).await;
        assert_eq!(
            answer.to_string(),
            format!("404 NoSuchEntity: VirtualMFADevice with serial number {absent} does not exist.")
        );
    }
}
