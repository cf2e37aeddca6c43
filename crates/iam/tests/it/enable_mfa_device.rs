use crate::create_virtual_mfa_device::{device, enabled, proof};
use crate::*;

#[tokio::test]
async fn two_codes_in_a_row_enable_a_device() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, secret) = device(&w, "phone").await;
    let enable = async |input: &Value| w.call("EnableMFADevice", input).await.to_string();
    let refused = "403 InvalidAuthenticationCode: Authentication code for device is not valid.";
    for wrong in [
        proof(&w, "ana", (&serial, &secret), 5),
        proof(&w, "ana", (&serial, b"another secret"), -1),
        json!({ "UserName": "ana", "SerialNumber": serial, "AuthenticationCode1": "000000", "AuthenticationCode2": "000000" }),
    ] {
        assert_eq!(enable(&wrong).await, refused);
    }
    let mut swapped = proof(&w, "ana", (&serial, &secret), -1);
    let first = swapped["AuthenticationCode1"].take();
    swapped["AuthenticationCode1"] = swapped["AuthenticationCode2"].take();
    swapped["AuthenticationCode2"] = first;
    assert_eq!(enable(&swapped).await, refused);

    assert!(enable(&proof(&w, "ana", (&serial, &secret), -1)).await.starts_with("200"));
    w.clock.advance_seconds(60);
    let again = enable(&proof(&w, "ana", (&serial, &secret), -1)).await;
    assert_eq!(again, "409 EntityAlreadyExists: MFA Device for user ana already exists.");
    user(&w, "bea").await;
    let theirs = enable(&proof(&w, "bea", (&serial, &secret), -1)).await;
    assert_eq!(theirs, "409 EntityAlreadyExists: MFA Device is already in use.");
}

#[tokio::test]
async fn the_codes_cannot_be_played_back() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, secret) = device(&w, "phone").await;
    let codes = proof(&w, "ana", (&serial, &secret), -1);
    w.call("EnableMFADevice", &codes).await.ok();
    w.call("DeactivateMFADevice", &json!({ "UserName": "ana", "SerialNumber": serial })).await.ok();
    assert_eq!(w.call("EnableMFADevice", &codes).await.code(), "InvalidAuthenticationCode");
    w.clock.advance_seconds(60);
    w.call("EnableMFADevice", &proof(&w, "ana", (&serial, &secret), -1)).await.ok();
}

#[tokio::test]
async fn user_and_device_must_be_there() {
    let w = world().await;
    let (serial, secret) = device(&w, "phone").await;
    let answer = w.call("EnableMFADevice", &proof(&w, "ana", (&serial, &secret), -1)).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user with name ana cannot be found.");
    user(&w, "ana").await;
    let absent = "arn:aws:iam::123456789012:mfa/watch";
    let answer = w.call("EnableMFADevice", &proof(&w, "ana", (absent, &secret), -1)).await;
    assert_eq!(
        answer.to_string(),
        format!("404 NoSuchEntity: VirtualMFADevice with serial number {absent} does not exist.")
    );
}

#[tokio::test]
async fn eight_devices_are_enough() {
    let w = world().await;
    user(&w, "ana").await;
    for number in 0..8 {
        enabled(&w, "ana", &format!("phone{number}")).await;
    }
    let (serial, secret) = device(&w, "phone9").await;
    let answer = w.call("EnableMFADevice", &proof(&w, "ana", (&serial, &secret), -1)).await;
    assert_eq!(answer.to_string(), "409 LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8");
}
