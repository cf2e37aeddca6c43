use crate::create_virtual_mfa_device::enabled;
use crate::*;

#[tokio::test]
async fn a_virtual_device_is_not_shown() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, _) = enabled(&w, "ana", "phone").await;
    let answer = w.call("GetMFADevice", &json!({ "SerialNumber": serial, "UserName": "ana" })).await;
    assert_eq!(
        answer.to_string(),
        "400 ValidationError: The MFA device serial number sent in the request is invalid or not supported by this API. \
         Currently, only hardware FIDO security keys are supported. Please use the compatible device or API."
    );
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let w = world().await;
    let answer = w.call("GetMFADevice", &json!({ "SerialNumber": "GAHT12345678", "UserName": "ana" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user with name ana cannot be found.");
}
